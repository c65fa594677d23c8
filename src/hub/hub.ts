import type { Control } from "../control/control.ts";
import type { EventInput } from "../control/events.ts";
import type { AnswerQuantiles } from "../health/answer-times.ts";
import type { ContractPools, PoolFact, PoolTest, RigFact } from "../health/facts.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ShareRecord } from "../ledger/share-record.ts";
import type { Log } from "../log.ts";
import type { Destination, Move } from "../schedule/move.ts";
import { algorithms } from "../work/algorithm.ts";
import { Arrivals } from "./arrivals.ts";
import { DialBudget } from "./dial-budget.ts";
import { GroundBooks } from "./ground-book.ts";
import { type Hand, startJobNumbers } from "./job-board.ts";
import { Layouts } from "./layouts.ts";
import { limits } from "./limits.ts";
import { flushWriters, type LineWriter } from "./line-writer.ts";
import { loginEvents } from "./login-events.ts";
import { NominalHints } from "./nominal-hints.ts";
import { openFilesMax, sessionsThatFit } from "./open-files.ts";
import { OpenSessions } from "./open-sessions.ts";
import { type PoolToTest, testPool } from "./pool-test.ts";
import { Prospects, worklessText } from "./prospects.ts";
import { followRecords } from "./readmission.ts";
import type { Caller, Port, RigFloor } from "./rig-floor.ts";
import { RigIntake } from "./rig-intake.ts";
import { RigPorts } from "./rig-ports.ts";
import { RigSession } from "./rig-session.ts";
import { Roster, type RosterRig } from "./roster.ts";
import { SessionsByRoute } from "./sessions-by-route.ts";
import { Settlement } from "./settlement.ts";
import { ShareCounts } from "./share-counts.ts";
import { Slots } from "./slots.ts";
import { Starting } from "./starting.ts";
import { type SteadyClock, steadyClock } from "./steady-clock.ts";
import { type ContractName, eventOf } from "./switch-events.ts";
import { Switchboard, tickParts } from "./switchboard.ts";

const drainLookMs = 10;

export type HubDeps = {
  control: Pick<Control, "pools" | "profiles" | "fleets" | "listeners" | "rigs">;
  /** Notes what happened; must not block. */
  event: (event: EventInput) => void;
  ledger: Pick<Ledger, "append" | "appendVerdict" | "durableThrough"> & { onDurable: (through: number) => void };
  log: Log;
  /** Unix time in milliseconds, for records; it may be set. */
  now: () => number;
  /** Milliseconds from any origin that only go forward, for all that waits. */
  monotonicMs: () => number;
  /** In [0, 1). */
  random: () => number;
  /** What the hub calls itself at pools. */
  agent: string;
  /** Where rigs that serve contracts were when the hub last ran; the house has all others. */
  assigned: readonly Move[];
  /** A known rig has its first connection of its own, or lost its last one. */
  presence: (rigNo: number, connected: boolean) => void;
  /** Of a contract that events are about. */
  contractName: ContractName;
  /** Session numbers count up from here, so that those of one run differ from those of another. */
  firstSessionNo: number;
};

/** The sockets: rigs in, pools out. What it is told comes through `applyMoves` and `configChanged`; what it knows comes out as facts. */
export class Hub {
  private readonly clock: SteadyClock;
  /** With the steady clock for `now`. */
  private readonly deps: HubDeps;
  private readonly roster: Roster;
  private readonly switchboard: Switchboard;
  private readonly prospects: Prospects;
  private readonly settlement: Settlement;
  /** What became of shares since the start. */
  readonly counts = new ShareCounts();
  private readonly sessions = new OpenSessions();
  private readonly slots = new Slots();
  private readonly books: GroundBooks;
  private readonly layouts: Layouts;
  private readonly rigPorts: RigPorts;
  private readonly floor: RigFloor;
  private readonly timers: ReturnType<typeof setInterval>[] = [];
  private readonly watchers = new Set<() => void>();
  private readonly startedAtMs: number;
  private lastSessionNo: number;
  private readonly hints: NominalHints;
  private readonly arrivals = new Arrivals(() => Bun.gc(false));
  private readonly starting: Starting;
  private contractHomes: readonly Destination[] = [];
  private draining = false;
  private readonly sessionsMax = sessionsThatFit(openFilesMax());

