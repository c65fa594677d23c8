import type { Control } from "../../control/control.ts";
import type { Repair } from "../../control/repairs.ts";
import type { Rig, RigPatch } from "../../control/rig-row.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { actorName, actorOf, type Principal } from "../principal.ts";
import { Problem } from "../problems.ts";
import { recordAct, recordChange } from "./record.ts";
import { rigOf, rigSubject } from "./rigs.ts";

type Deps = Pick<WebDeps, "control">;

/** The fields that people set, for the record of a change. */
function recorded({ fleets }: Pick<Control, "fleets">, rig: Rig) {
  const { name, assetCode, siteId, location, ownerCustomerId, model, serial, mac, warrantyUntil, nominalHps, lend, lifecycle, notes } = rig;
  const place = { asset_code: assetCode, site_id: siteId, location, owner_customer_id: ownerCustomerId };
  const machine = { model, serial, mac, warranty_until: warrantyUntil, nominal_hps: nominalHps };
  return { name, fleet_id: fleets.byNo(rig.fleetNo)?.id ?? null, ...place, ...machine, lend, lifecycle, notes };
}

/** A model of the catalogue brings its nameplate where nobody said another nominal: the rig had none, or had that of its former model. */
export function withModelNominal({ models }: Pick<Control, "models">, patch: RigPatch, current: Rig | null): RigPatch {
  const { model } = patch;
  if (patch.nominalHps !== undefined || typeof model !== "string" || model === current?.model) return patch;
  const nominalHps = models.byName(model)?.nominalHps;
  if (nominalHps === undefined) return patch;
  const former = current?.model ? models.byName(current.model)?.nominalHps : undefined;
  const isOpen = current === null || current.nominalSource !== "declared" || current.nominalHps === former;
  return isOpen ? { ...patch, nominalHps } : patch;
}

/** Changes what people say of a rig, and writes it down; run it in a transaction. `version` null = whatever is there. */
export function changeRig({ control }: Deps, principal: Principal, change: { id: string; version: number | null; patch: RigPatch }): Rig {
  const before = rigOf({ control }, change.id);
  const rig = accepted(control.rigs.update(change.id, withModelNominal(control, change.patch, before), change.version), "rig");
  recordChange(control, principal, { subject: rigSubject(rig), before: recorded(control, before), after: recorded(control, rig) });
  return rig;
}

/** The nameplate that the catalogue has for its model, H/s; null where it has none. */
export function catalogueNominal({ models }: Pick<Control, "models">, { model }: Rig): number | null {
  return model === null ? null : (models.byName(model)?.nominalHps ?? null);
}

/** Undoes what the hub learned: the nominal is the catalogue's again, or nobody's, so that it is learned anew. Run it in a transaction. */
export function replaceLearnedNominal({ control }: Deps, principal: Principal, { id, by }: { id: string; by: "catalogue" | "nothing" }): Rig {
  const rig = rigOf({ control }, id);
  if (rig.nominalSource !== "learned") throw new Problem("conflict", "its nominal hashrate is not one that was learned");
  const nominalHps = by === "catalogue" ? catalogueNominal(control, rig) : null;
  if (by === "catalogue" && nominalHps === null) throw new Problem("conflict", "its model is not in the catalogue");
  return changeRig({ control }, principal, { id, version: null, patch: { nominalHps } });
}

/** Enters a rig before it connects, and writes it down; run it in a transaction. */
export function addRig({ control }: Deps, principal: Principal, input: RigPatch & Pick<Rig, "name" | "fleetNo">): Rig {
  const rig = accepted(control.rigs.create({ ...withModelNominal(control, input, null), name: input.name, fleetNo: input.fleetNo }, actorOf(principal)), "rig");
  recordAct(control, principal, { verb: "added", subject: rigSubject(rig) });
  return rig;
}

/** Gives the rig the next asset code of its site; one that has a code keeps it. */
export function giveAssetCode({ control }: Deps, principal: Principal, id: string): Rig {
  const before = rigOf({ control }, id);
  const rig = accepted(control.rigs.giveAssetCode(id), "rig");
  recordChange(control, principal, { subject: rigSubject(rig), before: recorded(control, before), after: recorded(control, rig) });
  return rig;
}

/** Writes down what was done to a machine. */
export function addRepair({ control }: Deps, principal: Principal, { id, text }: { id: string; text: string }): Repair {
  const rig = rigOf({ control }, id);
  const repair = accepted(control.repairs.add(rig.no, { by: actorOf(principal), byName: actorName(principal), text }), "rig");
  recordAct(control, principal, { verb: "repaired", subject: rigSubject(rig), data: { repair: repair.id } });
  return repair;
}
