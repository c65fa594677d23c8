import { planLimits } from "./plan-limits.ts";
import type { PlannedRig } from "./planned-rig.ts";

/** Rigs that change hands together: none, one or two. */
export type Lot = { rigs: readonly PlannedRig[]; hps: number };

export const noLot: Lot = Object.freeze({ rigs: [], hps: 0 });

/** All lots of these rigs; of many rigs, of some that are spread over all of them. */
export function lotsOf(rigs: readonly PlannedRig[]): Lot[] {
  const some = spread(rigs);
  const lots: Lot[] = [noLot];
  for (const [at, rig] of some.entries()) {
    for (let before = 0; before < at; before++) {
      const other = some[before];
      if (other !== undefined) lots.push({ rigs: [other, rig], hps: other.h + rig.h });
    }
    lots.push({ rigs: [rig], hps: rig.h });
  }
  return lots;
}

/** As many as lots are made of, spread over all of them. */
export function spread(rigs: readonly PlannedRig[]): readonly PlannedRig[] {
  const max = planLimits.lotsFromMax;
  if (rigs.length <= max) return rigs;
  return Array.from({ length: max }, (_, at) => rigs[Math.floor((at * rigs.length) / max)]).filter((rig) => rig !== undefined);
}
