import type { RigPlanFact } from "./plan-facts.ts";
import { planLimits } from "./plan-limits.ts";
import type { Why } from "./why.ts";

/** In which order spares are taken: first house rigs, then those with a home elsewhere, last those in vetting. null = no spare at all. */
export type SpareRank = 0 | 1 | 2 | null;

/**
 * Sums of rounded hashrates are exact, so that no sum depends on the order in which rigs came: to 16 kH/s above 1 TH/s, to 16 H/s above
 * 1 GH/s, to 1/64 H/s below. A contract may have 10^20 H/s of the first, 10^17 of the second, 10^14 of the last.
 */
export function exactHps(hps: number): number {
  const grain = grainOf(hps);
  return Math.round(hps / grain) * grain;
}

function grainOf(hps: number): number {
  if (hps >= 1e12) return 2 ** 14;
  return hps >= 1e9 ? 2 ** 4 : 2 ** -6;
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
  /** Named by a contract, or a customer's own: others take it after house rigs that nobody named. */
  homed = false;
  /** 0 = the house. */
  contractNo = 0;
  fraction = 1;
  /** The rank by which it lies on the shelves now; null = it does not. */
  shelved: SpareRank = null;
  /** Whom it served before this plan; null = it has not been moved in it. */
  origin: { contractNo: number; fraction: number } | null = null;
  why: Why | null = null;
  /** The last count of moved rigs that it was part of. */
  countedIn = 0;

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
