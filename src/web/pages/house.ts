import type { Control } from "../../control/control.ts";
import type { Pool } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import type { AlgorithmName } from "../../work/algorithm.ts";
import { recordAct, recordChange } from "../actions/record.ts";
import { accepted } from "../control-result.ts";
import { found } from "../endpoint.ts";
import { type Principal, requireFreshSignIn } from "../principal.ts";
import { readForm, requireOwnForm, versionOf } from "./form-body.ts";
import { type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

/** Chooses a fleet's house profile: where its rigs mine that serve nobody. */
export async function changeHouseForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control, hub, now } = parts.deps;
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const fleet = found(control.fleets.byId(call.id), "fleet");
  const id = values["profile_id"] ?? "";
  const profile = id === "" ? null : found(control.profiles.byId(id), "profile");
  if (fleet.houseProfileNo !== null && profile !== null && profile.no !== fleet.houseProfileNo) requireFreshSignIn(call.principal, now());
  control.transaction(() => {
    const after = accepted(control.fleets.update(fleet.id, { houseProfileNo: profile?.no ?? null }, versionOf(values)), "fleet");
    const before = fleet.houseProfileNo === null ? null : (control.profiles.byNo(fleet.houseProfileNo)?.id ?? null);
    const subject = { kind: "fleet", id: after.id, name: after.name };
    recordChange(control, call.principal, { subject, before: { house_profile_id: before }, after: { house_profile_id: profile?.id ?? null } });
  });
  hub.configChanged();
  return redirect("/pools");
}

/** Whether no other profile of the algorithm exists. */
export function isFirstProfile({ profiles }: Pick<Control, "profiles">, algorithm: AlgorithmName, exceptNo = 0): boolean {
  return !profiles.all().some((profile) => profile.algorithm === algorithm && profile.no !== exceptNo);
}

/** The first profile of an algorithm becomes the house of its fleets that have none: that is what a first profile is for. */
export function adoptAsHouse({ fleets }: Pick<Control, "fleets">, profile: Profile): void {
  for (const fleet of fleets.all()) {
    const isWaiting = fleet.algorithm === profile.algorithm && fleet.houseProfileNo === null;
    if (isWaiting) accepted(fleets.update(fleet.id, { houseProfileNo: profile.no }, null), "fleet");
  }
}

/** Makes a house of the first pool, so that a new hub hands out work as soon as it knows one. Run it in the pool's transaction. */
export function houseOfFirstPool(control: Control, principal: Principal, pool: Pool): void {
  if (!isFirstProfile(control, pool.algorithm)) return;
  const name = pool.algorithm === "sha256d" ? "House" : `House ${pool.algorithm}`;
  const profile = accepted(control.profiles.create({ name, poolNos: [pool.no] }), "profile");
  recordAct(control, principal, { verb: "added", subject: { kind: "profile", id: profile.id, name }, data: { pool_ids: [pool.id] } });
  adoptAsHouse(control, profile);
}
