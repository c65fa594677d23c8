import type { Rig } from "../control/rig-row.ts";
import { passedCode } from "../control/rig-standing.ts";
import { passVetting } from "../health/rig-detector.ts";
import { newRigHealth, type RigHealth } from "../health/rig-health.ts";
import { effectiveRatio } from "../health/rig-ratio.ts";
import type { MaintenanceWindow, RigPin, RigPlanFact } from "../schedule/plan-facts.ts";

/** What the hub had counted of a rig when the judge last looked. */
export type Counts = { perHps: number; accepted: number; refused: number; poolAccepted: number; poolRejected: number };

/** A rig as the clocks keep it: what is known of it, what its shares have shown, and what the planner is told. */
export type Watched = {
  readonly id: string;
  /** A new object with each change, by `Register.change`. */
  plan: RigPlanFact;
  health: RigHealth;
  nominalLearned: boolean;
  /** Whether it was noted last that it came, or that it went. */
  seen: boolean;
  counts: Counts;
  /** Shares per minute that it was last asked for, as a factor. */
  pace: number;
};

export type RegisterDeps = {
  all: () => Rig[];
  rig: (no: number) => Rig | null;
  /** Removed rigs are none. */
  exists: (id: string) => boolean;
  /** Numbers of rigs that people changed since it was last asked. */
  edits: () => number[];
  siteNoOf: (siteId: string) => number;
  siteOfFleet: (fleetNo: number) => string | null;
  customerNoOf: (customerId: string) => number;
};

/** All rigs, read once at the start and then as they are changed: reading ten thousand rows for each plan would stop the event loop. */
export class Register {
  private readonly rigs = new Map<number, Watched>();
  private readonly deps: RegisterDeps;
  private touched = new Set<number>();

  /** `remembered`: what a snapshot knows of a rig whose row has this status; null = nothing. */
  constructor(deps: RegisterDeps, remembered: (rig: Rig) => RigHealth | null = () => null) {
    this.deps = deps;
    deps.edits();
    for (const rig of deps.all()) this.put(rig, remembered(rig));
  }

  get(no: number): Watched | undefined {
    return this.rigs.get(no);
  }

  values(): Iterable<Watched> {
    return this.rigs.values();
  }

  facts(): RigPlanFact[] {
    return Array.from(this.rigs.values(), ({ plan }) => plan);
  }

  get size(): number {
    return this.rigs.size;
  }

  countAt(siteNo: number): number {
    let count = 0;
    for (const { plan } of this.rigs.values()) if (plan.siteNo === siteNo) count += 1;
    return count;
  }

  /** What the planner is to be told of a rig from now on. */
  change(no: number, patch: Partial<RigPlanFact>): void {
    const rig = this.rigs.get(no);
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

  /** Reads one rig's row anew, for instance one that enrolled just now. */
  read(no: number): void {
    const rig = this.deps.rig(no);
    if (rig !== null && this.deps.exists(rig.id)) this.put(rig, null);
    else if (this.rigs.delete(no)) this.touched.add(no);
  }

  /** The next or present planned absence of each rig; the others have none. */
  plan(absences: ReadonlyMap<number, MaintenanceWindow>): void {
    for (const { plan } of this.rigs.values()) {
      const next = absences.get(plan.no) ?? null;
      if (next?.fromMs !== plan.maintenance?.fromMs || next?.toMs !== plan.maintenance?.toMs) this.change(plan.no, { maintenance: next });
    }
  }

  /** For changes that concern very many, like a fleet's site. */
  readAll(): void {
    for (const rig of this.deps.all()) this.put(rig, null);
  }

  private put(rig: Rig, remembered: RigHealth | null): void {
    const known = this.rigs.get(rig.no);
    if (known !== undefined) {
      const isGiven = this.takeStanding(rig, known);
      const expectedHps = (rig.nominalHps ?? 0) * effectiveRatio(known.health);
      this.change(rig.no, {
        ...this.rowFacts(rig),
        expectedHps,
        ...(isGiven && { status: rig.status, statusText: `is ${rig.status}: ${rig.statusReason.text}` }),
      });
      known.nominalLearned = rig.nominalSource === "learned";
      return;
    }
    const health = remembered ?? newRigHealth(rig.status);
    const plan: RigPlanFact = {
      ...this.rowFacts(rig),
      no: rig.no,
      expectedHps: (rig.nominalHps ?? 0) * effectiveRatio(health),
      status: rig.status,
      statusText: `is ${rig.status}: ${rig.statusReason.text}`,
      connected: false,
      gone: false,
      belowPlace: null,
      maintenance: null,
      lastMoveAtMs: null,
      movesLastHour: 0,
      heldDownUntilMs: 0,
    };
    const counts = { perHps: 0, accepted: 0, refused: 0, poolAccepted: 0, poolRejected: 0 };
    this.rigs.set(rig.no, { id: rig.id, plan, health, nominalLearned: rig.nominalSource === "learned", seen: false, counts, pace: 1 });
    this.touched.add(rig.no);
  }

  /** Whether a person has given the rig the status that its row has now. */
  private takeStanding(rig: Rig, { plan, health }: Watched): boolean {
    if ((rig.status === "quarantined") !== (plan.status === "quarantined")) return true;
    const isPassed = rig.status === "online" && plan.status === "vetting" && rig.statusReason.code === passedCode;
    if (!isPassed) return false;
    passVetting(health);
    return health.status === "online";
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

function pinOf(rig: Rig): RigPin | null {
  if (rig.pinnedContractNo !== null) return { to: "contract", contractNo: rig.pinnedContractNo };
  return rig.pinnedProfileNo === null ? null : { to: "profile" };
}
