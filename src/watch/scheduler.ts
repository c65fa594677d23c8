import type { Assignment } from "../control/allocations.ts";
import type { EventInput } from "../control/events.ts";
import type { Destination, Move } from "../schedule/move.ts";
import type { Plan, PlanChange, PlanReason } from "../schedule/plan.ts";
import type { AllocationPlanFact, ContractPlanFact, FleetPlanFact } from "../schedule/plan-facts.ts";
import type { Planner } from "../schedule/planner.ts";
import type { Register } from "./register.ts";
import type { Slices } from "./slices.ts";

export type SchedulerDeps = {
  register: Register;
  slices: Slices;
  planner: Planner;
  fleets: (optionalMovesOf: (fleetNo: number) => number) => FleetPlanFact[];
  /** The same objects until a contract changes. */
  contracts: () => readonly ContractPlanFact[];
  contractIdOf: (contractNo: number) => string | null;
  rigIdOf: (rigNo: number) => string | null;
  /** The planner's reason in fuller words, by the rig's name and the contract that it leaves. */
  reasonOf: (reason: PlanReason, rig: string, contractNo: number) => PlanReason;
  /** The contract's destination; null once it is gone. */
  destinationOf: (contractNo: number) => Destination | null;
  /** Records and events in one transaction, before anything is applied. */
  record: (assignments: readonly Assignment[], events: readonly EventInput[]) => void;
  applyMoves: (moves: readonly Move[]) => void;
  /** A rig's new allocation is in force. */
  moved: (rigNo: number, contractNo: number) => void;
  planned: (plan: Plan, tookMs: number) => void;
  /** The record could not be written, so nothing was applied; the next plan finds the same. */
  unrecorded: (error: unknown) => void;
  /** Calls back once after `ms`; returns what ends it. */
  after: (ms: number, then: () => void) => () => void;
  /** Wall clock: allocations, terms and holds are of it. */
  now: () => number;
  startGraceUntilMs: number;
};

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** Things that happen together are planned together. */
const soonMs = 20;
/** After a plan the next one waits this long, so that ten thousand logins are not ten thousand plans. */
const restMs = 250;
/** Above this, one event tells of all changes of a contract. */
const eventsEachMax = 20;

type Given = { contractNo: number; fraction: number };

/** Facts, plan, record, apply: in this order, whenever something has happened and at each tick. */
export class Scheduler {
  private readonly deps: SchedulerDeps;
  /** What is in force of rigs that serve contracts. */
  private readonly given = new Map<number, Given>();
  private readonly movedAtMs = new Map<number, number[]>();
  private readonly optionalAtMs = new Map<number, number[]>();
  private stopTimer: (() => void) | null = null;
  private lastRunMs = 0;

  constructor(deps: SchedulerDeps, inForce: readonly { rigNo: number; contractNo: number | null; fraction: number; fromMs: number }[]) {
    this.deps = deps;
    for (const { rigNo, contractNo, fraction, fromMs } of inForce) {
      if (contractNo === null) continue;
      this.given.set(rigNo, { contractNo, fraction });
      deps.register.change(rigNo, { lastMoveAtMs: fromMs });
      deps.slices.agree(rigNo, { contractNo, fraction }, deps.now());
    }
  }

  /** Whom a rig serves by the record; 0 = the house. */
  contractOf(rigNo: number): number {
    return this.given.get(rigNo)?.contractNo ?? 0;
  }

  /** Rigs that serve contracts, with the part that each gives. */
  *allocations(): Iterable<AllocationPlanFact> {
    for (const [rigNo, { contractNo, fraction }] of this.given) yield { rigNo, contractNo, fraction };
  }

  *serving(contractNos: ReadonlySet<number>): Iterable<AllocationPlanFact> {
    for (const allocation of this.allocations()) if (contractNos.has(allocation.contractNo)) yield allocation;
  }

  /** Somebody else has written a rig's allocation. */
  noteRecorded(rigNo: number, contractNo: number, fraction: number): void {
    this.give(rigNo, { contractNo, fraction });
    this.deps.slices.agree(rigNo, { contractNo, fraction }, this.deps.now());
  }

  /** Something has happened that may ask for another plan. */
  wake(): void {
    if (this.stopTimer !== null) return;
    const wait = Math.max(soonMs, this.lastRunMs + restMs - this.deps.now());
    this.stopTimer = this.deps.after(Math.min(wait, restMs), () => {
      this.stopTimer = null;
      this.run();
    });
  }

  stop(): void {
    this.stopTimer?.();
    this.stopTimer = null;
  }

  /** Plans now, records what it decides, and only then applies it. */
  run(): Plan {
    const { deps } = this;
    const nowMs = deps.now();
    this.lastRunMs = nowMs;
    const startMs = performance.now();
    this.tell(nowMs);
    const plan = deps.planner.plan({ nowMs, startGraceUntilMs: deps.startGraceUntilMs });
    const tookMs = performance.now() - startMs;
    if (plan.changes.length > 0)
      this.carryOut(
        plan.changes.map((change) => this.explained(change)),
        nowMs,
      );
    deps.planned(plan, tookMs);
    return plan;
  }

