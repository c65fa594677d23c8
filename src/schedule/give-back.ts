import { serves } from "./fill-places.ts";
import { rigForPart } from "./fill-threshold.ts";
import type { PlacePlanFact } from "./plan-facts.ts";
import { planLimits } from "./plan-limits.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { fractionAtLeast } from "./sliced-rig.ts";

/** Brings rigs home that a contract names or its customer owns, once they were well for their hold-down: they come before the borrowed ones go. */
export function giveBack(fleet: PlannedFleet, contract: PlannedContract): void {
  if (contract.fill < 1) return;
  if (contract.fact.method === "miners") giveBackPlaces(fleet, contract);
  else giveBackOwn(fleet, contract);
}

function giveBackPlaces(fleet: PlannedFleet, contract: PlannedContract): void {
  if (!contract.namesRigs && (fleet.ownShelf(contract.fact.customerNo)?.size ?? 0) === 0) return;
  for (const { place, rig: borrowed } of contract.seats()) {
    if (borrowed === null || borrowed.no === place.rigNo || !mayGoHome(fleet, contract, borrowed)) continue;
    const home = homeFor(fleet, contract, { place, borrowed });
    if (home === undefined || !mayComeHome(fleet, contract, home) || !fleet.mayMove(2)) continue;
    const mark = fleet.mark;
    swap(fleet, contract, { home, borrowed });
    // Places are dealt anew with each rig: not at the price of one that nobody serves then.
    if (contract.fill < 1) fleet.rollBack(mark);
  }
}

/** The rig that a place is named for, else one of the customer's own in place of a borrowed one; it must serve the place. */
function homeFor(fleet: PlannedFleet, contract: PlannedContract, { place, borrowed }: { place: PlacePlanFact; borrowed: PlannedRig }): PlannedRig | undefined {
  const leastHps = contract.placeHps(place);
  const named = place.rigNo === null ? undefined : fleet.rigOf(place.rigNo);
  if (named !== undefined && serves(named, leastHps)) return named;
  return borrowed.ownedBy(contract.fact.customerNo) ? undefined : ownFor(fleet, contract, leastHps);
}

/** The customer's own rig that serves a place, the largest. */
function ownFor(fleet: PlannedFleet, contract: PlannedContract, leastHps: number): PlannedRig | undefined {
  let best: PlannedRig | undefined;
  for (const rank of [0, 1] as const) {
    fleet
      .ownShelf(contract.fact.customerNo)
      ?.rigs(rank)
      .scan(leastHps, (rig) => {
        if (rig.nominalHps >= leastHps && serves(rig, leastHps) && mayComeHome(fleet, contract, rig)) best = rig;
        return false;
      });
  }
  return best;
}

function giveBackOwn(fleet: PlannedFleet, contract: PlannedContract): void {
  const shelf = fleet.ownShelf(contract.fact.customerNo);
  if (shelf === null || shelf.size === 0) return;
  const homes: PlannedRig[] = [];
  for (const rank of [0, 1] as const) {
    shelf.rigs(rank).scan(0, (rig) => {
      homes.push(rig);
      return false;
    });
  }
  for (const home of homes.reverse()) {
    if (!mayComeHome(fleet, contract, home) || !fleet.mayMove(2)) continue;
    const borrowed = largestFitting(fleet, contract, { spareHps: contract.stayHps + home.h - contract.promisedHps, ownToo: false });
    if (borrowed !== null) swap(fleet, contract, { home, borrowed });
  }
}

function mayComeHome(fleet: PlannedFleet, contract: PlannedContract, rig: PlannedRig): boolean {
  if (rig.shelved === null || rig.fact.status !== "online" || !rig.servesCustomer(contract.fact.customerNo)) return false;
  return rig.fact.heldDownUntilMs <= fleet.nowMs && fleet.mayLeave(rig);
}

function mayGoHome(fleet: PlannedFleet, contract: PlannedContract, rig: PlannedRig): boolean {
  return !rig.pinnedTo(contract.no) && fleet.mayLeave(rig);
}

