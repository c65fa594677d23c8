import { CodePage } from "../../../views/pages/code.tsx";
import { LoginPage } from "../../../views/pages/login.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import { assetUrls } from "../assets/assets.ts";
import { signIn, signInWithCode, signOut } from "../guard.ts";
import { requireRole } from "../principal.ts";
import { farmOf } from "./farm.ts";
import { readForm, requireOwnForm } from "./form-body.ts";
import { htmlResponse, isSignedIn, redirect, warningFor } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

/** A path of this hub, or the overview: a link to the login must not send people elsewhere afterwards. */
export function safeNext(next: string | null): string {
  if (next === null || !/^\/[A-Za-z0-9]/.test(next)) return "/";
  const url = URL.canParse(next, "http://hub.invalid") ? new URL(next, "http://hub.invalid") : null;
  return url?.host === "hub.invalid" ? `${url.pathname}${url.search}` : "/";
}

type Asked = { form: FormState; next: string; again: boolean; status: number };

function showLogin(parts: PageParts, request: Request, { form, next, again, status }: Asked): Promise<Response> {
  const farmName = farmOf(parts.deps.control).name;
  return htmlResponse(LoginPage({ farmName, assets: assetUrls, form, next, warning: warningFor(parts, request), again }), status);
}

export function loginPage(parts: PageParts, request: Request): Response | Promise<Response> {
  const { searchParams } = new URL(request.url);
  const next = safeNext(searchParams.get("next"));
  const again = searchParams.get("again") === "1";
  if (isSignedIn(request) && !again) return redirect(next);
  return showLogin(parts, request, { form: blankForm, next, again, status: 200 });
}

/** Takes the login form. A refusal says nothing of whether the address is known. */
export async function loginForm(parts: PageParts, request: Request): Promise<Response> {
  const values = await readForm(request);
  const { email = "", password = "" } = values;
  const next = safeNext(values["next"] ?? null);
  const answer = await signIn(parts.deps, request, { email, password });
  if (answer.ok) return redirect(next, { "set-cookie": answer.setCookie });
  if (answer.reason === "code") return showCode(parts, { step: answer.step, next, form: blankForm, status: 200 });
  const minutes = Math.max(1, Math.ceil(answer.retryAfterS / 60));
  const text = answer.reason === "wrong" ? "That e-mail and password do not match." : `Too many attempts. Try again in ${minutes} min.`;
  const form = { values: { email }, errors: { "": text } };
  if (answer.reason === "wrong") return showLogin(parts, request, { form, next, again: false, status: 422 });
  const page = await showLogin(parts, request, { form, next, again: false, status: 429 });
  page.headers.set("retry-after", String(answer.retryAfterS));
  return page;
}

type AskedCode = { step: string; next: string; form: FormState; status: number };

function showCode(parts: PageParts, { step, next, form, status }: AskedCode): Promise<Response> {
  return htmlResponse(CodePage({ farmName: farmOf(parts.deps.control).name, assets: assetUrls, form, next, step }), status);
}

/** Takes the code that follows a right password. */
export async function codeForm(parts: PageParts, request: Request): Promise<Response> {
  const { step = "", code = "", ...rest } = await readForm(request);
  const next = safeNext(rest["next"] ?? null);
  const answer = signInWithCode(parts.deps, request, { step, code });
  if (answer.ok) return redirect(next, { "set-cookie": answer.setCookie });
  const isWrong = answer.reason !== "too-many";
  const text = isWrong ? "That code is not right, or it was used, or the password is five minutes old." : "Too many attempts. Try again later.";
  return showCode(parts, { step, next, form: { values: {}, errors: { "": text } }, status: isWrong ? 422 : 429 });
}

export async function logoutForm(parts: PageParts, request: Request): Promise<Response> {
  const principal = requireRole(request);
  requireOwnForm(await readForm(request), principal.csrf);
  return redirect("/login", { "set-cookie": signOut(parts.deps, request) });
}
