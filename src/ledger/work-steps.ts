import { factsSql, type Key } from "./fact-sources.ts";
import { figureSql } from "./hashrate.ts";
import type { Questions } from "./questions.ts";
import { checkWindow } from "./scope.ts";

/** Work of rigs, contracts or pools by steps; each position of the three is one of them in one step. */
export type WorkSteps = { nos: Float64Array; steps: Float64Array; hashes: Float64Array };

export type StepWindow = { fromMs: number; toMs: number; stepMs: number };

type StepsQuestion = { by: "rig" | "contract" | "pool"; figure: keyof typeof figureSql };

/**
 * Effective or delivered work (D = H - R, may be negative in a step) in each step of [fromMs, toMs), where there was a share; the house is contract 0.
 * Rounded to doubles, for drawing alone: what is settled starts from `work`. Throws RangeError on a window or step that is none.
 */
export async function workStepsOf(questions: Questions, { by, figure }: StepsQuestion, { fromMs, toMs, stepMs }: StepWindow): Promise<WorkSteps> {
  checkWindow(fromMs, toMs);
  if (!(Number.isInteger(stepMs) && stepMs > 0)) throw new RangeError("step: must be a whole number of milliseconds above 0");
  const { condition, figures, work, ...more } = figureSql[figure];
  const keys: readonly Key[] = [`${by}_no`, ...more.keys];
  const range = { fromMs: Math.floor(fromMs), toMs: Math.floor(toMs), stepMs };
  const columns = await questions.askColumns((reach) => {
    const facts = factsSql(reach, { ...range, picked: { sql: condition, value: true, ofRigs: false }, keys, figures });
    return `SELECT ${by}_no::DOUBLE, ((at_ms - ${range.fromMs}) // ${stepMs})::DOUBLE, sum(${work})::DOUBLE FROM (${facts}) GROUP BY ALL`;
  });
  return { nos: columns.numbers(0), steps: columns.numbers(1), hashes: columns.numbers(2) };
}
