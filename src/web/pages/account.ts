import { AccountPage } from "../../../views/pages/account.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { User } from "../../control/users.ts";
import { recordAct } from "../actions/record.ts";
import { assetUrls } from "../assets/assets.ts";
import { accepted } from "../control-result.ts";
import { found } from "../endpoint.ts";
import { openSession, provePassword } from "../guard.ts";
import { preferenceCookies, preferencesOf, readZone } from "../preferences.ts";
import { requireFreshSignIn } from "../principal.ts";
import { invalidField } from "../problems.ts";
import { qrCodeOf } from "../qr-codes.ts";
import { type FormValues, orRefused, readForm, refusedForm, requireOwnForm } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

/** Zones that a browser offers; by any other name they may be typed. */
const zones = Object.freeze(Intl.supportedValuesOf("timeZone"));

type Shown = { form: FormState; codes?: string[]; display?: FormState; status?: number };

const userOf = ({ deps: { control } }: PageParts, { principal }: PageCall): User => found(control.users.byId(principal.id), "user");

function show(parts: PageParts, call: PageCall, { form, codes, display, status = 200 }: Shown): Promise<Response> {
  const { secondFactors, settings, sessions } = parts.deps.control;
  const user = userOf(parts, call);
  const signedIn = { sessions: sessions.ofUser(user.no), ownSession: call.principal.sessionNo };
  const pending = secondFactors.pending(user);
  const enrolment = pending === null ? null : { secret: pending.secret.reveal(), modules: qrCodeOf(pending.uri.reveal()) };
  const isOn = secondFactors.isOn(user.no);
  const isNeeded = user.role === "owner" && settings.get("ownersNeedSecondStep") === "yes";
  const shownDisplay = { form: display ?? displayOf(call), zones, farmZone: settings.get("timeZone") };
  const isChanged = call.url.searchParams.get("changed") === "password";
  const props = {
    viewer: call.viewer,
    assets: assetUrls,
    form,
    isChanged,
    isOn,
    isNeeded,
    enrolment,
    codes: codes ?? null,
    display: shownDisplay,
    ...signedIn,
  };
  return htmlResponse(AccountPage(props), status);
}

export function accountPage(parts: PageParts, call: PageCall): Promise<Response> {
  return show(parts, call, { form: blankForm });
}

/** Runs a form of this page; what a person can mend is said on it. */
async function taken(parts: PageParts, call: PageCall, act: (values: FormValues, user: User) => Promise<Response> | Response): Promise<Response> {
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    () => act(values, userOf(parts, call)),
    (problem) => show(parts, call, { form: refusedForm({}, problem), status: 422 }),
  );
}

async function requirePassword(parts: PageParts, call: PageCall, { field, values }: { field: string; values: FormValues }): Promise<void> {
  const refusal = await provePassword(parts.deps, call.request, { email: call.principal.email, password: values[field] ?? "" });
  if (refusal !== null) throw invalidField(field, refusal);
}

/** Ends all his sessions and begins one for this browser: whoever else had the old password is out. */
export function ownPasswordForm(parts: PageParts, call: PageCall): Promise<Response> {
  return taken(parts, call, async (values, user) => {
    const { control } = parts.deps;
    const password = values["new_password"] ?? "";
    const broken = control.users.passwordFault(password);
    if (broken !== null) throw invalidField("new_password", broken);
    await requirePassword(parts, call, { field: "current_password", values });
    const changed = accepted(await control.users.setPassword(user.id, password), "user");
    control.passwordLinks.remove(user.no);
    return redirect("/account?changed=password", { "set-cookie": openSession(parts.deps, call.request, changed) });
  });
}

function displayOf({ request }: PageCall): FormState {
  const { zone, singleKeys } = preferencesOf(request);
  return { values: { zone: zone ?? "", single_keys: singleKeys ? "1" : "" }, errors: {} };
}

/** Ends one of his own sessions, in a browser that he left somewhere. */
export async function ownSignOutForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const user = userOf(parts, call);
  const session = found(
    control.sessions.ofUser(user.no).find(({ no }) => String(no) === values["session"]),
    "session",
  );
  control.transaction(() => {
    control.sessions.remove(session.no);
    recordAct(control, call.principal, { verb: "signed-out", subject: { kind: "user", id: user.id, name: user.email }, data: { sessions: 1 } });
  });
  return redirect("/account");
}

/** Kept by this browser, not by the hub. */
export async function displayForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const typed = values["zone"] ?? "";
  const zone = readZone(typed);
  if (typed !== "" && zone === null) {
    const errors = { zone: "Must be an IANA time zone such as Europe/Vienna." };
    return show(parts, call, { form: blankForm, display: { values, errors }, status: 422 });
  }
  const answer = redirect("/account");
  for (const cookie of preferenceCookies({ zone, singleKeys: values["single_keys"] === "1" })) answer.headers.append("set-cookie", cookie);
  return answer;
}

/** Shows the picture for the app. */
export function beginSecondStepForm(parts: PageParts, call: PageCall): Promise<Response> {
  return taken(parts, call, async (values, user) => {
    await requirePassword(parts, call, { field: "password", values });
    accepted(parts.deps.control.secondFactors.begin(user), "second step");
    return redirect("/account");
  });
}

/** The first code turns it on; the recovery codes are on this answer and nowhere else. */
export function confirmSecondStepForm(parts: PageParts, call: PageCall): Promise<Response> {
  return taken(parts, call, (values, user) => {
    const codes = accepted(parts.deps.control.secondFactors.confirm(user, values["code"] ?? ""), "second step");
    return show(parts, call, { form: blankForm, codes });
  });
}

export function endSecondStepForm(parts: PageParts, call: PageCall): Promise<Response> {
  return taken(parts, call, async (values, user) => {
    await requirePassword(parts, call, { field: "password", values });
    parts.deps.control.secondFactors.disable(user);
    return redirect("/account");
  });
}

/** Whether owners must have it; for owners, on the page of people. */
export async function secondStepRuleForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const needed = values["needed"] === "yes" ? "yes" : "no";
  if (needed === "no") requireFreshSignIn(call.principal, parts.deps.now());
  parts.deps.control.settings.set("ownersNeedSecondStep", needed);
  return redirect("/people");
}
