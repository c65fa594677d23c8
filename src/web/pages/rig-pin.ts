import { recordAct } from "../actions/record.ts";
import { valueOf as accepted } from "../control-result.ts";
import { found } from "../endpoint.ts";
import { actorOf } from "../principal.ts";
import { orRefused, readForm, refusedForm, requireOwnForm } from "./form-body.ts";
import { type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rigPage } from "./rig.ts";

/** Holds a rig on the chosen profile. The rig keeps its connection: it gets a job of the other pool. */
export async function pinForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control, hub } = parts.deps;
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const rig = found(control.rigs.byId(call.id), "rig");
  return orRefused(
    () => {
      const profile = found(control.profiles.byId(values["profile_id"] ?? ""), "profile");
      control.transaction(() => {
        accepted(control.rigs.update(rig.id, { pinnedProfileNo: profile.no }, null), "rig");
        const reason = { code: "pinned", text: `pinned to ${profile.name}` };
        control.allocations.assign([{ rigNo: rig.no, profileNo: profile.no, reason, decidedBy: actorOf(call.principal) }]);
        recordAct(control, call.principal, { verb: "pinned", subject: { kind: "rig", id: rig.id, name: rig.name }, data: { profile_id: profile.id } });
      });
      hub.applyMoves([{ rigNo: rig.no, to: { contractNo: 0, profileNo: profile.no } }]);
      return backTo(parts, rig.id);
    },
    (problem) =>
      rigPage(
        parts,
        call,
        refusedForm(values, problem, (field) => (field === "pinned_profile_id" ? "profile_id" : field)),
      ),
  );
}

/** Lets the rig go back to what the hub decides. */
export async function unpinForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control, hub } = parts.deps;
  requireOwnForm(await readForm(call.request), call.viewer.csrf);
  const rig = found(control.rigs.byId(call.id), "rig");
  control.transaction(() => {
    accepted(control.rigs.update(rig.id, { pinnedProfileNo: null }, null), "rig");
    const reason = { code: "unpinned", text: "unpinned; no contract needs it" };
    control.allocations.assign([{ rigNo: rig.no, reason, decidedBy: actorOf(call.principal) }]);
    recordAct(control, call.principal, { verb: "unpinned", subject: { kind: "rig", id: rig.id, name: rig.name } });
  });
  const house = control.fleets.byNo(rig.fleetNo)?.houseProfileNo ?? 0;
  hub.applyMoves([{ rigNo: rig.no, to: { contractNo: 0, profileNo: house } }]);
  return backTo(parts, rig.id);
}

function backTo(parts: PageParts, rigId: string): Response {
  parts.snapshots.forget();
  return redirect(`/rigs/${rigId}`);
}
