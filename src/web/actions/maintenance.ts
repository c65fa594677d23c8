import type { Maintenance, MaintenanceInput, MaintenancePatch } from "../../control/maintenance.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { type Ids, maintenanceJson } from "../present-rows.ts";
import type { Principal } from "../principal.ts";
import { notFound } from "../problems.ts";
import { recordAct, recordChange } from "./record.ts";

type Parts = { deps: Pick<WebDeps, "control">; ids: Ids };

const subjectOf = ({ id, reason }: Maintenance) => ({ kind: "maintenance", id, name: reason });

/** A window with the number of rigs that it means now. */
export function maintenanceNow({ deps, ids }: Parts, window: Maintenance) {
  return maintenanceJson(window, deps.control.maintenance.rigsOf(window.subject).length, ids);
}

/** Plans an absence; run it in a transaction, then tell the hub. Throws a problem that names the field. */
export function planMaintenance(parts: Parts, principal: Principal, input: MaintenanceInput): Maintenance {
  const { control } = parts.deps;
  const window = accepted(control.maintenance.create(input), "maintenance window");
  const { from, to, rigs } = maintenanceNow(parts, window);
  recordAct(control, principal, { verb: "planned", subject: subjectOf(window), data: { from, to, rigs } });
  return window;
}

/** `version` is the one that the person saw; null = whatever is there. */
export type MaintenanceChange = { id: string; version: number | null; patch: MaintenancePatch };

/** Changes a window; an end that is brought forward to now ends it. Run it in a transaction, then tell the hub. */
export function changeMaintenance(parts: Parts, principal: Principal, { id, version, patch }: MaintenanceChange): Maintenance {
  const { control } = parts.deps;
  const before = control.maintenance.byId(id);
  if (before === null) throw notFound("maintenance window");
  const after = accepted(control.maintenance.update(id, patch, version), "maintenance window");
  recordChange(control, principal, { subject: subjectOf(after), before: maintenanceNow(parts, before), after: maintenanceNow(parts, after) });
  return after;
}

/** For a window that shall never have been. */
export function cancelMaintenance({ deps: { control } }: Parts, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const window = accepted(control.maintenance.remove(id, version), "maintenance window");
  recordAct(control, principal, { verb: "cancelled", subject: subjectOf(window) });
}
