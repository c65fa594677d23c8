import { type Lot, lotsOf, noLot, spread } from "./lot.ts";
import { chosenFor, type Likeness, nearness } from "./nearness.ts";
import { planLimits } from "./plan-limits.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import type { RigList } from "./rig-list.ts";
import { fractionAtLeast, fractionMax, fractionMin } from "./sliced-rig.ts";
import { type ShelfRank, spareRanks } from "./spare-shelf.ts";
import type { Why } from "./why.ts";

/** One contract being filled: where it takes from, who is to be replaced, what was added so far, and what those who stay were expected to give before. */
type Filling = {
  fleet: PlannedFleet;
  contract: PlannedContract;
  lists: RigList[];
  leavers: PlannedRig[];
  fresh: PlannedRig[];
  fill: number;
  cameFor: Map<PlannedRig, Why>;
};

/** Fills a `threshold` contract from spares to its promise, with as few rigs and as little above it as whole rigs (or one part of a rig) allow. */
export function fillThreshold(fleet: PlannedFleet, contract: PlannedContract): void {
  if (fleet.fact.slices || fleet.shelvesFor(contract).some(({ size }) => size > 0)) fillByRank(fleet, contract);
  raisePart(fleet, contract);
}

/** The part of a short contract's rig that was left to the house is its contract's: as much as is missing, at once. */
export function raisePart(fleet: PlannedFleet, contract: PlannedContract): void {
  const { missingHps } = contract;
  // Rather of one that is well than of one that is not there.
  const sliced = contract.slicedToStay ?? contract.sliced;
  if (sliced === null || missingHps === 0) return;
  const fraction = fleet.fact.slices && sliced.h > 0 ? fractionAtLeast(sliced.fraction + missingHps / sliced.h) : 1;
  agreePart(fleet, contract, { rig: sliced, fraction, fill: contract.fill });
}

/** Which part of a rig a contract needs: all of it, unless that would be too much and it has none in part yet. */
export function partNeeded(fleet: PlannedFleet, contract: PlannedContract, rig: PlannedRig, missingHps: number): number {
  if (!fleet.fact.slices || contract.fact.method === "miners" || contract.slicedToStay !== null || rig.h <= missingHps + contract.slackHps) return 1;
  return fractionAtLeast(missingHps / rig.h);
}

/** The smallest rig of a contract that can be agreed in part so that the contract has so much less. */
export function rigForPart({ members }: PlannedContract, surplusHps: number, may: (rig: PlannedRig) => boolean): PlannedRig | undefined {
  return members.find((rig) => rig.h * fractionMax >= surplusHps && rig.h * (1 - fractionMax) <= surplusHps && may(rig));
}

function fillByRank(fleet: PlannedFleet, contract: PlannedContract): void {
  const leavers = contract.members.filter((rig) => contract.leaves(rig));
  const filling: Filling = { fleet, contract, lists: [], leavers, fresh: [], fill: contract.stayFill, cameFor: new Map() };
  for (const rank of spareRanks) {
    if (contract.stayHps >= contract.promisedHps) return;
    filling.lists = listsOf(fleet, contract, rank);
    filling.fresh = [];
    while (contract.stayHps < contract.promisedHps && fillStep(filling));
  }
}

function listsOf(fleet: PlannedFleet, contract: PlannedContract, rank: ShelfRank): RigList[] {
  return fleet
    .shelvesFor(contract)
    .map((shelf) => shelf.rigs(rank))
    .filter((list) => list.size > 0);
}

/** One more rig, or the last; false when there is nothing more to take, or nothing more to do. */
function fillStep(filling: Filling): boolean {
  const { contract, fleet } = filling;
  const deficit = contract.promisedHps - contract.stayHps;
  const part = fleet.fact.slices ? contract.slicedToStay : null;
  if (part !== null && part.h * (1 - part.fraction) >= deficit) {
    agreeOn(filling, part, deficit);
    return false;
  }
  const last = closing(filling, deficit, part);
  if (last !== null) {
    add(filling, last);
    if (part !== null) agreeOn(filling, part, contract.promisedHps - contract.stayHps);
    return false;
  }
  const above = least(filling.lists, deficit);
  const below = most(filling.lists, deficit);
  if (above !== null && fleet.fact.slices && part === null) {
    const rig = least(filling.lists, deficit / fractionMax);
    if (rig !== null) {
      add(filling, rig, fractionAtLeast(deficit / rig.h));
      return false;
    }
  }
  if (below !== null) {
    add(filling, below);
    return true;
  }
  if (above === null) return false;
  close(filling, above, deficit);
  return false;
}

