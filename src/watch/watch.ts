import type { Contract } from "../control/contract-row.ts";
import type { Control } from "../control/control.ts";
import type { Fleet } from "../control/fleets.ts";
import type { SnapshotFile } from "../control/snapshot-file.ts";
import type { ContractPools, RigFact } from "../health/facts.ts";
import type { Log } from "../log.ts";
import { type Capacity, type CapacityAsk, capacityFor } from "../schedule/capacity.ts";
import type { Destination, Move } from "../schedule/move.ts";
import type { Plan } from "../schedule/plan.ts";
import type { FleetPlanFact, MaintenanceWindow, PlanFacts, RigPlanStatus } from "../schedule/plan-facts.ts";
import { holdDownMs, planLimits } from "../schedule/plan-limits.ts";
import { Planner } from "../schedule/planner.ts";
import { type RemovalCost, removalCost } from "../schedule/removal-cost.ts";
import { startClock, type Task } from "./clock.ts";
import { ContractBook } from "./contract-book.ts";
import type { ContractFact } from "./contract-state.ts";
import { ContractWatch } from "./contract-watch.ts";
import { readSnapshot, rememberedOf, snapshotOf } from "./health-snapshot.ts";
import { canBeSent, Judge } from "./judge.ts";
import { leavingReason } from "./leaving-words.ts";
import { fleetPlanFact, fleetsOf, knobsOf, yardsticks } from "./plan-inputs.ts";
import { type Gone, Presence } from "./presence.ts";
import { Register } from "./register.ts";
import { Scheduler } from "./scheduler.ts";
import { Slices } from "./slices.ts";
import { WatchMeter } from "./watch-meter.ts";

/** What the clocks see of the hub, and the only ways in which they act on it. */
export type WatchedHub = {
  rigs: () => Iterable<RigFact>;
  contracts: () => Iterable<ContractPools>;
  contractsAccepted: () => ReadonlySet<number>;
  houseServes: (rigNo: number) => boolean;
  applyMoves: (moves: readonly Move[]) => void;
  holdContracts: (destinations: readonly Destination[]) => void;
  setPaces: (paces: Iterable<readonly [rigNo: number, pace: number]>) => void;
  now: () => number;
  wallOf: (ms: number) => number;
};

export type WatchDeps = {
  control: Control;
  hub: WatchedHub;
  /** Keeps what the detectors know over a restart. */
  memory: Pick<SnapshotFile, "read" | "write">;
  log: Log;
  now: () => number;
  /** After a start only pools change over: rigs need a moment to come back, and nothing moves because the hub was restarted. None where no rig is known yet. */
  startGraceMs: number;
  /** Further things to do again and again. */
  tasks: readonly Task[];
};

export const usualStartGraceMs = 60_000;
const slowPlanMs = 100;
/** Windows are known to the planner before it acts on them. */
const maintenanceAheadMs = planLimits.maintenanceLeadMs + 60_000;

/**
 * Everything that happens by itself: judge, plan, record, apply. Rigs that disconnect and people who change something do not wait for
 * the tick.
 */
export class Watch {
  private readonly deps: WatchDeps;
  private readonly readyAtMs: number;
  private fleets: ReadonlyMap<number, Fleet>;
  private readonly register: Register;
  private readonly book: ContractBook;
  private readonly contractWatch: ContractWatch;
  private readonly slices: Slices;
  private readonly scheduler: Scheduler;
  private readonly judge: Judge;
  private readonly presence: Presence;
  private readonly stopClock: () => void;
  private lastPlan: Plan | null = null;
  readonly meter = new WatchMeter();

