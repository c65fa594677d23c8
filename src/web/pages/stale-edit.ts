import type { Difference, FormState } from "../../../views/parts/form.tsx";
import type { AuditEntry } from "../../control/audit.ts";
import { asBefore } from "../../control/audit-change.ts";
import type { Control } from "../../control/control.ts";
import type { RowBase } from "../../control/row-table.ts";
import { actorOf } from "../principal.ts";
import type { Problem } from "../problems.ts";
import { type FormValues, type Rename, refusedForm } from "./form-body.ts";
import type { PageCall } from "./page-call.ts";

type Words = (field: string, value: string) => string;
/**
 * A row as it is now and how a form shows such a row. `wordsOf` says what people call a value that is an id; `lists` are fields that are one
 * value, in their order, by what people call it.
 */
export type Present<Row extends RowBase> = {
  row: Row;
  formOf: (row: Row) => FormState;
  wordsOf?: Words;
  lists?: Readonly<Record<string, readonly string[]>>;
};
type Asked = { control: Pick<Control, "audit">; call: Pick<PageCall, "principal">; values: FormValues };

/** The form of something that is there, with what speaks against its change; where somebody else was faster, with what he changed. */
export function refusedEdit<Row extends RowBase>(asked: Asked, problem: Problem, { present, rename }: { present: Present<Row>; rename?: Rename }): FormState {
  if (problem.kind !== "precondition-failed") return refusedForm(asked.values, problem, rename);
  return merged(asked, present);
}

/** What is merged as one: a field, or the fields of a list. */
type Part = { name: string; fields: readonly string[] };

function partsOf(values: FormValues, lists: Readonly<Record<string, readonly string[]>>): Part[] {
  const listed = new Set(Object.values(lists).flat());
  const single = Object.keys(values).filter((field) => !listed.has(field));
  return [...single.map((field) => ({ name: field, fields: [field] })), ...Object.entries(lists).map(([name, fields]) => ({ name, fields }))];
}

const plain = (text: string | undefined): string => (text ?? "").replaceAll("\r\n", "\n").trim();
const isSaid = (values: FormValues | null, { fields }: Part): boolean => fields.some((field) => values?.[field] !== undefined);
const wordsIn = (values: FormValues | null, { fields }: Part, words: Words): string[] =>
  fields.map((field) => words(field, plain(values?.[field]))).filter((text) => text !== "");
/** Places of a list that are left empty do not count. */
const isSame = (one: FormValues | null, other: FormValues | null, part: Part): boolean =>
  Bun.deepEquals(wordsIn(one, part, asTyped), wordsIn(other, part, asTyped));
const asTyped: Words = (_field, value) => value;

/**
 * Both edits as one form of the new version: what only the other one changed is taken over and named; what both changed is asked, with
 * what was loaded, what was typed and what is stored.
 */
function merged<Row extends RowBase>({ control, call, values }: Asked, present: Present<Row>): FormState {
  const { row, formOf, wordsOf = asTyped, lists = {} } = present;
  const now = formOf(row).values;
  const loaded = loadedOf(values);
  // Where it is not known what was loaded, what was typed is all there is to hold it against.
  const before = loaded ?? values;
  const changed = partsOf(now, lists).filter((part) => isSaid(before, part) && !isSame(now, before, part));
  // A box that is not ticked is not sent, and neither is what the form has no field for: both are as they were loaded.
  const isTyped = (part: Part) => isSaid(values, part) && (loaded === null || !isSame(values, loaded, part));
  const entries = entriesOf(control, row);
  const changers = changersOf(entries, present, changed);
  const differenceOf = (part: Part): Difference => {
    const textOf = (from: FormValues | null) => (isSaid(from, part) ? wordsIn(from, part, wordsOf).join(", ") : null);
    const by = nameOf(call, changers.get(part.name));
    return { field: part.fields[0] ?? "", name: part.name, by, loaded: textOf(loaded), typed: textOf(values), stored: textOf(now) };
  };
  const both = changed.filter((part) => isTyped(part) && !isSame(values, now, part)).map(differenceOf);
  const free = changed.filter((part) => !isTyped(part));
  const taken = free.flatMap(({ fields }) => fields.map((field) => [field, now[field] ?? ""]));
  const also = free.map(differenceOf);
  const errors = both.map(({ field, by, stored }) => [field, `${capitals[by] ?? by} changed this too. It is now: ${stored || "empty"}.`]);
  const names = [...new Set([...both, ...also].map(({ by }) => by))];
  return {
    values: { ...values, ...Object.fromEntries(taken), version: String(row.version), _loaded: JSON.stringify(now) },
    errors: Object.fromEntries(errors),
    // Where it was nothing that the form shows, its last change is what made it another version.
    conflict: { by: names.join(" and ") || nameOf(call, entries[0]), both, also },
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

/** Changes of a row that are looked at for who made them. */
const entriesMax = 20;

function entriesOf({ audit }: Pick<Control, "audit">, { id }: RowBase): AuditEntry[] {
  const latest = audit.latest({ subject: id }, entriesMax);
  return latest.ok ? latest.value : [];
}

/** The latest change of each part, by its name, as far as the audit log tells: `entries`, newest first, are undone one by one. */
function changersOf<Row extends RowBase>(entries: readonly AuditEntry[], { row, formOf }: Present<Row>, parts: readonly Part[]): Map<string, AuditEntry> {
  const changers = new Map<string, AuditEntry>();
  let after = row;
  for (const entry of entries) {
    const open = parts.filter(({ name }) => !changers.has(name));
    if (open.length === 0) break;
    const before = asBefore(after, entry.changes);
    const [old, fresh] = [formOf(before).values, formOf(after).values];
    for (const part of open) if (!isSame(old, fresh, part)) changers.set(part.name, entry);
    after = before;
  }
  return changers;
}

const you = "you, in another window";
const capitals: Readonly<Record<string, string>> = Object.freeze({ [you]: "You", somebody: "Somebody" });

function nameOf({ principal }: Pick<PageCall, "principal">, entry: AuditEntry | undefined): string {
  if (entry === undefined) return "somebody";
  return entry.actor === actorOf(principal) ? you : entry.name;
}
