import { CodePage } from "../../../views/pages/code.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import { assetUrls } from "../assets/assets.ts";
import { signIn, signInWithCode, signOut } from "../guard.ts";
import { requireRole } from "../principal.ts";
import { farmOf } from "./farm.ts";
import { readForm, readLogin, requireOwnForm } from "./form-body.ts";
import { keptForm } from "./kept-form.ts";
import { htmlResponse, isSignedIn, loginFor, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

/** A path of this hub, or the overview: a link to the login must not send people elsewhere afterwards. */
export function safeNext(next: string | null): string {
  if (next === null || !/^\/[A-Za-z0-9]/.test(next)) return "/";
  const url = URL.canParse(next, "http://hub.invalid") ? new URL(next, "http://hub.invalid") : null;
  return url?.host === "hub.invalid" ? `${url.pathname}${url.search}` : "/";
}

/** Where somebody goes who has signed in: back to the form that he could not send, filled, with nothing saved yet; else to `next`. */
async function entered(parts: PageParts, request: Request, asked: { next: string; kept: string; setCookie: string }): Promise<Response> {
  const headers = { "set-cookie": asked.setCookie };
  const kept = keptForm(asked.kept);
  if (kept === null) return redirect(asked.next, headers);
  const answer = await parts.reenter(request, kept, asked.setCookie);
  if (answer === null) return redirect(safeNext(kept.from), headers);
  answer.headers.append("set-cookie", asked.setCookie);
  return answer;
}

/** The login once more, for a form that asks for one of the last minutes. */
export async function loginAgainForm(parts: PageParts, request: Request): Promise<Response> {
  const { kept = "" } = await readLogin(request);
  return loginFor(parts, request, { kept, status: 200, again: true });
}

export function loginPage(parts: PageParts, request: Request): Response | Promise<Response> {
  const { searchParams } = new URL(request.url);
  const next = safeNext(searchParams.get("next"));
  const again = searchParams.get("again") === "1";
  if (isSignedIn(request) && !again) return redirect(next);
  return loginFor(parts, request, { next, again, status: 200 });
}

/** Takes the login form. A refusal says nothing of whether the address is known. */
export async function loginForm(parts: PageParts, request: Request): Promise<Response> {
  const values = await readLogin(request);
  const { email = "", password = "", kept = "" } = values;
  const next = safeNext(values["next"] ?? null);
  const answer = await signIn(parts.deps, request, { email, password });
  if (answer.ok) return entered(parts, request, { next, kept, setCookie: answer.setCookie });
  if (answer.reason === "code") return showCode(parts, { step: answer.step, next, kept, form: blankForm, status: 200 });
  const minutes = Math.max(1, Math.ceil(answer.retryAfterS / 60));
  const text = answer.reason === "wrong" ? "That e-mail and password do not match." : `Too many attempts. Try again in ${minutes} min.`;
  const form = { values: { email }, errors: { "": text } };
  if (answer.reason === "wrong") return loginFor(parts, request, { form, next, kept, status: 422 });
  const page = await loginFor(parts, request, { form, next, kept, status: 429 });
  page.headers.set("retry-after", String(answer.retryAfterS));
  return page;
}

type AskedCode = { step: string; next: string; kept: string; form: FormState; status: number };

function showCode(parts: PageParts, { status, ...asked }: AskedCode): Promise<Response> {
  return htmlResponse(CodePage({ farmName: farmOf(parts.deps.control).name, assets: assetUrls, ...asked }), status);
}

/** Takes the code that follows a right password. */
export async function codeForm(parts: PageParts, request: Request): Promise<Response> {
  const { step = "", code = "", kept = "", ...rest } = await readLogin(request);
  const next = safeNext(rest["next"] ?? null);
  const answer = signInWithCode(parts.deps, request, { step, code });
  if (answer.ok) return entered(parts, request, { next, kept, setCookie: answer.setCookie });
  const isWrong = answer.reason !== "too-many";
  const text = isWrong ? "That code is not right, or it was used, or the password is five minutes old." : "Too many attempts. Try again later.";
  return showCode(parts, { step, next, kept, form: { values: {}, errors: { "": text } }, status: isWrong ? 422 : 429 });
}

export async function logoutForm(parts: PageParts, request: Request): Promise<Response> {
  const principal = requireRole(request);
  requireOwnForm(await readForm(request), principal.csrf);
  return redirect("/login", { "set-cookie": signOut(parts.deps, request) });
}
