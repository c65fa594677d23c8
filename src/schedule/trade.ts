import { agreePart, rigForPart } from "./fill-threshold.ts";
import { type Lot, lotsOf } from "./lot.ts";
import { planLimits } from "./plan-limits.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { asFill, type Between, isWorth, mayBeTaken, mayLevel, takeable, takeOne } from "./shortage.ts";
import { fractionAtLeast } from "./sliced-rig.ts";
import type { Why } from "./why.ts";

/**
 * For contracts that lack less than another has too much, where no spare is left: rigs change hands, at most two each way, so that both
 * have what they are promised. Whole rigs leave a little over with one that another lacks.
 */
export function trade(fleet: PlannedFleet, short: readonly PlannedContract[]): void {
  let givers = giversOf(fleet);
  if (givers.length === 0) return;
  const receivers = short.filter(({ fact }) => fact.method === "threshold").sort((one, other) => one.missingHps - other.missingHps || one.no - other.no);
  let tries: number = planLimits.tradesFailedMax;
  for (const receiver of receivers) {
    if (receiver.missingHps === 0) continue;
    for (const giver of givers.filter((one) => overHps(one) >= receiver.missingHps).slice(0, planLimits.tradersMax)) {
      if (!tradeBetween(fleet, { giver, receiver })) {
        if (--tries === 0) return;
        continue;
      }
      givers = giversOf(fleet);
      break;
    }
  }
}

/**
 * What anybody has beyond his promise is as good as a spare to a contract below its tolerance, whichever comes first of the two: it does not
 * wait there until it has been long enough for an optional move.
 */
export function takeSurplus(fleet: PlannedFleet, short: readonly PlannedContract[]): void {
  const urgent = short.filter(({ belowTolerance }) => belowTolerance);
  const givers = urgent.length === 0 ? [] : giversOf(fleet).filter(mayHaveNeedless);
  for (const receiver of givers.length === 0 ? [] : urgent) {
    const { fill } = receiver;
    for (const giver of givers) while (giver !== receiver && receiver.fill < 1 && takeNeedless(fleet, { giver, receiver }, fill));
  }
}

/** Nearly all have less too much than their smallest rig is: not looking at their rigs is four fifths of a plan in a shortage. */
function mayHaveNeedless({ members, sliced, stayHps, promisedHps }: PlannedContract): boolean {
  const smallest = members.find(({ h }) => h > 0);
  return smallest !== undefined && Math.min(smallest.partHps, sliced?.partHps ?? smallest.partHps) <= stayHps - promisedHps;
}

function takeNeedless(fleet: PlannedFleet, { giver, receiver }: Between, fill: number): boolean {
  const isNeedless = (one: PlannedRig) => one.partHps <= giver.stayHps - giver.promisedHps;
  const rig = takeable({ giver, receiver }, isNeedless);
  return rig !== null && takeOne(fleet, rig, { giver, receiver, fill, code: "needless" });
}

/** The last priorities first; of one, who has the most too much is the likeliest to have something that fits. */
function giversOf({ contracts }: PlannedFleet): PlannedContract[] {
  const over = contracts.filter((contract) => contract.inForce && overHps(contract) > 0);
  return over.sort((one, other) => other.fact.priority - one.fact.priority || overHps(other) - overHps(one) || one.no - other.no);
}

/** With its rig in part wholly, H/s. */
function overHps(contract: PlannedContract): number {
  if (contract.fact.method === "miners") return 0;
  const part = contract.slicedToStay;
  return contract.stayHps + (part === null ? 0 : part.h - part.partHps) - contract.promisedHps;
}

/** What the house has of the giver's rig in part is given up for the trade; false when there is none, and nothing is changed. */
function tradeBetween(fleet: PlannedFleet, { giver, receiver }: Between): boolean {
  const { mark } = fleet;
  const part = giver.slicedToStay;
  if (part !== null) agreePart(fleet, giver, { rig: part, fraction: 1, fill: giver.fill });
  const mayTrade = (between: Between) => (rig: PlannedRig) => rig.fraction === 1 && mayBeTaken(rig, between) && mayLevel(fleet, rig, receiver.belowTolerance);
  const given = lotsOf(giver.members.filter(mayTrade({ giver, receiver })));
  const returned = lotsOf(receiver.members.filter(mayTrade({ giver: receiver, receiver: giver })));
  const suits = ({ there, back, rigs }: Trade) => fleet.mayMove(rigs) && isWorth(receiver.missingHps, [...there.rigs, ...back.rigs]);
  const best = fewest(given, returned, { leastHps: receiver.missingHps, mostHps: overHps(giver), suits });
  if (best === null) {
    fleet.rollBack(mark);
    return false;
  }
  const why = { cause: "level", optional: true, otherNo: 0, fill: receiver.fill } as const;
  const onward: Why = { ...why, code: "traded", contractNo: receiver.no, chosen: giver.fact.label };
  const inReturn: Why = { ...why, code: "traded-back", contractNo: giver.no, chosen: receiver.fact.label };
  for (const rig of best.there.rigs) fleet.move(rig, { contractNo: receiver.no }, asFill(rig, onward));
  for (const rig of best.back.rigs) fleet.move(rig, { contractNo: giver.no }, asFill(rig, inReturn));
  for (const contract of [giver, receiver]) trim(fleet, contract);
  return true;
}

/** What is too much after a trade goes back to the house as a part of the smallest rig that will do. */
function trim(fleet: PlannedFleet, contract: PlannedContract): void {
  const surplusHps = contract.stayHps - contract.promisedHps;
  if (!fleet.fact.slices || contract.slicedToStay !== null || surplusHps <= contract.slackHps) return;
  const stays = (rig: PlannedRig) => !contract.leaves(rig) && !rig.pinnedTo(contract.no) && !rig.ownedBy(contract.fact.customerNo);
  const part = rigForPart(contract, surplusHps, stays);
  if (part !== undefined) agreePart(fleet, contract, { rig: part, fraction: fractionAtLeast(1 - surplusHps / part.h), fill: contract.fill });
}

type Trade = { there: Lot; back: Lot; rigs: number; gainHps: number };

type Wanted = { leastHps: number; mostHps: number; suits: (one: Trade) => boolean };

/** Of the trades that suit, that of the fewest rigs, of those the one that leaves the giver most. */
function fewest(given: readonly Lot[], returned: readonly Lot[], { leastHps, mostHps, suits }: Wanted): Trade | null {
  let best: Trade | null = null;
  for (const there of given) {
    for (const back of returned) {
      const gainHps = there.hps - back.hps;
      if (gainHps < leastHps || gainHps > mostHps) continue;
      const one = { there, back, rigs: there.rigs.length + back.rigs.length, gainHps };
      const isBetter = best === null || one.rigs < best.rigs || (one.rigs === best.rigs && gainHps < best.gainHps);
      if (isBetter && suits(one)) best = one;
    }
  }
  return best;
}