  constructor(deps: WatchDeps) {
    this.deps = deps;
    const { control, hub } = deps;
    this.fleets = fleetsOf(control);
    this.register = this.makeRegister();
    this.readyAtMs = deps.now() + (this.register.size > 0 ? deps.startGraceMs : 0);
    const held = () => new Set([...hub.rigs()].flatMap(({ sessions, contractNo }) => (sessions.length > 0 ? [contractNo] : [])));
    this.book = new ContractBook({ control, pools: hub.contracts, accepted: hub.contractsAccepted, held, short: (no) => this.contractWatch.short(no) });
    this.contractWatch = new ContractWatch(
      (no) => this.watched(no),
      (rigNo, contractNo, text) => this.placeLost(rigNo, contractNo, text),
    );
    this.slices = new Slices(hub.houseServes);
    this.scheduler = this.makeScheduler();
    this.judge = this.makeJudge();
    this.presence = new Presence({
      now: hub.now,
      after,
      graceMsOf: (rigNo) => this.graceMsOf(rigNo),
      siteOf: (rigNo) => this.register.get(rigNo)?.plan.siteNo ?? 0,
      rigsOfSite: (siteNo) => this.register.countAt(siteNo),
      gone: (rigs) => this.gone(rigs),
    });
    hub.holdContracts(this.book.destinations());
    // Rigs of contracts that are not here yet count as gone from now on, if they do not come back.
    for (const { rigNo } of this.scheduler.allocations()) this.presence.left(rigNo);
    this.stopClock = startClock(
      [
        { name: "judge", pattern: "*/10 * * * * *", run: () => this.round() },
        { name: "contracts", pattern: "* * * * * *", run: () => this.second() },
        { name: "snapshot", pattern: "5 * * * * *", run: () => this.save() },
        ...deps.tasks,
      ],
      deps.log,
    );
    // So that no contract is told of as down until the first tick.
    this.scheduler.run();
  }

  /** A rig has come, or is gone; by the hub. */
  onPresence(rigNo: number, connected: boolean): void {
    if (!connected) {
      this.presence.left(rigNo);
      // One that serves nobody is no spare from this moment on.
      this.register.change(rigNo, { connected: false });
      return;
    }
    this.presence.came(rigNo);
    const rig = this.register.get(rigNo);
    if (rig === undefined) return;
    if (rig.plan.gone) this.holdDown(rigNo);
    if (rig.plan.gone || !rig.plan.connected) this.register.change(rigNo, { connected: true, gone: false });
    // A contract that is short takes any rig at once.
    if (this.scheduler.contractOf(rigNo) !== 0 || (this.lastPlan?.shortages.length ?? 0) > 0) this.scheduler.wake();
  }

  /** People have changed something: rigs, fleets, contracts, profiles. */
  configChanged(): void {
    this.readRigs();
    const before = this.fleets;
    this.fleets = fleetsOf(this.deps.control);
    if ([...this.fleets.values()].some(({ no, siteId }) => before.get(no)?.siteId !== siteId)) this.register.readAll();
    this.readContracts();
    this.scheduler.wake();
  }

  contract(no: number): ContractFact | null {
    return this.book.fact(no);
  }

  /** What could still be promised; see `capacityFor`. */
  capacity(ask: CapacityAsk): Capacity {
    return capacityFor(this.supply(), ask);
  }

  /** What it would cost to take rigs from all contracts now; see `removalCost`. */
  removalCost(rigNos: readonly number[]): RemovalCost {
    return removalCost({ ...this.supply(), allocations: [...this.scheduler.allocations()] }, new Set(rigNos));
  }

  /** Rigs that enrolled a moment ago count as well. */
  private supply(): Omit<PlanFacts, "allocations"> {
    this.readRigs();
    for (const fact of this.deps.hub.rigs()) {
      if (this.register.get(fact.rigNo) === undefined) this.register.read(fact.rigNo, canBeSent(fact));
      if (canBeSent(fact) && this.register.get(fact.rigNo)?.plan.connected === false) this.register.change(fact.rigNo, { connected: true });
    }
    const facts = { contracts: this.book.planFacts, rigs: this.register.facts() };
    return { nowMs: this.deps.now(), startGraceUntilMs: this.readyAtMs, fleets: this.fleetFacts(() => 0), ...facts };
  }

  /** Rigs that people may be woken for: those in use that have come once, outside maintenance. */
  *standings(): Iterable<{ fleetNo: number; status: RigPlanStatus; connected: boolean }> {
    const nowMs = this.deps.now();
    for (const { plan, hasCome } of this.register.values()) {
      if (plan.lifecycle === "active" && hasCome && !(plan.maintenance !== null && nowMs >= plan.maintenance.fromMs)) yield plan;
    }
  }

  /** Contracts in force, and how each stands. */
  *contractStandings(): Iterable<{ contract: Contract; fact: ContractFact }> {
    for (const { no } of this.book.planFacts) {
      const contract = this.book.get(no);
      const fact = this.book.fact(no);
      if (contract !== null && fact !== null) yield { contract, fact };
    }
  }