  constructor(given: HubDeps) {
    this.clock = steadyClock({ wallMs: given.now, monotonicMs: given.monotonicMs });
    const deps = { ...given, now: this.clock.now };
    this.deps = deps;
    this.startedAtMs = deps.now();
    this.lastSessionNo = deps.firstSessionNo;
    startJobNumbers(Math.floor(deps.random() * 2 ** 32));
    this.books = new GroundBooks(deps);
    this.hints = new NominalHints(deps.control.rigs, (event) => deps.event(event));
    this.settlement = new Settlement({
      append: (share) => this.record(share),
      appendVerdict: (sequence, verdict) => {
        this.counts.noteLate(verdict.poolVerdict);
        return deps.ledger.appendVerdict(sequence, verdict);
      },
    });
    deps.ledger.onDurable = (through) => this.onDurable(through);
    this.roster = new Roster({ control: deps.control, now: deps.now, failed: (error) => deps.log.error("rig.enrol-failed", { error: error.message }) });
    this.prospects = new Prospects({ now: deps.now, roster: this.roster, rigOf, routeAt: (to) => this.switchboard.routeAt(to) });
    const dials = new DialBudget(deps.now);
    this.switchboard = new Switchboard({
      now: deps.now,
      random: deps.random,
      agent: deps.agent,
      bookOf: (host, port, work) => this.books.bookOf(host, port, work),
      mayDial: () => dials.take(),
      settle: this.settlement.settleForwarded,
      pools: () => deps.control.pools.all(),
      profiles: () => deps.control.profiles.all(),
      nominalHps: (hand) => rigOf(hand)?.nominalHps ?? null,
      houseOf: (hand) => this.prospects.houseOf(hand),
      contractName: deps.contractName,
      event: (event) => {
        deps.event(eventOf(event, { nameOf: deps.contractName, wallOf: this.clock.wallOf }));
        this.changed();
      },
    });
    this.layouts = new Layouts(deps.now, (fleetNo) => {
      const profileNo = this.roster.fleet(fleetNo)?.houseProfileNo ?? null;
      return profileNo === null ? null : this.switchboard.smallestFree({ contractNo: 0, profileNo });
    });
    for (const { rigNo, to } of deps.assigned) {
      const rig = this.roster.byNo(rigNo);
      if (rig !== null) rig.destination = to;
    }
    this.starting = new Starting(
      (rig) => this.roster.homeOf(rig),
      (routes) => this.sendAll(routes),
    );
    this.floor = this.makeFloor();
    this.rigPorts = new RigPorts({ rows: () => [...deps.control.listeners.all()], open: (parts) => this.admit(parts), log: deps.log, now: deps.now });
    this.holdHomes();
  }

  /** Opens the ports of all listener rows. Throws when the primary one cannot be opened; others are reported and tried again. */
  start(): void {
    this.rigPorts.open(true);
    const every = (ms: number, tick: () => void) => this.timers.push(setInterval(tick, ms));
    every(250 / tickParts, () => this.tickPools());
    every(200, () => this.sessions.tickSome(this.deps.now()));
    every(1_000, () => this.arrivals.tick());
    every(1_000, () => this.hints.write());
    every(15_000, () => this.rigPorts.open(false));
  }

  /** The hub's own time in Unix milliseconds, which all moments in its facts are of; it goes on evenly when the machine's clock is set. */
  now(): number {
    return this.clock.now();
  }

  /** A moment of a fact as the machine's clock reads it now. */
  wallOf(ms: number): number {
    return this.clock.wallOf(ms);
  }

  /** What the timers do, all of it at once; for who drives the clock himself. */
  tick(): void {
    for (let part = 0; part < tickParts; part++) this.tickPools();
    for (let part = 0; part < 5; part++) this.sessions.tickSome(this.deps.now());
  }

  /** Moves rigs, each with one write: no disconnect, no new extranonce. The allocation is on record before. */
  applyMoves(moves: readonly Move[]): void {
    const routes = new SessionsByRoute();
    for (const move of moves) {
      const rig = this.roster.byNo(move.rigNo);
      if (rig === null) continue;
      rig.destination = move.to;
      const to = this.roster.homeOf(rig);
      for (const session of this.sessionsOf(rig)) if (session.slot !== null) routes.add(session, to);
    }
    this.sendAll(routes);
    this.changed();
  }

