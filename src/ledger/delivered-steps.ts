import { type Asked, factsSql, type Key } from "./fact-sources.ts";
import { figureSql } from "./hashrate.ts";
import type { Questions } from "./questions.ts";
import { checkWindow, scopeCondition } from "./scope.ts";

/** Delivered work (D = H - R, may be negative in a step) of contracts by steps; each position of the three is one contract in one step. */
export type DeliveredSteps = { contractNos: Float64Array; steps: Float64Array; hashes: Float64Array };

export type DeliveredWindow = { fromMs: number; toMs: number; stepMs: number };

/**
 * What every contract was delivered in each step of [fromMs, toMs), where there was a share; the house is 0. Rounded to doubles, for
 * drawing alone: what is settled starts from `work`. Throws RangeError on a window or step that is none.
 */
export async function deliveredStepsOf(questions: Questions, { fromMs, toMs, stepMs }: DeliveredWindow): Promise<DeliveredSteps> {
  checkWindow(fromMs, toMs);
  if (!(Number.isInteger(stepMs) && stepMs > 0)) throw new RangeError("step: must be a whole number of milliseconds above 0");
  const { condition, figures, work } = figureSql.delivered;
  const keys: readonly Key[] = ["contract_no", "hub_verdict", "pool_verdict"];
  const range = { fromMs: Math.floor(fromMs), toMs: Math.floor(toMs), stepMs };
  const everything = scopeCondition({ kind: "all" });
  const asked: Asked = { ...range, picked: { ...everything, sql: `${everything.sql} AND ${condition}` }, keys, figures };
  const columns = await questions.askColumns(
    (reach) =>
      `SELECT contract_no::DOUBLE, ((at_ms - ${range.fromMs}) // ${stepMs})::DOUBLE, sum(${work})::DOUBLE FROM (${factsSql(reach, asked)}) GROUP BY ALL`,
    [everything.value],
  );
  return { contractNos: columns.numbers(0), steps: columns.numbers(1), hashes: columns.numbers(2) };
}
