import { type Hand, handsOf } from "./hand.ts";
import { planLimits } from "./plan-limits.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { type Between, isWorth, mayBeTaken, mayLevel } from "./shortage.ts";
import type { Why } from "./why.ts";

/**
 * For contracts that lack less than another has too much, where no spare is left: rigs change hands, at most two each way, so that both
 * have what they are promised. Whole rigs leave a little over with one that another lacks.
 */
export function trade(fleet: PlannedFleet, short: readonly PlannedContract[]): void {
  let givers = richestFirst(fleet);
  if (givers.length === 0) return;
  const receivers = short.filter(({ fact }) => fact.method === "threshold").sort((one, other) => one.missingHps - other.missingHps || one.no - other.no);
  let tries: number = planLimits.tradesTriedMax;
  for (const receiver of receivers) {
    if (receiver.missingHps === 0) continue;
    for (const giver of givers.slice(0, planLimits.tradersMax)) {
      if (overHps(giver) < receiver.missingHps) break;
      if (tries-- <= 0) return;
      if (!tradeBetween(fleet, { giver, receiver })) continue;
      givers = richestFirst(fleet);
      break;
    }
  }
}

/** Who has the most too much is the likeliest to have something that fits. */
function richestFirst({ contracts }: PlannedFleet): PlannedContract[] {
  return contracts.filter((contract) => contract.inForce && overHps(contract) > 0).sort((one, other) => overHps(other) - overHps(one) || one.no - other.no);
}

function overHps(contract: PlannedContract): number {
  return contract.fact.method === "threshold" ? contract.stayHps - contract.promisedHps : 0;
}

function tradeBetween(fleet: PlannedFleet, { giver, receiver }: Between): boolean {
  const mayTrade = (between: Between) => (rig: PlannedRig) => rig.fraction === 1 && mayBeTaken(rig, between) && mayLevel(fleet, rig, receiver.belowTolerance);
  const given = handsOf(giver.members.filter(mayTrade({ giver, receiver })));
  const returned = handsOf(receiver.members.filter(mayTrade({ giver: receiver, receiver: giver })));
  const suits = ({ there, back, gainHps, rigs }: Trade) => {
    if (gainHps < receiver.missingHps || gainHps > overHps(giver) || !fleet.mayMove(rigs)) return false;
    return isWorth(receiver.missingHps, [...there.rigs, ...back.rigs]);
  };
  const best = fewest(given, returned, suits);
  if (best === null) return false;
  const why: Why = { cause: "level", code: "traded", optional: true, contractNo: receiver.no, otherNo: 0, fill: receiver.fill, chosen: giver.fact.label };
  for (const rig of best.there.rigs) fleet.move(rig, { contractNo: receiver.no }, why);
  for (const rig of best.back.rigs) fleet.move(rig, { contractNo: giver.no }, why);
  return true;
}

type Trade = { there: Hand; back: Hand; rigs: number; gainHps: number };

/** The trade of the fewest rigs that suits, of those the one that leaves the giver most. */
function fewest(given: readonly Hand[], returned: readonly Hand[], suits: (one: Trade) => boolean): Trade | null {
  let best: Trade | null = null;
  for (const there of given) {
    for (const back of returned) {
      const one = { there, back, rigs: there.rigs.length + back.rigs.length, gainHps: there.hps - back.hps };
      const isBetter = best === null || one.rigs < best.rigs || (one.rigs === best.rigs && one.gainHps < best.gainHps);
      if (isBetter && suits(one)) best = one;
    }
  }
  return best;
}
