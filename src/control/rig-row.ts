import type { Invalid } from "./result.ts";
import { inside, invalid, together } from "./result.ts";
import { type Mapping, patched, type RawBase, type RowBase } from "./row-table.ts";
import { booleanRule, checkFields, dayRule, notesRule, numberRule, oneOfRule, orNull, rigNameRule, textRule, tidyMac } from "./rules.ts";
import { shared } from "./shared-text.ts";

export const rigStatuses = Object.freeze(["vetting", "online", "degraded", "offline", "rejecting", "flapping", "quarantined"] as const);
export type RigStatus = (typeof rigStatuses)[number];
export const lifecycles = Object.freeze(["storage", "active", "maintenance", "retired"] as const);
export type Lifecycle = (typeof lifecycles)[number];
/** Those of rigs that are not at work: one that logs in all the same mines for the house and stays what it is. */
export const restingLifecycles: readonly Lifecycle[] = Object.freeze(["storage", "retired"]);
export const lends = Object.freeze(["none", "house", "all"] as const);
export type Lend = (typeof lends)[number];
export const nominalSources = Object.freeze(["declared", "hint", "learned"] as const);
export type NominalSource = (typeof nominalSources)[number];

export type RigLocation = { building: string | null; row: string | null; rack: string | null; position: string | null };

/** The unit that is assigned; an asset whose id never changes, whatever it is called. */
export type Rig = RowBase & {
  /** What it logs in as; unique in its fleet. */
  name: string;
  fleetNo: number;
  /** What people read on its label; unique. */
  assetCode: string | null;
  siteId: string | null;
  location: RigLocation;
  ownerCustomerId: string | null;
  model: string | null;
  serial: string | null;
  mac: string | null;
  /** The last day of its warranty, `2027-05-31`. */
  warrantyUntil: string | null;
  /** Nameplate hashrate, H/s. */
  nominalHps: number | null;
  nominalSource: NominalSource | null;
  lend: Lend;
  lifecycle: Lifecycle;
  /** What its shares say. */
  status: RigStatus;
  statusSinceMs: number;
  statusReason: { code: string; text: string };
  /** Out of the plan: mines through this profile, booked to the house. */
  pinnedProfileNo: number | null;
  /** Fixed to this contract, whatever the plan would say. */
  pinnedContractNo: number | null;
  draining: boolean;
  parked: boolean;
  notes: string;
  firstSeenMs: number | null;
  lastSeenMs: number | null;
};

export type RigFields = Omit<Rig, keyof RowBase>;
/** What people may change; the rest is the hub's to note. */
export type RigPatch = Partial<Omit<RigFields, "status" | "statusSinceMs" | "statusReason" | "firstSeenMs" | "lastSeenMs">>;
/** Defaults: lend none, lifecycle active, everything else empty. */
export type RigInput = RigPatch & Pick<RigFields, "name" | "fleetNo">;

export type RawRig = RawBase & {
  name: string;
  fleet_no: number;
  asset_code: string | null;
  site_id: string | null;
  building: string | null;
  row: string | null;
  rack: string | null;
  position: string | null;
  owner_customer_id: string | null;
  model: string | null;
  serial: string | null;
  mac: string | null;
  warranty_until: string | null;
  nominal_hps: number | null;
  nominal_source: NominalSource | null;
  lend: Lend;
  lifecycle: Lifecycle;
  status: RigStatus;
  status_since_ms: number;
  status_code: string;
  status_text: string;
  pinned_profile_no: number | null;
  pinned_contract_no: number | null;
  draining: number;
  parked: number;
  notes: string;
  first_seen_ms: number | null;
  last_seen_ms: number | null;
};

