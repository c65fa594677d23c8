import type { PlanFacts } from "./plan-facts.ts";
import { PlannedRig } from "./planned-rig.ts";
import { makePlan } from "./planner.ts";

/** What a contract loses when rigs that serve it are taken away, and what it lacks once all spares that fit have stepped in; null where that was not planned. */
export type ContractLoss = { contractNo: number; rigs: number; lostHps: number; missingHps: number | null; missingPlaces: number | null };

/** A plan that replaces more rigs than these takes longer than the loop that serves rigs may stand still: 25 ms for 200 of 10,000 rigs, 150 ms for 2,500. */
export const plannedRigsMax = 500;

/** What it costs to take rigs from all contracts. Hashrates are H/s, as the planner expects them. */
export type RemovalCost = {
  rigs: number;
  /** Of them: nothing is to be expected of these anyway (offline, or disconnected for longer than their grace). */
  idleRigs: number;
  servingRigs: number;
  /** What the serving ones give to contracts. */
  lostHps: number;
  /** What other rigs of these fleets make that could step in at once. */
  spareHps: number;
  /** In the order of their numbers. */
  contracts: ContractLoss[];
};

/**
 * What it would cost to take these rigs out of the plan now, by the planner's own answer to it: whoever it would put in their places counts.
 * That plan is as dear as one from nothing; it is not made where none of them serves anybody, or more than `plannedRigsMax` do.
 */
export function removalCost(facts: PlanFacts, rigNos: ReadonlySet<number>): RemovalCost {
  const chosen = new Map(facts.rigs.filter(({ no }) => rigNos.has(no)).map((fact) => [fact.no, derived(fact, facts.nowMs)]));
  const losses = new Map<number, ContractLoss>();
  for (const { rigNo, contractNo, fraction } of facts.allocations) {
    const rig = chosen.get(rigNo);
    if (rig === undefined || contractNo === 0) continue;
    const loss = losses.get(contractNo) ?? { contractNo, rigs: 0, lostHps: 0, missingHps: null, missingPlaces: null };
    losses.set(contractNo, { ...loss, rigs: loss.rigs + 1, lostHps: loss.lostHps + rig.h * fraction });
  }
  const left = without(facts, rigNos, losses);
  const servingRigs = [...losses.values()].reduce((sum, { rigs }) => sum + rigs, 0);
  const planned = servingRigs === 0 || servingRigs > plannedRigsMax ? losses : withMissing(losses, left);
  const contracts = [...planned.values()].sort((one, other) => one.contractNo - other.contractNo);
  return {
    rigs: chosen.size,
    idleRigs: [...chosen.values()].filter(({ h }) => h === 0).length,
    servingRigs,
    lostHps: contracts.reduce((sum, { lostHps }) => sum + lostHps, 0),
    spareHps: spareHps(left),
    contracts,
  };
}

/** What each lacks once the planner has done what it can. */
function withMissing(losses: ReadonlyMap<number, ContractLoss>, left: PlanFacts): ReadonlyMap<number, ContractLoss> {
  const shortages = new Map(makePlan(left).shortages.map((shortage) => [shortage.contractNo, shortage]));
  const lacks = (loss: ContractLoss): ContractLoss => {
    const shortage = shortages.get(loss.contractNo);
    return { ...loss, missingHps: Math.max(0, shortage?.missingHps ?? 0), missingPlaces: shortage?.missingPlaces ?? 0 };
  };
  return new Map([...losses].map(([no, loss]) => [no, lacks(loss)]));
}

function spareHps({ rigs, allocations, nowMs }: PlanFacts): number {
  const serving = new Set(allocations.map(({ rigNo }) => rigNo));
  const spares = rigs.filter(({ no }) => !serving.has(no)).map((fact) => derived(fact, nowMs));
  return spares.reduce((sum, rig) => sum + (rig.spareRank === null ? 0 : rig.h), 0);
}

function derived(fact: PlanFacts["rigs"][number], nowMs: number): PlannedRig {
  const rig = new PlannedRig(fact);
  rig.derive(nowMs);
  return rig;
}

/** The fleets concerned with these rigs parked; the start's grace holds no answer back. */
function without(facts: PlanFacts, rigNos: ReadonlySet<number>, losses: ReadonlyMap<number, ContractLoss>): PlanFacts {
  const fleetNos = new Set(facts.contracts.filter(({ no }) => losses.has(no)).map(({ fleetNo }) => fleetNo));
  const rigs = facts.rigs.filter(({ fleetNo }) => fleetNos.has(fleetNo)).map((fact) => (rigNos.has(fact.no) ? { ...fact, parked: true } : fact));
  const contracts = facts.contracts.filter(({ fleetNo }) => fleetNos.has(fleetNo));
  return { ...facts, startGraceUntilMs: 0, fleets: facts.fleets.filter(({ no }) => fleetNos.has(no)), contracts, rigs };
}
