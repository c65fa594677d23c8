import type { Rig } from "../control/rig-row.ts";
import { passedCode } from "../control/rig-standing.ts";
import { shared } from "../control/shared-text.ts";
import { passVetting } from "../health/rig-detector.ts";
import { type HealthStatus, newRigHealth, type RigHealth } from "../health/rig-health.ts";
import { effectiveRatio } from "../health/rig-ratio.ts";
import type { MaintenanceWindow, RigPin, RigPlanFact } from "../schedule/plan-facts.ts";
import { HealthRows } from "./health-rows.ts";

/** A rig as the clocks keep it: what is known of it, and what the planner is told. What its shares have shown is in `Register.health`. */
export type Watched = {
  /** A new object with each change, by `Register.change`. */
  plan: RigPlanFact;
  nominalLearned: boolean;
  /** Whether it was noted last that it came, or that it went. */
  seen: boolean;
  /** Whether it has ever come: one that somebody entered and nobody plugged in yet is not down. */
  hasCome: boolean;
  /** Shares per minute that it was last asked for, as a factor. */
  pace: number;
};

export type RegisterDeps = {
  all: () => Rig[];
  /** Null of one that was removed. */
  rig: (no: number) => Rig | null;
  /** Numbers of rigs that people changed since it was last asked. */
  edits: () => number[];
  siteNoOf: (siteId: string) => number;
  siteOfFleet: (fleetNo: number) => string | null;
  customerNoOf: (customerId: string) => number;
};

/** All rigs, read once at the start and then as they are changed: reading ten thousand rows for each plan would stop the event loop. */
export class Register {
  /** By row number, which count up from 1: an array costs a tenth of a map. */
  private readonly rigs: (Watched | undefined)[] = [];
  private count = 0;
  readonly health = new HealthRows();
  /** Of the rig at hand. */
  private readonly state = newRigHealth();
  private readonly deps: RegisterDeps;
  private touched = new Set<number>();

  /** `remembered`: what a snapshot knows of a rig whose row has this status; null = nothing. */
  constructor(deps: RegisterDeps, remembered: (rig: Rig) => RigHealth | null = () => null) {
    this.deps = deps;
    deps.edits();
    for (const rig of deps.all()) this.put(rig, remembered(rig));
  }

  get(no: number): Watched | undefined {
    return this.rigs[no];
  }

  *values(): Iterable<Watched> {
    for (const rig of this.rigs) if (rig !== undefined) yield rig;
  }

  facts(): RigPlanFact[] {
    return Array.from(this.values(), ({ plan }) => plan);
  }

  get size(): number {
    return this.count;
  }

  countAt(siteNo: number): number {
    let count = 0;
    for (const { plan } of this.values()) if (plan.siteNo === siteNo) count += 1;
    return count;
  }

  /** What the planner is to be told of a rig from now on. */
  change(no: number, patch: Partial<RigPlanFact>): void {
    const rig = this.rigs[no];
    if (rig === undefined) return;
    rig.plan = { ...rig.plan, ...patch };
    this.touched.add(no);
  }

  /** Rigs that came, changed or went since this was last asked. */
  takeTouched(): ReadonlySet<number> {
    const { touched } = this;
    this.touched = new Set();
    return touched;
  }

  /** Takes in what people changed, and says which rigs those were. */
  refresh(): readonly number[] {
    const edited = this.deps.edits();
    for (const no of edited) this.read(no);
    return edited;
  }

  /** Reads one rig's row anew, for instance one that enrolled just now; `connected`: what is known of a new one's connection. */
  read(no: number, connected = false): void {
    const rig = this.deps.rig(no);
    if (rig !== null) this.put(rig, null, connected);
    else if (this.rigs[no] !== undefined) {
      delete this.rigs[no];
      this.count--;
      this.touched.add(no);
    }
  }

  /** The next or present planned absence of each rig; the others have none. */
  plan(absences: ReadonlyMap<number, MaintenanceWindow>): void {
    for (const { plan } of this.values()) {
      const next = absences.get(plan.no) ?? null;
      if (next?.fromMs !== plan.maintenance?.fromMs || next?.toMs !== plan.maintenance?.toMs) this.change(plan.no, { maintenance: next });
    }
  }