/** The rig that ends the search: it brings the contract between its promise and a little above, alone or with the part agreed anew. */
function closing({ lists, leavers, fresh, contract }: Filling, deficit: number, part: PlannedRig | null): PlannedRig | null {
  const from = part === null ? deficit : deficit - (fractionMax - part.fraction) * part.h;
  const to = part === null ? deficit + contract.slackHps : deficit + (part.fraction - fractionMin) * part.h;
  const beside = leavers[fresh.length] ?? null;
  const likeness: Likeness = { model: beside?.fact.model ?? null, beside };
  let best: PlannedRig | null = null;
  let bestNear = -1;
  let compared = 0;
  // From the deficit up first: with a part to agree, what lies below it is as good.
  for (const [low, high] of from < deficit
    ? ([
        [deficit, to],
        [from, deficit],
      ] as const)
    : ([[from, to]] as const)) {
    for (const list of lists) {
      list.scan(low, (rig) => {
        if (rig.h > high || ++compared > planLimits.nearbyComparedMax) return true;
        const near = nearness(rig, likeness);
        if (near > bestNear || (near === bestNear && best !== null && Math.abs(rig.h - deficit) < Math.abs(best.h - deficit))) {
          best = rig;
          bestNear = near;
        }
        return beside === null;
      });
      // A customer's own rig is used before anybody's.
      if (best !== null && lists.length > 1) return best;
    }
    if (best !== null) return best;
  }
  return best;
}

/**
 * Ends with a rig that is more than is missing, or by exchanging some of those just added for others where that is less too much. Each
 * rig more must save at least what may be too much anyway.
 */
function close(filling: Filling, above: PlannedRig, deficit: number): void {
  const { fresh, lists, contract } = filling;
  const cost = (out: Lot, into: Lot) => into.hps - out.hps - deficit + (into.rigs.length - out.rigs.length) * contract.slackHps;
  let best: { out: Lot; into: Lot } = { out: noLot, into: { rigs: [above], hps: above.h } };
  const spares = lotsOf([...new Set(lists.flatMap((list) => spread(list.all())))]);
  for (const out of lotsOf(fresh)) {
    const single = least(lists, out.hps + deficit);
    const lots = single === null ? spares : [{ rigs: [single], hps: single.h }, ...spares];
    for (const into of lots) if (into.hps >= out.hps + deficit && cost(out, into) < cost(best.out, best.into)) best = { out, into };
  }
  for (const rig of best.out.rigs) takeBack(filling, rig);
  filling.fresh = fresh.filter(({ contractNo }) => contractNo === contract.no);
  for (const rig of best.into.rigs) add(filling, rig);
  // What came may do for more than what it came for.
  const needless = () => filling.fresh.filter(({ h, contractNo }) => contractNo === contract.no && h <= contract.stayHps - contract.promisedHps);
  const larger = (one: PlannedRig, other: PlannedRig) => (other.h > one.h ? other : one);
  for (let rigs = needless(); rigs.length > 0; rigs = needless()) takeBack(filling, rigs.reduce(larger));
}

/** Back to where it came from, for the reason for which it had been there. */
function takeBack({ fleet, contract, cameFor }: Filling, rig: PlannedRig): void {
  const atHome: Why = { cause: "release", code: "released", optional: false, contractNo: contract.no, otherNo: 0, fill: 1, chosen: "" };
  fleet.move(rig, { contractNo: 0 }, cameFor.get(rig) ?? atHome);
}

function add(filling: Filling, rig: PlannedRig, fraction = 1): void {
  const { fleet, contract, leavers, fresh, fill } = filling;
  const leaver = leavers[fresh.length] ?? null;
  fresh.push(rig);
  if (rig.why !== null) filling.cameFor.set(rig, rig.why);
  const likeness: Likeness = { model: leaver?.fact.model ?? null, beside: leaver };
  const chosen = chosenFor(rig, likeness, fraction < 1 ? "in part" : "best fit");
  const to = { contractNo: contract.no, fraction };
  // More come than leave: the last who leaves is told of with each.
  const without = leavers.at(-1)?.no ?? 0;
  if (leaver === null) fleet.move(rig, to, { cause: "fill", code: "fills", optional: false, contractNo: contract.no, otherNo: without, fill, chosen });
  else fleet.move(rig, to, { cause: "replace", code: "replaces", optional: false, contractNo: contract.no, otherNo: leaver.no, fill, chosen });
}

function agreeOn({ fleet, contract, fill }: Filling, rig: PlannedRig, deficit: number): void {
  agreePart(fleet, contract, { rig, fraction: fractionAtLeast(rig.fraction + deficit / rig.h), fill });
}

/** Agrees on another part of a rig that serves the contract in part already: nobody moves. */
export function agreePart(fleet: PlannedFleet, contract: PlannedContract, { rig, fraction, fill }: { rig: PlannedRig; fraction: number; fill: number }): void {
  if (fraction === rig.fraction) return;
  const why = { cause: "fill", code: "part", optional: false, contractNo: contract.no, otherNo: 0, fill, chosen: "" } as const;
  // Who came from another contract in this plan has come for that reason.
  const keeps = rig.why !== null && rig.origin !== null && rig.origin.contractNo !== contract.no;
  fleet.move(rig, { contractNo: contract.no, fraction }, keeps ? (rig.why ?? why) : why);
}

function least(lists: readonly RigList[], hps: number): PlannedRig | null {
  let best: PlannedRig | null = null;
  for (const list of lists) {
    const rig = list.ceil(hps);
    if (rig !== null && (best === null || rig.h < best.h)) best = rig;
  }
  return best;
}

/** The largest of the customer's own that is not too much, else the largest of anybody's. */
function most(lists: readonly RigList[], hps: number): PlannedRig | null {
  for (const list of lists) {
    const rig = list.floor(hps);
    if (rig !== null) return rig;
  }
  return null;
}
