import type { Rig } from "../control/rig-row.ts";
import type { StatusChange } from "../control/rigs.ts";
import type { RigFact } from "../health/facts.ts";
import { type JudgedStatus, judgeRig } from "../health/rig-status.ts";

export type JudgeDeps = {
  rigs: () => Rig[];
  rig: (no: number) => Rig | null;
  /** Each rig with its fleet, by numbers; asked once a minute, as rigs move between fleets. */
  fleetOfRigs: () => Iterable<readonly [rigNo: number, fleetNo: number]>;
  facts: () => Iterable<RigFact>;
  /** Numbers of the pool endpoints that are there now. */
  poolsUp: () => ReadonlySet<number>;
  /** What vardiff aims at, by fleet number. */
  sharesPerMinute: () => ReadonlyMap<number, number>;
  setStatus: (changes: readonly StatusChange[]) => void;
  /** Notes when rigs were last connected. */
  setSeen: (seen: readonly { rigNo: number; atMs: number }[]) => void;
  /** Lets the event loop turn between two writes. */
  breathe: () => Promise<void>;
  now: () => number;
};

/** What one round looks up once, and what it finds. */
type Round = {
  nowMs: number;
  poolsUp: ReadonlySet<number>;
  sharesPerMinute: ReadonlyMap<number, number>;
  changes: StatusChange[];
  seen: { rigNo: number; atMs: number }[];
};

type Memory = {
  status: JudgedStatus;
  acceptedAtStatus: number;
  /** The connection that is being counted, by its begin; null while there is none. */
  connectedSinceMs: number | null;
  /** When counting it began, and the accepted shares since the hub's start at that moment. */
  countedFromMs: number;
  acceptedBefore: number;
  /** Shares per second of the last connection that had enough of them to tell; 0 = none had yet. */
  shownPerS: number;
};

/** Rows written in one turn of the event loop; each takes about 20 microseconds. */
const rowsPerTurnMax = 250;
const fleetsFreshMs = 60_000;
/** Accepted shares of one connection before they tell a rate. */
const tellingShares = 5;

const judged: ReadonlySet<string> = new Set(["vetting", "online", "offline"]);

/** Gives every rig its status from what the hub saw of it. Statuses are read once, at start, and written when they change. */
export class Judge {
  private readonly memory = new Map<number, Memory>();
  private fleets: ReadonlyMap<number, number>;
  private fleetsAtMs: number;
  private readonly connected = new Set<number>();
  private readonly startedAtMs: number;
  private readonly deps: JudgeDeps;

  constructor(deps: JudgeDeps) {
    this.deps = deps;
    this.startedAtMs = deps.now();
    this.fleets = new Map(deps.fleetOfRigs());
    this.fleetsAtMs = this.startedAtMs;
    for (const rig of deps.rigs()) this.take(rig);
  }

  /** One round over all rigs; resolves with how many changed. */
  async round(): Promise<number> {
    const round: Round = { nowMs: this.deps.now(), poolsUp: this.deps.poolsUp(), sharesPerMinute: this.deps.sharesPerMinute(), changes: [], seen: [] };
    if (round.nowMs - this.fleetsAtMs >= fleetsFreshMs) this.readFleets(round.nowMs);
    const unknown: number[] = [];
    for (const fact of this.deps.facts()) {
      this.noteSeen(fact, round);
      const memory = this.memory.get(fact.rigNo);
      if (memory === undefined) unknown.push(fact.rigNo);
      else this.judgeOne(fact, memory, round);
    }
    await this.inTurns(round.changes, this.deps.setStatus);
    await this.inTurns(round.seen, this.deps.setSeen);
    if (unknown.length > 0) this.readFleets(round.nowMs);
    await this.inTurns(unknown, (some) => this.takeAll(some));
    return round.changes.length;
  }

  private readFleets(nowMs: number): void {
    this.fleets = new Map(this.deps.fleetOfRigs());
    this.fleetsAtMs = nowMs;
  }

