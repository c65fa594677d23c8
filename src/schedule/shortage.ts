import { fillPlaces, seatFor } from "./fill-places.ts";
import { fillThreshold } from "./fill-threshold.ts";
import { planLimits } from "./plan-limits.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { spareRanks } from "./spare-shelf.ts";

export function fillFromSpares(fleet: PlannedFleet, contract: PlannedContract): void {
  if (contract.fact.method === "threshold") fillThreshold(fleet, contract);
  else fillPlaces(fleet, contract);
}

/** Shares out spares that don't suffice: each goes to the contract that is worst off. */
export function shareOut(fleet: PlannedFleet, contracts: readonly PlannedContract[]): void {
  const waiting = contracts.filter(({ deficitHps }) => deficitHps > 0);
  while (waiting.length > 0) {
    let worst = 0;
    for (let at = 1; at < waiting.length; at++) if ((waiting[at]?.fill ?? 1) < (waiting[worst]?.fill ?? 1)) worst = at;
    const contract = waiting[worst];
    const before = contract?.deficitHps ?? 0;
    if (contract === undefined || !giveOne(fleet, contract) || contract.deficitHps >= before || contract.deficitHps === 0) waiting.splice(worst, 1);
  }
}

function giveOne(fleet: PlannedFleet, contract: PlannedContract): boolean {
  const before = fleet.mark;
  if (contract.fact.method === "miners") {
    fillPlaces(fleet, contract, 1);
    return fleet.mark > before;
  }
  for (const rank of spareRanks) {
    for (const shelf of fleet.shelvesFor(contract)) {
      const list = shelf.rigs(rank);
      const rig = list.floor(contract.deficitHps + contract.slackHps) ?? list.ceil(contract.deficitHps);
      if (rig === null) continue;
      const leaver = contract.members.find((member) => contract.leaves(member));
      const base = { optional: false, contractNo: contract.no, fill: contract.stayFill, chosen: "" };
      if (leaver === undefined) fleet.move(rig, { contractNo: contract.no }, { ...base, cause: "fill", code: "fills", otherNo: 0 });
      else fleet.move(rig, { contractNo: contract.no }, { ...base, cause: "replace", code: "replaces", otherNo: leaver.no });
      return true;
    }
  }
  return false;
}

/**
 * For a contract that finds no spare it may use: a rig of another contract, which in turn is filled from spares that this one may not use.
 * Nobody is worse off, or it is not done.
 */
export function exchange(fleet: PlannedFleet, contract: PlannedContract): void {
  if (fleet.ownSpares === 0 && (contract.fact.method === "threshold" || fleet.common.size === 0)) return;
  let tries = planLimits.exchangesTriedMax;
  for (const giver of fleet.contracts) {
    if (tries <= 0) return;
    if (giver === contract || !giver.inForce || !hasOtherSpares(fleet, contract, giver)) continue;
    for (const rig of candidates(giver, contract, tries)) {
      if (contract.fill >= 1 || tries-- <= 0) return;
      exchangeOne(fleet, rig, { giver, receiver: contract });
    }
  }
}

function exchangeOne(fleet: PlannedFleet, rig: PlannedRig, { giver, receiver }: Between): void {
  const received = receiver.fill;
  const given = Math.min(1, giver.fill);
  const mark = fleet.mark;
  give(fleet, rig, { contract: receiver, giver, cause: "replace", code: "exchange" });
  fillFromSpares(fleet, giver);
  if (giver.fill < given || receiver.fill <= received) fleet.rollBack(mark);
}

/** Whether the giver can be filled from spares that the receiver can't use. */
function hasOtherSpares(fleet: PlannedFleet, receiver: PlannedContract, giver: PlannedContract): boolean {
  if (receiver.fact.method === "miners" && fleet.common.size > 0) return true;
  if (receiver.fact.customerNo === giver.fact.customerNo) return false;
  return (fleet.ownShelf(giver.fact.customerNo)?.size ?? 0) > 0;
}

