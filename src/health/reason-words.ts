import type { Tally } from "./rig-health.ts";

/** "about 66 % of nominal over the last 14 min: 112 shares where 168 were expected" */
export function ofNominal({ expected, accepted, ms }: Tally): string {
  return `about ${percent(accepted, expected)} of nominal over the last ${duration(ms)}: ${shares(accepted)} where ${count(expected)} were expected`;
}

export function shares(number: number): string {
  return number === 1 ? "1 share" : `${count(number)} shares`;
}

/** Whole numbers, thousands apart. */
export function count(number: number): string {
  return Math.round(number)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

export function percent(part: number, whole: number): string {
  return whole > 0 ? `${decimal((100 * part) / whole, 0)} %` : "0 %";
}

/** At most so many decimals, no idle zeros. */
export function decimal(number: number, decimals: number): string {
  return String(Number(number.toFixed(decimals)));
}

export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 180 ? `${minutes} min` : `${decimal(minutes / 60, 1)} h`;
}

const prefixes = ["", "k", "M", "G", "T", "P", "E"];

export function hashrate(hps: number): string {
  const thousands = hps >= 1 ? Math.min(prefixes.length - 1, Math.floor(Math.log10(hps) / 3)) : 0;
  return `${Number((hps / 1_000 ** thousands).toPrecision(3))} ${prefixes[thousands] ?? ""}H/s`;
}
