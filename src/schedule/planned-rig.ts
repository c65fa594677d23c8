import type { RigPlanFact } from "./plan-facts.ts";
import { planLimits } from "./plan-limits.ts";
import type { Why } from "./why.ts";

/** In which order spares are taken: first those that are nobody's, then those with a home elsewhere, last those in vetting. null = no spare at all. */
export type SpareRank = 0 | 1 | 2 | null;

/**
 * Sums of rounded hashrates are exact, so that no sum depends on the order in which rigs came: 2^20 H/s for what is above 10 GH/s, 1/16 H/s
 * below. A fleet may have 9 ZH/s of the one, or 500 TH/s of the other.
 */
export function exactHps(hps: number): number {
  const grain = hps >= 1e10 ? 2 ** 20 : 2 ** -4;
  return Math.round(hps / grain) * grain;
}

/** A rig while the planner thinks: its facts, what follows from them at this moment, and whom it serves so far. */
export class PlannedRig {
  readonly no: number;
  fact: RigPlanFact;
  /** H/s; 0 when nothing is to be expected of it. */
  h = 0;
  nominalHps = 0;
  /** Why it may not serve any contract, by a person's decision: a reason code; null = it may. */
  barred: string | null = null;
  /** Asked to go, or about to be switched off. */
  going = false;
  /** Serves badly, by its status. */
  unwell = false;
  /** Whether it can be taken when it serves nobody. */
  fit = false;
  /** Named by a contract, or its owner has one: others take it after those without a home. */
  homed = false;
  /** 0 = the house. */
  contractNo = 0;
  fraction = 1;
  /** The rank by which it lies on the shelves now; null = it does not. */
  shelved: SpareRank = null;
  /** Whom it served before this plan; null = it has not been moved in it. */
  origin: { contractNo: number; fraction: number } | null = null;
  why: Why | null = null;

  constructor(fact: RigPlanFact) {
    this.no = fact.no;
    this.fact = fact;
  }

  /** What its contract may expect of it, H/s. */
  get partHps(): number {
    return this.fraction === 1 ? this.h : exactHps(this.h * this.fraction);
  }

  get spareRank(): SpareRank {
    if (!this.fit || this.contractNo !== 0) return null;
    if (this.fact.status === "vetting") return 2;
    return this.homed ? 1 : 0;
  }

  /** Works out what follows from its facts at `nowMs`; it must lie on no shelf and in no contract meanwhile. */
  derive(nowMs: number): void {
    const { fact } = this;
    this.h = fact.status === "offline" || fact.gone ? 0 : exactHps(Math.max(0, fact.expectedHps));
    this.nominalHps = fact.nominalHps;
    this.barred = barrier(fact);
    this.going = goes(fact, nowMs);
    this.unwell = this.h === 0 || unwell.has(fact.status);
    this.fit = this.barred === null && !this.going && !this.unwell && fact.connected && fact.pin === null;
  }

  pinnedTo(contractNo: number): boolean {
    return this.fact.pin?.to === "contract" && this.fact.pin.contractNo === contractNo;
  }

  /** Whether its owner lets it serve that customer. */
  servesCustomer(customerNo: number): boolean {
    const { ownerCustomerNo, lend } = this.fact;
    return ownerCustomerNo === 0 || ownerCustomerNo === customerNo || lend === "all";
  }

  ownedBy(customerNo: number): boolean {
    return customerNo !== 0 && this.fact.ownerCustomerNo === customerNo;
  }
}

const unwell: ReadonlySet<string> = new Set(["degraded", "rejecting", "flapping"]);

function barrier({ parked, pin, status, lifecycle }: RigPlanFact): string | null {
  if (parked) return "parked";
  if (pin?.to === "profile") return "pinned";
  if (status === "quarantined") return "quarantined";
  return lifecycle === "storage" || lifecycle === "retired" ? lifecycle : null;
}

function goes({ draining, lifecycle, maintenance }: RigPlanFact, nowMs: number): boolean {
  if (draining || lifecycle === "maintenance") return true;
  return maintenance !== null && nowMs >= maintenance.fromMs - planLimits.maintenanceLeadMs && nowMs < maintenance.toMs;
}
