import type { Difference, FormState } from "../../../views/parts/form.tsx";
import type { Control } from "../../control/control.ts";
import type { RowBase } from "../../control/row-table.ts";
import { actorOf } from "../principal.ts";
import type { Problem } from "../problems.ts";
import { type FormValues, type Rename, refusedForm } from "./form-body.ts";
import type { PageCall } from "./page-call.ts";

type Words = (field: string, value: string) => string;
/** A row as it is now, in the values of its form; `wordsOf` says what people call a value that is an id. */
export type Present = { row: Pick<RowBase, "id" | "version">; form: FormState; wordsOf?: Words };
type Asked = { control: Pick<Control, "audit">; call: Pick<PageCall, "principal">; values: FormValues };

/** The form of something that is there, with what speaks against its change; where somebody else was faster, with what he changed. */
export function refusedEdit(asked: Asked, problem: Problem, { present, rename }: { present: Present; rename?: Rename }): FormState {
  if (problem.kind !== "precondition-failed") return refusedForm(asked.values, problem, rename);
  return merged(asked, present);
}

const plain = (text: string | undefined): string => (text ?? "").replaceAll("\r\n", "\n").trim();

/**
 * Both edits as one form of the new version: what only the other one changed is taken over and named; what both changed is asked, with
 * what was loaded, what was typed and what is stored.
 */
function merged({ control, call, values }: Asked, { row, form: { values: now }, wordsOf = (_field, value) => value }: Present): FormState {
  const loaded = loadedOf(values);
  const difference = (field: string): Difference => {
    const texts = { loaded: loaded?.[field], typed: values[field], stored: now[field] };
    const words = Object.entries(texts).map(([name, text]) => [name, text === undefined ? null : wordsOf(field, plain(text))]);
    return { field, ...(Object.fromEntries(words) as Pick<Difference, "loaded" | "typed" | "stored">) };
  };
  // Where it is not known what was loaded, what was typed is all there is to hold it against.
  const before = loaded ?? values;
  const changed = Object.keys(now).filter((field) => before[field] !== undefined && plain(now[field]) !== plain(before[field]));
  // A box that is not ticked is not sent, and neither is what the form has no field for: both are as they were loaded.
  const isTyped = (field: string) => values[field] !== undefined && (loaded === null || plain(values[field]) !== plain(loaded[field]));
  const both = changed.filter((field) => isTyped(field) && plain(values[field]) !== plain(now[field]));
  const also = changed.filter((field) => !isTyped(field));
  const by = changerOf(control, call, row.id);
  const taken = Object.fromEntries(also.map((field) => [field, now[field] ?? ""]));
  const errors = both.map(difference).map(({ field, stored }) => [field, `${by.capital} changed this too. It is now: ${stored || "empty"}.`]);
  return {
    values: { ...values, ...taken, version: String(row.version), _loaded: JSON.stringify(now) },
    errors: Object.fromEntries(errors),
    conflict: { by: by.name, both: both.map(difference), also: also.map(difference) },
  };
}

/** What the fields held when the form was opened; null where the form does not say so. */
function loadedOf(values: FormValues): FormValues | null {
  try {
    const told: unknown = JSON.parse(values["_loaded"] ?? "null");
    if (typeof told !== "object" || told === null) return null;
    return Object.fromEntries(Object.entries(told).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return null;
  }
}

function changerOf({ audit }: Pick<Control, "audit">, { principal }: Pick<PageCall, "principal">, id: string): { name: string; capital: string } {
  const latest = audit.latest({ subject: id }, 1);
  const entry = latest.ok ? latest.value[0] : undefined;
  if (entry === undefined) return { name: "somebody", capital: "Somebody" };
  if (entry.actor === actorOf(principal)) return { name: "you, in another window", capital: "You" };
  return { name: entry.name, capital: entry.name };
}
