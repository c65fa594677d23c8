import { handleHtml } from "@elysiajs/html/handler";
import { ErrorPage } from "../../../views/pages/error.tsx";
import { LoginPage } from "../../../views/pages/login.tsx";
import { blankForm, type FormState, labelled } from "../../../views/parts/form.tsx";
import { Toast } from "../../../views/parts/toast.tsx";
import type { Viewer } from "../../../views/viewer.ts";
import type { Role } from "../../control/scopes.ts";
import { assetUrls } from "../assets/assets.ts";
import { clientReader, isExposed } from "../client.ts";
import { compressed } from "../compressed.ts";
import { preferenceCookies, preferencesOf, readZone } from "../preferences.ts";
import { principalOf, requireRole, type UserPrincipal } from "../principal.ts";
import { Problem, problemKinds } from "../problems.ts";
import { farmOf } from "./farm.ts";
import { sentence } from "./form-body.ts";
import { keepForm } from "./kept-form.ts";
import type { PageParts } from "./page-parts.ts";

/** A signed-in person's request for a page. */
export type PageCall = { request: Request; url: URL; id: string; principal: UserPrincipal; viewer: Viewer };

/** A page's request for its stream. */
export type WatchCall = { id: string; url: URL; zone: string };

const exposedText =
  "This page came over plain HTTP: whoever is on the network can read passwords and sessions. Set --http-cert and --http-key, or put a proxy with HTTPS in front.";

/** Roles that may change rigs, pools and profiles. */
const writers = ["owner", "operator"] as const;

export function mayWrite(principal: UserPrincipal): boolean {
  return writers.some((role) => role === principal.role);
}

/** The doctype and the type of a whole page; its detection of HTML in other answers would take texts that merely look like it. */
const asHtml = { contentType: "text/html; charset=utf-8", autoDoctype: true, autoDetect: false };

export async function htmlResponse(element: JSX.Element, status = 200): Promise<Response> {
  const page = await handleHtml(labelled(await element), asHtml, false);
  return status === 200 ? page : new Response(page.body, { status, headers: page.headers });
}

export function redirect(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { location, ...headers } });
}

/** Whether htmx asks, for a part of the page that is open. */
export const isInPlace = (request: Request): boolean => request.headers.has("hx-request");

/** A refusal that leaves the open page as it is. */
async function toast({ status, text, signIn }: { status: number; text: string; signIn?: string }): Promise<Response> {
  const answer = await htmlResponse(Toast({ text, ...(signIn !== undefined && { signIn }) }), status);
  for (const [name, value] of [
    ["hx-retarget", "#toasts"],
    ["hx-reswap", "innerHTML"],
    ["hx-reselect", ".toast"],
  ] as const)
    answer.headers.set(name, value);
  return answer;
}

/** htmx would follow a redirect inside the page: it is told to leave for there, or, where that is the page that is open, to read it again. */
function leaving(request: Request, answer: Response): Response {
  const location = answer.headers.get("location");
  if (location === null || !isInPlace(request)) return answer;
  const placeOf = (address: string) => new URL(address, request.url);
  const from = placeOf(request.headers.get("hx-current-url") ?? "");
  const to = placeOf(location);
  const { headers } = answer;
  headers.delete("location");
  // To another place of the same page a browser goes without asking for it anew.
  if (to.hash !== "" && to.pathname === from.pathname && to.search === from.search) headers.set("hx-refresh", "true");
  else headers.set("hx-redirect", location);
  return new Response(null, { status: 204, headers });
}

/** Null when the page's way to the browser is safe. */
export function warningFor(parts: Pick<PageParts, "deps">, request: Request): string | null {
  return isExposed(clientReader(parts.deps.config)(request)) ? exposedText : null;
}

/** The zone of `tz=` in the address, else the one that this browser keeps, else the farm's. */
export function zoneFor({ deps: { control } }: Pick<PageParts, "deps">, request: Request): string {
  return readZone(new URL(request.url).searchParams.get("tz")) ?? preferencesOf(request).zone ?? farmOf(control).zone;
}

/** A zone that the address named is this browser's from now on. */
function keepingZone({ request, url }: Pick<PageCall, "request" | "url">, answer: Response): Response {
  const zone = readZone(url.searchParams.get("tz"));
  if (zone !== null && request.method === "GET" && preferencesOf(request).zone !== zone)
    answer.headers.append("set-cookie", preferenceCookies({ zone })[0] ?? "");
  return answer;
}

export function viewerOf(parts: PageParts, request: Request, principal: UserPrincipal): Viewer {
  const farm = farmOf(parts.deps.control);
  return {
    email: principal.email,
    role: principal.role,
    mayWrite: mayWrite(principal),
    farmName: farm.name,
    zone: zoneFor(parts, request),
    singleKeys: preferencesOf(request).singleKeys,
    nowMs: parts.deps.now(),
    csrf: principal.csrf,
    warning: warningFor(parts, request),
  };
}

