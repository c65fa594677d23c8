import type { Gap, HashratePoint, HashrateScope, WorkRow } from "./answers.ts";
import { factsSql } from "./fact-sources.ts";
import { poolCodes } from "./journal-format.ts";
import { poissonInterval } from "./poisson-interval.ts";
import type { Questions } from "./questions.ts";
import { RateTable } from "./rate-table.ts";
import { hubAccepted, lost } from "./rollup-sql.ts";
import { coveredMs } from "./runs.ts";
import { checkWindow } from "./scope.ts";
import { noWork, weightsOf, workOf } from "./work.ts";

export type HashrateWindow = {
  fromMs: number;
  toMs: number;
  stepS: number;
  pointsMax: number;
  /** When no hub was running, or is not known yet. */
  gaps: readonly Gap[];
};

/** A step of which less than this part is covered tells nothing. */
const coveredPartMin = 0.1;

/**
 * Hashrate by steps of shares received in the window. Effective: work of hub-accepted shares over the time covered, with its 95 %
 * interval. Delivered: D = H - R (measurement-and-money.md, "Work"), not clipped, since R comes in lumps: a step may be negative.
 */
export async function hashrateOf(questions: Questions, scope: HashrateScope, window: HashrateWindow): Promise<HashratePoint[]> {
  const { fromMs, toMs, stepS, pointsMax, gaps } = window;
  checkWindow(fromMs, toMs);
  if (!(stepS > 0)) throw new RangeError("step_s: must be a positive number of seconds");
  const stepMs = Math.max(1, Math.round(stepS * 1_000));
  if ((toMs - fromMs) / stepMs > pointsMax) throw new RangeError(`step_s: the window has more than ${pointsMax} steps; use a longer step`);
  const rows = await workOf(questions, { scope, fromMs, toMs, stepMs });
  return pointsOf(rows, { fromMs: Math.floor(fromMs), stepMs, covered: coveredMs(gaps, { fromMs, toMs, stepMs }) });
}

function pointsOf(rows: readonly WorkRow[], window: { fromMs: number; stepMs: number; covered: Float64Array }): HashratePoint[] {
  const { fromMs, stepMs, covered } = window;
  const byTime = new Map(rows.map((row) => [row.atMs, row]));
  // Where a step has no share, the largest share of the window says what one would have meant.
  const largestOfAll = rows.reduce((largest, row) => Math.max(largest, Number(row.largest)), 0);
  return [...covered].map((ms, step) => {
    const atMs = fromMs + step * stepMs;
    if (ms < stepMs * coveredPartMin) return { atMs, effectiveHps: null, deliveredHps: null, lowerHps: null, upperHps: null };
    const sums = byTime.get(atMs) ?? noWork;
    const weights = weightsOf(sums);
    const interval = poissonInterval({ ...weights, largest: weights.largest || largestOfAll });
    const seconds = ms / 1_000;
    return {
      atMs,
      effectiveHps: weights.sum / seconds,
      deliveredHps: Number(sums.held - sums.rejected) / seconds,
      lowerHps: interval.lower / seconds,
      upperHps: interval.upper / seconds,
    };
  });
}

export type RateWindow = { seconds: number; coveredS: number };
export type RatesQuestion = { by: "rig" | "contract" | "pool"; figure: "effective" | "delivered"; windows: readonly RateWindow[]; nowMs: number };

/** Which rows say something, and what; no more columns than that takes. */
export const figureSql = {
  effective: { condition: hubAccepted, keys: [], figures: ["hashes"], work: "hashes" },
  delivered: {
    keys: ["hub_verdict", "pool_verdict"],
    figures: ["work", "pool_work"],
    condition: `(${lost} OR (${hubAccepted} AND pool_verdict <> ${poolCodes.orphaned}))`,
    work: `(CASE WHEN ${hubAccepted} THEN work ELSE 0::HUGEINT END - CASE WHEN ${lost} THEN pool_work ELSE 0::HUGEINT END)`,
  },
} as const;

/**
 * H/s per rig, contract or pool that had a share, over windows that end at `nowMs`, given the seconds that each of them covers; in
 * one question. The windows' starts part the time into stretches, and a window is the sum of its stretches.
 */
export async function ratesOf(questions: Questions, { by, figure, windows, nowMs }: RatesQuestion): Promise<RateTable> {
  if (windows.length === 0) return new RateTable(new Float64Array(), []);
  const toMs = Math.floor(nowMs);
  // Rounded, for a window that was made to begin with a whole minute must not begin a millisecond before it.
  const startOf = ({ seconds }: RateWindow) => Math.round(nowMs - seconds * 1_000);
  const starts = [...new Set(windows.map(startOf))].sort((one, other) => other - one);
  const { condition, keys, figures, work } = figureSql[figure];
  const isOneStretch = starts.length === 1;
  const within = (window: RateWindow) => (isOneStretch ? "" : `FILTER (WHERE stretch <= ${starts.indexOf(startOf(window))})`);
  const columns = windows.map((window) => `coalesce(sum(work) ${within(window)}, 0)::DOUBLE`);
  const found = await questions.askColumns((reach) => {
    const stretches = starts.map((fromMs, index) => {
      const facts = factsSql(reach, {
        fromMs,
        toMs: starts[index - 1] ?? toMs,
        picked: { sql: condition, value: true, ofRigs: false },
        keys: [`${by}_no`, ...keys],
        figures,
      });
      // Summed once where that is enough: grouping twice costs a fifth of the question.
      return isOneStretch
        ? `SELECT ${by}_no AS no, ${work} AS work FROM (${facts})`
        : `SELECT ${index} AS stretch, ${by}_no AS no, sum(${work}) AS work FROM (${facts}) GROUP BY ALL`;
    });
    return `SELECT no::DOUBLE, ${columns.join(", ")} FROM (${stretches.join("\n UNION ALL ")}) GROUP BY no`;
  });
  return new RateTable(
    found.numbers(0),
    windows.map((window, index) => ratesOfWindow(found.numbers(1 + index), window)),
  );
}

/** Null where too little of the window is covered. The sums become the rates. */
function ratesOfWindow(sums: Float64Array, { seconds, coveredS }: RateWindow): Float64Array | null {
  if (coveredS < seconds * coveredPartMin) return null;
  for (let row = 0; row < sums.length; row++) sums[row] = (sums[row] as number) / coveredS;
  return sums;
}
