import type { Control } from "../control/control.ts";
import { allows, type Permission, permissionsOfRole, type Role, type Scope } from "../control/scopes.ts";
import { webLimits } from "./limits.ts";
import { Problem } from "./problems.ts";

/** Who asks: a script with an API token, or a person with a browser session. */
export type Principal = TokenPrincipal | UserPrincipal;

export type TokenPrincipal = {
  kind: "token";
  no: number;
  id: string;
  name: string;
  scopes: readonly Scope[];
  expiresAtMs: number | null;
};

export type UserPrincipal = {
  kind: "user";
  no: number;
  id: string;
  name: string;
  email: string;
  role: Role;
  sessionNo: number;
  /** When the password was last given; what moves hashrate wants this fresh. */
  authenticatedAtMs: number;
  /** Goes into every form of the session (second line against cross-site requests). */
  csrf: string;
};

// Keyed by the request itself: nothing a request can carry reaches this, and it goes when the request goes.
const principals = new WeakMap<Request, Principal>();

/** Who sent the request; null = nobody we know. Set before anything of the request is parsed. */
export function principalOf(request: Request): Principal | null {
  return principals.get(request) ?? null;
}

export function rememberPrincipal(request: Request, principal: Principal): void {
  principals.set(request, principal);
}

/** Whether he may still ask, long after his request was let in: a token may have been revoked, or have ended, since. */
export function isInForce({ tokens }: Pick<Control, "tokens">, principal: Principal, nowMs: number): boolean {
  if (principal.kind === "user") return true;
  const token = tokens.byId(principal.id);
  return token !== null && (token.expiresAtMs === null || nowMs < token.expiresAtMs);
}

/** Null in `need` means: anyone who is known. A list means: one of them is enough. */
export type Need = Permission | readonly Permission[] | null;

/** Whether the principal may do what needs this permission; pages ask it to leave out what would be refused. */
export function may(principal: Principal, permission: Permission): boolean {
  return allows(principal.kind === "token" ? principal.scopes : permissionsOfRole(principal.role), permission);
}

/** Throws 401 where nobody is signed in, 403 where the permission is missing. Throwing is the point: a returned answer would not stop the handler. */
export function requirePermission(request: Request, need: Need): Principal {
  const principal = principalOf(request);
  if (principal === null) throw new Problem("unauthorized", "a valid API token is needed");
  if (need === null) return principal;
  const needed = typeof need === "string" ? [need] : need;
  if (needed.some((one) => may(principal, one))) return principal;
  throw new Problem("forbidden", `this needs the scope ${needed.join(" or ")}`);
}

/** For pages: throws 401 without a browser session, 403 where the user has none of the roles. */
export function requireRole(request: Request, ...roles: readonly Role[]): UserPrincipal {
  const principal = principalOf(request);
  if (principal?.kind !== "user") throw new Problem("unauthorized", "sign in first");
  if (roles.length > 0 && !roles.includes(principal.role))
    throw new Problem("forbidden", `this needs the role ${roles.join(" or ")}; yours is ${principal.role}`);
  return principal;
}

/**
 * For what leads hashrate elsewhere, or lets somebody in who could. Throws where a browser session is older than five minutes: somebody
 * else may have sat down at it. A token needs no more than its scope.
 */
export function requireFreshSignIn(principal: Principal, nowMs: number): void {
  if (principal.kind !== "user" || nowMs - principal.authenticatedAtMs <= webLimits.freshSignInMs) return;
  throw new Problem("fresh-login-required", "sign in again: this is taken only within five minutes of a sign-in");
}

/** How the principal is named in texts for people. */
export function actorName(principal: Principal): string {
  return principal.kind === "token" ? `token ${principal.name}` : principal.email;
}

/** How the principal is named in the record: by id, because names change. */
export function actorOf(principal: Principal): string {
  return `${principal.kind}:${principal.id}`;
}
