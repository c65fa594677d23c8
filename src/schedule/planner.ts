import type { Plan, PlanChange } from "./plan.ts";
import type { AllocationPlanFact, ContractPlanFact, FleetPlanFact, PlanFacts, RigPlanFact } from "./plan-facts.ts";
import { planFleet } from "./plan-fleet.ts";
import { describeFleet } from "./plan-outcome.ts";
import { PlannedContract } from "./planned-contract.ts";
import { PlannedFleet } from "./planned-fleet.ts";
import { PlannedRig } from "./planned-rig.ts";

/** The plan for facts, from nothing else: the same facts give the same plan. */
export function makePlan(facts: PlanFacts): Plan {
  return Planner.once(facts);
}

/**
 * The same as `makePlan`, for who plans again and again: it is told what changed and keeps the rest in order. It never takes its own plan
 * for done: whoever carries a change out tells it by `setAllocation`.
 */
export class Planner {
  readonly #fleets = new Map<number, PlannedFleet>();
  readonly #rigs: (PlannedRig | undefined)[] = [];
  /** Rigs whose standing changes with time alone. */
  readonly #timed = new Set<PlannedRig>();
  #contracts: ReadonlyMap<number, ContractPlanFact> = new Map();
  /** Rigs that contracts name. */
  #named: ReadonlySet<number> = new Set();
  #nowMs = 0;

  static once(facts: PlanFacts): Plan {
    const planner = new Planner();
    planner.setFleets(facts.fleets);
    planner.setContracts(facts.contracts);
    const allocationOf = new Map(facts.allocations.map((row) => [row.rigNo, row]));
    // Rising, each is laid at an end of a shelf: nothing is shifted.
    const rising = [...facts.rigs].sort((one, other) => one.expectedHps - other.expectedHps);
    for (const rig of rising) planner.setRig(rig, allocationOf.get(rig.no) ?? null);
    return planner.#think(facts, () => {});
  }

  setFleets(fleets: readonly FleetPlanFact[]): void {
    for (const fact of fleets) this.#fleet(fact.no).fact = fact;
  }

