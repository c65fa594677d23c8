import { fillPlaces, seatFor } from "./fill-places.ts";
import { fillThreshold, partNeeded, raisePart } from "./fill-threshold.ts";
import { planLimits } from "./plan-limits.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { spareRanks } from "./spare-shelf.ts";
import type { Why } from "./why.ts";

export function fillFromSpares(fleet: PlannedFleet, contract: PlannedContract): void {
  if (contract.fact.method === "threshold") fillThreshold(fleet, contract);
  else fillPlaces(fleet, contract);
}

/** Shares out spares that don't suffice: each goes to the contract that is worst off, once everybody has its own rigs wholly. */
export function shareOut(fleet: PlannedFleet, contracts: readonly PlannedContract[]): void {
  for (const contract of contracts) if (contract.fact.method === "threshold") raisePart(fleet, contract);
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
      const to = { contractNo: contract.no, fraction: partNeeded(fleet, contract, rig, contract.deficitHps) };
      const base = { optional: false, contractNo: contract.no, fill: contract.stayFill, chosen: "" };
      if (leaver === undefined) fleet.move(rig, to, { ...base, cause: "fill", code: "fills", otherNo: 0 });
      else fleet.move(rig, to, { ...base, cause: "replace", code: "replaces", otherNo: leaver.no });
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
  give(fleet, rig, { contract: receiver, giver, cause: "replace", code: "exchange", fill: received });
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

export type Between = { giver: PlannedContract; receiver: PlannedContract };

/** A well rig that is not its customer's own, not fixed, and may serve the other. */
export function mayBeTaken(rig: PlannedRig, { giver, receiver }: Between): boolean {
  if (!rig.fit || rig.ownedBy(giver.fact.customerNo)) return false;
  return rig.servesCustomer(receiver.fact.customerNo) && !giver.leaves(rig);
}

type Giving = { contract: PlannedContract; giver: PlannedContract; cause: "replace" | "take" | "level"; code: string; fill: number };

/** As much of a rig as the one needs; what the other had in part, it then has wholly as far as it needs it. */
function give(fleet: PlannedFleet, rig: PlannedRig, { contract, giver, cause, code, fill }: Giving): void {
  const fraction = partNeeded(fleet, contract, rig, contract.missingHps);
  const optional = cause === "level";
  const chosen = giver.fact.label;
  fleet.move(rig, { contractNo: contract.no, fraction }, asFill(rig, { cause, code, optional, contractNo: contract.no, otherNo: 0, fill, chosen }));
  if (giver.fact.method === "threshold") raisePart(fleet, giver);
}

/**
 * What a contract that is below its tolerance may do to lower priorities: the lowest first, of it the richest, until it is full. Once it is
 * within its tolerance, nothing is taken that would be more than it is promised.
 */
export function takeFromLower(fleet: PlannedFleet, contract: PlannedContract): void {
  if (!contract.belowTolerance || (fleet.contracts.at(-1)?.fact.priority ?? 0) <= contract.fact.priority) return;
  const { fill } = contract;
  const lower = fleet.contracts.filter(({ inForce, fact, members }) => inForce && fact.priority > contract.fact.priority && members.length > 0);
  for (let priority = 9; priority > contract.fact.priority && lower.length > 0; priority--) {
    const givers = lower.filter(({ fact }) => fact.priority === priority);
    while (givers.length > 0 && contract.fill < 1) {
      const giver = givers.reduce((one, other) => (other.fill > one.fill ? other : one));
      const rig = takeable({ giver, receiver: contract });
      if (rig === null || !takeOne(fleet, rig, { giver, receiver: contract, fill, code: "taken" })) givers.splice(givers.indexOf(giver), 1);
    }
  }
}

/** Places are dealt anew with each rig; should the receiver not be better off, the rig stays where it was. */
export function takeOne(fleet: PlannedFleet, rig: PlannedRig, { giver, receiver, fill, code }: Between & { fill: number; code: string }): boolean {
  const received = receiver.fill;
  const mark = fleet.mark;
  give(fleet, rig, { contract: receiver, giver, cause: "take", code, fill });
  if (receiver.fill > received) return true;
  fleet.rollBack(mark);
  return false;
}

/** Of those that may: the largest that is not too much, else the smallest; of equals the one that the giver has in part; rigs that the giver named are the last to go. */
export function takeable({ giver, receiver }: Between, may: (rig: PlannedRig) => boolean = () => true): PlannedRig | null {
  const rigs = candidates(giver, receiver)
    .filter(may)
    .sort((one, other) => one.h - other.h || one.no - other.no);
  const unnamed = rigs.filter((rig) => !giver.fact.places.some(({ rigNo }) => rigNo === rig.no));
  const from = unnamed.length > 0 ? unnamed : rigs;
  if (receiver.fact.method === "miners") return from[0] ?? null;
  const fitting = from.findLast((rig) => rig.h <= receiver.missingHps + receiver.slackHps);
  const best = fitting ?? (receiver.belowTolerance ? from[0] : undefined);
  return from.find((rig) => rig.h === best?.h && rig.fraction < 1) ?? best ?? null;
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
    give(fleet, best, { contract: worst, giver, cause: "level", code: "levelled", fill: floor });
    // Places are dealt anew with each rig; should the reckoning not hold, the move is taken back.
    if (Math.min(worst.fill, giver.fill) > floor) return true;
    fleet.rollBack(mark);
  }
  return false;
}

