import { isId } from "../../control/ids.ts";
import type { Rig } from "../../control/rig-row.ts";
import { claimWorker, mergeRig } from "../actions/rig-verbs.ts";
import { rigOf } from "../actions/rigs.ts";
import { invalidField } from "../problems.ts";
import { type FormValues, orRefused, readForm, refusedForm } from "./form-body.ts";
import { forgetNewcomers } from "./newcomers.ts";
import { type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rigPage } from "./rig.ts";

async function change(parts: PageParts, call: PageCall, act: (values: FormValues, rig: Rig) => Rig): Promise<Response> {
  const { control, hub, contracts } = parts.deps;
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    () => {
      const rig = control.transaction(() => act(values, rigOf(parts.deps, call.id)));
      forgetNewcomers(control);
      hub.configChanged();
      contracts?.changed();
      return redirect(`/rigs/${rig.id}#identity`);
    },
    (problem) =>
      rigPage(
        parts,
        call,
        refusedForm(values, problem, (field) => (field === "name" ? "worker" : field)),
      ),
  );
}

/** Leads a worker name to the rig. */
export function claimWorkerForm(parts: PageParts, call: PageCall): Promise<Response> {
  return change(parts, call, (values) => claimWorker(parts.deps, call.principal, { id: call.id, name: values["worker"] ?? "", claims: true }));
}

/** Makes one rig of two rows; the other is named by its id, asset code or name. */
export function mergeForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { rigs } = parts.deps.control;
  return change(parts, call, (values, rig) => {
    const typed = values["into"] ?? "";
    const into = isId(typed, "rig") ? rigs.byId(typed) : (rigs.byAssetCode(typed) ?? rigs.byName(rig.fleetNo, typed));
    if (into === null) throw invalidField("into", "must be the asset code of a rig, or the name of one of the same fleet");
    return mergeRig(parts.deps, call.principal, { id: call.id, into: into.id });
  });
}
