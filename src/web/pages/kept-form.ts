import { isCsrfOf } from "../../control/sessions.ts";
import { principalOf, type UserPrincipal } from "../principal.ts";
import { seal, unseal } from "./sealed.ts";

type Fields = [name: string, value: string][];
/** A form that could not be taken before its person signs in: where it was sent, from which page, when, and what was typed. */
export type KeptForm = { path: string; from: string; atMs: number; fields: Fields };

/** Beyond it nothing is kept: it comes from somebody who has not signed in. */
const keptBytesMax = 64_000;
/** How long after it was sent a form gives its secrets to who signs in. */
const secretsMsMax = 30 * 60_000;
const keptPurpose = "kept form";
/** Never shown again, so they go along sealed. */
const isSecret = (name: string): boolean => /password|secret/.test(name);

/** The fields that a browser sent, without files; null where they are too large, or no form. */
async function fieldsOf(request: Request): Promise<Fields | null> {
  const type = request.headers.get("content-type") ?? "";
  if (Number(request.headers.get("content-length") ?? Number.POSITIVE_INFINITY) > keptBytesMax) return null;
  if (type.startsWith("application/x-www-form-urlencoded")) return [...new URLSearchParams(await request.text())];
  if (!type.startsWith("multipart/form-data")) return null;
  return [...(await request.formData()).entries()].flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as [string, string]] : []));
}

/** The form of a request as a sealed text, which goes through the login and back; null where there is nothing to keep. */
export async function keepForm(request: Request, atMs: number): Promise<string | null> {
  const url = new URL(request.url);
  const fields = await fieldsOf(request);
  if (fields === null) return null;
  const referer = request.headers.get("referer") ?? "";
  const from = URL.canParse(referer) ? new URL(referer) : url;
  return keepFields({ path: `${url.pathname}${url.search}`, from: `${from.pathname}${from.search}`, atMs, fields });
}

export const keepFields = (kept: KeptForm): string => seal(JSON.stringify(kept), keptPurpose);

export function keptForm(sealed: string): KeptForm | null {
  const text = unseal(sealed, keptPurpose);
  return text === null ? null : (JSON.parse(text) as KeptForm);
}

/** Whether it was this user who filled it in: his session may be over, but its token says whose it was. */
export const isTypedBy = ({ fields }: KeptForm, { no }: Pick<UserPrincipal, "no">): boolean => isCsrfOf(new URLSearchParams(fields).get("_csrf") ?? "", no);

/** The one form that secrets are sealed for: whose it is, in which session, and where it is sent. */
type Place = { userId: string; csrf: string; path: string };
const purposeAt = ({ userId, csrf, path }: Place): string => `secrets of ${userId} in ${csrf} at ${path}`;

/** Puts sealed secrets into fields that came empty; false where they were not sealed for this place. */
function open(fields: URLSearchParams, place: Place): boolean {
  const text = unseal(fields.get("_sealed") ?? "", purposeAt(place));
  if (text === null) return false;
  for (const [name, value] of JSON.parse(text) as Fields) if ((fields.get(name) ?? "") === "") fields.set(name, value);
  return true;
}

function close(fields: URLSearchParams, place: Place): void {
  const secrets = [...fields].filter(([name, value]) => isSecret(name) && value !== "");
  fields.set("_sealed", secrets.length === 0 ? "" : seal(JSON.stringify(secrets), purposeAt(place)));
}

/**
 * The fields as they are sent again by who has signed in; `csrf` empty = not yet, to be looked at first. No page repeats secrets: they go
 * along sealed, where they were typed lately; `_sealed` empty = the form came back without any.
 */
export function fieldsAgain({ fields, path, atMs }: KeptForm, by: Pick<UserPrincipal, "id" | "csrf">, now: { csrf: string; atMs: number }) {
  const again = new URLSearchParams(fields);
  const place = { userId: by.id, csrf: by.csrf, path: path.split("?")[0] ?? "" };
  if (now.atMs - atMs < secretsMsMax) {
    open(again, { ...place, csrf: again.get("_csrf") ?? "" });
    close(again, place);
  } else again.set("_sealed", "");
  again.set("_csrf", now.csrf);
  return again;
}

/** Completes the fields of a form that came back through a login; what is typed into it since then counts from now on. */
export function restoreSecrets(request: Request, fields: URLSearchParams): void {
  const by = principalOf(request);
  if (by?.kind !== "user" || (fields.get("_sealed") ?? "") === "") return;
  const place = { userId: by.id, csrf: by.csrf, path: new URL(request.url).pathname };
  if (open(fields, place)) return close(fields, place);
  // Taken as it is, it would lack what its page said was kept: it is shown once more instead.
  fields.set("_sealed", "");
  fields.set("_csrf", "");
}
