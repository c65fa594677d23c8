import { seal, unseal } from "./sealed.ts";

/** A form that could not be taken before its person signs in: where it was sent, from which page, and what was typed. */
export type KeptForm = { path: string; from: string; fields: [name: string, value: string][] };

/** Beyond it nothing is kept: it comes from somebody who has not signed in. */
const keptBytesMax = 64_000;
/** Never shown again, so they go along sealed. */
const isSecret = (name: string): boolean => /password|secret/.test(name);

/** The fields that a browser sent, without files; null where they are too large, or no form. */
async function fieldsOf(request: Request): Promise<KeptForm["fields"] | null> {
  const type = request.headers.get("content-type") ?? "";
  if (Number(request.headers.get("content-length") ?? Number.POSITIVE_INFINITY) > keptBytesMax) return null;
  if (type.startsWith("application/x-www-form-urlencoded")) return [...new URLSearchParams(await request.text())];
  if (!type.startsWith("multipart/form-data")) return null;
  return [...(await request.formData()).entries()].flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as [string, string]] : []));
}

/** The form of a request as a sealed text, which goes through the login and back; null where there is nothing to keep. */
export async function keepForm(request: Request): Promise<string | null> {
  const url = new URL(request.url);
  const fields = await fieldsOf(request);
  if (fields === null) return null;
  const referer = request.headers.get("referer") ?? "";
  const from = URL.canParse(referer) ? new URL(referer) : url;
  return keepFields({ path: `${url.pathname}${url.search}`, from: `${from.pathname}${from.search}`, fields });
}

export const keepFields = (kept: KeptForm): string => seal(JSON.stringify(kept));

export function keptForm(sealed: string): KeptForm | null {
  const text = sealed === "" ? null : unseal(sealed);
  return text === null ? null : (JSON.parse(text) as KeptForm);
}

/** The fields as they are sent again; `csrf` empty = not yet, to be looked at first. Secrets go along sealed as well, because no page repeats them. */
export function fieldsAgain({ fields }: KeptForm, csrf: string): URLSearchParams {
  const again = new URLSearchParams(fields.filter(([name]) => name !== "_csrf" && name !== "_sealed"));
  const secrets = fields.filter(([name, value]) => isSecret(name) && value !== "");
  const former = fields.find(([name]) => name === "_sealed")?.[1];
  if (secrets.length > 0) again.set("_sealed", seal(JSON.stringify(secrets)));
  else if (former !== undefined) again.set("_sealed", former);
  again.set("_csrf", csrf);
  return again;
}

/** Puts sealed secrets into fields that came empty. */
export function restoreSecrets(fields: URLSearchParams): void {
  const text = unseal(fields.get("_sealed") ?? "");
  if (text === null) return;
  for (const [name, value] of JSON.parse(text) as KeptForm["fields"]) if (isSecret(name) && (fields.get(name) ?? "") === "") fields.set(name, value);
}
