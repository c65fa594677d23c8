import type { FleetPlanFact } from "./plan-facts.ts";
import { planLimits } from "./plan-limits.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { type ShelfRank, SpareShelf } from "./spare-shelf.ts";
import type { Why } from "./why.ts";

type Step = { rig: PlannedRig; contractNo: number; fraction: number; why: Why | null };

/** By row number, which count up from 1: an array costs a tenth of a map. */
export type AllRigs = readonly (PlannedRig | undefined)[];

/** A fleet while the planner thinks: its spares, its contracts, and the moves so far, each of which can be taken back. */
export class PlannedFleet {
  readonly no: number;
  fact: FleetPlanFact;
  /** By priority, then numbers. */
  contracts: PlannedContract[] = [];
  readonly contractOf = new Map<number, PlannedContract>();
  /** How many rigs it has. */
  size = 0;
  /** Rigs that serve a contract which is not of this fleet, or is not there any more. */
  readonly strays = new Set<PlannedRig>();
  /** Rigs that are fixed to a contract. */
  readonly pinned = new Set<PlannedRig>();
  nowMs = 0;
  /** Spares that serve anyone. */
  readonly common = new SpareShelf();
  /** Spares that lie on their owners' shelves. */
  ownSpares = 0;
  readonly #own = new Map<number, SpareShelf>();
  readonly #steps: Step[] = [];
  readonly #successors = new Map<number, number>();
  #optionalMoves = 0;
  #counts = 0;
  readonly #rigs: AllRigs;

  /** `rigs`: those of all fleets. */
  constructor(fact: FleetPlanFact, rigs: AllRigs) {
    this.no = fact.no;
    this.fact = fact;
    this.#rigs = rigs;
  }

  /** A rig of this fleet. */
  rigOf(no: number): PlannedRig | undefined {
    const rig = this.#rigs[no];
    return rig?.fact.fleetNo === this.no ? rig : undefined;
  }

  /** Shelves a contract may take from: its customer's own rigs first. */
  shelvesFor(contract: PlannedContract): SpareShelf[] {
    const own = this.#own.get(contract.fact.customerNo);
    return own === undefined ? [this.common] : [own, this.common];
  }

  ownShelf(customerNo: number): SpareShelf | null {
    return this.#own.get(customerNo) ?? null;
  }

  /** Takes contracts away and puts others there; their rigs must be lifted before. */
  replaceContracts(gone: readonly number[], come: readonly PlannedContract[]): void {
    for (const no of gone) this.contractOf.delete(no);
    for (const contract of come) this.contractOf.set(contract.no, contract);
    this.contracts = [...this.contractOf.values()].sort((one, other) => one.fact.priority - other.fact.priority || one.no - other.no);
  }

  /** Lays a rig where it belongs, by its facts and whom it serves. */
  place(rig: PlannedRig): void {
    const contract = this.contractOf.get(rig.contractNo);
    if (contract !== undefined) contract.attach(rig);
    else if (rig.contractNo !== 0) this.strays.add(rig);
    this.shelve(rig);
  }

  lift(rig: PlannedRig): void {
    const contract = this.contractOf.get(rig.contractNo);
    if (contract !== undefined) contract.detach(rig);
    else if (rig.contractNo !== 0) this.strays.delete(rig);
    this.unshelve(rig);
  }

  shelve(rig: PlannedRig): void {
    const rank = rig.spareRank;
    rig.shelved = rank;
    if (rank === null) return;
    const { ownerCustomerNo, lend } = rig.fact;
    if (ownerCustomerNo === 0 || lend === "all") this.common.add(rig, rank);
    if (ownerCustomerNo === 0) return;
    let own = this.#own.get(ownerCustomerNo);
    if (own === undefined) {
      own = new SpareShelf();
      this.#own.set(ownerCustomerNo, own);
    }
    own.add(rig, ownRank(rank));
    this.ownSpares++;
  }

