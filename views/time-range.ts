import { duration } from "./format.ts";

export const rangeWords = ["1h", "6h", "24h", "7d", "30d"] as const;
export type RangeWord = (typeof rangeWords)[number];

/** The time that a page shows, half-open: the last hour, day …, or from one moment to another. It stands in the address. */
export type TimeRange = { word: RangeWord | null; fromMs: number; toMs: number };

/** `24 h`, as people say it. */
export function wordText(word: RangeWord): string {
  return word.replace(/(\d+)/, "$1 ");
}

/** `24 h`; of a range between two moments how long it is. */
export function rangeText({ word, fromMs, toMs }: TimeRange): string {
  return word === null ? duration(toMs - fromMs) : wordText(word);
}

/** The range as it stands in an address, without the `?`. */
export function rangeQuery({ word, fromMs, toMs }: TimeRange): string {
  if (word !== null) return `r=${word}`;
  return new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }).toString();
}

/** `path` with the range in its address; what `path` asks for otherwise stays. */
export function rangeHref(path: string, range: TimeRange): string {
  return `${path}${path.includes("?") ? "&" : "?"}${rangeQuery(range)}`;
}
