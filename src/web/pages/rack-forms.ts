import { RackFormPage } from "../../../views/pages/rack-form.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import type { Rack, RackFields } from "../../control/racks.ts";
import { addRack, changeRack, removeRack } from "../actions/racks.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { Faults } from "../faults.ts";
import { placeChoices } from "../place-choices.ts";
import { invalidField, type Problem } from "../problems.ts";
import { type FormValues, orRefused, readForm, refusedForm, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rowHref } from "./racks.ts";
import { refusedEdit } from "./stale-edit.ts";

/** Racks that one form makes. */
const racksMax = 100;
const namesRule = `must name 1 to ${racksMax} racks, such as K{1-12}`;
/** Stands in for names that cannot be read, so that what else is wrong is told too. */
const standIn: readonly string[] = Object.freeze(["x"]);

async function page(
  { deps, snapshots }: PageParts,
  { viewer }: PageCall,
  shown: { rack: Rack | null; form: FormState; backHref: string; status?: number },
): Promise<Response> {
  const { rack, form, backHref, status = 200 } = shown;
  const sites = deps.control.sites.all().map(({ id, name }) => ({ value: id, text: name }));
  const { site, building, row } = form.values;
  const rigs = (await snapshots.current()).rigs.map((view) => view.rig);
  const typed = { siteId: site || null, location: { building: building || null, row: row || null, rack: null, position: null } };
  const places = await placeChoices({ racks: deps.control.racks, rigs, typed });
  return htmlResponse(RackFormPage({ viewer, assets: assetUrls, rack, sites, places, form, backHref }), status);
}

/** `K{1-12}` is K1 to K12, `K{01-12}` K01 to K12; any other name is itself; several have commas between them. */
export function rackNames(text: string): string[] {
  const names = text.split(/\s*,\s*/).filter((name) => name !== "");
  if (names.length > racksMax) throw invalidField("name", namesRule);
  const all = names.length > 1 ? [...new Set(names.flatMap(namesOf))] : namesOf(names[0] ?? "");
  if (all.length > racksMax) throw invalidField("name", namesRule);
  return all;
}

function namesOf(text: string): string[] {
  const [, before = "", first, last, after = ""] = /^([^{}]*)\{(\d+)-(\d+)\}([^{}]*)$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return [text];
  const count = Number(last) - Number(first) + 1;
  if (count < 1 || count > racksMax || !Number.isSafeInteger(Number(last))) throw invalidField("name", namesRule);
  const width = first.startsWith("0") ? first.length : 0;
  return Array.from({ length: count }, (_, at) => `${before}${String(Number(first) + at).padStart(width, "0")}${after}`);
}

function fieldsOf(values: FormValues): RackFields {
  const whole = (name: "levels" | "slots") => (/^\d{1,4}$/.test(values[name] ?? "") ? Number(values[name]) : Number.NaN);
  return {
    siteId: values["site"] || null,
    building: values["building"] || null,
    row: values["row"] || null,
    name: values["name"] ?? "",
    levels: whole("levels"),
    slots: whole("slots"),
  };
}

const rename = (field: string): string => (field === "site_id" ? "site" : field);

function formOf({ siteId, building, row, name, levels, slots }: Rack): FormState {
  return { values: { site: siteId ?? "", building: building ?? "", row: row ?? "", name, levels: String(levels), slots: String(slots) }, errors: {} };
}

export function newRackPage(parts: PageParts, call: PageCall): Promise<Response> {
  const values = Object.fromEntries(["site", "building", "row", "name"].map((name) => [name, call.url.searchParams.get(name) ?? ""]));
  return page(parts, call, { rack: null, form: { values, errors: {} }, backHref: "/racks" });
}

export function rackPage(parts: PageParts, call: PageCall): Promise<Response> {
  const rack = found(parts.deps.control.racks.byId(call.id), "rack");
  return page(parts, call, { rack, form: formOf(rack), backHref: rowHref(rack) });
}

export async function addRackForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const { control } = parts.deps;
  return orRefused(
    call,
    values,
    () => {
      const fields = fieldsOf(values);
      const faults = new Faults();
      const names = faults.read(() => rackNames(fields.name)) ?? standIn;
      const add = () => names.map((name) => addRack(parts.deps, call.principal, { ...fields, name }));
      const [first] = control.transaction(() => faults.settle(add));
      return redirect(rowHref(first ?? fields));
    },
    (problem) => page(parts, call, { rack: null, form: refusedForm(values, problem, rename), backHref: "/racks", status: problem.status }),
  );
}

export async function changeRackForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const { deps } = parts;
  const refused = (problem: Problem) => {
    const rack = found(deps.control.racks.byId(call.id), "rack");
    const wordsOf = (field: string, value: string) => (field === "site" ? (deps.control.sites.byId(value)?.name ?? "") : value);
    const present = { row: rack, formOf, wordsOf };
    const form = refusedEdit({ control: deps.control, call, values }, problem, { present, rename });
    return page(parts, call, { rack, form, backHref: rowHref(rack), status: problem.status });
  };
  return orRefused(
    call,
    values,
    () => {
      const rack = deps.control.transaction(() => changeRack(deps, call.principal, { id: call.id, version: versionOf(values), patch: fieldsOf(values) }));
      deps.hub.configChanged();
      return redirect(rowHref(rack));
    },
    refused,
  );
}

export async function removeRackForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const rack = found(parts.deps.control.racks.byId(call.id), "rack");
  return orRefused(
    call,
    values,
    () => {
      parts.deps.control.transaction(() => removeRack(parts.deps, call.principal, { id: call.id, version: versionOf(values) }));
      return redirect(rowHref(rack));
    },
    (problem) => page(parts, call, { rack, form: refusedForm(formOf(rack).values, problem), backHref: rowHref(rack), status: problem.status }),
  );
}
