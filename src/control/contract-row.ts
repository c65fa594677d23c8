import { contractNumberSql } from "./contract-number.ts";
import { type Sla, slaOfText, slaText } from "./contract-sla.ts";
import type { SqlValue } from "./database.ts";
import { type Method, type Period, periods } from "./fleets.ts";
import { type Failure, invalid, together } from "./result.ts";
import type { Mapping, RawBase, RowBase } from "./row-table.ts";
import { booleanRule, checkFields, integerRule, notesRule, numberRule, oneOfRule, orNull, textRule } from "./rules.ts";

export const contractStates = Object.freeze(["scheduled", "activating", "active", "suspended", "ended"] as const);
/** `scheduled` before its start, `activating` until the first share that its pool accepts. */
export type ContractState = (typeof contractStates)[number];
export const endedReasons = Object.freeze(["term", "terminated"] as const);
export type EndedReason = (typeof endedReasons)[number];

/** One place of a `miners` contract: one whole rig. */
export type Place = {
  /** Counts from 1 in its contract. */
  no: number;
  /** The rig that was asked for by name; null = any that fits. */
  rigNo: number | null;
  nominalHps: number;
  /** null = any. */
  model: string | null;
};

/** One customer gets an amount from a fleet for a term. */
export type Contract = RowBase & {
  /** What people call it, `C-00042`; never given out twice. */
  number: string;
  /** What the billing system calls it; never used twice. */
  externalRef: string | null;
  customerNo: number;
  fleetNo: number;
  method: Method;
  /** A whole number; of a `miners` contract the sum of its places. */
  promisedHps: number;
  /** None of a `threshold` contract. */
  places: Place[];
  toleranceBp: number;
  /** Asked of its rigs; null = as the fleet says. */
  sharesPerMinute: number | null;
  /** How much evidence a verdict about it needs; null = as the fleet says. */
  period: Period | null;
  /** 0 is served first. */
  priority: number;
  /** His pools, in order. */
  profileNo: number;
  startsAtMs: number;
  /** null = open. */
  endsAtMs: number | null;
  sla: Sla | null;
  /** Sold although there was too little capacity. */
  allowShort: boolean;
  notes: string;
  state: ContractState;
  stateSinceMs: number;
  /** Why it is suspended or was terminated. */
  stateReason: string | null;
  /** First share that its pool accepted; the clock of its SLA starts there. */
  activatedAtMs: number | null;
  /** A termination that was asked for ahead of time. */
  terminates: { atMs: number; reason: string } | null;
  endedReason: EndedReason | null;
};

export type ContractFields = Omit<Contract, keyof RowBase | "number">;

export type RawContract = RawBase & {
  number: string;
  external_ref: string | null;
  customer_no: number;
  fleet_no: number;
  method: Method;
  promised_hps: number;
  places: string;
  tolerance_bp: number;
  shares_per_minute: number | null;
  period: Period | null;
  priority: number;
  profile_no: number;
  starts_at_ms: number;
  ends_at_ms: number | null;
  sla: string | null;
  allow_short: number;
  notes: string;
  state: ContractState;
  state_since_ms: number;
  state_reason: string | null;
  activated_at_ms: number | null;
  terminates_at_ms: number | null;
  terminate_reason: string | null;
  ended_reason: EndedReason | null;
};

