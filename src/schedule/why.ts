import type { PlanCause } from "./plan.ts";

/** Why a rig was moved, as the numbers of that moment; the text is made once, for what is still true at the end. */
export type Why = {
  cause: PlanCause;
  code: string;
  optional: boolean;
  /** The contract that it is about: the one served, or the one left. */
  contractNo: number;
  /** The rig that is replaced, or that replaces; 0 = none. */
  otherNo: number;
  /** Expected part of the promise before, 1 = all. */
  fill: number;
  /** What spoke for this rig; empty = nothing in particular. */
  chosen: string;
};
