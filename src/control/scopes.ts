/** What a token may be allowed to do. `admin` is all of it. */
const areas = ["fleet", "pools", "customers", "contracts", "billing", "webhooks"] as const;
const singles = ["usage:read", "events:read", "exports:read", "audit:read", "metrics:read", "provisioning", "admin"] as const;

export type Scope = `${(typeof areas)[number]}:${"read" | "write"}` | (typeof singles)[number];
/** `fleet:place` (place, lifecycle and notes of rigs) comes with a role only; it is part of `fleet:write`. */
export type Permission = Scope | "fleet:place";

/** All scopes that a token can have, in the order in which they are shown. */
export const scopeNames: readonly Scope[] = Object.freeze([...areas.flatMap((area) => [`${area}:read`, `${area}:write`] as const), ...singles]);

export const roles = Object.freeze(["owner", "operator", "technician", "viewer"] as const);
export type Role = (typeof roles)[number];

const readScopes: readonly Scope[] = scopeNames.filter((scope) => scope.endsWith(":read"));

const permissionsOfRoles: Readonly<Record<Role, readonly Permission[]>> = Object.freeze({
  viewer: readScopes,
  technician: [...readScopes, "fleet:place"],
  operator: [...readScopes, "fleet:write", "pools:write", "customers:write", "contracts:write"],
  owner: ["admin"],
});

export const permissionsOfRole = (role: Role): readonly Permission[] => permissionsOfRoles[role];

export const isScope = (text: string): text is Scope => (scopeNames as readonly string[]).includes(text);

/** Whether somebody who holds `held` may do what needs `needed`: writing an area includes reading it, `fleet:write` includes placing, `admin` everything. */
export function allows(held: readonly Permission[], needed: Permission): boolean {
  if (held.includes("admin") || held.includes(needed)) return true;
  const [area, verb] = needed.split(":");
  return (verb === "read" || verb === "place") && held.includes(`${area}:write` as Permission);
}