export const contractMapping: Mapping<Contract, RawContract> = {
  table: "contracts",
  noun: "contract",
  prefix: "ctr",
  columns: [
    ...["external_ref", "customer_no", "fleet_no", "method", "promised_hps", "tolerance_bp", "priority", "profile_no", "starts_at_ms", "ends_at_ms"],
    ...["sla", "allow_short", "notes", "state", "state_since_ms", "state_reason", "activated_at_ms", "terminates_at_ms", "terminate_reason", "ended_reason"],
    ...["shares_per_minute", "period"],
  ],
  expressions: [
    `${contractNumberSql} AS number`,
    `(SELECT json_group_array(json_array(place, rig_no, nominal_hps, model))
      FROM (SELECT no AS place, rig_no, nominal_hps, model FROM contract_places WHERE contract_no = contracts.no ORDER BY no)) AS places`,
  ],
  read: (raw) => ({
    number: raw.number,
    externalRef: raw.external_ref,
    customerNo: raw.customer_no,
    fleetNo: raw.fleet_no,
    method: raw.method,
    promisedHps: raw.promised_hps,
    places: raw.places === "[]" ? [] : placesOfText(raw.places),
    toleranceBp: raw.tolerance_bp,
    sharesPerMinute: raw.shares_per_minute,
    period: raw.period,
    priority: raw.priority,
    profileNo: raw.profile_no,
    startsAtMs: raw.starts_at_ms,
    endsAtMs: raw.ends_at_ms,
    sla: raw.sla === null ? null : slaOfText(raw.sla),
    allowShort: raw.allow_short === 1,
    notes: raw.notes,
    state: raw.state,
    stateSinceMs: raw.state_since_ms,
    stateReason: raw.state_reason,
    activatedAtMs: raw.activated_at_ms,
    terminates: raw.terminates_at_ms === null || raw.terminate_reason === null ? null : { atMs: raw.terminates_at_ms, reason: raw.terminate_reason },
    endedReason: raw.ended_reason,
  }),
  write: (contract): SqlValue[] => [
    ...[contract.externalRef, contract.customerNo, contract.fleetNo, contract.method, contract.promisedHps, contract.toleranceBp, contract.priority],
    ...[contract.profileNo, contract.startsAtMs, contract.endsAtMs, contract.sla === null ? null : slaText(contract.sla), contract.allowShort],
    ...[contract.notes, contract.state, contract.stateSinceMs, contract.stateReason, contract.activatedAtMs],
    ...[contract.terminates?.atMs ?? null, contract.terminates?.reason ?? null, contract.endedReason],
    ...[contract.sharesPerMinute, contract.period],
  ],
};

function placesOfText(text: string): Place[] {
  const rows = JSON.parse(text) as [number, number | null, number, string | null][];
  return rows.map(([no, rigNo, nominalHps, model]) => ({ no, rigNo, nominalHps, model }));
}

/** Basis points, by method: a place of one rig cannot be judged as finely as a sum of many. */
const toleranceBpOf = Object.freeze({ threshold: { min: 100, max: 5_000, usual: 1_000 }, miners: { min: 800, max: 5_000, usual: 2_000 } });
export const usualToleranceBp = (method: Method): number => toleranceBpOf[method].usual;

export const priorityUsual = 5;
/** Latest time that a JavaScript date can hold. */
const timeMsMax = 8_640_000_000_000_000;
/** Far beyond the whole network; whole numbers up to here are told exactly enough by a double. */
const promisedHpsMax = 1e24;

const rules = {
  externalRef: orNull(textRule(100)),
  promisedHps: integerRule(1, promisedHpsMax),
  priority: integerRule(0, 9),
  startsAtMs: integerRule(0, timeMsMax),
  endsAtMs: orNull(integerRule(0, timeMsMax)),
  allowShort: booleanRule,
  sharesPerMinute: orNull(numberRule(1, 120)),
  period: orNull(oneOfRule(periods)),
  notes: notesRule(4_000),
};

/** A reason that people gave. */
export const reasonRule = textRule(500);

/** The rules that need no other row. */
export function checkContractFields(contract: ContractFields): Failure | null {
  const { min, max } = toleranceBpOf[contract.method];
  const tolerance = integerRule(min, max)(contract.toleranceBp);
  const isBackwards = contract.endsAtMs !== null && contract.endsAtMs <= contract.startsAtMs;
  return together(
    checkFields(contract, rules),
    tolerance === null
      ? null
      : invalid("toleranceBp", `${tolerance} for the method ${contract.method} (hundredths of a percent: ${min / 100} to ${max / 100} %)`),
    isBackwards ? invalid("endsAtMs", "must be after the start") : null,
  );
}