/** Where a browser is sent that is not signed in: to the login, and from there back. */
async function toLogin(parts: PageParts, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const next = request.method === "GET" ? `${url.pathname}${url.search}` : "/";
  const login = next === "/" ? "/login" : `/login?${new URLSearchParams({ next })}`;
  const kept = request.method === "POST" ? await keepForm(request, parts.deps.now()) : null;
  // Only a page can ask for the password: at 401 the script sends the form again as a browser does, and what was typed goes through the
  // login. What is too large for that stays where it is.
  if (isInPlace(request) && request.method === "POST")
    return toast({ status: kept === null ? 413 : 401, text: "Your session has ended; what you typed is still here.", signIn: "/login" });
  if (kept !== null) return loginFor(parts, request, { kept, status: 401 });
  if (isInPlace(request)) return new Response(null, { status: 401, headers: { "hx-redirect": login } });
  if (url.pathname.startsWith("/live/")) return new Response(null, { status: 401 });
  return redirect(login);
}

type LoginAsked = { status: number; kept?: string; next?: string; form?: FormState; again?: boolean };

/** The login, where there is one with the form that waits for it. */
export function loginFor(parts: Pick<PageParts, "deps">, request: Request, { status, kept = "", next = "/", form = blankForm, again = false }: LoginAsked) {
  const { name: farmName } = farmOf(parts.deps.control);
  return htmlResponse(LoginPage({ farmName, assets: assetUrls, form, next, warning: warningFor(parts, request), again, kept }), status);
}

const titles: Readonly<Record<number, string>> = Object.freeze({ 403: "Not allowed", 404: "There is no such page", 500: "The hub failed" });
const texts: Readonly<Record<number, string>> = Object.freeze({
  403: "This is not for everybody.",
  404: "It may have been removed, or the address has a slip in it.",
  500: "Its log has the cause. What you sent was not carried out, or only in part: look before you repeat it.",
});

/** A refusal or fault as a page in the look of the others. */
export function errorPage(parts: Pick<PageParts, "deps">, status: number, text?: string): Promise<Response> {
  return htmlResponse(
    ErrorPage({
      status,
      title: titles[status] ?? "This did not work",
      text: text ?? texts[status] ?? "",
      assets: assetUrls,
      farmName: farmOf(parts.deps.control).name,
    }),
    status,
  );
}

function refusalText({ kind, detail }: Problem): string {
  // What is missing, and who can give it.
  if (kind === "forbidden") return `${sentence(detail)} An owner can change your role.`;
  return kind === "invalid" ? sentence(detail) : `${problemKinds[kind].title}: ${detail}.`;
}

function problemPage(parts: PageParts, request: Request, problem: Problem): Response | Promise<Response> {
  if (problem.kind === "unauthorized") return toLogin(parts, request);
  if (problem.kind === "not-found" && !isInPlace(request)) return errorPage(parts, problem.status);
  // Of a form that has no place to say it in.
  if (problem.kind === "fresh-login-required") return redirect("/login?again=1");
  const text = refusalText(problem);
  return isInPlace(request) ? toast({ status: problem.status, text }) : errorPage(parts, problem.status, text);
}

/** Runs `answer`; what it throws becomes a page. */
export async function asPage(parts: PageParts, request: Request, answer: () => Response | Promise<Response>): Promise<Response> {
  return compressed(request, leaving(request, await answered(parts, request, answer)));
}

async function answered(parts: PageParts, request: Request, answer: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof Problem) return problemPage(parts, request, error);
    parts.deps.log.error("web.page", { path: new URL(request.url).pathname, error: String(error) });
    return errorPage(parts, 500);
  }
}

type Answer = (call: PageCall) => Response | Promise<Response>;
const accountPath = "/account";

/** An owner who still lacks the second step that the farm asks for gets no further than his account: neither to a page nor to a stream. */
export function lacksSecondStep({ deps }: Pick<PageParts, "deps">, { role, no }: Pick<UserPrincipal, "role" | "no">): boolean {
  const { settings, secondFactors } = deps.control;
  return role === "owner" && settings.get("ownersNeedSecondStep") === "yes" && !secondFactors.isOn(no);
}

/** For people of these roles (none named: of any). */
function admitted(parts: PageParts, request: Request, { id, roles }: { id: string; roles: readonly Role[] }, answer: Answer): Promise<Response> {
  return asPage(parts, request, async () => {
    const principal = requireRole(request, ...roles);
    const url = new URL(request.url);
    const isAccount = url.pathname === accountPath || url.pathname.startsWith(`${accountPath}/`);
    if (!isAccount && lacksSecondStep(parts, principal)) return redirect(accountPath);
    return keepingZone({ request, url }, await answer({ request, url, id, principal, viewer: viewerOf(parts, request, principal) }));
  });
}

/** For who is signed in; everybody else is sent to the login. */
export function signedIn(parts: PageParts, request: Request, id: string, answer: Answer): Promise<Response> {
  return admitted(parts, request, { id, roles: [] }, answer);
}

/** For who may change rigs and pools. */
export function writing(parts: PageParts, request: Request, id: string, answer: Answer): Promise<Response> {
  return admitted(parts, request, { id, roles: writers }, answer);
}

/** For owners alone: people and tokens. */
export function owning(parts: PageParts, request: Request, id: string, answer: Answer): Promise<Response> {
  return admitted(parts, request, { id, roles: ["owner"] }, answer);
}

export function isSignedIn(request: Request): boolean {
  return principalOf(request)?.kind === "user";
}
