import type { StripBar } from "../../../views/parts/delivery-strip.tsx";
import type { ChartLevel } from "../../../views/parts/hashrate-chart.tsx";
import type { ContractEntry } from "../../control/contract-history.ts";
import { coveredMs, overlapMs, type WorkDay } from "../work-book.ts";

/** Buckets of strips: five minutes, the last day of them and the one that runs. */
export const bucketMs = 300_000;
export const bucketsKept = 289;

/** What was promised from a moment on; `active` only from the first share that the customer's pool accepted. */
export type PromiseStretch = { fromMs: number; promisedHps: number; state: "active" | "suspended" | "other"; toleranceBp: number };

/** A bar of less would be drawn by luck: of the bucket that runs, and of the one in which it came into force. */
const activeMsMin = 120_000;

export function promiseStretches(history: readonly ContractEntry[]): PromiseStretch[] {
  return history.map(({ atMs, terms }) => ({
    fromMs: atMs,
    promisedHps: terms.promisedHps,
    state: terms.state === "active" || terms.state === "suspended" ? terms.state : "other",
    toleranceBp: terms.toleranceBp,
  }));
}

/** The same as a line: while it was active, each promise as long as it held. */
export function promiseLevels(promise: readonly PromiseStretch[]): ChartLevel[] {
  const levels: ChartLevel[] = [];
  for (const [at, { fromMs, promisedHps: hps, state }] of promise.entries()) {
    if (state !== "active") continue;
    const toMs = promise[at + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    const last = levels.at(-1);
    if (last?.toMs === fromMs && last.hps === hps) last.toMs = toMs;
    else levels.push({ fromMs, toMs, hps });
  }
  return levels;
}

type Window = { fromMs: number; toMs: number };

/**
 * The last bars of `steps` buckets each: delivered over promised, both over the time in which a hub was running. What is not in force,
 * suspended or without a hub says so instead.
 */
export function barsOf(
  day: WorkDay,
  contractNo: number,
  { promise, bars, steps }: { promise: readonly PromiseStretch[]; bars: number; steps: number },
): StripBar[] {
  const barMs = steps * bucketMs;
  const works = day.of(contractNo);
  const lastMs = Math.floor(day.asOfMs / barMs) * barMs;
  return Array.from({ length: bars }, (_, at) => {
    const fromMs = lastMs - (bars - 1 - at) * barMs;
    const window = { fromMs, toMs: Math.min(fromMs + barMs, day.asOfMs) };
    // In force since a moment that has not been counted yet.
    const latest = promise.at(-1);
    if (at === bars - 1 && latest?.state === "active" && latest.fromMs >= window.toMs) return { kind: "early" };
    return barOf(window, { promise, gaps: day.gaps, hashes: worksWithin(works, (fromMs - day.fromMs) / bucketMs, steps) });
  });
}

function worksWithin(works: Float64Array | null, first: number, steps: number): number {
  let sum = 0;
  for (let at = Math.max(0, first); works !== null && at < Math.min(first + steps, bucketsKept); at++) sum += works[at] ?? 0;
  return sum;
}

type Facts = { promise: readonly PromiseStretch[]; gaps: readonly Window[]; hashes: number };

function barOf(window: Window, { promise, gaps, hashes }: Facts): StripBar {
  const inForce = promise.map((stretch, at) => ({ stretch, ms: overlapMs(window, { fromMs: stretch.fromMs, toMs: promise[at + 1]?.fromMs ?? window.toMs }) }));
  const active = inForce.filter(({ stretch, ms }) => stretch.state === "active" && ms > 0);
  if (active.length === 0) return { kind: inForce.some(({ stretch, ms }) => stretch.state === "suspended" && ms > 0) ? "suspended" : "none" };
  const covered = coveredMs(window, gaps);
  if (covered === null) return { kind: "no-data" };
  const activeMs = active.reduce((sum, { ms }) => sum + ms, 0);
  if (activeMs < activeMsMin) return { kind: "early" };
  const coveredPart = covered / (window.toMs - window.fromMs);
  const promised = active.reduce((sum, { stretch, ms }) => sum + (stretch.promisedHps * ms) / 1_000, 0) * coveredPart;
  const part = Math.max(0, hashes / promised);
  const toleranceBp = active.at(-1)?.stretch.toleranceBp ?? 0;
  return { kind: "delivered", part, isShort: part < 1 - toleranceBp / 10_000 };
}
