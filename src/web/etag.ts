import { Problem } from "./problems.ts";

/** The entity tag of a row's version: `"v17"`, quotes included. */
export function etagOf(version: number): string {
  return `"v${version}"`;
}

/** One or more entity tags (RFC 9110, 8.8.3): quoted, with commas between them, weak ones with `W/`. */
const entityTags = /^(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*$/;

/**
 * The version that a change is based on. 428 without If-Match, 400 where it is no entity tag, 412 where it is none of ours (so it cannot match).
 * `*` matches any version (RFC 9110, 13.1.1) and gives null.
 */
export function expectedVersion(request: Request): number | null {
  const header = request.headers.get("if-match")?.trim();
  if (header === undefined || header === "")
    throw new Problem("precondition-required", "this change needs If-Match with the ETag of the version that it is based on");
  if (header === "*") return null;
  const version = /^"v(\d{1,15})"$/.exec(header)?.[1];
  const rule = 'must be one ETag as the hub gave it, such as "v3" with its quotes';
  if (version === undefined && !entityTags.test(header))
    throw new Problem("malformed-precondition", `If-Match: ${rule}`, { errors: [{ pointer: "#header/if-match", detail: rule }] });
  if (version === undefined) throw new Problem("precondition-failed", `If-Match ${rule}`);
  return Number(version);
}

/** True when the client has this very version already (RFC 9110, 13.1.2: a weak comparison). */
export function isUnchanged(request: Request, etag: string): boolean {
  const header = request.headers.get("if-none-match");
  if (header === null) return false;
  return header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag || one.trim() === "*");
}
