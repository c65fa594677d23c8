import type { RangePickerProps } from "../../../views/parts/range-picker.tsx";
import { type RangeWord, rangeWords, type TimeRange } from "../../../views/time-range.ts";
import { readTime } from "../times.ts";
import { localTimeText, readLocalTime } from "./local-time.ts";

const hourMs = 3_600_000;
const lengthsMs: Readonly<Record<RangeWord, number>> = Object.freeze({
  "1h": hourMs,
  "6h": 6 * hourMs,
  "24h": 24 * hourMs,
  "7d": 7 * 24 * hourMs,
  "30d": 30 * 24 * hourMs,
});
/** Words that a page may open with, the shortest first. */
const firstWords = ["1h", "6h", "24h"] as const;
/** As far as one page looks at once. */
const lengthMsMax = 400 * 24 * hourMs;
const lengthMsMin = 60_000;

/** Whole steps into which charts part their range, in seconds. */
const stepsS = [60, 300, 900, 3_600, 14_400, 86_400, 259_200] as const;
const chartStepsMax = 180;

/** What a page opens with: the shortest of the usual ranges that holds all that is known since `sinceMs`; of more than a day, the last day. */
export function firstWord(sinceMs: number, nowMs: number): RangeWord {
  return firstWords.find((word) => nowMs - sinceMs <= lengthsMs[word]) ?? "24h";
}

type RangeAsk = { nowMs: number; zone: string; first: RangeWord };

/** `r=24h`, or `from` and `to` (RFC 3339, or a time of the zone); what means nothing falls back to `first`, for a link that somebody typed must still open. */
export function readRange({ searchParams }: URL, { nowMs, zone, first }: RangeAsk): TimeRange {
  const read = (name: string) => {
    const text = searchParams.get(name)?.trim() ?? "";
    return readTime(text) ?? readLocalTime(text, zone);
  };
  const fromMs = read("from");
  const toMs = Math.min(read("to") ?? nowMs, nowMs);
  if (fromMs !== null && fromMs >= 0 && fromMs + lengthMsMin <= toMs) return { word: null, fromMs: Math.max(fromMs, toMs - lengthMsMax), toMs };
  const word = rangeWords.find((known) => known === searchParams.get("r")) ?? first;
  return { word, fromMs: nowMs - lengthsMs[word], toMs: nowMs };
}

/** The step of a chart of this range, and its ends moved out to whole steps: the one that runs has not got all its shares yet and would look like a fall. */
export function chartWindow({ word, fromMs, toMs }: TimeRange): { fromMs: number; toMs: number; stepS: number } {
  const stepS = stepsS.find((step) => (toMs - fromMs) / (step * 1_000) <= chartStepsMax) ?? 259_200;
  const stepMs = stepS * 1_000;
  const endMs = (word === null ? Math.ceil(toMs / stepMs) : Math.floor(toMs / stepMs)) * stepMs;
  const startMs = word === null ? Math.floor(fromMs / stepMs) * stepMs : endMs - lengthsMs[word];
  return { fromMs: startMs, toMs: endMs, stepS };
}

const minuteMs = 60_000;
const askedEveryMs = 10_000;

/**
 * A range as sums are asked for it: where it ends now, its ends are moved back, to a whole minute, since what is left of one has to be added up share
 * by share, and to the last ten seconds, so that those who ask meanwhile ask the same.
 */
export function countedWindow({ word, fromMs, toMs }: TimeRange): { fromMs: number; toMs: number } {
  if (word === null) return { fromMs, toMs };
  return { fromMs: Math.floor(fromMs / minuteMs) * minuteMs, toMs: Math.floor(toMs / askedEveryMs) * askedEveryMs };
}

export function pickerOf(path: string, range: TimeRange, zone: string): RangePickerProps {
  return { path, range, zone, local: { from: localTimeText(range.fromMs, zone), to: localTimeText(range.toMs, zone) } };
}