  unshelve(rig: PlannedRig): void {
    const rank = rig.shelved;
    rig.shelved = null;
    if (rank === null) return;
    const { ownerCustomerNo, lend } = rig.fact;
    if (ownerCustomerNo === 0 || lend === "all") this.common.remove(rig, rank);
    if (ownerCustomerNo === 0) return;
    this.#own.get(ownerCustomerNo)?.remove(rig, ownRank(rank));
    this.ownSpares--;
  }

  /** Gives a rig, or a part of it, to a contract, or to the house (0). */
  move(rig: PlannedRig, to: { contractNo: number; fraction?: number }, why: Why): void {
    this.#steps.push({ rig, contractNo: rig.contractNo, fraction: rig.fraction, why: rig.why });
    rig.origin ??= { contractNo: rig.contractNo, fraction: rig.fraction };
    this.#countOptional(rig.why, why);
    if (why.code === "replaces") this.#successors.set(why.otherNo, rig.no);
    this.#put(rig, to.contractNo, to.fraction ?? 1);
    rig.why = why;
  }

  /** Who serves what a rig serves in its place, since this plan; 0 = nobody in particular. */
  successorOf(rig: PlannedRig): number {
    const no = this.#successors.get(rig.no) ?? 0;
    return this.#rigs[no]?.contractNo === rig.contractNo ? no : 0;
  }

  /** A point in the moves to which `rollBack` returns. */
  get mark(): number {
    return this.#steps.length;
  }

  rollBack(mark: number): void {
    while (this.#steps.length > mark) {
      const step = this.#steps.pop();
      if (step === undefined) return;
      this.#countOptional(step.rig.why, step.why);
      this.#put(step.rig, step.contractNo, step.fraction);
      step.rig.why = step.why;
    }
  }

  /** Rigs that were moved since the plan began, each once, in the order of their first moves. */
  moved(): PlannedRig[] {
    const count = ++this.#counts;
    const rigs: PlannedRig[] = [];
    for (const { rig } of this.#steps) {
      if (rig.countedIn === count) continue;
      rig.countedIn = count;
      rigs.push(rig);
    }
    return rigs;
  }

  /** Takes everything back: the facts are as before. */
  forget(): void {
    const moved = this.moved();
    this.rollBack(0);
    for (const rig of moved) {
      rig.origin = null;
      rig.why = null;
    }
    this.#successors.clear();
    this.#optionalMoves = 0;
  }

  /** Whether so many more optional moves may be made in this minute. */
  mayMove(rigs: number): boolean {
    const max = Math.max(planLimits.optionalMovesPerMinuteMin, Math.floor((this.size * planLimits.optionalMovesPerMinuteBp) / 10_000));
    return this.fact.optionalMovesLastMinute + this.#optionalMoves + rigs <= max;
  }

  /** Whether a rig has been long enough where it is, and moved seldom enough, for a move that nobody waits for. */
  mayLeave(rig: PlannedRig): boolean {
    const { lastMoveAtMs } = rig.fact;
    if (rig.origin !== null && rig.origin.contractNo !== rig.contractNo) return false;
    return (lastMoveAtMs === null || this.nowMs - lastMoveAtMs >= planLimits.dwellMs) && this.mayMoveAgain(rig);
  }

  /** Whether it has moved seldom enough; a contract below its tolerance breaks dwells, not this. */
  mayMoveAgain({ fact }: PlannedRig): boolean {
    return fact.movesLastHour < planLimits.optionalMovesPerRigHourMax;
  }

  /** An optional move that something else overrules in the same plan is none. */
  #countOptional(before: Why | null, after: Why | null): void {
    this.#optionalMoves += Number(after?.optional === true) - Number(before?.optional === true);
  }

  #put(rig: PlannedRig, contractNo: number, fraction: number): void {
    this.lift(rig);
    rig.contractNo = contractNo;
    rig.fraction = fraction;
    this.place(rig);
  }
}

/** At home a rig has no other home. */
function ownRank(rank: ShelfRank): ShelfRank {
  return rank === 1 ? 0 : rank;
}