/** Parts of promises that are nearer are equal. */
const equalTo = 1e-9;

/** The rig by which the lower of the two fills gains most; null when none makes it higher than the receiver's is. */
function levelling(fleet: PlannedFleet, { giver, receiver, urgent }: Between & { urgent: boolean }): PlannedRig | null {
  const floor = receiver.fill;
  if (isNoHelp(giver, receiver)) return null;
  const byHps = giver.fact.method === "threshold";
  // Whoever is within its tolerance takes nothing of which a part would be left to the house.
  const mostHps = fleet.fact.slices && !urgent ? receiver.missingHps + receiver.slackHps : Number.POSITIVE_INFINITY;
  const gainHps = (lower: number) => (lower - floor) * receiver.promisedHps;
  const may = (rig: PlannedRig, lower: number) => isWorth(gainHps(lower), [rig]) && mayBeTaken(rig, { giver, receiver }) && mayLevel(fleet, rig, urgent);
  const part = giver.sliced;
  let best: PlannedRig | null = null;
  let bestFloor = floor;
  for (const rig of partFirst(giver.members, part)) {
    if (rig.h === 0) continue;
    const without = fillWithout(giver, { rig, part });
    // Members rise: the rest would cost more, or be too much.
    if (rig !== part && (rig.h > mostHps || (byHps && without <= floor))) break;
    const lower = Math.min(without, fillWith(receiver, rig));
    if (lower > bestFloor && rig.h <= mostHps && may(rig, lower)) {
      best = rig;
      bestFloor = lower + equalTo;
    }
  }
  return best;
}

/** The least that the giver can lose is too much already, or the most it can give too little. */
function isNoHelp(giver: PlannedContract, receiver: PlannedContract): boolean {
  const byHps = giver.fact.method === "threshold";
  if (!byHps && giver.fill - giver.smallestPlaceHps / giver.promisedHps <= receiver.fill && giver.extras().length === 0) return true;
  return receiver.fact.method === "miners" && (giver.members.at(-1)?.h ?? 0) < leastSeatHps(receiver);
}

/** Of equals, the one that serves in part goes. */
function partFirst(members: readonly PlannedRig[], part: PlannedRig | null): readonly PlannedRig[] {
  return part === null ? members : [part, ...members.filter((rig) => rig !== part)];
}

/** Dwell is broken for a contract below its tolerance, the cap on moves is not. */
export function mayLevel(fleet: PlannedFleet, rig: PlannedRig, urgent: boolean): boolean {
  return isFresh(rig) || (fleet.mayMove(1) && (urgent ? fleet.mayMoveAgain(rig) : fleet.mayLeave(rig)));
}

/** Whether the worse off gains enough for the rigs that are moved for it; else rigs that hardly differ go round by the hundred. */
export function isWorth(gainHps: number, rigs: readonly PlannedRig[]): boolean {
  const movedHps = rigs.reduce((sum, rig) => sum + (isFresh(rig) ? 0 : rig.h), 0);
  return gainHps * 10_000 >= movedHps * planLimits.levelGainMinBp;
}

/** Who was added in this plan is only added to another one: it has never worked for the first. */
export function asFill(rig: PlannedRig, why: Why): Why {
  return isFresh(rig) ? { ...why, cause: "fill", code: "fills", optional: false, chosen: "" } : why;
}

/** Added in this plan: where it is, it is by no move yet. */
function isFresh(rig: PlannedRig): boolean {
  return rig.origin !== null && rig.origin.contractNo === 0;
}

function fillWithout(contract: PlannedContract, { rig, part }: { rig: PlannedRig; part: PlannedRig | null }): number {
  if (contract.fact.method === "threshold") {
    const without = contract.fill - rig.partHps / contract.promisedHps;
    if (part === null || part === rig) return without;
    // What of its rig in part the house has now makes up for some of it.
    return Math.max(without, Math.min(1, without + (part.h - part.partHps) / contract.promisedHps));
  }
  const seat = contract.seatOf(rig);
  return seat === null || !seat.serves ? contract.fill : contract.fill - seat.place.nominalHps / contract.promisedHps;
}

function fillWith(contract: PlannedContract, rig: PlannedRig): number {
  if (contract.fact.method === "threshold") return contract.fill + rig.h / contract.promisedHps;
  const seat = seatFor(contract, rig);
  return seat === null ? contract.fill : contract.fill + seat.place.nominalHps / contract.promisedHps;
}