export const rigMapping: Mapping<Rig, RawRig> = {
  table: "rigs",
  noun: "rig",
  prefix: "rig",
  columns: [
    ...["name", "fleet_no", "asset_code", "site_id", "building", "row", "rack", "position", "owner_customer_id", "model", "serial", "mac"],
    ...["nominal_hps", "nominal_source", "lend", "lifecycle", "status", "status_since_ms", "status_code", "status_text"],
    ...["pinned_profile_no", "pinned_contract_no", "draining", "parked", "notes", "first_seen_ms", "last_seen_ms", "warranty_until"],
  ],
  read: (raw) => ({
    name: raw.name,
    fleetNo: raw.fleet_no,
    assetCode: raw.asset_code,
    siteId: shared(raw.site_id),
    location: { building: shared(raw.building), row: shared(raw.row), rack: shared(raw.rack), position: raw.position },
    ownerCustomerId: shared(raw.owner_customer_id),
    model: shared(raw.model),
    serial: raw.serial,
    mac: raw.mac,
    warrantyUntil: raw.warranty_until,
    nominalHps: raw.nominal_hps,
    nominalSource: shared(raw.nominal_source),
    lend: shared(raw.lend),
    lifecycle: shared(raw.lifecycle),
    status: shared(raw.status),
    statusSinceMs: raw.status_since_ms,
    statusReason: { code: shared(raw.status_code), text: raw.status_text },
    pinnedProfileNo: raw.pinned_profile_no,
    pinnedContractNo: raw.pinned_contract_no,
    draining: raw.draining === 1,
    parked: raw.parked === 1,
    notes: raw.notes,
    firstSeenMs: raw.first_seen_ms,
    lastSeenMs: raw.last_seen_ms,
  }),
  write: (rig) => [
    ...[rig.name, rig.fleetNo, rig.assetCode, rig.siteId, rig.location.building, rig.location.row, rig.location.rack, rig.location.position],
    ...[rig.ownerCustomerId, rig.model, rig.serial, rig.mac, rig.nominalHps, rig.nominalSource, rig.lend, rig.lifecycle],
    ...[rig.status, rig.statusSinceMs, rig.statusReason.code, rig.statusReason.text, rig.pinnedProfileNo, rig.pinnedContractNo, rig.draining, rig.parked],
    ...[rig.notes, rig.firstSeenMs, rig.lastSeenMs, rig.warrantyUntil],
  ],
};

/** Beyond the whole network's hashrate many times over, and still exact enough as a double. */
const nominalHpsMax = 1e24;

const label = orNull(textRule(100));
const rules = {
  name: rigNameRule,
  assetCode: orNull(textRule(64)),
  model: label,
  serial: label,
  mac: orNull(textRule(64)),
  warrantyUntil: orNull(dayRule),
  nominalHps: orNull(numberRule(Number.MIN_VALUE, nominalHpsMax)),
  nominalSource: orNull(oneOfRule(nominalSources)),
  lend: oneOfRule(lends),
  lifecycle: oneOfRule(lifecycles),
  draining: booleanRule,
  parked: booleanRule,
  notes: notesRule(4_000),
};
const locationRules = { building: label, row: label, rack: label, position: label };

/** The rules that need no other row. */
export function checkRigFields(rig: RigFields): Invalid | null {
  const isHalf = (rig.nominalHps === null) !== (rig.nominalSource === null);
  return together(
    checkFields(rig, rules),
    isHalf ? invalid("nominalSource", "must be given with a nominal hashrate, and only then") : null,
    inside("location", checkFields(rig.location, locationRules)),
  );
}

/** A rig as it begins when somebody enters it: `offline`, because it has not connected yet. */
export function newRigFields(input: RigInput, nowMs: number): RigFields {
  const defaults: RigFields = {
    name: "",
    fleetNo: 0,
    assetCode: null,
    siteId: null,
    location: { building: null, row: null, rack: null, position: null },
    ownerCustomerId: null,
    model: null,
    serial: null,
    mac: null,
    warrantyUntil: null,
    nominalHps: null,
    nominalSource: typeof input.nominalHps === "number" ? "declared" : null,
    lend: "none",
    lifecycle: "active",
    status: "offline",
    statusSinceMs: nowMs,
    statusReason: { code: "never-connected", text: "has not connected yet" },
    pinnedProfileNo: null,
    pinnedContractNo: null,
    draining: false,
    parked: false,
    notes: "",
    firstSeenMs: null,
    lastSeenMs: null,
  };
  return patched(defaults, input.mac ? { ...input, mac: tidyMac(input.mac) } : input);
}

/** Whether a person has said where it works. */
export const isPinned = ({ pinnedProfileNo, pinnedContractNo }: Pick<Rig, "pinnedProfileNo" | "pinnedContractNo">): boolean =>
  pinnedProfileNo !== null || pinnedContractNo !== null;
