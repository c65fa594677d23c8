import { timingSafeEqual } from "node:crypto";
import type { FormState } from "../../../views/parts/form.tsx";
import { Problem } from "../problems.ts";

const formBytesMax = 64_000;

export type FormValues = Readonly<Record<string, string>>;

/** The fields of a form that a browser sent (application/x-www-form-urlencoded). Of a field sent twice the last counts. */
export async function readForm(request: Request): Promise<FormValues> {
  return valuesOf(await readFields(request));
}

/** The same, and all values of the field that may be sent many times. */
export async function readFormList(request: Request, name: string): Promise<{ values: FormValues; list: string[] }> {
  const fields = await readFields(request);
  return { values: valuesOf(fields), list: fields.getAll(name) };
}

async function readFields(request: Request): Promise<URLSearchParams> {
  const tooLarge = () => new Problem("body-too-large", `a form may have at most ${formBytesMax} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > formBytesMax) throw tooLarge();
  const body = await request.text();
  if (body.length > formBytesMax) throw tooLarge();
  return new URLSearchParams(body);
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

/** The problem beside the fields that it names; `rename` tells a field of the API from one of the form. */
export function refusedForm(values: FormValues, problem: Problem, rename: (field: string) => string = (field) => field): FormState {
  const named = problem.errors
    .filter(({ pointer }) => pointer !== "")
    .map(({ pointer, detail }) => [rename(pointer.replace(/^\//, "").split("/")[0] ?? ""), sentence(detail)]);
  const errors = named.length > 0 ? Object.fromEntries(named) : { "": sentence(problem.detail) };
  return { values, errors };
}

/** A row as it is now, in the values of its form; `wordsOf` says what people call a value that is an id. */
export type Present = { values: FormValues; wordsOf?: (field: string, value: string) => string };

/**
 * The same for a form about something that is there. Where somebody else was faster, what it is now stands beside each field that differs
 * from what was typed; the form is of the new version then, so that saving again overwrites it.
 */
export function refusedEdit(values: FormValues, problem: Problem, { present, rename }: { present: Present; rename?: (field: string) => string }): FormState {
  if (problem.kind !== "precondition-failed") return refusedForm(values, problem, rename);
  const { values: now, wordsOf = (_field: string, value: string) => value } = present;
  const plain = (text: string | undefined) => text?.replaceAll("\r\n", "\n").trim();
  const differing = Object.entries(now).filter(([field, text]) => values[field] !== undefined && plain(values[field]) !== plain(text));
  const errors = Object.fromEntries(differing.map(([field, text]) => [field, `Is now: ${wordsOf(field, text) || "empty"}.`]));
  return { values, errors: { "": "Somebody changed this meanwhile. Save again to overwrite what differs, or mend it:", ...errors } };
}

/** Of the answer that shows a refused form. */
export const refusedStatus = ({ kind }: Problem): number => (kind === "precondition-failed" ? 412 : 422);

/** Our rules begin in lower case, because the API puts a field's name before them. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase();
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** Runs a change; a refusal that a person can mend goes back into the form, everything else is thrown on. */
export async function orRefused(change: () => Response | Promise<Response>, refuse: (problem: Problem) => Response | Promise<Response>): Promise<Response> {
  try {
    return await change();
  } catch (error) {
    const mendable = error instanceof Problem && [403, 409, 412, 422].includes(error.status) && error.kind !== "forbidden";
    if (!mendable) throw error;
    return refuse(error);
  }
}
