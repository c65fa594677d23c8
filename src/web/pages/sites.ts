import { SiteFormPage } from "../../../views/pages/site-form.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import { assetCodePatternDefault } from "../../control/asset-codes.ts";
import type { Site, SitePatch } from "../../control/sites.ts";
import { changeSite, removeSite } from "../actions/sites.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { type FormValues, orRefused, readForm, refusedStatus, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { refusedEdit } from "./stale-edit.ts";

const zones = Object.freeze(Intl.supportedValuesOf("timeZone"));

const siteOf = ({ deps: { control } }: PageParts, { id }: PageCall): Site => found(control.sites.byId(id), "site");

function formOf({ name, timezone, assetCodePattern }: Site): FormState {
  return { values: { name, timezone, asset_code_pattern: assetCodePattern ?? "" }, errors: {} };
}

function patchOf(values: FormValues): SitePatch {
  return { name: values["name"] ?? "", timezone: values["timezone"] ?? "", assetCodePattern: values["asset_code_pattern"] || null };
}

function show({ viewer }: PageCall, site: Site, form: FormState, status = 200): Promise<Response> {
  return htmlResponse(SiteFormPage({ viewer, assets: assetUrls, site, zones, patternDefault: assetCodePatternDefault, form }), status);
}

export function sitePage(parts: PageParts, call: PageCall): Promise<Response> {
  const site = siteOf(parts, call);
  return show(call, site, formOf(site));
}

export async function changeSiteForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const site = siteOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      control.transaction(() => changeSite(parts.deps, call.principal, { id: site.id, version: versionOf(values), patch: patchOf(values) }));
      return redirect("/settings#sites");
    },
    (problem) => show(call, site, refusedEdit({ control, call, values }, problem, { present: { row: site, formOf } }), refusedStatus(problem)),
  );
}

export async function removeSiteForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const site = siteOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      parts.deps.control.transaction(() => removeSite(parts.deps, call.principal, { id: site.id, version: versionOf(values) }));
      return redirect("/settings#sites");
    },
    (problem) => show(call, site, { ...formOf(site), errors: { "": `${problem.detail}.` } }, problem.status),
  );
}
