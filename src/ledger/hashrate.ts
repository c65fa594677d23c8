import type { DuckDBValue } from "@duckdb/node-api";
import type { Gap, HashratePoint, HashrateScope } from "./answers.ts";
import type { Database } from "./database.ts";
import { hubCodes, poolCodes } from "./journal-format.ts";
import { poissonInterval } from "./poisson-interval.ts";
import { coveredMs } from "./runs.ts";
import { asMs, checkWindow, scopeCondition } from "./scope.ts";

export type HashrateWindow = {
  fromMs: number;
  toMs: number;
  stepS: number;
  pointsMax: number /** When no hub was running, or is not known yet. */;
  gaps: readonly Gap[];
};

/** A step of which less than this part is covered tells nothing. */
const coveredPartMin = 0.1;

const accepted = `hub_verdict = ${hubCodes.accepted}`;
const lost = `pool_verdict IN (${poolCodes.rejected}, ${poolCodes.unanswered})`;

/**
 * Hashrate by steps of shares received in the window. Effective: work of hub-accepted shares over the time covered, with its 95 %
 * interval. Delivered: D = H - R (measurement-and-money.md, "Work"), not clipped, since R comes in lumps: a step may be negative.
 */
export async function hashrateOf(database: Database, scope: HashrateScope, window: HashrateWindow): Promise<HashratePoint[]> {
  const { fromMs, toMs, stepS, pointsMax, gaps } = window;
  checkWindow(fromMs, toMs);
  if (!(stepS > 0)) throw new RangeError("step_s: must be a positive number of seconds");
  const stepMs = stepS * 1_000;
  if ((toMs - fromMs) / stepMs > pointsMax) throw new RangeError(`step_s: the window has more than ${pointsMax} steps; use a longer step`);
  const condition = scopeCondition(scope);
  const rows = await database.ask(
    `SELECT CAST(floor((at_ms - $2) / $4::DOUBLE) AS INTEGER) AS step,
       coalesce(sum(work) FILTER (WHERE ${accepted}), 0), coalesce(sum(work) FILTER (WHERE ${accepted} AND pool_verdict <> ${poolCodes.orphaned}), 0),
       sum(CASE WHEN ${lost} THEN pool_work ELSE 0 END),
       coalesce(sum(work::DOUBLE * work::DOUBLE) FILTER (WHERE ${accepted}), 0), coalesce(max(work) FILTER (WHERE ${accepted}), 0)
     FROM shares WHERE ${condition.sql} AND at_ms >= $2 AND at_ms < $3 GROUP BY step`,
    [condition.value, asMs(fromMs), asMs(toMs), stepMs],
  );
  return pointsOf(rows, { fromMs, stepMs, covered: coveredMs(gaps, { fromMs, toMs, stepMs }) });
}

function pointsOf(rows: DuckDBValue[][], window: { fromMs: number; stepMs: number; covered: Float64Array }): HashratePoint[] {
  const { fromMs, stepMs, covered } = window;
  const byStep = new Map(rows.map((row) => [Number(row[0]), row]));
  // Where a step has no share, the largest share of the window says what one would have meant.
  const largestOfAll = rows.reduce((largest, row) => Math.max(largest, Number(row[5])), 0);
  return [...covered].map((ms, step) => {
    const atMs = fromMs + step * stepMs;
    if (ms < stepMs * coveredPartMin) return { atMs, effectiveHps: null, deliveredHps: null, lowerHps: null, upperHps: null };
    const [, effective = 0n, held = 0n, refused = 0n, squares = 0, largest = 0n] = byStep.get(step) ?? [];
    const sum = Number(effective);
    const interval = poissonInterval({ sum, sumOfSquares: Number(squares), largest: Number(largest) || largestOfAll });
    const seconds = ms / 1_000;
    return {
      atMs,
      effectiveHps: sum / seconds,
      deliveredHps: Number((held as bigint) - BigInt(refused as bigint)) / seconds,
      lowerHps: interval.lower / seconds,
      upperHps: interval.upper / seconds,
    };
  });
}

/** Effective hashrate per rig over windows that end at `nowMs`, given the seconds that each window covers. */
export async function ratesOf(
  database: Database,
  nowMs: number,
  windows: readonly { seconds: number; coveredS: number }[],
): Promise<Map<number, (number | null)[]>> {
  if (windows.length === 0) return new Map();
  const columns = windows.map((_, index) => `coalesce(sum(work) FILTER (WHERE at_ms >= $${index + 2}), 0)::DOUBLE`);
  const longest = windows.reduce((longestS, { seconds }) => Math.max(longestS, seconds), 0);
  const rows = await database.ask(
    `SELECT rig_no, ${columns.join(", ")} FROM shares WHERE ${accepted} AND at_ms < $1 AND at_ms >= $${windows.length + 2} GROUP BY rig_no`,
    [asMs(nowMs), ...windows.map(({ seconds }) => asMs(nowMs - seconds * 1_000)), asMs(nowMs - longest * 1_000)],
  );
  const rateOf = (work: DuckDBValue | undefined, coveredS: number, seconds: number) => (coveredS < seconds * coveredPartMin ? null : Number(work) / coveredS);
  return new Map(rows.map(([rig, ...works]) => [Number(rig), windows.map(({ seconds, coveredS }, index) => rateOf(works[index], coveredS, seconds))]));
}