/** The first so many that may be taken. Largest first: fewer exchanges. For a place: the smallest that serves it first. */
function candidates(giver: PlannedContract, receiver: PlannedContract, rigsMax = Number.POSITIVE_INFINITY): PlannedRig[] {
  const { members } = giver;
  const rigs: PlannedRig[] = [];
  const forPlace = receiver.fact.method === "miners";
  if (forPlace && (members.at(-1)?.h ?? 0) < leastSeatHps(receiver)) return rigs;
  for (let at = 0; at < members.length && rigs.length < rigsMax; at++) {
    const rig = members[forPlace ? at : members.length - 1 - at];
    if (rig !== undefined && (!forPlace || seatFor(receiver, rig) !== null) && mayBeTaken(rig, { giver, receiver })) rigs.push(rig);
  }
  return rigs;
}

/** What the smallest free place asks for, H/s; infinite when none is free. */
function leastSeatHps(contract: PlannedContract): number {
  const smallest = contract.openSeats().at(-1);
  return smallest === undefined ? Number.POSITIVE_INFINITY : contract.placeHps(smallest.place);
}

type Between = { giver: PlannedContract; receiver: PlannedContract };

/** A whole, well rig that is not its customer's own, not fixed, and may serve the other. */
function mayBeTaken(rig: PlannedRig, { giver, receiver }: Between): boolean {
  if (rig.fraction < 1 || !rig.fit || rig.ownedBy(giver.fact.customerNo)) return false;
  return rig.servesCustomer(receiver.fact.customerNo) && !giver.leaves(rig);
}

type Giving = { contract: PlannedContract; giver: PlannedContract; cause: "replace" | "take" | "level"; code: string };

function give(fleet: PlannedFleet, rig: PlannedRig, { contract, giver, cause, code }: Giving): void {
  const optional = cause === "level";
  const chosen = giver.fact.label;
  fleet.move(rig, { contractNo: contract.no }, { cause, code, optional, contractNo: contract.no, otherNo: 0, fill: contract.fill, chosen });
}

/** What a contract that is below its tolerance may do to lower priorities: the lowest first, of it the richest, until it is full. */
export function takeFromLower(fleet: PlannedFleet, contract: PlannedContract): void {
  if (!contract.belowTolerance || (fleet.contracts.at(-1)?.fact.priority ?? 0) <= contract.fact.priority) return;
  const lower = fleet.contracts.filter(({ inForce, fact, members }) => inForce && fact.priority > contract.fact.priority && members.length > 0);
  for (let priority = 9; priority > contract.fact.priority && lower.length > 0; priority--) {
    const givers = lower.filter(({ fact }) => fact.priority === priority);
    while (givers.length > 0 && contract.fill < 1) {
      const giver = givers.reduce((one, other) => (other.fill > one.fill ? other : one));
      const rig = takeable(giver, contract);
      if (rig === null || !takeOne(fleet, rig, { giver, receiver: contract })) givers.splice(givers.indexOf(giver), 1);
    }
  }
}

/** Places are dealt anew with each rig; should the receiver not be better off, the rig stays where it was. */
function takeOne(fleet: PlannedFleet, rig: PlannedRig, { giver, receiver }: Between): boolean {
  const received = receiver.fill;
  const mark = fleet.mark;
  give(fleet, rig, { contract: receiver, giver, cause: "take", code: "taken" });
  if (receiver.fill > received) return true;
  fleet.rollBack(mark);
  return false;
}

/** The largest that is not too much, else the smallest; rigs that the giver named are the last to go. */
function takeable(giver: PlannedContract, receiver: PlannedContract): PlannedRig | null {
  const rigs = candidates(giver, receiver).sort((one, other) => one.h - other.h || one.no - other.no);
  const unnamed = rigs.filter((rig) => !giver.fact.places.some(({ rigNo }) => rigNo === rig.no));
  const from = unnamed.length > 0 ? unnamed : rigs;
  if (receiver.fact.method === "miners") return from[0] ?? null;
  return from.findLast((rig) => rig.h <= receiver.deficitHps + receiver.slackHps) ?? from[0] ?? null;
}

/**
 * Makes the parts that contracts of one rank get as equal as whole rigs allow: moves rigs from the best filled to the worst filled while
 * the worst one gains and the giver stays above what it had.
 */
