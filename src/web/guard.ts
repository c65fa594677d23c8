import type { User } from "../control/users.ts";
import { clientReader, isOwnSite, networkOf } from "./client.ts";
import type { WebDeps } from "./deps.ts";
import { metricsPath } from "./metrics.ts";
import { type Principal, principalOf, rememberPrincipal, type UserPrincipal } from "./principal.ts";
import { Problem } from "./problems.ts";
import { stepOf, userOfStep } from "./sign-in-step.ts";

type Deps = Pick<WebDeps, "control" | "config" | "now">;

/** `__Host-`: only our own host over HTTPS can set it. Browsers refuse that name on plain HTTP, so the cookie has another there. */
const secureCookieName = "__Host-hub";
const plainCookieName = "hub_session";

export function isApiPath(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}

/**
 * Finds out who sends a request, before anything of it is parsed: for the API and the metrics by bearer token alone, for pages by cookie alone.
 * Throws 401 for an API request without a valid token (unknown paths included), 403 for a change that another site made a browser send.
 */
export function authenticate(deps: Deps, request: Request, path: string): Principal | null {
  const isForScripts = isApiPath(path) || path === metricsPath;
  const principal = isForScripts ? tokenPrincipal(deps, request) : userPrincipal(deps, request);
  if (isForScripts && principal === null) throw new Problem("unauthorized", "send a valid API token as “Authorization: Bearer …”");
  if (!isApiPath(path) && !isOwnSite(request, clientReader(deps.config)(request))) throw new Problem("cross-site", "this change was sent from another site");
  if (principal !== null) rememberPrincipal(request, principal);
  return principal;
}

function tokenPrincipal({ control, now }: Deps, request: Request): Principal | null {
  const text = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const token = text === undefined ? null : control.tokens.verify(text, now());
  return token === null ? null : { kind: "token", no: token.no, id: token.id, name: token.name, scopes: token.scopes, expiresAtMs: token.expiresAtMs };
}

function userPrincipal({ control, config, now }: Deps, request: Request): UserPrincipal | null {
  const token = cookieOf(request, clientReader(config)(request).isSecure);
  const session = token === null ? null : control.sessions.verify(token, now());
  const user = session === null ? null : control.users.byNo(session.userNo);
  if (session === null || user === null) return null;
  const { no, id, name, email, role } = user;
  return { kind: "user", no, id, name, email, role, sessionNo: session.no, authenticatedAtMs: session.authenticatedAtMs, csrf: session.csrf };
}

/** Over HTTPS only the cookie that nobody else can set: the other one may come from a neighbour's host name, or from whoever answered over plain HTTP. */
function cookieOf(request: Request, isSecure: boolean): string | null {
  return new Bun.CookieMap(request.headers.get("cookie") ?? "").get(isSecure ? secureCookieName : plainCookieName);
}

export type SignIn = { email: string; password: string };
/** `setCookie` is the value of the Set-Cookie header. `code` = the password is right and a code is asked for; `step` proves it. */
export type SignInAnswer =
  | { ok: true; user: User; setCookie: string }
  | { ok: false; reason: "wrong" | "too-many"; retryAfterS: number }
  | { ok: false; reason: "code"; step: string };

/**
 * Checks e-mail and password; a right pair opens a browser session. Wrong ones tell nobody whether the e-mail is known; more than
 * five in a quarter of an hour from one address at one e-mail, thirty from one address, or a hundred at one e-mail are refused unseen.
 */
export async function signIn(deps: Deps, request: Request, { email, password }: SignIn): Promise<SignInAnswer> {
  const { control, now } = deps;
  const counted = attempted(deps, request, { email });
  if (counted.refusal !== null) return counted.refusal;
  const user = await control.users.verify(email, password);
  if (user === null) return { ok: false, reason: "wrong", retryAfterS: 0 };
  // The attempt stays counted: whoever has the password shall not try codes for ever.
  if (control.secondFactors.isOn(user.no)) return { ok: false, reason: "code", step: stepOf(user, now()) };
  counted.forgive();
  return { ok: true, user, setCookie: openSession(deps, request, user) };
}

/** The second step: a code of the app or a recovery code; five wrong ones in a quarter of an hour, from wherever. */
export function signInWithCode(deps: Deps, request: Request, { step, code }: { step: string; code: string }): SignInAnswer {
  const { control, now } = deps;
  const id = userOfStep(step, now(), (userId) => control.users.byId(userId)?.version ?? null);
  const user = id === null ? null : control.users.byId(id);
  if (user === null) return { ok: false, reason: "wrong", retryAfterS: 0 };
  const counted = attempted(deps, request, { email: user.email, isCode: true });
  if (counted.refusal !== null) return counted.refusal;
  if (!control.secondFactors.check(user, code)) return { ok: false, reason: "wrong", retryAfterS: 0 };
  counted.forgive();
  // The password before it was right, and stayed counted until now.
  attemptsOf(deps, request, { email: user.email }).forgive();
  return { ok: true, user, setCookie: openSession(deps, request, user) };
}

/** Null when it is his password; else the end of the sentence "the password …". Counted like a sign-in. */
export async function provePassword(deps: Deps, request: Request, { email, password }: SignIn): Promise<string | null> {
  const counted = attempted(deps, request, { email });
  if (counted.refusal !== null) return "was wrong too often; try again in a quarter of an hour";
  if ((await deps.control.users.verify(email, password)) === null) return "is not right";
  counted.forgive();
  return null;
}

type Refusal = Extract<SignInAnswer, { reason: "wrong" | "too-many" }>;

type Account = { email: string; isCode?: boolean };

function attemptsOf({ control, config, now }: Deps, request: Request, account: Account) {
  const attempt = { ...account, address: networkOf(clientReader(config)(request).address) };
  return { begin: () => control.loginAttempts.begin(attempt, now()), forgive: () => control.loginAttempts.succeed(attempt) };
}

/** Counts an attempt before anything is looked at. */
function attempted(deps: Deps, request: Request, account: Account): { refusal: Refusal | null; forgive: () => void } {
  const { begin, forgive } = attemptsOf(deps, request, account);
  const verdict = begin();
  const { now } = deps;
  if (verdict.allowed) return { refusal: null, forgive };
  return { refusal: { ok: false, reason: "too-many", retryAfterS: Math.max(1, Math.ceil((verdict.retryAtMs - now()) / 1_000)) }, forgive };
}

/** Opens a browser session for a user who has just proved himself (by password or by the set-up link); an older one of this browser ends. */
export function openSession(deps: Deps, request: Request, user: User): string {
  const { control, config } = deps;
  const client = clientReader(config)(request);
  const before = userPrincipal(deps, request);
  const doer = { actor: `user:${user.id}`, name: user.email, address: client.address, action: "sign in", subjectId: user.id };
  const { token } = control.audit.during(doer, () =>
    control.transaction(() => {
      if (before !== null) control.sessions.remove(before.sessionNo);
      return control.sessions.create({ userNo: user.no, address: client.address, agent: request.headers.get("user-agent") ?? "" });
    }),
  );
  return sessionCookie(token.reveal(), client.isSecure);
}

/** Ends the request's session; gives the value of the Set-Cookie header that clears it. */
export function signOut(deps: Deps, request: Request): string {
  const principal = principalOf(request);
  if (principal?.kind === "user") deps.control.sessions.remove(principal.sessionNo);
  return `${sessionCookie("", clientReader(deps.config)(request).isSecure)}; Max-Age=0`;
}

function sessionCookie(token: string, isSecure: boolean): string {
  const name = isSecure ? secureCookieName : plainCookieName;
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}