function swap(fleet: PlannedFleet, contract: PlannedContract, { home, borrowed }: { home: PlannedRig; borrowed: PlannedRig }): void {
  const base = { cause: "give-back", optional: true, contractNo: contract.no, fill: contract.fill, chosen: "" } as const;
  fleet.move(home, { contractNo: contract.no }, { ...base, code: "back", otherNo: borrowed.no });
  fleet.move(borrowed, { contractNo: 0 }, { ...base, code: "given-back", otherNo: home.no });
}

/** Lets go what a contract has too much: at once who has no place any more, and above 104 % the largest rigs that fit, when they may move. */
export function release(fleet: PlannedFleet, contract: PlannedContract): void {
  if (contract.fact.method === "miners") {
    const extras = contract.extras();
    const fill = extras.length === 0 ? 1 : contract.fill;
    for (const rig of extras) letGo(fleet, contract, { rig, optional: false, code: "no-place", fill });
    return;
  }
  if (contract.leavers > 0 || aboveBp(contract) <= planLimits.partAboveBp) return;
  const lineBp = contract.sliced === null ? planLimits.releaseAboveBp : planLimits.partAboveBp;
  while (aboveBp(contract) > planLimits.releaseAboveBp && releaseLargest(fleet, contract));
  if (fleet.fact.slices && aboveBp(contract) > lineBp) trimPart(fleet, contract, contract.sliced);
}

function aboveBp(contract: PlannedContract): number {
  return (contract.stayHps / contract.promisedHps) * 10_000;
}

function releaseLargest(fleet: PlannedFleet, contract: PlannedContract): boolean {
  if (!fleet.mayMove(1)) return false;
  const spareHps = contract.stayHps - contract.promisedHps;
  const rig = largestFitting(fleet, contract, { spareHps, ownToo: false }) ?? largestFitting(fleet, contract, { spareHps, ownToo: true });
  if (rig === null) return false;
  letGo(fleet, contract, { rig, optional: true, code: "released", fill: contract.fill });
  return true;
}

function largestFitting(fleet: PlannedFleet, contract: PlannedContract, { spareHps, ownToo }: { spareHps: number; ownToo: boolean }): PlannedRig | null {
  for (let at = contract.members.length - 1; at >= 0; at--) {
    const rig = contract.members[at];
    if (rig === undefined || rig.partHps > spareHps || rig.partHps === 0) continue;
    if ((ownToo || !rig.ownedBy(contract.fact.customerNo)) && mayGoHome(fleet, contract, rig)) return rig;
  }
  return null;
}

function letGo(fleet: PlannedFleet, contract: PlannedContract, { rig, ...why }: { rig: PlannedRig; optional: boolean; code: string; fill: number }): void {
  fleet.move(rig, { contractNo: 0 }, { cause: "release", contractNo: contract.no, otherNo: 0, chosen: "", ...why });
}

/** Agrees on a smaller part, or on a part of the smallest rig that will do: what is over goes to the house. */
function trimPart(fleet: PlannedFleet, contract: PlannedContract, part: PlannedRig | null): void {
  const surplus = contract.stayHps - contract.promisedHps;
  const rig = part ?? rigForPart(contract, surplus, (member) => mayBePart(fleet, contract, member));
  if (rig === undefined || rig.h === 0) return;
  const fraction = fractionAtLeast(rig.fraction - surplus / rig.h);
  if (fraction >= rig.fraction) return;
  const why = { cause: "release", code: "part", contractNo: contract.no, otherNo: 0, fill: contract.fill, chosen: "" } as const;
  fleet.move(rig, { contractNo: contract.no, fraction }, { ...why, optional: part === null });
}

function mayBePart(fleet: PlannedFleet, contract: PlannedContract, rig: PlannedRig): boolean {
  return !rig.ownedBy(contract.fact.customerNo) && mayGoHome(fleet, contract, rig) && fleet.mayMove(1);
}