  /** All contracts there are; the same object means that nothing changed. */
  setContracts(contracts: readonly ContractPlanFact[]): void {
    const before = this.#contracts;
    this.#contracts = new Map(contracts.map((fact) => [fact.no, fact]));
    const changed = new Set([...before.keys(), ...this.#contracts.keys()].filter((no) => before.get(no) !== this.#contracts.get(no)));
    if (changed.size === 0) return;
    this.#named = namedBy(contracts);
    // A contract may have another fleet from now on: all fleets are told of all that changed.
    const come = [...changed].flatMap((no) => this.#contracts.get(no) ?? []);
    for (const fact of come) this.#fleet(fact.fleetNo);
    const moved = this.#rigs.filter((rig) => rig !== undefined).filter((rig) => changed.has(rig.contractNo) || rig.homed !== this.#isHomed(rig.fact));
    for (const rig of moved) this.#fleet(rig.fact.fleetNo).lift(rig);
    for (const fleet of this.#fleets.values()) {
      const its = come.filter(({ fleetNo }) => fleetNo === fleet.no).map((fact) => new PlannedContract(fact));
      fleet.replaceContracts([...changed], its);
    }
    for (const rig of moved) {
      rig.homed = this.#isHomed(rig.fact);
      this.#fleet(rig.fact.fleetNo).place(rig);
    }
  }

  /** A new rig, or new facts of a known one; `allocation`: whom it serves, null = the house, left out = as before. */
  setRig(fact: RigPlanFact, allocation?: AllocationPlanFact | null): void {
    let rig = this.#rigs[fact.no];
    if (rig === undefined) {
      rig = new PlannedRig(fact);
      this.#rigs[fact.no] = rig;
    } else this.#take(rig);
    rig.fact = fact;
    if (allocation !== undefined) serve(rig, allocation);
    this.#put(rig);
  }

  removeRig(rigNo: number): void {
    const rig = this.#rigs[rigNo];
    if (rig === undefined) return;
    this.#take(rig);
    delete this.#rigs[rigNo];
  }

  /** Whom a known rig serves now; null = the house. */
  setAllocation(rigNo: number, allocation: AllocationPlanFact | null): void {
    const rig = this.#rigs[rigNo];
    if (rig === undefined) return;
    const fleet = this.#fleet(rig.fact.fleetNo);
    fleet.lift(rig);
    serve(rig, allocation);
    fleet.place(rig);
  }

  plan(at: Pick<PlanFacts, "nowMs" | "startGraceUntilMs">): Plan {
    return this.#think(at, (fleet) => fleet.forget());
  }

  /** `after`: what is done with a fleet once its plan is written down. */
  #think({ nowMs, startGraceUntilMs }: Pick<PlanFacts, "nowMs" | "startGraceUntilMs">, after: (fleet: PlannedFleet) => void): Plan {
    this.#moveTo(nowMs);
    const plan: Plan = { changes: [], contracts: [], shortages: [], fleets: [] };
    for (const fleet of [...this.#fleets.values()].sort((one, other) => one.no - other.no)) {
      planFleet(fleet, { nowMs, startGraceUntilMs });
      describeFleet(fleet, plan);
      after(fleet);
    }
    plan.changes = inOrder(plan.changes);
    return plan;
  }

  #fleet(no: number): PlannedFleet {
    let fleet = this.#fleets.get(no);
    if (fleet === undefined) {
      fleet = new PlannedFleet({ no, heldUntilMs: null, reserveBp: 0, slices: false, optionalMovesLastMinute: 0 }, this.#rigs);
      this.#fleets.set(no, fleet);
    }
    return fleet;
  }

  #take(rig: PlannedRig): void {
    const fleet = this.#fleet(rig.fact.fleetNo);
    fleet.lift(rig);
    fleet.size--;
    fleet.pinned.delete(rig);
    this.#timed.delete(rig);
  }

  #put(rig: PlannedRig): void {
    const { fact } = rig;
    const fleet = this.#fleet(fact.fleetNo);
    rig.homed = this.#isHomed(fact);
    rig.derive(this.#nowMs);
    fleet.size++;
    if (fact.pin?.to === "contract") fleet.pinned.add(rig);
    if (fact.maintenance !== null) this.#timed.add(rig);
    fleet.place(rig);
  }

  #isHomed({ no, ownerCustomerNo }: RigPlanFact): boolean {
    return ownerCustomerNo !== 0 || this.#named.has(no);
  }

  #moveTo(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const fleet of this.#fleets.values()) {
      fleet.nowMs = nowMs;
      for (const contract of fleet.contracts) contract.inForce = isInForce(contract.fact, nowMs);
    }
    for (const rig of this.#timed) {
      const fleet = this.#fleet(rig.fact.fleetNo);
      fleet.lift(rig);
      rig.derive(nowMs);
      fleet.place(rig);
    }
  }
}

function serve(rig: PlannedRig, allocation: AllocationPlanFact | null): void {
  rig.contractNo = allocation?.contractNo ?? 0;
  rig.fraction = rig.contractNo === 0 ? 1 : (allocation?.fraction ?? 1);
}

function namedBy(contracts: readonly ContractPlanFact[]): Set<number> {
  return new Set(contracts.flatMap(({ active, places }) => (active ? places.flatMap(({ rigNo }) => rigNo ?? []) : [])));
}

export function isInForce({ active, startsAtMs, endsAtMs }: ContractPlanFact, nowMs: number): boolean {
  return active && nowMs >= startsAtMs && (endsAtMs === null || nowMs < endsAtMs);
}

/** Who comes before who goes: first spares to contracts, then from contract to contract, then home. */
function inOrder(changes: readonly PlanChange[]): PlanChange[] {
  const come: PlanChange[] = [];
  const cross: PlanChange[] = [];
  const leave: PlanChange[] = [];
  for (const change of changes) {
    if (change.to === 0) leave.push(change);
    else if (change.cause === "take" || change.cause === "level") cross.push(change);
    else come.push(change);
  }
  return [...come, ...cross, ...leave];
}
