import { plainNumber } from "../hashrate-text.ts";

const scales: readonly (readonly [unit: string, factor: number])[] = [
  ["E", 1e18],
  ["P", 1e15],
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
  ["", 1],
];

/** A hashrate as people type it (`3 PH/s`, `110T`, `2,5 P`, `1.100,25 GH/s`, `3000000`), in whole H/s; null where it is none. */
export function readHashrate(text: string): number | null {
  const [, digits = "", unit = ""] = /^(\d{1,25}(?:\.\d{1,18})?)\s*([kmgtpe]?)(?:h(?:\/s)?)?$/i.exec(plainNumber(text.trim())) ?? [];
  if (digits === "") return null;
  const factor = scales.find(([word]) => word.toLowerCase() === unit.toLowerCase())?.[1] ?? 1;
  return Math.round(Number(digits) * factor);
}

/** The same hashrate as a text that reads back as exactly this number. */
export function exactHashrate(hps: number): string {
  for (const [unit, factor] of scales) {
    const text = `${hps / factor} ${unit}H/s`;
    if (hps >= factor && /^\d+(\.\d{1,3})? /.test(text) && readHashrate(text) === hps) return text;
  }
  return `${hps} H/s`;
}
