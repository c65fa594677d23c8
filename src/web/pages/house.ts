import { recordChange } from "../actions/record.ts";
import { accepted } from "../control-result.ts";
import { found } from "../endpoint.ts";
import { readForm, requireOwnForm, versionOf } from "./form-body.ts";
import { type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

/** Chooses a fleet's house profile: where its rigs mine that serve nobody. */
export async function changeHouseForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control, hub } = parts.deps;
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const fleet = found(control.fleets.byId(call.id), "fleet");
  const id = values["profile_id"] ?? "";
  const profile = id === "" ? null : found(control.profiles.byId(id), "profile");
  control.transaction(() => {
    const after = accepted(control.fleets.update(fleet.id, { houseProfileNo: profile?.no ?? null }, versionOf(values)), "fleet");
    const before = fleet.houseProfileNo === null ? null : (control.profiles.byNo(fleet.houseProfileNo)?.id ?? null);
    const subject = { kind: "fleet", id: after.id, name: after.name };
    recordChange(control, call.principal, { subject, before: { house_profile_id: before }, after: { house_profile_id: profile?.id ?? null } });
  });
  parts.snapshots.forget();
  hub.configChanged();
  return redirect("/pools");
}
