import type { ChartLevel, ChartProps } from "../../../views/parts/hashrate-chart.tsx";
import type { TimeRange } from "../../../views/time-range.ts";
import type { HashratePoint, HashrateScope, SharesSummary } from "../../ledger/answers.ts";
import type { PageParts } from "./page-parts.ts";
import { chartWindow, countedWindow, firstWord, readRange } from "./time-range.ts";

/** The time that a page shows, and in whose clock. */
export type Shown = { range: TimeRange; zone: string };

/** What an address asks for, as of now. One that asks for nothing opens with all that is known of the thing since `bornMs` and of the last day in which a hub ran. */
export async function openedRange({ deps: { ledger, now } }: PageParts, { url, zone, bornMs }: { url: URL; zone: string; bornMs: number }): Promise<Shown> {
  const nowMs = now();
  const [gap] = await ledger.gaps(nowMs - dayMs, nowMs);
  const knownMs = gap !== undefined && gap.fromMs <= nowMs - dayMs ? gap.toMs : 0;
  return { range: readRange(url, { nowMs, zone, first: firstWord(Math.max(knownMs, bornMs), nowMs) }), zone };
}

/** What the address of a stream asks for, as of now: its page has put the range there. */
export function streamedRange({ deps: { now } }: PageParts, { url, zone }: { url: URL; zone: string }): Shown {
  return { range: readRange(url, { nowMs: now(), zone, first: "24h" }), zone };
}

export type ScopeChart = {
  scope: HashrateScope;
  figure: "effectiveHps" | "deliveredHps";
  /** The dashed line: one hashrate for all time, null = none. */
  level: number | null | readonly ChartLevel[];
  /** Before it nothing is known; 0 = of all time. */
  bornMs: number;
  words?: { line: string; level: string };
};

/** A curve of the ledger over the range, by whole steps. */
export async function scopeChart({ deps: { ledger } }: PageParts, chart: ScopeChart, { range, zone }: Shown): Promise<ChartProps> {
  const { fromMs, toMs, stepS } = chartWindow(range);
  const stepMs = stepS * 1_000;
  const [points, gaps] = await Promise.all([ledger.hashrate(chart.scope, { fromMs, toMs, stepS }), ledger.gaps(fromMs, toMs)]);
  const known = points.map((point) => {
    const hps = point.atMs + stepMs > chart.bornMs ? point[chart.figure] : null;
    const band = chart.figure === "deliveredHps" && hps !== null ? deliveredBand(point, hps) : null;
    return {
      atMs: point.atMs + stepMs / 2,
      effectiveHps: hps,
      lowerHps: band?.lowerHps ?? point.lowerHps ?? 0,
      upperHps: band?.upperHps ?? point.upperHps ?? 0,
    };
  });
  return { id: "chart", points: known, gaps, fromMs, toMs, levels: levelsOf(chart.level), zone, ...(chart.words !== undefined && { words: chart.words }) };
}

function levelsOf(level: ScopeChart["level"]): readonly ChartLevel[] {
  if (typeof level !== "number") return level ?? [];
  return [{ fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY, hps: level }];
}

const quarterMs = 900_000;
const dayMs = 86_400_000;

/** The 95 % band of what was delivered: chance makes it as wide, for its size, as that of the accepted work, from which it is what pools did not refuse. Null without data. */
export function deliveredBand({ effectiveHps, lowerHps, upperHps }: HashratePoint, hps: number): { lowerHps: number; upperHps: number } | null {
  if (effectiveHps === null || lowerHps === null || upperHps === null) return null;
  const part = effectiveHps > 0 ? Math.max(0, hps) / effectiveHps : 1;
  return { lowerHps: lowerHps * part, upperHps: upperHps * part };
}

/** The last quarter of an hour, and what is left of the minute before it, or the time since `bornMs` where that is shorter, as one step; null without data. */
export async function lastQuarter({ deps: { ledger, now } }: PageParts, scope: HashrateScope, bornMs = 0): Promise<HashratePoint | null> {
  const nowMs = now();
  const whole = countedWindow({ word: "1h", fromMs: nowMs - quarterMs, toMs: nowMs });
  const { toMs } = whole;
  const fromMs = Math.max(whole.fromMs, Math.floor(bornMs));
  if (fromMs >= toMs) return null;
  const points = await ledger.hashrate(scope, { fromMs, toMs, stepS: (toMs - fromMs) / 1_000 });
  return points[0] ?? null;
}

/** What became of the shares of the range. */
export function summaryOver({ deps: { ledger } }: PageParts, scope: HashrateScope, range: TimeRange): Promise<SharesSummary> {
  const { fromMs, toMs } = countedWindow(range);
  return ledger.summary(scope, fromMs, toMs);
}
