import type { ContractEntry } from "../control/contract-history.ts";
import type { Contract, Place } from "../control/contract-row.ts";
import { moneyText, type Sla } from "../control/contract-sla.ts";
import type { ServingRig } from "../control/contracts.ts";
import type { ContractHealth } from "./deps.ts";
import type { DeliveredRates } from "./live-figures.ts";
import { type Ids, rowJson } from "./present-rows.ts";
import { timeText } from "./times.ts";

/** What is known of a contract beyond its row. */
export type ContractNow = {
  health: ContractHealth | null;
  delivered: DeliveredRates;
  serving: readonly ServingRig[];
  activePoolNo: number;
  warnings: readonly string[];
};
export const nothingYet: ContractNow = Object.freeze({ health: null, delivered: { hps900: null, hps86400: null }, serving: [], activePoolNo: 0, warnings: [] });

/** Comes with statements. */
const noMonth = Object.freeze({ delivery_bp: null, availability_bp: null, excused_bp: null, projected_credit: null });

/** A script may ask for `health.state` in any state of the contract. */
const noHealth = Object.freeze({ state: null, reason: null });

export function contractJson(contract: Contract, now: ContractNow, ids: Ids) {
  return {
    ...termsJson(contract, ids),
    ...stateJson(contract),
    health: now.health ?? noHealth,
    delivered: { "900": now.delivered.hps900, "86400": now.delivered.hps86400 },
    allocations: now.serving.map(({ rigId, fraction, sinceMs, code, text }) => ({ rig_id: rigId, fraction, since: timeText(sinceMs), reason: { code, text } })),
    active_pool_id: ids.pool(now.activePoolNo),
    month: noMonth,
    warnings: now.warnings,
    ...rowJson(contract),
  };
}

/** What was agreed; also what a record of a change holds. */
export function termsJson(contract: Contract, ids: Ids) {
  return {
    id: contract.id,
    number: contract.number,
    external_ref: contract.externalRef,
    customer_id: ids.customer(contract.customerNo),
    fleet_id: ids.fleet(contract.fleetNo),
    method: contract.method,
    promised_hps: contract.promisedHps,
    ...placesJson(contract, ids),
    tolerance_bp: contract.toleranceBp,
    shares_per_minute: contract.sharesPerMinute,
    period: contract.period,
    priority: contract.priority,
    profile_id: ids.profile(contract.profileNo),
    starts_at: timeText(contract.startsAtMs),
    ends_at: timeText(contract.endsAtMs),
    terminates_at: timeText(contract.terminates?.atMs ?? null),
    sla: contract.sla === null ? null : slaJson(contract.sla),
    allow_short: contract.allowShort,
    notes: contract.notes,
  };
}

function stateJson(contract: Contract) {
  return {
    state: contract.state,
    state_since: timeText(contract.stateSinceMs),
    state_reason: contract.stateReason,
    activated_at: timeText(contract.activatedAtMs),
    ended_reason: contract.endedReason,
  };
}

function placesJson({ method, places }: Contract, ids: Ids) {
  if (method === "threshold") return { rig_count: null, rig_nominal_hps: null, model: null, rig_ids: [] };
  return {
    rig_count: places.length,
    rig_nominal_hps: shared(places, ({ nominalHps }) => nominalHps),
    model: shared(places, ({ model }) => model),
    rig_ids: places.flatMap(({ rigNo }) => (rigNo === null ? [] : (ids.rig(rigNo) ?? []))),
  };
}

/** What all places have in common; null where they differ. */
function shared<T>(places: readonly Place[], of: (place: Place) => T): T | null {
  const [first] = places;
  return first !== undefined && places.every((place) => of(place) === of(first)) ? of(first) : null;
}

function slaJson({ plan, priceMinor, currency, minorUnits, toleranceBp, tiers }: Sla) {
  return {
    plan,
    price: { amount: moneyText(priceMinor, minorUnits), currency },
    tolerance_bp: toleranceBp,
    tiers: tiers.map(({ belowBp, creditBp }) => ({ below_bp: belowBp, credit_bp: creditBp })),
  };
}

export function contractEntryJson({ atMs, verb, decidedBy, reason, terms }: ContractEntry, { method }: Contract, ids: Ids) {
  return {
    at: timeText(atMs),
    verb,
    decided_by: decidedBy,
    reason,
    state: terms.state,
    promised_hps: terms.promisedHps,
    rig_count: method === "miners" ? terms.places : null,
    tolerance_bp: terms.toleranceBp,
    shares_per_minute: terms.sharesPerMinute,
    period: terms.period,
    priority: terms.priority,
    profile_id: ids.profile(terms.profileNo),
    ends_at: timeText(terms.endsAtMs),
  };
}
