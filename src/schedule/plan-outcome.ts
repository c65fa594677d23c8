import type { Plan, PlanChange, Shortage } from "./plan.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { reasonOf } from "./reasons.ts";

/** Writes down what came out for a fleet: what changes, what every contract may expect, who is short and what is over. */
export function describeFleet(fleet: PlannedFleet, plan: Plan): void {
  for (const rig of fleet.moved()) {
    const change = changeOf(fleet, rig);
    if (change !== null) plan.changes.push(change);
  }
  for (const contract of fleet.contracts) {
    if (!contract.inForce) continue;
    const { fill } = contract;
    const places = contract.fact.method === "miners" ? contract.seats() : [];
    plan.contracts.push({
      contractNo: contract.no,
      expectedHps: contract.expectedHps,
      promisedHps: contract.fact.promisedHps,
      placesServed: places.filter(({ serves }) => serves).length,
      fillBp: Math.round(fill * 10_000),
    });
    if (fill < 1) plan.shortages.push(shortageOf(contract));
  }
  const { common } = fleet;
  plan.fleets.push({
    fleetNo: fleet.no,
    spareHps: common.hps,
    spareRigs: common.rigs(0).size + common.rigs(1).size,
    vettingRigs: common.rigs(2).size,
  });
}

function changeOf(fleet: PlannedFleet, rig: PlannedRig): PlanChange | null {
  const { origin, why } = rig;
  if (origin === null || why === null || (origin.contractNo === rig.contractNo && origin.fraction === rig.fraction)) return null;
  return {
    rigNo: rig.no,
    to: rig.contractNo,
    fraction: rig.fraction,
    cause: why.cause,
    optional: why.optional,
    reason: reasonOf(fleet, rig, why),
    replacesRigNo: why.code === "replaces" || why.code === "back" ? why.otherNo : null,
  };
}

function shortageOf(contract: PlannedContract): Shortage {
  const missingPlaces = contract.fact.method === "miners" ? contract.seats().filter(({ serves }) => !serves).length : 0;
  const missingHps = contract.fact.method === "miners" ? contract.promisedHps - contract.servedHps : contract.promisedHps - contract.expectedHps;
  return {
    contractNo: contract.no,
    missingHps,
    missingPlaces,
    belowTolerance: contract.belowTolerance,
  };
}
