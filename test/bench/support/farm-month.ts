/** A farm on a virtual clock: the real detector and the real planner, rigs that fail and are repaired, shares by chance. */
import { settingsOf } from "../../../src/health/health-settings.ts";
import { paceOf } from "../../../src/health/pace.ts";
import { stepRig } from "../../../src/health/rig-detector.ts";
import { newRigHealth, type RigHealth, type RigVerdict } from "../../../src/health/rig-health.ts";
import { effectiveRatio } from "../../../src/health/rig-ratio.ts";
import type { PlanChange } from "../../../src/schedule/plan.ts";
import type { ContractPlanFact, RigPlanFact } from "../../../src/schedule/plan-facts.ts";
import { holdDownMs } from "../../../src/schedule/plan-limits.ts";
import { Planner } from "../../../src/schedule/planner.ts";
import { seeded } from "../../support/seeded.ts";

export type FarmAsk = { rigs: number; spare: number; days: number; slices: boolean; seed: number };

export type FarmFigures = {
  /** Delivered of promised, an hour at most 105 %, a contract at most 100 %. */
  delivered: number;
  moves: number;
  replacements: number;
  failedAllocated: number;
  falseReplacements: number;
  healthyRigYears: number;
  /** Seconds from failure to replacement, sorted, by kind. */
  replacedAfterS: Record<FailureKind, number[]>;
  plans: number;
};

type FailureKind = "closed" | "hung" | "weak";

type FarmRig = {
  fact: RigPlanFact;
  health: RigHealth;
  hps: number;
  /** Part of its hashrate that it really does. */
  does: number;
  connected: boolean;
  goneSinceMs: number;
  /** No exposure before. */
  freshFromMs: number;
  failure: FailureKind | null;
  failedAtMs: number;
  changesAtMs: number;
  reconnectsAtMs: number;
  sinceAccepted: number;
  contractNo: number;
  fraction: number;
};

const stepMs = 10_000;
const dayMs = 86_400_000;
const mtbfMs = 30 * dayMs;
const mttrMs = 80 * 3_600_000;
const reconnectEveryMs = dayMs / 4;
const graceMs = 15_000;
const sharesPerMinute = 12;
const settings = settingsOf({ sharesPerMinute, period: "normal", degradedBelowBp: 8_460 });

