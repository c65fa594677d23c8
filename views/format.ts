/** Numbers, rates and times as people read them. Pure: the present and the zone are arguments. */

const scales = ["", "k", "M", "G", "T", "P", "E", "Z"] as const;

/** A figure apart from its unit, so that a table can set the unit smaller. */
export type Measure = { value: string; unit: string };

/** What stands where nothing is known. Never a zero: "no data" and "none" are different news. */
export const unknown = "–";

function fourDigits(value: number): string {
  if (value >= 1000) return value.toFixed(0);
  if (value >= 100) return value.toFixed(1);
  return value >= 10 ? value.toFixed(2) : value.toFixed(3);
}

function scaled(amount: number, unit: string): Measure {
  let value = amount;
  let step = 0;
  // 999.95 would print as "1000.0": the next prefix begins where rounding carries.
  while (value >= 999.95 && step < scales.length - 1) {
    value /= 1000;
    step += 1;
  }
  return { value: fourDigits(value), unit: `${scales[step]}${unit}` };
}

/** H/s with the prefix that leaves one to three digits before the point; null = not known. */
export function hashrate(hps: number | null): Measure {
  if (hps === null || !Number.isFinite(hps)) return { value: unknown, unit: "" };
  return hps <= 0 ? { value: "0", unit: "H/s" } : scaled(hps, "H/s");
}

export function hashrateText(hps: number | null): string {
  const { value, unit } = hashrate(hps);
  return unit === "" ? value : `${value} ${unit}`;
}

/** Expected hashes of a window, e.g. `1.204 EH`. */
export function workText(hashes: bigint): string {
  const { value, unit } = scaled(Number(hashes), "H");
  return hashes === 0n ? "0" : `${value} ${unit}`;
}

/** Work as hash-hours: what a hashrate does in an hour, e.g. `2.640 PH/s·h`. */
export function workHours(hashes: bigint): string {
  return `${hashrateText(Number(hashes / 3_600n))}·h`;
}

/** 0..1 as percent with `digits` after the point; null = not known. */
export function percent(fraction: number | null, digits = 1): string {
  return fraction === null || !Number.isFinite(fraction) ? unknown : `${(fraction * 100).toFixed(digits)} %`;
}

/** What a percentage may be off by, in points: `±15`. */
export function plusMinus(fraction: number): string {
  return `±${(fraction * 100).toFixed(fraction < 0.1 ? 1 : 0)}`;
}

/** Basis points (1/10,000) as percent. */
export function basisPoints(bp: number | null): string {
  return percent(bp === null ? null : bp / 10_000, 2);
}

/** Whole numbers with thin spaces between thousands: `12 345`. */
export function count(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, " ");
}

/** `1 rig`, `12 rigs`; a word whose plural is another is given with it. */
export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}

/** Share difficulty: pools use anything from 1e-9 to 1e12. */
export function difficulty(value: number | null): string {
  if (value === null || value <= 0) return unknown;
  if (value < 0.001) return value.toExponential(2);
  if (value < 1000) return Number(value.toPrecision(4)).toString();
  const { value: digits, unit } = scaled(value, "");
  return `${digits} ${unit}`;
}

const periods: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** How long, in its largest unit that fits twice or once: `14 min`, `3 h`, `12 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const period = periods.find(([size]) => seconds >= size);
  if (!period) return `${seconds} s`;
  return `${Math.floor(seconds / period[0])} ${period[1]}`;
}

/** Milliseconds a pool took: `38 ms`, `1.2 s`. */
export function latency(ms: number | null): string {
  if (ms === null || ms < 0) return unknown;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

type TimeParts = { year: string; month: string; day: string; hour: string; minute: string; second: string };

/** All zones of the present differ from UTC by whole quarters of an hour, and change their clocks at the turn of one. */
const quarterMs = 900_000;
const quartersMax = 2_000;
/** To format a moment takes 4 µs, and a page shows hundreds of the same few quarters. */
const clocks = new Map<string, { format: Intl.DateTimeFormat; quarters: Map<number, TimeParts> }>();

function clockOf(zone: string) {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const digits = { day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "short", ...digits });
  const clock = { format, quarters: new Map<number, TimeParts>() };
  clocks.set(zone, clock);
  return clock;
}

function quarterOf(quarter: number, zone: string): TimeParts {
  const { format, quarters } = clockOf(zone);
  const known = quarters.get(quarter);
  if (known !== undefined) return known;
  const parts = Object.fromEntries(format.formatToParts(quarter * quarterMs).map(({ type, value }) => [type, value])) as TimeParts;
  if (quarters.size >= quartersMax) quarters.clear();
  quarters.set(quarter, parts);
  return parts;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

function partsOf(atMs: number, zone: string): TimeParts {
  const quarter = Math.floor(atMs / quarterMs);
  const parts = quarterOf(quarter, zone);
  const seconds = Math.floor((atMs - quarter * quarterMs) / 1_000);
  return { ...parts, minute: twoDigits(Number(parts.minute) + Math.floor(seconds / 60)), second: twoDigits(seconds % 60) };
}

/** `16:22:05` on the farm's day of `nowMs`, `21 Nov 16:22` on another day of that year, else `21 Nov 2025`. */
export function clockTime(atMs: number, nowMs: number, zone: string): string {
  const at = partsOf(atMs, zone);
  const now = partsOf(nowMs, zone);
  if (at.year !== now.year) return `${at.day} ${at.month} ${at.year}`;
  if (at.day !== now.day || at.month !== now.month) return `${at.day} ${at.month} ${at.hour}:${at.minute}`;
  return `${at.hour}:${at.minute}:${at.second}`;
}

/** `16:22`, or `21 Nov` where a chart spans days. */
export function axisTime(atMs: number, zone: string, spansDays: boolean): string {
  const at = partsOf(atMs, zone);
  return spansDays ? `${at.day} ${at.month}` : `${at.hour}:${at.minute}`;
}

export function utcTitle(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
