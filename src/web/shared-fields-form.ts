import type { Control } from "../control/control.ts";
import { Faults } from "./faults.ts";
import { hashrateInput, readHashrate } from "./hashrate-text.ts";
import { clearWord } from "./import-plan.ts";
import { invalidField, Problem } from "./problems.ts";
import { type SharedFields, sharedFields } from "./rig-order.ts";
import { checked, shapeOf } from "./validate.ts";

/** What a form says that many rigs shall have in common: an empty field leaves them as they are, `(none)` clears it. */
type Values = Readonly<Record<string, string>>;

const shape = shapeOf(sharedFields);
const placeParts = ["building", "row", "rack", "position"] as const;
/** Fields of the form, and what they are called in the API. */
const direct = { site: "site_id", owner: "owner_customer_id", fleet: "fleet_id", model: "model", warranty_until: "warranty_until" } as const;
const words = ["lifecycle", "lend"] as const;

const given = (text: string | undefined): text is string => text !== undefined && text !== "";
const cleared = (text: string): string | null => (text === clearWord ? null : text);

/** @throws Problem `invalid` that names the field of the form */
export function readSharedFields(values: Values): SharedFields {
  const set: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(direct)) if (given(values[name])) set[field] = cleared(values[name] ?? "");
  for (const name of words) if (given(values[name])) set[name] = values[name];
  if (given(values["notes"])) set["notes"] = values["notes"] === clearWord ? "" : values["notes"].replaceAll("\r\n", "\n");
  const place = placeParts.filter((part) => given(values[part])).map((part) => [part, cleared(values[part] ?? "")]);
  if (place.length > 0) set["location"] = Object.fromEntries(place);
  const faults = new Faults();
  const nominal = given(values["nominal"]) ? faults.read(() => nominalOf(values["nominal"] ?? "")) : undefined;
  if (nominal !== undefined) set["nominal_hps"] = nominal;
  return faults.settle(() => checkedForm(set));
}

function checkedForm(set: Readonly<Record<string, unknown>>): SharedFields {
  try {
    return checked(shape, set, "");
  } catch (error) {
    throw error instanceof Problem ? asForm(error) : error;
  }
}

function nominalOf(text: string): number | null {
  const hps = text === clearWord ? null : readHashrate(text);
  if (text !== clearWord && hps === null) throw invalidField("nominal", "must be a hashrate such as 110T or 110 TH/s");
  return hps;
}

function asForm(problem: Problem): Problem {
  const names = Object.fromEntries(Object.entries(direct).map(([name, field]) => [field, name]));
  const errors = problem.errors.map(({ pointer, detail }) => {
    const field = pointer.split("/").at(-1) ?? "";
    return { pointer: `/${names[field] ?? field}`, detail };
  });
  return new Problem(problem.kind, problem.detail, { errors });
}

/** The same as texts of the form. */
export function sharedTexts(set: SharedFields): Record<string, string> {
  const textOf = (value: string | null | undefined): string => (value === undefined ? "" : value || clearWord);
  const texts: Record<string, string> = {};
  for (const [name, field] of Object.entries(direct)) texts[name] = textOf(set[field]);
  for (const name of [...words, "notes"] as const) texts[name] = textOf(set[name]);
  for (const part of placeParts) texts[part] = textOf(set.location?.[part]);
  if (set.nominal_hps !== undefined) texts["nominal"] = set.nominal_hps === null ? clearWord : hashrateInput(set.nominal_hps);
  return texts;
}

/** The same as words for people: "site Linz", "rack none". */
export function setWords({ sites, customers, fleets }: Pick<Control, "sites" | "customers" | "fleets">, set: SharedFields): string[] {
  const nameOf: Readonly<Record<string, (id: string) => string | undefined>> = {
    site: (id) => sites.byId(id)?.name,
    owner: (id) => customers.byId(id)?.name,
    fleet: (id) => fleets.byId(id)?.name,
  };
  return Object.entries(sharedTexts(set)).flatMap(([name, text]) => {
    if (text === "") return [];
    const shown = text === clearWord ? "none" : (nameOf[name]?.(text) ?? text);
    return [`${name.replaceAll("_", " ")} ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`];
  });
}
