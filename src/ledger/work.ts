import type { WorkQuery, WorkRow, WorkSums } from "./answers.ts";
import type { Columns } from "./columns.ts";
import { factsSql, type Key } from "./fact-sources.ts";
import { poolCodes } from "./journal-format.ts";
import type { Questions } from "./questions.ts";
import { hubAccepted, isPoolAccepted, lost, squareUnit } from "./rollup-sql.ts";
import { checkWindow, scopeCondition } from "./scope.ts";

const sums = `coalesce(sum(shares) FILTER (WHERE ${hubAccepted}), 0)::DOUBLE, coalesce(sum(work) FILTER (WHERE ${hubAccepted}), 0),
  coalesce(sum(work) FILTER (WHERE ${hubAccepted} AND pool_verdict <> ${poolCodes.orphaned}), 0),
  coalesce(sum(pool_work) FILTER (WHERE ${lost}), 0), coalesce(sum(pool_work) FILTER (WHERE ${isPoolAccepted}), 0),
  sum(squares), sum(pool_squares), max(largest)`;

export const noWork: WorkSums = Object.freeze({
  count: 0,
  effective: 0n,
  held: 0n,
  rejected: 0n,
  accepted: 0n,
  squares: 0,
  poolSquares: 0,
  largest: 0n,
});

const figures = ["shares", "work", "pool_work", "squares", "pool_squares", "largest"] as const;

/**
 * Sums of work of the shares received in [fromMs, toMs), by whose they are and by steps as asked; only where there were shares, in no
 * order. Throws RangeError on a window or step that is none.
 */
export async function workOf(questions: Questions, query: WorkQuery): Promise<WorkRow[]> {
  checkWindow(query.fromMs, query.toMs);
  const fromMs = Math.floor(query.fromMs);
  const toMs = Math.floor(query.toMs);
  const { by, stepMs } = query;
  if (stepMs !== undefined && !(Number.isInteger(stepMs) && stepMs > 0)) throw new RangeError("step: must be a whole number of milliseconds above 0");
  const picked = scopeCondition(query.scope ?? { kind: "all" });
  const keys: Key[] = [...(by === undefined ? [] : [`${by}_no` as const]), "hub_verdict", "pool_verdict"];
  const asked = { fromMs, toMs, ...(stepMs !== undefined && { stepMs }), picked, keys, figures };
  const step = stepMs === undefined ? "0" : `((at_ms - ${fromMs}) // ${stepMs})::INTEGER`;
  const no = by === undefined ? "0" : `${by}_no`;
  const columns = await questions.askColumns(
    (reach) => `SELECT ${no}::DOUBLE AS no, ${step}::DOUBLE AS step, ${sums} FROM (${factsSql(reach, asked)}) GROUP BY ALL HAVING count(*) > 0`,
    [picked.value],
  );
  return rowsOf(columns, fromMs, stepMs ?? 0);
}

function rowsOf(columns: Columns, fromMs: number, stepMs: number): WorkRow[] {
  const [no, step, count, squares, poolSquares] = [0, 1, 2, 7, 8].map(columns.numbers) as FiveOf<Float64Array>;
  const [effective, held, rejected, accepted, largest] = [3, 4, 5, 6, 9].map(columns.integers) as FiveOf<bigint[]>;
  return Array.from({ length: columns.rowCount }, (_, row) => ({
    no: no[row] as number,
    atMs: fromMs + (step[row] as number) * stepMs,
    count: count[row] as number,
    effective: effective[row] as bigint,
    held: held[row] as bigint,
    rejected: rejected[row] as bigint,
    accepted: accepted[row] as bigint,
    squares: squares[row] as number,
    poolSquares: poolSquares[row] as number,
    largest: largest[row] as bigint,
  }));
}

type FiveOf<T> = [T, T, T, T, T];

/**
 * What the interval of a sum of work needs, in hashes. Squares are kept in units of 2^64, too coarse for shares of less than 2^32
 * hashes; the sum of squares lies between sum^2 / n and largest x sum in any case, and with equal shares it is both.
 */
export function weightsOf({ count, effective, squares, largest }: WorkSums): { sum: number; sumOfSquares: number; largest: number } {
  const sum = Number(effective);
  const greatest = Number(largest);
  const least = count === 0 ? 0 : (sum * sum) / count;
  return { sum, sumOfSquares: Math.max(least, Math.min(squares * squareUnit, greatest * sum)), largest: greatest };
}