  /** Judges all rigs and plans. */
  async round(): Promise<void> {
    this.readRigs();
    this.register.plan(this.absences());
    const startMs = performance.now();
    const changes = await this.judge.round();
    this.meter.judgeSeconds.note((performance.now() - startMs) / 1_000);
    for (const { rigNo, from } of changes) if (from === "offline") this.holdDown(rigNo);
    this.contractWatch.settle(this.nominals());
    this.scheduler.run();
  }

  async stop(): Promise<void> {
    this.stopClock();
    this.presence.stop();
    this.scheduler.stop();
    await this.save();
  }

  private makeRegister(): Register {
    const { control, memory } = this.deps;
    const remembered = readSnapshot(memory.read());
    const sources = {
      all: () => control.rigs.all(),
      rig: (no: number) => (control.rigs.exists(no) ? control.rigs.byNo(no) : null),
      edits: control.rigs.edits(),
      siteNoOf: (id: string) => control.sites.byId(id)?.no ?? 0,
      siteOfFleet: (no: number) => this.fleets.get(no)?.siteId ?? null,
      customerNoOf: (id: string) => control.customers.byId(id)?.no ?? 0,
    };
    return new Register(sources, (rig) => rememberedOf(rig, remembered));
  }

  private makeScheduler(): Scheduler {
    const { control, hub, now } = this.deps;
    return new Scheduler(
      {
        register: this.register,
        slices: this.slices,
        planner: new Planner(),
        fleets: (optionalMovesOf) => this.fleetFacts(optionalMovesOf),
        contracts: () => this.book.planFacts,
        contractIdOf: (no) => this.book.get(no)?.id ?? null,
        rigIdOf: (no) => control.rigs.byNo(no)?.id ?? null,
        reasonOf: (reason, rig, contractNo) => leavingReason(reason, rig, () => this.book.get(contractNo) ?? control.contracts.byNo(contractNo)),
        destinationOf: (no) => this.book.destinationOf(no),
        record: (assignments, events) =>
          control.transaction(() => {
            control.allocations.assign(assignments);
            control.events.append(...events);
          }),
        applyMoves: hub.applyMoves,
        moved: (rigNo, contractNo) => this.moved(rigNo, contractNo),
        planned: (plan, tookMs) => this.planned(plan, tookMs),
        unrecorded: (error) => this.deps.log.error("plan.unrecorded", { error: error instanceof Error ? error.message : String(error) }),
        after,
        now,
        startGraceUntilMs: this.readyAtMs,
      },
      control.allocations.open(),
    );
  }

  private fleetFacts(optionalMovesOf: (fleetNo: number) => number): FleetPlanFact[] {
    return [...this.fleets.values()].map((fleet) => fleetPlanFact(fleet, optionalMovesOf(fleet.no), this.deps.now()));
  }

  /** The earliest window of each rig that is now or soon. */
  private absences(): Map<number, MaintenanceWindow> {
    const absences = new Map<number, MaintenanceWindow>();
    for (const { fromMs, toMs, rigNos } of this.deps.control.maintenance.activeOrSoon(this.deps.now(), maintenanceAheadMs)) {
      for (const rigNo of rigNos) {
        const known = absences.get(rigNo);
        if (known === undefined || fromMs < known.fromMs) absences.set(rigNo, { fromMs, toMs });
      }
    }
    return absences;
  }

  private makeJudge(): Judge {
    const { control, hub } = this.deps;
    return new Judge({
      register: this.register,
      facts: hub.rigs,
      yardsticks: () =>
        yardsticks(
          (no) => this.fleets.get(no),
          (no) => this.book.get(no),
        ),
      setStatus: (changes) => control.rigs.setStatus(changes),
      setSeen: (seen) => control.transaction(() => [control.rigs.setSeen(seen), control.connections.note(seen)]),
      setNominal: (learned) => control.rigs.setNominal(learned),
      setPaces: hub.setPaces,
      counted: (rigNo, contractNo, counted) => this.contractWatch.note(rigNo, contractNo, counted),
      breathe: () => new Promise((resolve) => setImmediate(resolve)),
      now: hub.now,
      wallOf: hub.wallOf,
    });
  }

  /** What time and shares did to contracts, and the turns of rigs that serve in parts. */
  second(): void {
    if (this.book.turn()) {
      this.readContracts();
      this.scheduler.wake();
    }
    const due = this.slices.due(this.deps.now());
    this.meter.sliceSwitches += due.length;
    if (due.length > 0) this.send(due);
    this.look();
  }

