import type { DuckDBValue } from "@duckdb/node-api";
import type { WorkQuery, WorkRow, WorkSums } from "./answers.ts";
import { factsSql, type Key } from "./fact-sources.ts";
import { poolCodes } from "./journal-format.ts";
import type { Questions } from "./questions.ts";
import { hubAccepted, isPoolAccepted, lost, squareUnit } from "./rollup-sql.ts";
import { checkWindow, scopeCondition } from "./scope.ts";

const sums = `coalesce(sum(shares) FILTER (WHERE ${hubAccepted}), 0), coalesce(sum(work) FILTER (WHERE ${hubAccepted}), 0),
  coalesce(sum(work) FILTER (WHERE ${hubAccepted} AND pool_verdict <> ${poolCodes.orphaned}), 0),
  coalesce(sum(pool_work) FILTER (WHERE ${lost}), 0), coalesce(sum(pool_work) FILTER (WHERE ${isPoolAccepted}), 0),
  sum(squares), sum(pool_squares), max(largest)`;

export const noWork: WorkSums = Object.freeze({
  count: 0,
  effective: 0n,
  held: 0n,
  rejected: 0n,
  accepted: 0n,
  squares: 0n,
  poolSquares: 0n,
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
  const rows = await questions.ask(
    (reach) => `SELECT ${no} AS no, ${step} AS step, ${sums} FROM (${factsSql(reach, asked)}) GROUP BY ALL HAVING count(*) > 0`,
    [picked.value],
  );
  return rows.map((row) => readWork(row, fromMs, stepMs ?? 0));
}

function readWork(row: DuckDBValue[], fromMs: number, stepMs: number): WorkRow {
  const [no, step, count, effective, held, rejected, accepted, squares, poolSquares, largest] = row;
  return {
    no: Number(no),
    atMs: fromMs + Number(step) * stepMs,
    count: Number(count),
    effective: effective as bigint,
    held: held as bigint,
    rejected: rejected as bigint,
    accepted: accepted as bigint,
    squares: squares as bigint,
    poolSquares: poolSquares as bigint,
    largest: largest as bigint,
  };
}

/**
 * What the interval of a sum of work needs, in hashes. Squares are kept in units of 2^64, too coarse for shares of less than 2^32
 * hashes; the sum of squares lies between sum^2 / n and largest x sum in any case, and with equal shares it is both.
 */
export function weightsOf({ count, effective, squares, largest }: WorkSums): { sum: number; sumOfSquares: number; largest: number } {
  const sum = Number(effective);
  const greatest = Number(largest);
  const least = count === 0 ? 0 : (sum * sum) / count;
  return { sum, sumOfSquares: Math.max(least, Math.min(Number(squares * squareUnit), greatest * sum)), largest: greatest };
}
