import type { Allocation } from "../control/allocations.ts";
import type { Control } from "../control/control.ts";
import type { Customer } from "../control/customers.ts";
import type { HubEvent } from "../control/events.ts";
import { type Fleet, holdAt } from "../control/fleets.ts";
import type { Listener } from "../control/listeners.ts";
import type { Maintenance, MaintenanceSubject } from "../control/maintenance.ts";
import type { Model } from "../control/models.ts";
import type { Profile } from "../control/profiles.ts";
import type { Rack } from "../control/racks.ts";
import type { RowBase } from "../control/row-table.ts";
import type { Site } from "../control/sites.ts";
import { timeText } from "./times.ts";

type Named = "pools" | "profiles" | "fleets" | "rigs" | "customers" | "contracts";

/**
 * Inside, rows point at each other by number; outside, by public id. Removed rows are found too, because history names them. A number
 * keeps its id for ever, so each is looked up once.
 */
export class Ids {
  readonly #control: Pick<Control, Named>;
  readonly #known: Readonly<Record<Named, Map<number, string>>> = {
    pools: new Map(),
    profiles: new Map(),
    fleets: new Map(),
    rigs: new Map(),
    customers: new Map(),
    contracts: new Map(),
  };

  constructor(control: Pick<Control, Named>) {
    this.#control = control;
  }

  pool(no: number): string | null {
    return this.#idOf("pools", no);
  }

  profile(no: number | null): string | null {
    return this.#idOf("profiles", no);
  }

  customer(no: number): string | null {
    return this.#idOf("customers", no);
  }

  /** Null and 0 are the house. */
  contract(no: number | null): string | null {
    return this.#idOf("contracts", no);
  }

  fleet(no: number): string | null {
    return this.#idOf("fleets", no);
  }

  rig(no: number): string | null {
    return this.#idOf("rigs", no);
  }

  /** Row numbers begin at 1. */
  #idOf(table: Named, no: number | null): string | null {
    if (no === null || no === 0) return null;
    const known = this.#known[table].get(no);
    if (known !== undefined) return known;
    const id = this.#control[table].byNo(no)?.id;
    if (id !== undefined) this.#known[table].set(no, id);
    return id ?? null;
  }
}

/** What every object tells about itself besides its own fields. `version` is that of the ETag. */
export function rowJson(row: RowBase) {
  return { version: row.version, created_at: timeText(row.createdAtMs), updated_at: timeText(row.updatedAtMs) };
}

export function customerJson(customer: Customer, warnings: readonly string[]) {
  const { id, externalRef, name, email, timezone } = customer;
  return { id, external_ref: externalRef, name, email, timezone, warnings, ...rowJson(customer) };
}

export function profileJson(profile: Profile, ids: Ids) {
  return {
    id: profile.id,
    name: profile.name,
    algorithm: profile.algorithm,
    pool_ids: profile.poolNos.map((no) => ids.pool(no)),
    return_after_s: profile.returnAfterS,
    customer_id: profile.customerId,
    ...rowJson(profile),
  };
}

export function siteJson(site: Site) {
  return { id: site.id, name: site.name, timezone: site.timezone, asset_code_pattern: site.assetCodePattern, ...rowJson(site) };
}

export function rackJson(rack: Rack) {
  const { id, siteId, building, row, name, levels, slots } = rack;
  return { id, site_id: siteId, building, row, name, levels, slots, ...rowJson(rack) };
}

export function modelJson(model: Model) {
  return { id: model.id, name: model.name, algorithm: model.algorithm, nominal_hps: model.nominalHps, watts: model.watts, ...rowJson(model) };
}

export function fleetJson(fleet: Fleet, ids: Ids, nowMs: number) {
  const held = holdAt(fleet, nowMs);
  return {
    id: fleet.id,
    name: fleet.name,
    algorithm: fleet.algorithm,
    site_id: fleet.siteId,
    house_profile_id: ids.profile(fleet.houseProfileNo),
    method: fleet.method,
    tolerance_bp: fleet.toleranceBp,
    alarm_threshold_bp: fleet.alarmThresholdBp,
    reserve_bp: fleet.reserveBp,
    shares_per_minute: fleet.sharesPerMinute,
    period: fleet.period,
    degraded_below_bp: fleet.degradedBelowBp,
    disconnect_grace_s: fleet.disconnectGraceS,
    held: held === null ? null : { until: timeText(held.untilMs), reason: held.reason },
    ...rowJson(fleet),
  };
}

function subjectJson(subject: MaintenanceSubject, ids: Ids) {
  switch (subject.kind) {
    case "fleet":
      return { fleet_id: ids.fleet(subject.fleetNo) };
    case "site":
      return { site_id: subject.siteId };
    case "rack":
      return { rack: { site_id: subject.siteId, building: subject.building, row: subject.row, rack: subject.rack } };
    case "rigs":
      return { rig_ids: subject.rigNos.map((no) => ids.rig(no)) };
  }
}

export function maintenanceJson(window: Maintenance, rigs: number, ids: Ids) {
  const { id, fromMs, toMs, reason, excused } = window;
  return { id, subject: subjectJson(window.subject, ids), from: timeText(fromMs), to: timeText(toMs), reason, excused, rigs, ...rowJson(window) };
}

/** A listener's row, without what the hub sees of it. */
export function listenerRowJson(listener: Listener, ids: Ids) {
  return {
    id: listener.id,
    bind: listener.bind,
    fleet_id: ids.fleet(listener.fleetNo),
    protocol: listener.protocol,
    tls: listener.tls === null ? null : { cert_file: listener.tls.certFile, key_file: listener.tls.keyFile },
    proxy_from: listener.proxyFrom,
    enrol: listener.enrol,
    extranonce: { e1_bytes: listener.extranonce.e1Bytes, e2_bytes: listener.extranonce.e2Bytes },
    primary: listener.primary,
    ...rowJson(listener),
  };
}

export function allocationJson(allocation: Allocation, ids: Ids) {
  return {
    id: allocation.id,
    rig_id: ids.rig(allocation.rigNo),
    contract_id: ids.contract(allocation.contractNo),
    fraction: allocation.fraction,
    profile_id: ids.profile(allocation.profileNo),
    from: timeText(allocation.fromMs),
    to: timeText(allocation.toMs),
    reason: allocation.reason,
    decided_by: allocation.decidedBy,
  };
}

export function eventJson(event: HubEvent) {
  return {
    id: event.id,
    at: timeText(event.atMs),
    type: event.type,
    subject: { kind: event.subjectKind, id: event.subjectId },
    text: event.text,
    data: event.data,
  };
}