  /** Reads the control database anew and brings listeners, sessions and rigs in line with it. Harmless to call at any time. */
  configChanged(): void {
    this.roster.reload();
    for (const session of [...this.sessions]) followRecords(session, this.floor);
    this.switchboard.reconcile();
    this.holdHomes();
    const strays = new SessionsByRoute();
    for (const session of this.sessions) {
      if (session.rig === null || session.slot === null) continue;
      const home = this.roster.homeOf(session.rig);
      if (session.to?.profileNo !== home?.profileNo || session.to?.contractNo !== home?.contractNo) strays.add(session, home);
    }
    this.sendAll(strays);
    this.rigPorts.open(false);
    this.changed();
  }

  /** Sessions to the pools of these contracts are held whether rigs serve them yet or not. */
  holdContracts(destinations: readonly Destination[]): void {
    this.contractHomes = destinations;
    this.holdHomes();
  }

  /** Numbers of the contracts of which their pool has accepted a share since the hub started. */
  contractsAccepted(): ReadonlySet<number> {
    return this.settlement.contractsAccepted;
  }

  /** How many shares each rig is asked for, as a multiple of its fleet's rate: more while it is in doubt, fewer while it is calm. */
  setPaces(paces: Iterable<readonly [rigNo: number, pace: number]>): void {
    for (const [rigNo, pace] of paces) {
      const rig = this.roster.byNo(rigNo);
      if (rig !== null) rig.pace = pace;
    }
  }

  /** As they are, and go on to be: what is to be kept is to be copied. */
  rigs(): Iterable<RigFact> {
    return this.roster.all();
  }

  rig(no: number): RigFact | null {
    return this.roster.byNo(no);
  }

  /** Each is put together when it is asked for. */
  pools(): Iterable<PoolFact> {
    return this.switchboard.facts();
  }

  pool(no: number): PoolFact | null {
    return this.switchboard.factOf(no);
  }

  /** How long a pool took to answer over the last hour, or since the hub started; null where it had no share to answer. */
  poolAnswers(no: number): AnswerQuantiles | null {
    const answers = this.counts.answers(no, this.deps.now());
    return answers === null ? null : { ...answers, sinceMs: this.clock.wallOf(Math.max(answers.sinceMs, this.startedAtMs)) };
  }

  /** Whether the rig's house has a pool at this moment. */
  houseServes(rigNo: number): boolean {
    return this.prospects.houseServes(rigNo);
  }

  /** How each contract stands with the pools of its profile. */
  contracts(): Iterable<ContractPools> {
    return this.switchboard.contracts();
  }

  sessionCount(): number {
    return this.sessions.size;
  }

  /** Where each listener listens, or why it does not. */
  ports(): { listenerNo: number; address: string | null; fault: string | null }[] {
    return this.rigPorts.state();
  }

  testPool(pool: PoolToTest, waitMsMax = 10_000): Promise<PoolTest> {
    return testPool(pool, { now: this.deps.now, agent: this.deps.agent, waitMsMax });
  }

  ready(): boolean {
    return !this.draining && this.rigPorts.size > 0;
  }

