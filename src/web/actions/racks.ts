import type { Rack, RackFields, RackPatch, RigPlace } from "../../control/racks.ts";
import type { RigPage } from "../../control/rig-list.ts";
import type { Rig } from "../../control/rig-row.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { found } from "../endpoint.ts";
import { pageFrom } from "../paging.ts";
import { rackJson } from "../present-rows.ts";
import type { Principal } from "../principal.ts";
import { recordAct, recordChange, type Subject } from "./record.ts";
import { changeRig } from "./rig-details.ts";

type Deps = Pick<WebDeps, "control">;

const rigsPerPage = 500;
const placeOf = ({ siteId, building, row, name }: RackFields): RigPlace => ({ siteId, location: { building, row, rack: name, position: null } });

const subjectOf = ({ id, name }: Rack): Subject => ({ kind: "rack", id, name });

/** The rigs that say they stand in this rack, in the order of their names. */
export function rigsInRack({ control }: Deps, { siteId, building, row, name }: Rack): Rig[] {
  const rigs: Rig[] = [];
  let cursor: string | null = null;
  do {
    const page: RigPage = pageFrom(control.rigs.list({ cursor, limit: rigsPerPage, filter: { rack: { siteId, building, row, name } } }));
    rigs.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null);
  return rigs;
}

export function addRack({ control }: Deps, principal: Principal, fields: RackFields): Rack {
  const rack = accepted(control.racks.create(fields), "rack");
  recordAct(control, principal, { verb: "added", subject: subjectOf(rack) });
  return rack;
}

/** Changes a rack and writes it down; one that is renamed or moved takes its rigs along. Run it in a transaction. */
export function changeRack(deps: Deps, principal: Principal, change: { id: string; version: number | null; patch: RackPatch }): Rack {
  const { control } = deps;
  const before = found(control.racks.byId(change.id), "rack");
  const there = placeOf({ ...before, ...change.patch });
  // The rigs go before it, so that what they say of their position stays as it is; what is wrong is the rack's to say, not theirs.
  if (control.racks.faultOf(before, change.patch) === null) for (const rig of rigsInRack(deps, before)) moveAlong(deps, principal, rig, there);
  const after = accepted(control.racks.update(change.id, change.patch, change.version), "rack");
  recordChange(control, principal, { subject: subjectOf(after), before: rackJson(before), after: rackJson(after) });
  return after;
}

function moveAlong(deps: Deps, principal: Principal, rig: Rig, { siteId, location }: RigPlace): void {
  changeRig(deps, principal, { id: rig.id, version: null, patch: { siteId, location: { ...location, position: rig.location.position } } });
}

export function removeRack({ control }: Deps, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const rack = accepted(control.racks.remove(id, version), "rack");
  recordAct(control, principal, { verb: "removed", subject: subjectOf(rack) });
}
