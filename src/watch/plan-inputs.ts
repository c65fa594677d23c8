import type { Contract } from "../control/contract-row.ts";
import type { Control } from "../control/control.ts";
import { type Fleet, holdAt } from "../control/fleets.ts";
import { type HealthSettings, healthLimits, type Period, settingsOf } from "../health/health-settings.ts";
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

export function fleetsOf({ fleets }: Pick<Control, "fleets">): Map<number, Fleet> {
  return new Map(fleets.all().map((fleet) => [fleet.no, fleet]));
}

/** By what a rig is judged, and how many shares it is asked for, as a multiple of what its fleet asks. */
export type Yardstick = { settings: HealthSettings; paceScale: number };

/** The yardsticks of one round of the judge: the fleet's knobs, or those of the contract that the rig serves. */
export function yardsticks(fleetOf: (no: number) => Fleet | undefined, contractOf: (no: number) => Contract | null) {
  const known = new Map<string, Yardstick | null>();
  return (fleetNo: number, contractNo: number): Yardstick | null => {
    const key = `${fleetNo} ${contractNo}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const fleet = fleetOf(fleetNo);
    const found = fleet === undefined ? null : yardstickOf(fleet, contractNo === 0 ? null : contractOf(contractNo));
    known.set(key, found);
    return found;
  };
}

function yardstickOf(fleet: Fleet, contract: Contract | null): Yardstick {
  const { sharesPerMinute, period } = knobsOf(fleet, contract);
  const settings = settingsOf({
    // Rows may hold knobs that were allowed once; they are taken as near as they can be served.
    sharesPerMinute: within(sharesPerMinute, healthLimits.sharesPerMinuteMin, healthLimits.sharesPerMinuteMax),
    period,
    degradedBelowBp: within(fleet.degradedBelowBp, healthLimits.degradedBelowBpMin, healthLimits.degradedBelowBpMax),
  });
  return { settings, paceScale: sharesPerMinute / fleet.sharesPerMinute };
}

/** A contract's own knobs, else its fleet's. */
export function knobsOf(fleet: Fleet, contract: Contract | null): { sharesPerMinute: number; period: Period } {
  return { sharesPerMinute: contract?.sharesPerMinute ?? fleet.sharesPerMinute, period: contract?.period ?? fleet.period };
}

const within = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