  /** For changes that concern very many, like a fleet's site. */
  readAll(): void {
    for (const rig of this.deps.all()) this.put(rig, null);
  }

  private put(rig: Rig, remembered: RigHealth | null, connected = false): void {
    const known = this.rigs[rig.no];
    if (known !== undefined) {
      const isGiven = this.takeStanding(rig, known.plan);
      const expectedHps = (rig.nominalHps ?? 0) * this.ratioOf(rig.no);
      this.change(rig.no, {
        ...this.rowFacts(rig),
        expectedHps,
        ...(isGiven && { status: rig.status, statusText: `is ${rig.status}: ${rig.statusReason.text}` }),
      });
      known.nominalLearned = rig.nominalSource === "learned";
      return;
    }
    const health = remembered ?? newHealthOf(rig.status);
    const plan: RigPlanFact = {
      ...this.rowFacts(rig),
      no: rig.no,
      expectedHps: (rig.nominalHps ?? 0) * effectiveRatio(health),
      status: rig.status,
      // Those that enrolled, or have not come yet, all say the same.
      statusText: shared(`is ${rig.status}: ${rig.statusReason.text}`),
      connected,
      gone: false,
      belowPlace: null,
      maintenance: null,
      lastMoveAtMs: null,
      movesLastHour: 0,
      heldDownUntilMs: 0,
    };
    this.health.begin(rig.no, health);
    this.rigs[rig.no] = { plan, nominalLearned: rig.nominalSource === "learned", seen: false, hasCome: rig.firstSeenMs !== null, pace: 1 };
    this.count++;
    this.touched.add(rig.no);
  }

  /** Whether a person has given the rig the status that its row has now. */
  private takeStanding(rig: Rig, plan: RigPlanFact): boolean {
    if ((rig.status === "quarantined") !== (plan.status === "quarantined")) return true;
    const isPassed = rig.status === "online" && plan.status === "vetting" && rig.statusReason.code === passedCode;
    if (!isPassed) return false;
    this.health.fill(this.state, rig.no);
    passVetting(this.state);
    this.health.keep(rig.no, this.state);
    return this.state.status === "online";
  }

  /** See `RigHealth`; 0 for a rig that is not known. */
  flapPenaltyOf(no: number): number {
    if (this.rigs[no] === undefined) return 0;
    this.health.fill(this.state, no);
    return this.state.flapPenalty;
  }

  private ratioOf(no: number): number {
    this.health.fill(this.state, no);
    return effectiveRatio(this.state);
  }

  private rowFacts(rig: Rig) {
    const { location } = rig;
    return {
      name: rig.name,
      fleetNo: rig.fleetNo,
      siteNo: this.siteNo(rig.siteId, rig.fleetNo),
      building: location.building,
      row: location.row,
      rack: location.rack,
      model: rig.model,
      nominalHps: rig.nominalHps ?? 0,
      lifecycle: rig.lifecycle,
      ownerCustomerNo: rig.ownerCustomerId === null ? 0 : this.deps.customerNoOf(rig.ownerCustomerId),
      lend: rig.lend,
      pin: pinOf(rig),
      draining: rig.draining,
      parked: rig.parked,
    };
  }

  private siteNo(siteId: string | null, fleetNo: number): number {
    const id = siteId ?? this.deps.siteOfFleet(fleetNo);
    return id === null ? 0 : this.deps.siteNoOf(id);
  }
}

const newHealth = new Map<HealthStatus, RigHealth>();

/** For reading: it is kept as a row, so that all new rigs of a status may have the same. */
function newHealthOf(status: HealthStatus): Readonly<RigHealth> {
  const health = newHealth.get(status) ?? newRigHealth(status);
  newHealth.set(status, health);
  return health;
}

function pinOf(rig: Rig): RigPin | null {
  if (rig.pinnedContractNo !== null) return { to: "contract", contractNo: rig.pinnedContractNo };
  return rig.pinnedProfileNo === null ? null : { to: "profile" };
}
