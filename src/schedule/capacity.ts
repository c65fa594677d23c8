import type { ContractPlanFact, FleetPlanFact, PlanFacts } from "./plan-facts.ts";
import { PlannedRig } from "./planned-rig.ts";

/** What somebody would like to promise. */
export type CapacityAsk = {
  fleetNo: number;
  /** 0 = somebody new. */
  customerNo: number;
  startsAtMs: number;
  /** null = without end. */
  endsAtMs: number | null;
  /** For places: what each asks for; null = a hashrate is asked for, and `availableRigs` counts any rig. */
  place: { nominalHps: number; toleranceBp: number } | null;
  /** The contract that is being changed: its own promise does not count. 0 = none. */
  exceptContractNo: number;
};

export type Capacity = {
  /** H/s that can be promised over the whole term, at least 0. */
  availableHps: number;
  /** Rigs that could serve such a place over the whole term. */
  availableRigs: number;
  /** What eligible rigs that may serve this customer make, H/s. */
  capableHps: number;
  /** Promised to others at the fullest moment of the term, as far as it needs these rigs, H/s. */
  promisedHps: number;
  reservedHps: number;
};

type Stock = { rigs: PlannedRig[]; commonHps: number; ownHps: ReadonlyMap<number, number>; pinnedHps: ReadonlyMap<number, number> };

/**
 * What a fleet can still promise: what eligible rigs make that may be lent, less the promises that overlap the term at its fullest moment,
 * less the reserve. A customer's own rigs serve his promises first; those he does not lend serve nobody else's.
 */
export function capacityFor(facts: Pick<PlanFacts, "nowMs" | "fleets" | "contracts" | "rigs">, ask: CapacityAsk): Capacity {
  const fleet = facts.fleets.find(({ no }) => no === ask.fleetNo);
  const contracts = facts.contracts.filter((contract) => contract.fleetNo === ask.fleetNo && contract.no !== ask.exceptContractNo && overlaps(contract, ask));
  const stock = stockOf(facts, ask, fleet);
  const reservedHps = (stock.commonHps * (fleet?.reserveBp ?? 0)) / 10_000;
  const ownHps = ask.customerNo === 0 ? 0 : (stock.ownHps.get(ask.customerNo) ?? 0);
  const capableHps = stock.commonHps + ownHps;
  let promisedHps = 0;
  let fullest: ContractPlanFact[] = [];
  for (const atMs of momentsOf(contracts, ask)) {
    const then = contracts.filter(({ startsAtMs, endsAtMs }) => startsAtMs <= atMs && (endsAtMs === null || atMs < endsAtMs));
    const needed = neededHps(then, stock, ask.customerNo);
    if (needed <= promisedHps && fullest.length > 0) continue;
    promisedHps = needed;
    fullest = then;
  }
  const availableHps = Math.max(0, Math.floor(capableHps - promisedHps - reservedHps));
  return { availableHps, availableRigs: rigsLeft(stock, { ask, contracts: fullest, reservedHps, availableHps }), capableHps, promisedHps, reservedHps };
}

/** A suspended contract keeps its claim: it may be resumed at any moment. One that is not active because it has ended does not overlap. */
function overlaps({ startsAtMs, endsAtMs }: ContractPlanFact, ask: CapacityAsk): boolean {
  return (ask.endsAtMs === null || startsAtMs < ask.endsAtMs) && (endsAtMs === null || ask.startsAtMs < endsAtMs);
}

/** Promises grow only where a contract begins. */
function momentsOf(contracts: readonly ContractPlanFact[], ask: CapacityAsk): number[] {
  return [...new Set([ask.startsAtMs, ...contracts.map(({ startsAtMs }) => Math.max(startsAtMs, ask.startsAtMs))])].sort((one, other) => one - other);
}

/** Rigs that may be counted on: the fleet's, live or in vetting, by nobody taken out, and lent to whom it is asked for. */
function stockOf(facts: Pick<PlanFacts, "nowMs" | "rigs">, ask: CapacityAsk, fleet: FleetPlanFact | undefined): Stock {
  const stock = { rigs: [] as PlannedRig[], commonHps: 0, ownHps: new Map<number, number>(), pinnedHps: new Map<number, number>() };
  for (const fact of fleet === undefined ? [] : facts.rigs.filter(({ fleetNo }) => fleetNo === ask.fleetNo)) {
    const rig = new PlannedRig(fact);
    rig.derive(facts.nowMs);
    if (fact.pin?.to === "contract" && rig.barred === null) addTo(stock.pinnedHps, fact.pin.contractNo, rig.h);
    if (!isCounted(rig)) continue;
    const common = fact.ownerCustomerNo === 0 || fact.lend === "all";
    if (common) stock.commonHps += rig.h;
    else addTo(stock.ownHps, fact.ownerCustomerNo, rig.h);
    if (common || fact.ownerCustomerNo === ask.customerNo) stock.rigs.push(rig);
  }
  return stock;
}

function isCounted({ fact, barred, unwell }: PlannedRig): boolean {
  return barred === null && !unwell && !fact.draining && fact.lifecycle === "active" && fact.pin === null;
}

function addTo(sums: Map<number, number>, no: number, hps: number): void {
  sums.set(no, (sums.get(no) ?? 0) + hps);
}

/** What these promises need of the rigs that would also serve the one who asks; his own promises count whole. */
function neededHps(contracts: readonly ContractPlanFact[], stock: Stock, customerNo: number): number {
  const targets = new Map<number, number>();
  let anonymous = 0;
  for (const contract of contracts) {
    const target = Math.max(0, contract.promisedHps - (stock.pinnedHps.get(contract.no) ?? 0));
    if (contract.customerNo === 0) anonymous += target;
    else addTo(targets, contract.customerNo, target);
  }
  return [...targets].reduce((sum, [no, target]) => sum + (no === customerNo ? target : Math.max(0, target - (stock.ownHps.get(no) ?? 0))), anonymous);
}

type Leaving = { ask: CapacityAsk; contracts: readonly ContractPlanFact[]; reservedHps: number; availableHps: number };

/** Rigs that are left for such places when every promised place has the smallest rig that fits, and hashrate is made by what fits no place first. */
function rigsLeft(stock: Stock, { ask, contracts, reservedHps, availableHps }: Leaving): number {
  const leastHps = ask.place === null ? 0 : ask.place.nominalHps * (1 - ask.place.toleranceBp / 10_000);
  const left = [...stock.rigs].sort((one, other) => one.nominalHps - other.nominalHps || one.no - other.no);
  const places = contracts.flatMap(({ places: list, toleranceBp }) => list.map(({ nominalHps }) => nominalHps * (1 - toleranceBp / 10_000)));
  for (const place of places.sort((one, other) => other - one)) {
    const at = left.findIndex((rig) => rig.nominalHps >= place && rig.h >= place);
    if (at >= 0) left.splice(at, 1);
  }
  const suits = (rig: PlannedRig) => rig.nominalHps >= leastHps && rig.h >= leastHps;
  const hashrates = contracts.filter(({ method }) => method === "threshold");
  let missing = neededHps(hashrates, stock, ask.customerNo) + reservedHps;
  for (const rig of left.filter((one) => !suits(one))) missing -= rig.h;
  const suitable = left.filter(suits);
  while (missing > 0 && suitable.length > 0) missing -= suitable.shift()?.h ?? 0;
  const byHps = leastHps === 0 ? suitable.length : Math.floor(availableHps / leastHps);
  return Math.max(0, Math.min(suitable.length, byHps));
}
