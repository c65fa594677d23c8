import { timingSafeEqual } from "node:crypto";
import type { FormState } from "../../../views/parts/form.tsx";
import { bytesOf } from "../body.ts";
import { webLimits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { keepFields, restoreSecrets } from "./kept-form.ts";

/** An edit sends its texts twice, as loaded and as typed: the longest is a contract of all the rigs that it may name. */
const formBytesMax = webLimits.bodyBytesMax;
const loginBytesMax = 192_000;

export type FormValues = Readonly<Record<string, string>>;

/** The fields of a form that a browser sent (application/x-www-form-urlencoded). Of a field sent twice the last counts. */
export async function readForm(request: Request): Promise<FormValues> {
  return valuesOf(await readFields(request));
}

/** A login's form, which may carry another one that waits for it. */
export async function readLogin(request: Request): Promise<FormValues> {
  return valuesOf(await readFields(request, loginBytesMax));
}

/** The same, and all values of the field that may be sent many times. */
export async function readFormList(request: Request, name: string): Promise<{ values: FormValues; list: string[] }> {
  const fields = await readFields(request);
  return { values: valuesOf(fields), list: fields.getAll(name) };
}

async function readFields(request: Request, bytesMax: number = formBytesMax): Promise<URLSearchParams> {
  const tooLarge = () => new Problem("body-too-large", `a form may have at most ${bytesMax} bytes`);
  const body = await bytesOf(request, bytesMax, tooLarge);
  const fields = new URLSearchParams(new TextDecoder().decode(body));
  restoreSecrets(request, fields);
  return fields;
}

const valuesOf = (fields: URLSearchParams): FormValues => Object.fromEntries([...fields].map(([name, value]) => [name, value.trim()]));

/** Whether the form came from a page that we gave to this very session. */
export function isOwnForm(values: FormValues, csrf: string): boolean {
  const sent = Buffer.from(values["_csrf"] ?? "");
  const own = Buffer.from(csrf);
  return own.length > 0 && sent.length === own.length && timingSafeEqual(sent, own);
}

/** For commands without fields of their own. */
export function requireOwnForm(values: FormValues, csrf: string): void {
  if (!isOwnForm(values, csrf)) throw new Problem("cross-site", "the form is not of this session; open the page again");
}

/** The version of the row that the person saw; null = whatever is there. */
export function versionOf(values: FormValues): number | null {
  const version = Number(values["version"]);
  return Number.isSafeInteger(version) && version > 0 ? version : null;
}

/** Tells a place in an entry of the API, such as `pools/0/url`, from a field of the form. */
export type Rename = (path: string) => string;
const firstPart: Rename = (path) => path.split("/")[0] ?? "";

/** What a problem says, beside the fields that it names, in the order in which they stand on the page. */
export function refusedForm(values: FormValues, problem: Problem, rename: Rename = firstPart): FormState {
  const named = new Map<string, string>();
  for (const { pointer, detail } of problem.errors) {
    const field = pointer === "" ? "" : rename(pointer.slice(1));
    if (field !== "" && !named.has(field)) named.set(field, sentence(detail));
  }
  const { kept } = problem;
  if (named.size === 0) return { values, errors: { "": sentence(problem.detail) }, ...(kept !== undefined && { signIn: kept }) };
  // A browser sends the fields of a form in its order; a box that is not ticked is not sent.
  const order = Object.keys(values);
  const placeOf = (field: string) => (order.includes(field) ? order.indexOf(field) : order.length);
  return { values, errors: Object.fromEntries([...named].sort(([one], [other]) => placeOf(one) - placeOf(other))) };
}

/** Of the answer that shows a refused form. */
export const refusedStatus = ({ kind }: Problem): number => (kind === "precondition-failed" ? 412 : 422);

/** Our rules begin in lower case, because the API puts a field's name before them. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase();
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** A form of a session that has ended: its person has signed in anew, and shall see what he sends. */
const olderForm = new Problem("invalid", "this was filled in before you signed in again, and nothing was saved yet: look at it, passwords too, and send it");

/** Runs the change that a form asks for; a refusal that a person can mend goes back into the form with all that was typed, everything else is thrown on. */
export async function orRefused(
  { viewer, url: { pathname } }: { viewer: { csrf: string; nowMs: number }; url: URL },
  values: FormValues,
  change: () => Response | Promise<Response>,
  refuse: (problem: Problem) => Response | Promise<Response>,
): Promise<Response> {
  if (!isOwnForm(values, viewer.csrf)) return refuse(olderForm);
  try {
    return await change();
  } catch (error) {
    const mendable = error instanceof Problem && [403, 409, 412, 422].includes(error.status) && error.kind !== "forbidden";
    if (!mendable) throw error;
    if (error.kind !== "fresh-login-required") return refuse(error);
    const kept = keepFields({ path: pathname, from: pathname, atMs: viewer.nowMs, fields: Object.entries(values) });
    return refuse(new Problem(error.kind, error.detail, { kept }));
  }
}
