import type { RigConnection } from "../control/rig-connections.ts";
import type { StatusChange } from "../control/rig-findings.ts";
import type { RigStatus } from "../control/rig-row.ts";
import type { Counted } from "../health/cusum.ts";
import type { RigFact } from "../health/facts.ts";
import { paceOf } from "../health/pace.ts";
import { countedOf, stepRig } from "../health/rig-detector.ts";
import { newRigHealth, type RigStep } from "../health/rig-health.ts";
import { nominalToNote } from "../health/rig-nominal.ts";
import { effectiveRatio } from "../health/rig-ratio.ts";
import type { Growth } from "./health-rows.ts";
import type { Yardstick } from "./plan-inputs.ts";
import type { Register, Watched } from "./register.ts";

export type JudgeDeps = {
  register: Register;
  facts: () => Iterable<RigFact>;
  /** By what rigs are judged in this round. */
  yardsticks: () => (fleetNo: number, contractNo: number) => Yardstick | null;
  setStatus: (changes: readonly StatusChange[]) => void;
  /** Notes when rigs were last connected. */
  setSeen: (seen: readonly Seen[]) => void;
  setNominal: (learned: readonly { rigNo: number; nominalHps: number; source: "learned" }[]) => void;
  setPaces: (paces: readonly (readonly [rigNo: number, pace: number])[]) => void;
  /** What a rig's shares add to the count of the contract that it serves. */
  counted: (rigNo: number, contractNo: number, counted: Counted) => void;
  /** Lets the event loop turn between two portions of work. */
  breathe: () => Promise<void>;
  /** Milliseconds of a clock that only goes forward, the same as that of the facts. */
  now: () => number;
  /** The same moment as the wall's clock has it; for records. */
  wallOf: (ms: number) => number;
};

/** `connection`: of one that came; null of one that went. */
type Seen = { rigNo: number; atMs: number; connection: RigConnection | null };

/** A status that changed, with the one before. */
export type Judged = StatusChange & { from: RigStatus };

/** What one round finds. */
type Round = {
  nowMs: number;
  elapsedMs: number;
  yardstickOf: (fleetNo: number, contractNo: number) => Yardstick | null;
  changes: Judged[];
  seen: Seen[];
  learned: { rigNo: number; nominalHps: number; source: "learned" }[];
  paces: [rigNo: number, pace: number][];
  unknown: RigFact[];
};

/** Rows written in one turn of the event loop; each takes about 20 microseconds. */
const rowsPerTurnMax = 250;
/** Rigs judged in one turn; each takes about two microseconds. */
const rigsPerTurnMax = 1_000;

/** Gives every rig its status from what the hub counted of it; the rules are those of `health/`. */
export class Judge {
  private readonly deps: JudgeDeps;
  /** Of the rig at hand: new ones for each of ten thousand were megabytes of garbage each round. */
  private readonly health = newRigHealth();
  private readonly growth: Growth = { perHps: 0, accepted: 0, refused: 0, poolAccepted: 0, poolRejected: 0 };
  private readonly step = noStep();
  private lastRoundMs: number;

  constructor(deps: JudgeDeps) {
    this.deps = deps;
    this.lastRoundMs = deps.now();
  }

  /** One round over all rigs; resolves with those whose status changed. */
  async round(): Promise<readonly Judged[]> {
    const { deps } = this;
    const nowMs = deps.now();
    const elapsedMs = Math.max(0, nowMs - this.lastRoundMs);
    const round: Round = { nowMs, elapsedMs, yardstickOf: deps.yardsticks(), changes: [], seen: [], learned: [], paces: [], unknown: [] };
    this.lastRoundMs = nowMs;
    let judged = 0;
    for (const fact of deps.facts()) {
      this.judge(fact, round);
      judged += 1;
      if (judged % rigsPerTurnMax === 0) await deps.breathe();
    }
    deps.setPaces(round.paces);
    await this.inTurns(round.changes, deps.setStatus);
    await this.inTurns(round.learned, deps.setNominal);
    await this.inTurns(round.seen, deps.setSeen);
    // Rigs that enrolled since the last round are judged from the next one on.
    await this.inTurns(round.unknown, (some) => {
      for (const fact of some) deps.register.read(fact.rigNo, canBeSent(fact));
    });
    return round.changes;
  }

  private async inTurns<T>(rows: readonly T[], write: (some: readonly T[]) => void): Promise<void> {
    for (let at = 0; at < rows.length; at += rowsPerTurnMax) {
      write(rows.slice(at, at + rowsPerTurnMax));
      await this.deps.breathe();
    }
  }