  /** Rigs that enrolled since the last round are judged from the next one on. */
  private takeAll(rigNos: readonly number[]): void {
    for (const no of rigNos) {
      const rig = this.deps.rig(no);
      if (rig !== null) this.take(rig);
    }
  }

  private async inTurns<T>(rows: readonly T[], write: (some: readonly T[]) => void): Promise<void> {
    for (let at = 0; at < rows.length; at += rowsPerTurnMax) {
      write(rows.slice(at, at + rowsPerTurnMax));
      await this.deps.breathe();
    }
  }

  /** A rig is seen when it comes and when it goes. */
  private noteSeen(fact: RigFact, round: Round): void {
    const connected = fact.sessions.length > 0;
    if (connected === this.connected.has(fact.rigNo)) return;
    if (connected) this.connected.add(fact.rigNo);
    else this.connected.delete(fact.rigNo);
    round.seen.push({ rigNo: fact.rigNo, atMs: connected ? round.nowMs : (fact.disconnectedAtMs ?? round.nowMs) });
  }

  private judgeOne(fact: RigFact, memory: Memory, round: Round): void {
    const connectedSinceMs = fact.sessions.length === 0 ? null : Math.min(...fact.sessions.map((session) => session.sinceMs));
    count(fact, memory, { connectedSinceMs, nowMs: round.nowMs });
    const verdict = judgeRig(
      {
        status: memory.status,
        acceptedSinceStatus: fact.acceptedShares - memory.acceptedAtStatus,
        connected: fact.sessions.length > 0,
        // A rig that has not come back since the hub started counts from then: no status changes because of a restart.
        disconnectedAtMs: fact.sessions.length > 0 ? null : (fact.disconnectedAtMs ?? this.startedAtMs),
        connectedSinceMs,
        lastAcceptedAtMs: fact.lastAcceptedAtMs,
        hasWork: fact.poolNo !== 0 && round.poolsUp.has(fact.poolNo),
        expectedPerS: this.expectedPerS(fact.rigNo, memory, round),
      },
      round.nowMs,
    );
    if (verdict === null) return;
    memory.status = verdict.status;
    memory.acceptedAtStatus = fact.acceptedShares;
    round.changes.push({ rigNo: fact.rigNo, status: verdict.status, reason: verdict.reason });
  }

  /** What vardiff aims at, or what the rig has shown where that is less (some firmware takes no difficulty below 1). */
  private expectedPerS(rigNo: number, { shownPerS }: Memory, round: Round): number {
    const wanted = (round.sharesPerMinute.get(this.fleets.get(rigNo) ?? 0) ?? 0) / 60;
    return Math.min(wanted, shownPerS);
  }

  private take(rig: Rig): void {
    if (!judged.has(rig.status)) {
      this.memory.delete(rig.no);
      return;
    }
    const known = this.memory.get(rig.no);
    if (known !== undefined) return;
    const counting = { connectedSinceMs: null, countedFromMs: 0, acceptedBefore: 0, shownPerS: 0 };
    this.memory.set(rig.no, { status: rig.status as JudgedStatus, acceptedAtStatus: 0, ...counting });
  }
}

/**
 * Counts the shares of this connection, from the first round that saw it. One with too few shares leaves what the one before showed:
 * a slow rig that reconnects is as slow as it was, and one that comes back dumb is found out.
 */
function count(fact: RigFact, memory: Memory, { connectedSinceMs, nowMs }: { connectedSinceMs: number | null; nowMs: number }): void {
  if (memory.connectedSinceMs !== connectedSinceMs) {
    memory.connectedSinceMs = connectedSinceMs;
    memory.countedFromMs = nowMs;
    memory.acceptedBefore = fact.acceptedShares;
  }
  const shares = fact.acceptedShares - memory.acceptedBefore;
  if (connectedSinceMs === null || fact.lastAcceptedAtMs === null || shares < tellingShares) return;
  memory.shownPerS = (shares * 1_000) / Math.max(1_000, fact.lastAcceptedAtMs - memory.countedFromMs);
}