  /** Brings the planner up to date; it keeps what did not change. */
  private tell(nowMs: number): void {
    const { planner, register, fleets, contracts } = this.deps;
    this.forgetMoves(nowMs);
    planner.setFleets(fleets((fleetNo) => this.optionalLately(fleetNo, nowMs)));
    planner.setContracts(contracts());
    for (const rigNo of register.takeTouched()) {
      const rig = register.get(rigNo);
      if (rig === undefined) planner.removeRig(rigNo);
      else planner.setRig(rig.plan, this.allocationOf(rigNo));
    }
  }

  private allocationOf(rigNo: number): AllocationPlanFact | null {
    const given = this.given.get(rigNo);
    return given === undefined ? null : { rigNo, ...given };
  }

  /** Moves count for an hour. */
  private forgetMoves(nowMs: number): void {
    for (const [rigNo, moves] of this.movedAtMs) {
      const lately = moves.filter((atMs) => nowMs - atMs < hourMs);
      if (lately.length === moves.length) continue;
      if (lately.length === 0) this.movedAtMs.delete(rigNo);
      else this.movedAtMs.set(rigNo, lately);
      this.deps.register.change(rigNo, { movesLastHour: lately.length });
    }
  }

  private optionalLately(fleetNo: number, nowMs: number): number {
    const lately = (this.optionalAtMs.get(fleetNo) ?? []).filter((atMs) => nowMs - atMs < minuteMs);
    this.optionalAtMs.set(fleetNo, lately);
    return lately.length;
  }

  private carryOut(changes: readonly PlanChange[], nowMs: number): void {
    const { deps } = this;
    try {
      deps.record(
        changes.map(({ rigNo, to, fraction, reason }) => ({ rigNo, contractNo: to === 0 ? null : to, fraction, reason, decidedBy: "planner" })),
        eventsOf(changes, deps),
      );
    } catch (error) {
      // A full disk ends no hub: rigs go on where they are, and the tick tries again.
      deps.unrecorded(error);
      return;
    }
    const moves: Move[] = [];
    for (const change of changes) {
      this.note(change, nowMs);
      const serves = deps.slices.agree(change.rigNo, { contractNo: change.to, fraction: change.fraction }, nowMs);
      moves.push({ rigNo: change.rigNo, to: serves === 0 ? null : deps.destinationOf(serves) });
      deps.moved(change.rigNo, change.to);
    }
    deps.applyMoves(moves);
  }

  private explained(change: PlanChange): PlanChange {
    if (change.to !== 0) return change;
    const { rigNo, reason } = change;
    return { ...change, reason: this.deps.reasonOf(reason, this.deps.register.get(rigNo)?.plan.name ?? "", this.contractOf(rigNo)) };
  }

  private note({ rigNo, to, fraction, optional }: PlanChange, nowMs: number): void {
    const isMove = this.contractOf(rigNo) !== to;
    this.give(rigNo, { contractNo: to, fraction });
    if (isMove) this.noteMove(rigNo, nowMs);
    const fleetNo = this.deps.register.get(rigNo)?.plan.fleetNo;
    if (optional && fleetNo !== undefined) this.optionalAtMs.set(fleetNo, [...(this.optionalAtMs.get(fleetNo) ?? []), nowMs]);
  }

  private noteMove(rigNo: number, atMs: number): void {
    const moves = [...(this.movedAtMs.get(rigNo) ?? []), atMs];
    this.movedAtMs.set(rigNo, moves);
    this.deps.register.change(rigNo, { lastMoveAtMs: atMs, movesLastHour: moves.length });
  }

  private give(rigNo: number, given: Given): void {
    if (given.contractNo === 0) this.given.delete(rigNo);
    else this.given.set(rigNo, given);
    this.deps.planner.setAllocation(rigNo, this.allocationOf(rigNo));
  }
}

type Names = Pick<SchedulerDeps, "rigIdOf" | "contractIdOf">;

/** One event for each rig that moves; where very many do, one for each contract and cause. The allocations tell of every rig in any case. */
function eventsOf(changes: readonly PlanChange[], names: Names): EventInput[] {
  if (changes.length <= eventsEachMax) return changes.map((change) => eventOf(change, names));
  const groups = Map.groupBy(changes, ({ to, reason }) => `${to} ${reason.code}`);
  return [...groups.values()].map(([first, ...others]) => {
    const event = eventOf(first as PlanChange, names);
    if (others.length === 0) return event;
    return {
      ...event,
      subjectKind: "hub",
      subjectId: null,
      text: `${event.text} (and ${others.length} more ${others.length === 1 ? "rig" : "rigs"} for the same cause)`,
    };
  });
}

function eventOf({ rigNo, to, fraction, cause, reason }: PlanChange, { rigIdOf, contractIdOf }: Names): EventInput {
  const data = { contract_id: to === 0 ? null : contractIdOf(to), fraction, cause, code: reason.code };
  return { type: "rig.moved", subjectKind: "rig", subjectId: rigIdOf(rigNo), text: reason.text, data };
}
