import { decimal, percent, shares } from "./reason-words.ts";
import type { RigHealth, StatusReason } from "./rig-health.ts";

/** The same likelihood ratio on refused shares: 1 % is what a healthy rig may have (stales apart), 10 % is a fault; drawn neither way at 4 %. */
const perRefused = Math.log(0.1 / 0.01);
const perAccepted = Math.log(0.99 / 0.9);
export const rejectClearLimit = 6;

/** One step of the reject statistic, or of its mirror image while rejecting; the reason when `rejecting` begins or ends. */
export function stepRejects(state: RigHealth, counts: { accepted: number; refused: number }, limit: number): StatusReason | null {
  state.rejectAccepted += counts.accepted;
  state.rejectRefused += counts.refused;
  const against = perRefused * state.rejectRefused - perAccepted * state.rejectAccepted;
  const now = state.rejecting ? -against : against;
  if (now <= 0) forgetRejects(state);
  if (now < (state.rejecting ? rejectClearLimit : limit)) return null;
  const reason = state.rejecting ? clearedReason(state) : rejectingReason(state, limit);
  state.rejecting = !state.rejecting;
  forgetRejects(state);
  return reason;
}

export function forgetRejects(state: RigHealth): void {
  state.rejectAccepted = 0;
  state.rejectRefused = 0;
}

export function rejectingNow({ rejectRefused, rejectAccepted }: RigHealth): StatusReason {
  return { code: "rejecting", text: `refused shares (rejecting above 4 %); of late ${rejectRefused} refused and ${rejectAccepted} accepted` };
}

function rejectingReason({ rejectRefused, rejectAccepted }: RigHealth, limit: number): StatusReason {
  const all = rejectRefused + rejectAccepted;
  const against = perRefused * rejectRefused - perAccepted * rejectAccepted;
  return {
    code: "rejecting",
    text: `${percent(rejectRefused, all)} of its shares refused: ${rejectRefused} of the last ${all} (rejecting above 4 %; evidence ${decimal(against, 1)}, limit ${decimal(limit, 1)})`,
  };
}

function clearedReason({ rejectRefused, rejectAccepted }: RigHealth): StatusReason {
  return { code: "rejects-over", text: `${shares(rejectAccepted)} accepted and ${rejectRefused} refused since (evidence ${rejectClearLimit} or more)` };
}