export class Farm {
  readonly #random: () => number;
  readonly #rigs: FarmRig[];
  readonly #contracts: ContractPlanFact[];
  readonly #planner = new Planner();
  readonly #ask: FarmAsk;
  readonly #hourWork = new Map<number, number>();
  readonly #periodWork = new Map<number, number>();
  readonly #optional: number[] = [];
  #dirty = true;
  #nowMs = 0;
  readonly #figures: FarmFigures = {
    delivered: 0,
    moves: 0,
    replacements: 0,
    failedAllocated: 0,
    falseReplacements: 0,
    healthyRigYears: 0,
    replacedAfterS: { closed: [], hung: [], weak: [] },
    plans: 0,
  };

  constructor(ask: FarmAsk) {
    this.#ask = ask;
    this.#random = seeded(ask.seed);
    this.#rigs = Array.from({ length: ask.rigs }, (_, at) => this.#newRig(at + 1));
    this.#contracts = contractsFor(this.#rigs, ask.spare);
    this.#planner.setContracts(this.#contracts);
    for (const rig of this.#rigs) this.#planner.setRig(rig.fact, null);
  }

  run(): FarmFigures {
    const endMs = this.#ask.days * dayMs;
    this.#plan();
    for (let hour = 0; this.#nowMs < endMs; ) {
      this.#nowMs += stepMs;
      for (const rig of this.#rigs) this.#step(rig);
      if (this.#dirty || this.#nowMs % 60_000 === 0) this.#plan();
      this.#deliver();
      if (this.#nowMs >= (hour + 1) * 3_600_000) {
        hour++;
        this.#closeHour();
      }
    }
    const promised = this.#contracts.reduce((sum, { promisedHps }) => sum + promisedHps * (endMs / 1000), 0);
    const delivered = this.#contracts.reduce((sum, { no, promisedHps }) => sum + Math.min(promisedHps * (endMs / 1000), this.#periodWork.get(no) ?? 0), 0);
    for (const times of Object.values(this.#figures.replacedAfterS)) times.sort((one, other) => one - other);
    return { ...this.#figures, delivered: delivered / promised };
  }

  #newRig(no: number): FarmRig {
    const model = Math.floor(this.#random() * 5);
    const nominalHps = (90 + model * 20) * 1e12;
    const hps = nominalHps * (0.98 + this.#random() * 0.05);
    const fact: RigPlanFact = {
      ...{ no, name: `rig-${no}`, fleetNo: 1, siteNo: 1, building: "A", row: String(no % 10), rack: String(no % 40), model: `M${model}` },
      ...{ nominalHps, expectedHps: nominalHps, status: "online", statusText: "", lifecycle: "active", connected: true, gone: false },
      ...{ ownerCustomerNo: 0, lend: "none", pin: null, draining: false, parked: false, belowPlace: null, maintenance: null },
      ...{ lastMoveAtMs: null, movesLastHour: 0, heldDownUntilMs: 0 },
    };
    // The farm has run for long: part of it is under repair already.
    const broken = this.#random() < mttrMs / (mtbfMs + mttrMs);
    const rig: FarmRig = {
      ...{ fact, health: newRigHealth("online"), hps, does: 1, connected: true, goneSinceMs: 0, freshFromMs: 0, failure: null, failedAtMs: 0 },
      ...{ changesAtMs: this.#after(mtbfMs), reconnectsAtMs: this.#after(reconnectEveryMs), sinceAccepted: 0, contractNo: 0, fraction: 1 },
    };
    if (!broken) return rig;
    return {
      ...rig,
      failure: "closed",
      does: 0,
      connected: false,
      changesAtMs: this.#after(mttrMs),
      health: newRigHealth("offline"),
      fact: { ...fact, status: "offline", connected: false, gone: true },
    };
  }

  #after(meanMs: number): number {
    return this.#nowMs - Math.log(1 - this.#random()) * meanMs;
  }

  #step(rig: FarmRig): void {
    if (this.#nowMs >= rig.changesAtMs) this.#failOrRepair(rig);
    if (rig.failure === null) this.#reconnect(rig);
    const { status, reason } = this.#judge(rig) ?? { status: rig.fact.status, reason: null };
    const gone = !rig.connected && this.#nowMs - rig.goneSinceMs >= graceMs;
    const expectedHps = rig.fact.nominalHps * effectiveRatio(rig.health);
    const { fact } = rig;
    if (status === fact.status && gone === fact.gone && rig.connected === fact.connected && expectedHps === fact.expectedHps) return;
    const heldDownUntilMs = status === "online" && fact.status !== "online" ? this.#nowMs + holdDownMs(0) : fact.heldDownUntilMs;
    rig.fact = { ...fact, status, gone, connected: rig.connected, expectedHps, heldDownUntilMs, statusText: reason?.text ?? fact.statusText };
    this.#planner.setRig(rig.fact);
    this.#dirty = true;
  }

  #judge(rig: FarmRig): RigVerdict | null {
    const counted = rig.connected && this.#nowMs >= rig.freshFromMs;
    const shares = counted ? (sharesPerMinute / 60_000) * stepMs * paceOf(rig.health, rig.contractNo === 0 ? "house" : "contract") : 0;
    const accepted = rig.does > 0 ? poisson(this.#random, (shares * rig.does * rig.hps) / rig.fact.nominalHps) : 0;
    const exposurePerHps = shares / rig.fact.nominalHps;
    rig.sinceAccepted = accepted > 0 ? 0 : rig.sinceAccepted + exposurePerHps;
    return stepRig(
      rig.health,
      {
        ...{ elapsedMs: stepMs, connected: rig.connected, goneMs: rig.connected ? null : this.#nowMs - rig.goneSinceMs, exposurePerHps },
        ...{ exposureSinceAccepted: rig.sinceAccepted, accepted, refused: 0, worked: accepted > 0, poolAccepted: accepted, poolRejected: 0 },
        ...{ nominalHps: rig.fact.nominalHps, nominalLearned: false, quarantined: false, frozen: false },
      },
      settings,
    );
  }

  #failOrRepair(rig: FarmRig): void {
    if (rig.failure !== null) {
      rig.failure = null;
      rig.does = 1;
      rig.connected = true;
      rig.freshFromMs = this.#nowMs + 30_000;
      rig.changesAtMs = this.#after(mtbfMs);
      return;
    }
    const luck = this.#random();
    if (luck < 0.5) {
      rig.failure = "closed";
      rig.connected = false;
      rig.goneSinceMs = this.#nowMs;
    } else rig.failure = luck < 0.75 ? "hung" : "weak";
    rig.does = rig.failure === "weak" ? 0.3 + 0.4 * this.#random() : 0;
    rig.failedAtMs = this.#nowMs;
    rig.changesAtMs = this.#after(mttrMs);
    if (rig.contractNo !== 0) this.#figures.failedAllocated++;
  }

  /** A short break that ends before anybody acts. */
  #reconnect(rig: FarmRig): void {
    if (this.#nowMs < rig.reconnectsAtMs) return;
    rig.connected = !rig.connected;
    if (rig.connected) {
      rig.freshFromMs = this.#nowMs + 30_000;
      rig.reconnectsAtMs = this.#after(reconnectEveryMs);
    } else {
      rig.goneSinceMs = this.#nowMs;
      rig.reconnectsAtMs = this.#nowMs + stepMs;
    }
  }

  #plan(): void {
    this.#dirty = false;
    while (this.#optional[0] !== undefined && this.#optional[0] <= this.#nowMs - 60_000) this.#optional.shift();
    this.#planner.setFleets([{ no: 1, heldUntilMs: null, reserveBp: 0, slices: this.#ask.slices, optionalMovesLastMinute: this.#optional.length }]);
    const plan = this.#planner.plan({ nowMs: this.#nowMs, startGraceUntilMs: 0 });
    this.#figures.plans++;
    for (const change of plan.changes) this.#carryOut(change);
  }

  #carryOut(change: PlanChange): void {
    const rig = this.#rigs[change.rigNo - 1];
    if (rig === undefined) throw new Error(`no rig ${change.rigNo}`);
    if (this.#nowMs > 0) this.#count(rig, change);
    if (change.optional) this.#optional.push(this.#nowMs);
    if (rig.contractNo !== change.to) {
      rig.fact = { ...rig.fact, lastMoveAtMs: this.#nowMs };
      rig.freshFromMs = Math.max(rig.freshFromMs, this.#nowMs + 10_000);
    }
    rig.contractNo = change.to;
    rig.fraction = change.fraction;
    this.#planner.setRig(rig.fact, change.to === 0 ? null : { rigNo: change.rigNo, contractNo: change.to, fraction: change.fraction });
  }

  #count(rig: FarmRig, change: PlanChange): void {
    const figures = this.#figures;
    if (rig.contractNo !== change.to) figures.moves++;
    if (change.to !== 0 && rig.contractNo === 0 && !change.optional) figures.replacements++;
    if (change.to !== 0 || change.cause !== "replace") return;
    if (rig.failure === null) figures.falseReplacements++;
    else figures.replacedAfterS[rig.failure].push((this.#nowMs - rig.failedAtMs) / 1000);
  }

  #deliver(): void {
    for (const rig of this.#rigs) {
      if (rig.failure === null) this.#figures.healthyRigYears += stepMs / (365.25 * dayMs);
      if (rig.contractNo === 0 || !rig.connected || rig.does === 0) continue;
      const work = (rig.hps * rig.does * rig.fraction * stepMs) / 1000;
      this.#hourWork.set(rig.contractNo, (this.#hourWork.get(rig.contractNo) ?? 0) + work);
    }
  }

  #closeHour(): void {
    for (const { no, promisedHps } of this.#contracts) {
      const work = Math.min(this.#hourWork.get(no) ?? 0, 1.05 * promisedHps * 3600);
      this.#periodWork.set(no, (this.#periodWork.get(no) ?? 0) + work);
    }
    this.#hourWork.clear();
  }
}

/** Promises of all nominal hashrate but the spare part, in contracts of about twenty rigs. */
function contractsFor(rigs: readonly FarmRig[], spare: number): ContractPlanFact[] {
  const total = rigs.reduce((sum, { fact }) => sum + fact.nominalHps, 0) * (1 - spare);
  const count = Math.max(1, Math.round(rigs.length / 20));
  return Array.from({ length: count }, (_, at) => ({
    ...{ no: at + 1, label: `contract ${at + 1}`, fleetNo: 1, customerNo: at + 1, method: "threshold", promisedHps: total / count, places: [] },
    ...{ toleranceBp: 1000, priority: 5, active: true, startsAtMs: 0, endsAtMs: null },
  }));
}

function poisson(random: () => number, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}