  /** Calls `watcher` when pools or rigs have changed state; returns how to stop that. */
  onChange(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /**
   * Ends in order: no new rigs and no new shares, then what is at the pools has `drainMsMax` milliseconds to be answered and recorded,
   * then rigs are closed, so that they go to their backup or come back to the next process.
   */
  async stop(drainMsMax: number = limits.drainMsMax): Promise<void> {
    this.draining = true;
    for (const timer of this.timers) clearInterval(timer);
    this.rigPorts.stop();
    const untilMs = this.deps.now() + drainMsMax;
    while (this.deps.now() < untilMs && (this.switchboard.pendingSubmits() > 0 || this.settlement.acknowledgements.size > 0)) {
      this.switchboard.tick(this.deps.now());
      await new Promise((resolve) => setTimeout(resolve, drainLookMs));
    }
    for (const session of [...this.sessions]) session.close("the hub stops");
    this.switchboard.close();
    flushWriters();
  }

  private makeFloor(): RigFloor {
    return {
      now: this.deps.now,
      taking: () => !this.draining,
      roster: this.roster,
      intake: new RigIntake(this.deps.now),
      settlement: this.settlement,
      layoutFor: (session) => this.layouts.of(session),
      takeSlot: (layout) => this.slots.take(layout),
      rememberLayout: (session, layout) => this.layouts.remember(session, layout),
      unfit: (session, rig) => this.prospects.unfit(session, rig),
      admitted: (session, rig) => this.admitted(session, rig),
      hinted: (rig, hints) => this.hints.note(rig, hints),
      // That the pools are down is told once; thousands of rigs that knock again and again meanwhile are no news.
      refused: (session, text) =>
        this.deps.log[text === worklessText ? "debug" : "info"]("rig.refused", { address: session.address, agent: session.agent, text }),
      startWork: (session, rig) => {
        this.arrivals.note();
        this.starting.add(session, rig);
      },
      sharesPerMinute: ({ rig, port }) => (this.roster.fleet(rig?.fleetNo ?? port.fleetNo)?.sharesPerMinute ?? 12) * (rig?.pace ?? 1),
      difficultyScale: (fleetNo) => Number(2n ** 32n / algorithms[this.roster.fleet(fleetNo)?.algorithm ?? "sha256d"].hashesPerDifficulty),
      hasOtherPool: (session, poolNo) => this.prospects.hasOther(session, poolNo),
      closing: (session, reason) =>
        this.deps.log.info("rig.closed", { rig: session.rig?.name ?? null, address: session.address, agent: session.agent, reason }),
      gone: (session) => this.gone(session),
    };
  }

  private admit(parts: { port: Port; address: string; writer: LineWriter }): RigSession | null {
    if (this.draining || this.sessions.size >= this.sessionsMax) return null;
    this.lastSessionNo++;
    const session = new RigSession({ no: this.lastSessionNo, floor: this.floor, ...parts });
    this.sessions.add(session);
    return session;
  }

  private gone(session: Caller): void {
    this.sessions.delete(session.no);
    this.switchboard.drop(session);
    if (session.slot !== null) this.slots.release(session.layout, session.slot);
    for (const rig of [session.rig, ...(session.others?.values() ?? [])]) {
      rig?.leave(session, this.deps.now());
      if (rig?.sessions.length === 0 || rig?.isPassenger) this.deps.presence(rig.no, false);
    }
  }

  private admitted(session: Caller, rig: RosterRig): void {
    if (rig.leadsOnly(session)) this.deps.presence(rig.no, true);
    const fleetName = this.roster.fleet(rig.fleetNo)?.name ?? "?";
    const idOf = (no: number) => this.deps.control.rigs.byNo(no)?.id ?? "";
    for (const event of loginEvents(rig, session.port, fleetName, idOf)) this.deps.event(event);
  }

  private sendAll(routes: SessionsByRoute): void {
    for (const { to, sessions } of routes.groups.values()) this.switchboard.send(sessions, to);
  }

  /** Rows carry the time of the wall clock. */
  private record(share: ShareRecord): number {
    const { atMs } = share;
    share.atMs = this.clock.wallOf(atMs);
    const sequence = this.deps.ledger.append(share);
    share.atMs = atMs;
    if (sequence < 0) this.counts.unrecorded++;
    else this.counts.note(share);
    return sequence;
  }

  private tickPools(): void {
    this.clock.follow();
    this.switchboard.tick(this.deps.now());
  }

  private onDurable(through: number): void {
    this.settlement.acknowledgements.durable(through);
    flushWriters();
  }

  /** Sessions to every fleet's house pools are held before the first rig comes. */
  private holdHomes(): void {
    this.switchboard.hold([...this.roster.homes(), ...this.contractHomes]);
  }

  /** Its own: where others log in over them too, they go where it is sent. */
  private *sessionsOf(rig: RosterRig): Iterable<RigSession> {
    for (const session of rig.sessions) if (session instanceof RigSession && session.rig === rig) yield session;
  }

  private changed(): void {
    for (const watcher of this.watchers) watcher();
  }
}

function rigOf(hand: Hand): RosterRig | null {
  return hand instanceof RigSession ? hand.rig : null;
}
