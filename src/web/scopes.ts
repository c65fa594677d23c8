/** What a token may be allowed. `admin` is everything; an area's `:write` includes its `:read`. */
export const scopes = Object.freeze([
  "fleet:read",
  "fleet:write",
  "pools:read",
  "pools:write",
  "customers:read",
  "customers:write",
  "contracts:read",
  "contracts:write",
  "billing:read",
  "billing:write",
  "webhooks:read",
  "webhooks:write",
  "usage:read",
  "events:read",
  "exports:read",
  "audit:read",
  "metrics:read",
  "provisioning",
  "admin",
] as const);
export type Scope = (typeof scopes)[number];

/** `fleet:place` is a technician's: places, lifecycle and notes of rigs. No token can have it. */
export type Permission = Scope | "fleet:place";

export type Role = "owner" | "operator" | "technician" | "viewer";

const everyRead: readonly Permission[] = scopes.filter((scope) => scope.endsWith(":read"));

/** Roles are fixed sets, so that "who may do this" has one answer. */
const permissionsOfRole: Readonly<Record<Role, readonly Permission[]>> = Object.freeze({
  owner: ["admin"],
  operator: [...everyRead, "fleet:write", "pools:write", "customers:write", "contracts:write", "provisioning"],
  technician: [...everyRead, "fleet:place"],
  viewer: everyRead,
});

/** All permissions that follow from `granted`, written out, so that a check is one look-up. Unknown words grant nothing. */
export function permissionsFrom(granted: Iterable<string>): ReadonlySet<Permission> {
  const all = new Set<Permission>();
  for (const word of granted) {
    if (word === "admin") for (const scope of scopes) all.add(scope);
    if (word === "fleet:place" || (scopes as readonly string[]).includes(word)) all.add(word as Permission);
    const read = word.replace(/:write$/, ":read");
    if (read !== word && (scopes as readonly string[]).includes(read)) all.add(read as Permission);
  }
  if (all.has("fleet:write")) all.add("fleet:place");
  return all;
}

export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return permissionsFrom(permissionsOfRole[role]);
}
