import type { Contract } from "../control/contract-row.ts";
import { type Fleet, holdAt } from "../control/fleets.ts";
import { type HealthSettings, healthLimits, settingsOf } from "../health/health-settings.ts";
import type { ContractPlanFact, FleetPlanFact } from "../schedule/plan-facts.ts";

/** A contract as the planner is told of it. */
export function contractPlanFact(contract: Contract): ContractPlanFact {
  return {
    no: contract.no,
    label: contract.number,
    fleetNo: contract.fleetNo,
    customerNo: contract.customerNo,
    method: contract.method,
    promisedHps: contract.promisedHps,
    places: contract.places,
    toleranceBp: contract.toleranceBp,
    priority: contract.priority,
    active: contract.state === "activating" || contract.state === "active",
    startsAtMs: contract.startsAtMs,
    endsAtMs: contract.endsAtMs,
  };
}

/** A fleet as the planner is told of it. */
export function fleetPlanFact(fleet: Fleet, optionalMovesLastMinute: number, nowMs: number): FleetPlanFact {
  return { no: fleet.no, heldUntilMs: holdAt(fleet, nowMs)?.untilMs ?? null, reserveBp: fleet.reserveBp, slices: true, optionalMovesLastMinute };
}

/** The detector's settings of each fleet, by its number. Rows may hold knobs that were allowed once; they are taken as near as they can be served. */
export function settingsOfFleets(fleets: readonly Fleet[]): Map<number, HealthSettings> {
  return new Map(fleets.map((fleet) => [fleet.no, settingsOfFleet(fleet)]));
}

function settingsOfFleet({ sharesPerMinute, period, degradedBelowBp }: Fleet): HealthSettings {
  const within = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));
  return settingsOf({
    sharesPerMinute: within(sharesPerMinute, healthLimits.sharesPerMinuteMin, healthLimits.sharesPerMinuteMax),
    period,
    degradedBelowBp: within(degradedBelowBp, healthLimits.degradedBelowBpMin, healthLimits.degradedBelowBpMax),
  });
}
