import { TokensPage } from "../../../views/pages/tokens.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import { scopeNames } from "../../control/scopes.ts";
import { recordAct } from "../actions/record.ts";
import { assetUrls } from "../assets/assets.ts";
import { accepted } from "../control-result.ts";
import { Faults } from "../faults.ts";
import { requireFreshSignIn } from "../principal.ts";
import { invalidField } from "../problems.ts";
import { type FormValues, orRefused, readForm, refusedForm, requireOwnForm, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const dayMs = 86_400_000;

type Shown = { form: FormState; made?: { name: string; text: string }; status?: number };

function show({ deps: { control } }: PageParts, { viewer }: PageCall, { form, made, status = 200 }: Shown): Promise<Response> {
  const tokens = control.tokens.all().map(({ id, version, name, scopes, expiresAtMs, lastUsedAtMs, createdAtMs }) => ({
    ...{ id, version, name, expiresAtMs, lastUsedAtMs, createdAtMs },
    scopes: scopes.join(" "),
  }));
  return htmlResponse(TokensPage({ viewer, assets: assetUrls, tokens, scopes: [...scopeNames], form, made: made ?? null }), status);
}

export function tokensPage(parts: PageParts, call: PageCall): Promise<Response> {
  return show(parts, call, { form: blankForm });
}

function expiryOf(values: FormValues, nowMs: number): number | null {
  const typed = values["days"] ?? "";
  if (typed === "") return null;
  const days = Number(typed);
  if (!Number.isInteger(days) || days < 1 || days > 36_500) throw invalidField("days", "must be a whole number from 1 to 36500");
  return nowMs + days * dayMs;
}

/** Makes a token and shows its text on the answer: there, and nowhere else. */
export async function addTokenForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control, now } = parts.deps;
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    () => {
      requireFreshSignIn(call.principal, now());
      const scopes = scopeNames.filter((scope) => values[`scope ${scope}`] === "on");
      const faults = new Faults();
      const expiresAtMs = faults.read(() => expiryOf(values, now())) ?? null;
      const add = () => {
        const created = accepted(control.tokens.create({ name: values["name"] ?? "", scopes, expiresAtMs }), "token");
        recordAct(control, call.principal, { verb: "added", subject: { kind: "token", ...created.token }, data: { scopes } });
        return created;
      };
      const made = control.transaction(() => faults.settle(add));
      return show(parts, call, { form: blankForm, made: { name: made.token.name, text: made.text.reveal() } });
    },
    (problem) => show(parts, call, { form: refusedForm(values, problem), status: 422 }),
  );
}

export async function removeTokenForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  control.transaction(() => {
    const removed = accepted(control.tokens.remove(call.id, versionOf(values)), "token");
    recordAct(control, call.principal, { verb: "revoked", subject: { kind: "token", ...removed } });
  });
  return redirect("/tokens");
}
