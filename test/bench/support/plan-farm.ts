import type { ContractPlanFact, PlanFacts, RigPlanFact } from "../../../src/schedule/plan-facts.ts";
import { oneOf, seeded } from "../../support/seeded.ts";

export type PlanFarmAsk = { rigs: number; contracts: number; load: number; slices: boolean; seed?: number };

export const farmSites = 8;
const nowMs = 1_800_000_000_000;

/** One fleet, which is the hardest case: 14 models, each rig -5 to +3 % of its nominal; `load` of what there is promised; a fifth of the contracts has places. */
export function planFarm({ rigs: rigCount, contracts: contractCount, load, slices, seed = 1 }: PlanFarmAsk): PlanFacts {
  const random = seeded(seed);
  const models = Array.from({ length: 14 }, (_, at) => ({ model: `M${at}`, nominalHps: (60 + at * 15) * 1e12 }));
  const rigs = Array.from({ length: rigCount }, (_, at): RigPlanFact => {
    const { model, nominalHps } = oneOf(random, models);
    return {
      ...{
        no: at + 1,
        name: `rig-${at + 1}`,
        fleetNo: 1,
        siteNo: 1 + (at % farmSites),
        building: `B${at % 3}`,
        row: `${at % 7}`,
        rack: `${at % 11}`,
        model,
        nominalHps,
      },
      ...{ expectedHps: nominalHps * (0.95 + random() * 0.08), status: "online", statusText: "", lifecycle: "active", connected: true, gone: false },
      ...{ ownerCustomerNo: 0, lend: "none", pin: null, draining: false, parked: false, belowPlace: null, maintenance: null },
      ...{ lastMoveAtMs: null, movesLastHour: 0, heldDownUntilMs: 0 },
    };
  });
  const total = rigs.reduce((sum, { expectedHps }) => sum + expectedHps, 0);
  const weights = Array.from({ length: contractCount }, () => 0.2 + 5 * random() * random());
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const contracts = weights.map((weight, at): ContractPlanFact => {
    const promisedHps = (total * load * weight) / all;
    const miners = at % 5 === 0;
    const { model, nominalHps } = oneOf(random, models);
    const places = Array.from({ length: miners ? Math.max(1, Math.round(promisedHps / nominalHps)) : 0 }, (_, no) => ({
      no: no + 1,
      nominalHps,
      rigNo: null,
      model,
    }));
    return {
      ...{ no: at + 1, label: `contract ${at + 1}`, fleetNo: 1, customerNo: at + 1, method: miners ? "miners" : "threshold", promisedHps, places },
      ...{ toleranceBp: miners ? 2000 : 1000, priority: Math.floor(random() * 10), active: true, startsAtMs: 0, endsAtMs: null },
    };
  });
  return {
    nowMs,
    startGraceUntilMs: 0,
    fleets: [{ no: 1, heldUntilMs: null, reserveBp: 0, slices, optionalMovesLastMinute: 0 }],
    contracts,
    rigs,
    allocations: [],
  };
}