  private judge(fact: RigFact, round: Round): void {
    const rig = this.deps.register.get(fact.rigNo);
    if (rig === undefined) {
      round.unknown.push(fact);
      return;
    }
    const yardstick = round.yardstickOf(rig.plan.fleetNo, fact.contractNo);
    if (yardstick === null) return;
    this.noteSeen(fact, rig, round);
    const { health, growth, step } = this;
    this.deps.register.health.fill(health, fact.rigNo);
    this.deps.register.health.takeGrowth(growth, fact.rigNo, fact.exposure);
    fillStep(step, { fact, rig, growth, round });
    const verdict = stepRig(health, step, yardstick.settings);
    this.deps.register.health.keep(fact.rigNo, health);
    if (verdict !== null) {
      round.changes.push({ rigNo: fact.rigNo, from: rig.plan.status, ...verdict });
      this.deps.register.change(fact.rigNo, { status: verdict.status, statusText: `is ${verdict.status}: ${verdict.reason.text}` });
    }
    this.learn(rig, round);
    const expectedHps = rig.plan.nominalHps * effectiveRatio(health);
    if (expectedHps !== rig.plan.expectedHps) this.deps.register.change(fact.rigNo, { expectedHps });
    const pace = yardstick.paceScale * paceOf(health, fact.contractNo === 0 ? "house" : "contract");
    if (pace !== rig.pace) {
      rig.pace = pace;
      round.paces.push([fact.rigNo, pace]);
    }
    const counted = fact.contractNo === 0 ? null : countedOf(health, step);
    if (counted !== null) this.deps.counted(fact.rigNo, fact.contractNo, counted);
  }

  /** A rig is seen when it comes and when it goes. */
  private noteSeen(fact: RigFact, rig: Watched, round: Round): void {
    const connected = fact.sessions.length > 0;
    if (canBeSent(fact) !== rig.plan.connected) this.deps.register.change(fact.rigNo, { connected: canBeSent(fact) });
    if (connected === rig.seen) return;
    rig.seen = connected;
    rig.hasCome ||= connected;
    const atMs = connected ? round.nowMs : (fact.disconnectedAtMs ?? round.nowMs);
    round.seen.push({ rigNo: fact.rigNo, atMs: this.deps.wallOf(atMs), connection: fact.sessions.at(-1) ?? null });
  }

  private learn(rig: Watched, round: Round): void {
    const noted = rig.plan.nominalHps === 0 ? null : rig.plan.nominalHps;
    if (noted !== null && !rig.nominalLearned) return;
    const nominalHps = nominalToNote(this.health, noted);
    if (nominalHps === null) return;
    this.deps.register.change(rig.plan.no, { nominalHps });
    rig.nominalLearned = true;
    round.learned.push({ rigNo: rig.plan.no, nominalHps, source: "learned" });
  }
}

/** A passenger of another rig's connection is there, but no rig that a plan can send somewhere. */
export function canBeSent({ sessions, isPassenger }: RigFact): boolean {
  return sessions.length > 0 && isPassenger !== true;
}

function noStep(): RigStep {
  return {
    elapsedMs: 0,
    connected: false,
    goneMs: null,
    exposurePerHps: 0,
    exposureSinceAccepted: 0,
    accepted: 0,
    refused: 0,
    worked: false,
    poolAccepted: 0,
    poolRejected: 0,
    nominalHps: null,
    nominalLearned: false,
    quarantined: false,
    frozen: false,
  };
}

/** What has happened since the judge last looked. */
function fillStep(step: RigStep, { fact, rig, growth, round }: { fact: RigFact; rig: Watched; growth: Growth; round: Round }): void {
  const { exposure, disconnectedAtMs, lastAcceptedAtMs } = fact;
  const { plan } = rig;
  const { nowMs, elapsedMs } = round;
  step.elapsedMs = elapsedMs;
  step.connected = fact.sessions.length > 0;
  step.goneMs = step.connected || disconnectedAtMs === null ? null : nowMs - disconnectedAtMs;
  step.exposurePerHps = growth.perHps;
  step.exposureSinceAccepted = exposure.perHps - exposure.perHpsAtAccepted;
  step.accepted = growth.accepted;
  step.refused = growth.refused;
  step.worked = growth.accepted > 0 || (lastAcceptedAtMs !== null && lastAcceptedAtMs > nowMs - elapsedMs);
  step.poolAccepted = growth.poolAccepted;
  step.poolRejected = growth.poolRejected;
  step.nominalHps = plan.nominalHps === 0 ? null : plan.nominalHps;
  step.nominalLearned = rig.nominalLearned;
  step.quarantined = plan.status === "quarantined";
  step.frozen = plan.lifecycle !== "active" || isIn(plan.maintenance, nowMs);
}

function isIn(window: { fromMs: number; toMs: number } | null, nowMs: number): boolean {
  return window !== null && nowMs >= window.fromMs && nowMs < window.toMs;
}
