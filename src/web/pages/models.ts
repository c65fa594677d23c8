import { ModelsPage } from "../../../views/pages/models.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { Model, ModelFields } from "../../control/models.ts";
import { algorithmNames } from "../../work/algorithm.ts";
import { addModel, changeModel, removeModel } from "../actions/models.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { hashrateInput, readHashrate } from "../hashrate-text.ts";
import { invalidField } from "../problems.ts";
import { type FormValues, orRefused, readForm, refusedEdit, refusedForm, refusedStatus, requireOwnForm, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

function page(parts: PageParts, { viewer }: PageCall, shown: { form: FormState; edited?: Model; status?: number }): Promise<Response> {
  const { form, edited = null, status = 200 } = shown;
  return htmlResponse(ModelsPage({ viewer, assets: assetUrls, models: parts.deps.control.models.all(), form, edited }), status);
}

const formOf = ({ name, nominalHps, watts, algorithm }: Model): FormState => ({
  values: { name, nominal: hashrateInput(nominalHps), watts: watts === null ? "" : String(watts), algorithm },
  errors: {},
});

export function modelsPage(parts: PageParts, call: PageCall): Promise<Response> {
  return page(parts, call, { form: blankForm });
}

export function modelPage(parts: PageParts, call: PageCall): Promise<Response> {
  const edited = found(parts.deps.control.models.byId(call.id), "model");
  return page(parts, call, { form: formOf(edited), edited });
}

function fieldsOf(values: FormValues): ModelFields {
  const { name = "", nominal = "", watts = "" } = values;
  const nominalHps = readHashrate(nominal);
  if (nominalHps === null) throw invalidField("nominal", "must be a hashrate such as 141T or 141 TH/s");
  if (watts !== "" && !/^\d{1,7}$/.test(watts)) throw invalidField("watts", "must be a whole number, or nothing");
  const algorithm = algorithmNames.find((known) => known === values["algorithm"]) ?? "sha256d";
  return { name, nominalHps, watts: watts === "" ? null : Number(watts), algorithm };
}

const rename = (field: string): string => (field === "nominal_hps" ? "nominal" : field);

export async function addModelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const { deps } = parts;
  return orRefused(
    () => {
      deps.control.transaction(() => addModel(deps, call.principal, fieldsOf(values)));
      return redirect("/models");
    },
    (problem) => page(parts, call, { form: refusedForm(values, problem, rename), status: 422 }),
  );
}

export async function changeModelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const edited = found(deps.control.models.byId(call.id), "model");
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  return orRefused(
    () => {
      deps.control.transaction(() => changeModel(deps, call.principal, { id: call.id, version: versionOf(values), patch: fieldsOf(values) }));
      return redirect("/models");
    },
    (problem) => page(parts, call, { form: refusedEdit(values, problem, { present: formOf(edited), rename }), edited, status: refusedStatus(problem) }),
  );
}

export async function removeModelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const edited = found(deps.control.models.byId(call.id), "model");
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  return orRefused(
    () => {
      deps.control.transaction(() => removeModel(deps, call.principal, { id: call.id, version: versionOf(values) }));
      return redirect("/models");
    },
    (problem) => page(parts, call, { form: { ...formOf(edited), errors: { "": `${problem.detail}.` } }, edited, status: problem.status }),
  );
}
