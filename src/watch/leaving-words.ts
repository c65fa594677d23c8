import type { Contract } from "../control/contract-row.ts";
import type { PlanReason } from "../schedule/plan.ts";

/** A rig leaves a contract because of what became of that; the planner knows no more than that it is not in force here. */
const leavingCodes: ReadonlySet<string> = new Set(["gone", "ended"]);

/** The planner's reason, where it can be said which contract it was and what became of it: in words that its customer may read. */
export function leavingReason(reason: PlanReason, rig: string, contract: () => Contract | null): PlanReason {
  const left = leavingCodes.has(reason.code) ? contract() : null;
  const fate = left === null ? null : fateOf(left);
  return fate === null ? reason : { code: reason.code, text: `${fate}; ${rig}, which served it, is free` };
}

/** What keeps it from being served; null where nothing of its state does. */
function fateOf({ number, state, stateReason, endedReason }: Contract): string | null {
  const because = stateReason === null ? "" : `: ${stateReason}`;
  if (state === "ended") return endedReason === "term" ? `${number} has ended: its term is over` : `${number} was terminated${because}`;
  return state === "suspended" ? `${number} is suspended${because}` : null;
}