  /** Each rig to the contract that it serves at this moment; one that serves in part may have the house's turn. */
  private sendServing(contractNos: ReadonlySet<number>): void {
    this.send(
      [...this.scheduler.serving(contractNos)].map((part) => ({ rigNo: part.rigNo, contractNo: this.slices.agree(part.rigNo, part, this.deps.now()) })),
    );
  }

  private send(list: Iterable<{ rigNo: number; contractNo: number }>): void {
    this.deps.hub.applyMoves([...list].map(({ rigNo, contractNo }) => ({ rigNo, to: contractNo === 0 ? null : this.book.destinationOf(contractNo) })));
  }

  private readRigs(): void {
    for (const rigNo of this.register.refresh()) this.noteRecorded(rigNo);
  }

  private readContracts(): void {
    const moved = this.book.read();
    this.deps.hub.holdContracts(this.book.destinations());
    this.contractWatch.keep((no) => this.book.has(no));
    // Another profile is no other allocation: its rigs go to the new pools by one write each.
    if (moved.size > 0) this.sendServing(moved);
  }

  private watched(no: number) {
    const contract = this.book.get(no);
    const fleet = contract === null ? undefined : this.fleets.get(contract.fleetNo);
    if (contract === null || fleet === undefined) return null;
    const { method, toleranceBp, promisedHps } = contract;
    return { no, method, toleranceBp, promisedHps, ...knobsOf(fleet, contract) };
  }

  /** What the rigs of each contract should do together, H/s. */
  private nominals(): Map<number, number> {
    const nominals = new Map<number, number>();
    for (const { rigNo, contractNo, fraction } of this.scheduler.allocations()) {
      const hps = (this.register.get(rigNo)?.plan.nominalHps ?? 0) * fraction;
      nominals.set(contractNo, (nominals.get(contractNo) ?? 0) + hps);
    }
    return nominals;
  }

  private placeLost(rigNo: number, contractNo: number, text: string): void {
    if (this.scheduler.contractOf(rigNo) === contractNo)
      this.register.change(rigNo, { belowPlace: true, statusText: `has lost too much for its place: ${text}` });
  }

  private moved(rigNo: number, contractNo: number): void {
    const plan = this.register.get(rigNo)?.plan;
    if (plan === undefined) return;
    if (plan.belowPlace !== null) this.register.change(rigNo, { belowPlace: null });
    this.contractWatch.left(rigNo);
    if (contractNo !== 0 && !plan.connected) this.presence.left(rigNo);
  }

  /** Commands write allocations themselves: pins, drains, removals. */
  private noteRecorded(rigNo: number): void {
    const open = this.deps.control.allocations.openOf(rigNo);
    const contractNo = open?.contractNo ?? 0;
    if (this.scheduler.contractOf(rigNo) === contractNo) return;
    this.scheduler.noteRecorded(rigNo, contractNo, open?.fraction ?? 1);
    this.moved(rigNo, contractNo);
  }

  private graceMsOf(rigNo: number): number | null {
    const rig = this.register.get(rigNo);
    if (rig === undefined || this.scheduler.contractOf(rigNo) === 0) return null;
    return (this.fleets.get(rig.plan.fleetNo)?.disconnectGraceS ?? 0) * 1_000;
  }

  private gone(rigs: readonly Gone[]): void {
    for (const { rigNo, awayMs } of rigs) {
      const seconds = Math.round(awayMs / 1_000);
      this.register.change(rigNo, { connected: false, gone: true, statusText: `has been disconnected for ${seconds} s` });
    }
    this.scheduler.run();
  }

  /** It came back: a rig that falls again and again waits longer before it is given back. */
  private holdDown(rigNo: number): void {
    const flaps = Math.floor(this.register.flapPenaltyOf(rigNo) / 1_000) - 1;
    this.register.change(rigNo, { heldDownUntilMs: this.deps.now() + holdDownMs(flaps) });
  }

  private planned(plan: Plan, tookMs: number): void {
    this.lastPlan = plan;
    this.meter.planned(plan, tookMs);
    if (tookMs > slowPlanMs) this.deps.log.warn("plan.slow", { ms: Math.round(tookMs), changes: plan.changes.length });
    this.look();
  }

  private look(): void {
    this.book.look(this.lastPlan, this.deps.now() >= this.readyAtMs);
  }

  private async save(): Promise<void> {
    await this.deps.memory.write(snapshotOf(this.register));
  }
}

function after(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
}