export function level(fleet: PlannedFleet, contracts: readonly PlannedContract[]): void {
  const stuck = new Set<PlannedContract>();
  let order = richestFirst(contracts);
  for (;;) {
    const worst = worstOf(order, stuck);
    if (worst === null) return;
    if (levelOne(fleet, worst, order)) order = richestFirst(contracts);
    else stuck.add(worst);
  }
}

type Filled = { contract: PlannedContract; fill: number };

function richestFirst(contracts: readonly PlannedContract[]): Filled[] {
  return contracts.map((contract) => ({ contract, fill: contract.fill })).sort((one, other) => other.fill - one.fill || one.contract.no - other.contract.no);
}

/** The first by its number of those that get least, are short, and are not stuck. */
function worstOf(order: readonly Filled[], stuck: ReadonlySet<PlannedContract>): PlannedContract | null {
  let worst: Filled | null = null;
  for (let at = order.length - 1; at >= 0; at--) {
    const one = order[at];
    if (one === undefined || one.fill >= 1 || (worst !== null && one.fill > worst.fill)) break;
    if (!stuck.has(one.contract)) worst = one;
  }
  return worst?.contract ?? null;
}

function levelOne(fleet: PlannedFleet, worst: PlannedContract, order: readonly Filled[]): boolean {
  const urgent = worst.belowTolerance;
  const floor = worst.fill;
  for (const { contract: giver, fill } of order) {
    if (fill <= floor) return false;
    const best = levelling(fleet, { giver, receiver: worst, urgent });
    if (best === null) continue;
    const mark = fleet.mark;
    give(fleet, best, { contract: worst, giver, cause: "level", code: "levelled" });
    // Places are dealt anew with each rig; should the reckoning not hold, the move is taken back.
    if (Math.min(worst.fill, giver.fill) > floor) return true;
    fleet.rollBack(mark);
  }
  return false;
}

/** The rig by which the lower of the two fills gains most; null when none makes it higher than the receiver's is. */
function levelling(fleet: PlannedFleet, { giver, receiver, urgent }: Between & { urgent: boolean }): PlannedRig | null {
  const floor = receiver.fill;
  const byHps = giver.fact.method === "threshold";
  // The least that the giver can lose is too much already.
  if (!byHps && giver.fill - giver.smallestPlaceHps / giver.promisedHps <= floor && giver.extras().length === 0) return null;
  if (receiver.fact.method === "miners" && (giver.members.at(-1)?.h ?? 0) < leastSeatHps(receiver)) return null;
  let best: PlannedRig | null = null;
  let bestFloor = floor;
  for (const rig of giver.members) {
    if (rig.h === 0 || rig.fraction < 1) continue;
    const without = fillWithout(giver, rig);
    // Members rise: the rest would cost more.
    if (byHps && without <= floor) break;
    const lower = Math.min(without, fillWith(receiver, rig));
    if (lower > bestFloor && mayBeTaken(rig, { giver, receiver }) && mayLevel(fleet, rig, urgent)) {
      best = rig;
      bestFloor = lower;
    }
  }
  return best;
}

/** Dwell is broken for a contract below its tolerance, the cap on moves is not; a rig that was just added is where it is by no move yet. */
function mayLevel(fleet: PlannedFleet, rig: PlannedRig, urgent: boolean): boolean {
  if (rig.origin !== null && rig.origin.contractNo === 0) return true;
  return fleet.mayMove(1) && (urgent || fleet.mayLeave(rig));
}

function fillWithout(contract: PlannedContract, rig: PlannedRig): number {
  if (contract.fact.method === "threshold") return contract.fill - rig.partHps / contract.promisedHps;
  const seat = contract.seatOf(rig);
  return seat === null || !seat.serves ? contract.fill : contract.fill - seat.place.nominalHps / contract.promisedHps;
}

function fillWith(contract: PlannedContract, rig: PlannedRig): number {
  if (contract.fact.method === "threshold") return contract.fill + rig.h / contract.promisedHps;
  const seat = seatFor(contract, rig);
  return seat === null ? contract.fill : contract.fill + seat.place.nominalHps / contract.promisedHps;
}
