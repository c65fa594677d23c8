import type { Control } from "../../control/control.ts";
import { localTimeText } from "./local-time.ts";

/** Things that rows name by number, which nobody outside knows. */
const tables = Object.freeze({ customer: "customers", pool: "pools", profile: "profiles", fleet: "fleets", rig: "rigs", contract: "contracts" } as const);
const numbered = /(?:^|_)(customer|pool|profile|fleet|rig|contract)_nos?$/;
const shownChars = 200;

type Reading = { control: Control; zone: string };

/** A value of the audit log for people, short enough for a cell: moments on the clock of `zone`, what is named by number by its name. */
export function auditValue(field: string, value: unknown, { control, zone }: Reading): string {
  if (value === undefined || value === null) return "–";
  if (field.endsWith("_ms") && typeof value === "number") return localTimeText(value, zone).replace("T", " ");
  const table = numbered.exec(field)?.[1] as keyof typeof tables | undefined;
  const numbers = Array.isArray(value) ? value : [value];
  if (table !== undefined && numbers.every((no) => typeof no === "number")) return cut(numbers.map((no) => nameOf(control, table, no)).join(", ") || "–");
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}

function nameOf(control: Control, table: keyof typeof tables, no: number): string {
  const row = control[tables[table]].byNo(no);
  if (row === null) return String(no);
  return "number" in row ? row.number : row.name;
}

const cut = (text: string): string => (text.length > shownChars ? `${text.slice(0, shownChars - 1)}…` : text);
