import { planLimits } from "./plan-limits.ts";
import type { PlannedRig } from "./planned-rig.ts";

/** Rigs that change hands together: none, one or two. */
export type Lot = { rigs: readonly PlannedRig[]; hps: number };

export const noLot: Lot = Object.freeze({ rigs: [], hps: 0 });

/** All lots of these rigs; of many rigs, of some that are spread over all of them. */
export function lotsOf(rigs: readonly PlannedRig[]): Lot[] {
  const some = spread(rigs, planLimits.lotsFromMax);
  const lots: Lot[] = [noLot];
  for (const [at, rig] of some.entries()) {
    lots.push({ rigs: [rig], hps: rig.h });
    for (const other of some.slice(at + 1)) lots.push({ rigs: [rig, other], hps: rig.h + other.h });
  }
  return lots;
}

function spread(rigs: readonly PlannedRig[], max: number): readonly PlannedRig[] {
  if (rigs.length <= max) return rigs;
  return Array.from({ length: max }, (_, at) => rigs[Math.floor((at * rigs.length) / max)]).filter((rig) => rig !== undefined);
}
