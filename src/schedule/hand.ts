import { planLimits } from "./plan-limits.ts";
import type { PlannedRig } from "./planned-rig.ts";

/** Rigs that change hands together: none, one or two. */
export type Hand = { rigs: readonly PlannedRig[]; hps: number };

export const noHand: Hand = Object.freeze({ rigs: [], hps: 0 });

/** All hands of these rigs; of many rigs, of some that are spread over all of them. */
export function handsOf(rigs: readonly PlannedRig[]): Hand[] {
  const some = spread(rigs, planLimits.tradedFromMax);
  const hands: Hand[] = [noHand];
  for (const [at, rig] of some.entries()) {
    hands.push({ rigs: [rig], hps: rig.h });
    for (const other of some.slice(at + 1)) hands.push({ rigs: [rig, other], hps: rig.h + other.h });
  }
  return hands;
}

function spread(rigs: readonly PlannedRig[], max: number): readonly PlannedRig[] {
  if (rigs.length <= max) return rigs;
  return Array.from({ length: max }, (_, at) => rigs[Math.floor((at * rigs.length) / max)]).filter((rig) => rig !== undefined);
}
