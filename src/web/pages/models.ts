import { ModelsPage } from "../../../views/pages/models.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { Model, ModelFields } from "../../control/models.ts";
import { algorithmNames } from "../../work/algorithm.ts";
import { addModel, changeModel, removeModel } from "../actions/models.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { Faults } from "../faults.ts";
import { hashrateInput, readHashrate } from "../hashrate-text.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { refusedEdit } from "./stale-edit.ts";

const unlistedNamed = 20;

function page(parts: PageParts, { viewer }: PageCall, shown: { form: FormState; edited?: Model; status?: number }): Promise<Response> {
  const { form, edited = null, status = 200 } = shown;
  const { models, rigs } = parts.deps.control;
  const props = { viewer, assets: assetUrls, models: models.all(), unlisted: rigs.unlistedModels(unlistedNamed), form, edited };
  return htmlResponse(ModelsPage(props), status);
}

const formOf = ({ name, nominalHps, watts, algorithm }: Model): FormState => ({
  values: { name, nominal: hashrateInput(nominalHps), watts: watts === null ? "" : String(watts), algorithm },
  errors: {},
});

export function modelsPage(parts: PageParts, call: PageCall): Promise<Response> {
  const name = (call.url.searchParams.get("name") ?? "").slice(0, 100);
  return page(parts, call, { form: { ...blankForm, values: { name } } });
}

export function modelPage(parts: PageParts, call: PageCall): Promise<Response> {
  const edited = found(parts.deps.control.models.byId(call.id), "model");
  return page(parts, call, { form: formOf(edited), edited });
}

/** What was typed, as far as it can be read. */
function fieldsOf(values: FormValues, faults: Faults): ModelFields {
  const { name = "", nominal = "", watts = "" } = values;
  const nominalHps = readHashrate(nominal);
  const isCount = /^\d{1,7}$/.test(watts);
  if (nominalHps === null) faults.note("nominal", "must be a hashrate such as 141T or 141 TH/s");
  if (watts !== "" && !isCount) faults.note("watts", "must be a whole number, or nothing");
  const algorithm = algorithmNames.find((known) => known === values["algorithm"]) ?? "sha256d";
  return { name, nominalHps: nominalHps ?? 1, watts: isCount ? Number(watts) : null, algorithm };
}

const rename = (field: string): string => (field === "nominal_hps" ? "nominal" : field);

export async function addModelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const { deps } = parts;
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const fields = fieldsOf(values, faults);
      deps.control.transaction(() => faults.settle(() => addModel(deps, call.principal, fields)));
      return redirect("/models");
    },
    (problem) => page(parts, call, { form: refusedForm(values, problem, rename), status: 422 }),
  );
}

export async function changeModelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const values = await readForm(call.request);
  const edited = found(deps.control.models.byId(call.id), "model");
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const change = { id: call.id, version: versionOf(values), patch: fieldsOf(values, faults) };
      deps.control.transaction(() => faults.settle(() => changeModel(deps, call.principal, change)));
      return redirect("/models");
    },
    (problem) => {
      const form = refusedEdit({ control: deps.control, call, values }, problem, { present: { row: edited, formOf }, rename });
      return page(parts, call, { form, edited, status: refusedStatus(problem) });
    },
  );
}

export async function removeModelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const values = await readForm(call.request);
  const edited = found(deps.control.models.byId(call.id), "model");
  return orRefused(
    call,
    values,
    () => {
      deps.control.transaction(() => removeModel(deps, call.principal, { id: call.id, version: versionOf(values) }));
      return redirect("/models");
    },
    (problem) => page(parts, call, { form: { ...formOf(edited), errors: { "": `${problem.detail}.` } }, edited, status: problem.status }),
  );
}
