import type { Fleet, FleetPatch, Hold, Method, Period } from "../../control/fleets.ts";
import type { AlgorithmName } from "../../work/algorithm.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { noIfAny } from "../paging.ts";
import { fleetJson, type Ids } from "../present-rows.ts";
import { type Principal, requireFreshSignIn } from "../principal.ts";
import { notFound } from "../problems.ts";
import { recordAct, recordChange } from "./record.ts";

type Deps = Pick<WebDeps, "control" | "now">;

/** A fleet's settings as they are entered, by a script or in a form. */
export type FleetEntry = {
  name?: string;
  algorithm?: AlgorithmName;
  site_id?: string | null;
  house_profile_id?: string | null;
  method?: Method;
  tolerance_bp?: number;
  alarm_threshold_bp?: number;
  reserve_bp?: number;
  shares_per_minute?: number;
  period?: Period;
  degraded_below_bp?: number;
  disconnect_grace_s?: number;
};

const subjectOf = ({ id, name }: Fleet) => ({ kind: "fleet", id, name });

/** Adds a fleet; run it in a transaction, then tell the hub. Throws a problem that names the field. */
export function addFleet(deps: Deps, principal: Principal, entry: FleetEntry & { name: string }): Fleet {
  const fleet = accepted(deps.control.fleets.create({ ...patchOf(deps, entry), name: entry.name }), "fleet");
  recordAct(deps.control, principal, { verb: "added", subject: subjectOf(fleet) });
  return fleet;
}

/** `version` is the one that the person saw; null = whatever is there. */
export type FleetChange = { id: string; version: number | null; entry: FleetEntry; ids: Ids };

/** Changes a fleet. A new house profile moves the rigs that mine for the house. Run it in a transaction, then tell the hub. */
export function changeFleet(deps: Deps, principal: Principal, { id, version, entry, ids }: FleetChange): Fleet {
  const before = fleetOf(deps, id);
  const patch = patchOf(deps, entry);
  const { houseProfileNo = before.houseProfileNo } = patch;
  if (before.houseProfileNo !== null && houseProfileNo !== null && houseProfileNo !== before.houseProfileNo) requireFreshSignIn(principal, deps.now());
  const after = accepted(deps.control.fleets.update(id, patch, version), "fleet");
  const json = (fleet: Fleet) => fleetJson(fleet, ids, deps.now());
  recordChange(deps.control, principal, { subject: subjectOf(after), before: json(before), after: json(after) });
  return after;
}

/** Refused while it has rigs, listeners or contracts. */
export function removeFleet(deps: Deps, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const fleet = accepted(deps.control.fleets.remove(id, version), "fleet");
  recordAct(deps.control, principal, { verb: "removed", subject: subjectOf(fleet) });
}

/** Stops automatic moves of a fleet's rigs until then; null lets them go on. One that is so already stays as it is and nothing is written down. */
export function holdFleet(deps: Deps, principal: Principal, { id, held, ids }: { id: string; held: Hold | null; ids: Ids }): Fleet {
  const before = fleetOf(deps, id);
  const after = accepted(deps.control.fleets.hold(id, held), "fleet", (field) => (field === "held.untilMs" ? "until" : "reason"));
  if (after.version === before.version) return after;
  const verb = held === null ? "released" : "held";
  recordAct(deps.control, principal, { verb, subject: subjectOf(after), data: { held: fleetJson(after, ids, deps.now()).held } });
  return after;
}

function fleetOf({ control }: Deps, id: string): Fleet {
  const fleet = control.fleets.byId(id);
  if (fleet === null) throw notFound("fleet");
  return fleet;
}

/** The entry's fields as the row has them; the house profile is the only one that points elsewhere. */
function patchOf({ control }: Deps, entry: FleetEntry): FleetPatch {
  const { name, algorithm, method, period } = entry;
  const houseId = entry.house_profile_id;
  return {
    ...(name !== undefined && { name }),
    ...(algorithm !== undefined && { algorithm }),
    ...(method !== undefined && { method }),
    ...(period !== undefined && { period }),
    ...(entry.site_id !== undefined && { siteId: entry.site_id }),
    ...(houseId !== undefined && { houseProfileNo: houseId === null ? null : noIfAny(control.profiles.byId(houseId)) }),
    ...(entry.tolerance_bp !== undefined && { toleranceBp: entry.tolerance_bp }),
    ...(entry.alarm_threshold_bp !== undefined && { alarmThresholdBp: entry.alarm_threshold_bp }),
    ...(entry.reserve_bp !== undefined && { reserveBp: entry.reserve_bp }),
    ...(entry.shares_per_minute !== undefined && { sharesPerMinute: entry.shares_per_minute }),
    ...(entry.degraded_below_bp !== undefined && { degradedBelowBp: entry.degraded_below_bp }),
    ...(entry.disconnect_grace_s !== undefined && { disconnectGraceS: entry.disconnect_grace_s }),
  };
}
