import { SetupClosedPage, SetupPage } from "../../../views/pages/setup.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import { brokenOf, type Failure } from "../../control/result.ts";
import { assetUrls } from "../assets/assets.ts";
import { openSession } from "../guard.ts";
import { type FormValues, readForm, sentence } from "./form-body.ts";
import { htmlResponse, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const zones = Object.freeze(["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]);

function showForm(token: string, form: FormState, status = 200): Promise<Response> {
  return htmlResponse(SetupPage({ assets: assetUrls, form, token, zones }), status);
}

function closed({ deps: { control } }: PageParts): Promise<Response> {
  return htmlResponse(SetupClosedPage({ assets: assetUrls, hasUsers: control.users.count() > 0 }), 404);
}

function isOpen({ deps: { control } }: PageParts, token: string): boolean {
  return control.users.count() === 0 && control.settings.isSetupToken(token);
}

export function setupPage(parts: PageParts, request: Request): Promise<Response> {
  const token = new URL(request.url).searchParams.get("token") ?? "";
  return isOpen(parts, token) ? showForm(token, { ...blankForm, values: { time_zone: "UTC" } }) : closed(parts);
}

/** Checks the farm's words before the account is made: the link works once. */
function settingErrors({ deps: { control } }: PageParts, values: FormValues): Record<string, string> {
  const errors: Record<string, string> = {};
  const undo = new Error("only tried");
  try {
    control.transaction(() => {
      const name = control.settings.set("farmName", values["farm_name"] ?? "");
      if (!name.ok) errors["farm_name"] = sentence(name.rule);
      const zone = control.settings.set("timeZone", values["time_zone"] ?? "");
      if (!zone.ok) errors["time_zone"] = sentence(zone.rule);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  return errors;
}

function ownerErrors(failure: Failure | null): Record<string, string> {
  if (failure === null) return {};
  if (failure.problem !== "invalid") return { "": sentence(failure.rule) };
  return Object.fromEntries(brokenOf(failure).map(({ field, rule }) => [field, sentence(rule)]));
}

/** Makes the owner's account and signs him in: the next page shows what to put into a rig. */
export async function setupForm(parts: PageParts, request: Request): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(request);
  const token = values["token"] ?? "";
  if (!isOpen(parts, token)) return closed(parts);
  const owner = { email: values["email"] ?? "", password: values["password"] ?? "" };
  const errors = { ...ownerErrors(control.users.faultOf({ ...owner, role: "owner" })), ...settingErrors(parts, values) };
  if (Object.keys(errors).length > 0) return showForm(token, { values, errors }, 422);
  const added = await control.users.addFirstOwner(owner, token);
  if (!added.ok) return showForm(token, { values, errors: ownerErrors(added) }, 422);
  control.settings.set("farmName", values["farm_name"] ?? "");
  control.settings.set("timeZone", values["time_zone"] ?? "");
  return redirect("/connect", { "set-cookie": openSession(parts.deps, request, added.value) });
}
