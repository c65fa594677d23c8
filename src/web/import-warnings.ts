import { hashrateText } from "../../views/format.ts";
import { breathe } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import type { RigPlace } from "../control/racks.ts";
import { hashrateInput } from "./hashrate-text.ts";
import { PlaceKeys } from "./place-plan.ts";
import { rigPages } from "./rig-pages.ts";

const othersNamed = 3;
/** A number alone, as `readHashrate` takes it for H/s. */
const unitless = /^[\d.,'’\s]+(?:e\+?\d+)?$/i;
/** A mark before three digits: a fraction here, thousands elsewhere. */
const ambiguous = /^\d{1,3}[.,]\d{3}(?![\d.,])/;

/** What a nominal is taken for that has no unit, or a mark that may be meant for thousands; null = it is plain. */
export function nominalWarning(text: string | undefined, hps: number | null | undefined): string | null {
  if (text === undefined || hps === undefined || hps === null) return null;
  if (unitless.test(text.trim())) return `has no unit, so it is taken as ${hashrateText(hps)}`;
  return ambiguous.test(text.trim())
    ? `is taken as ${hashrateInput(hps).replace(/([PTGM])?$/, " $1H/s")}: where the mark is for thousands, leave it out`
    : null;
}

/** What a line lacks of the columns that are used, or has beyond them; null = neither. `fields`: of each column, "" where it is not used. */
export function lengthWarning(cells: readonly string[], fields: readonly string[]): string | null {
  if (cells.slice(fields.length).some((cell) => cell !== ""))
    return `has ${cells.length} cells and the head ${fields.length}: a cell that holds the mark between cells needs quotes around it`;
  const missing = fields.slice(cells.length).filter((field) => field !== "");
  return missing.length === 0 ? null : `ends before ${missing.map((field) => field.replaceAll("_", " ")).join(", ")}: nothing is set there`;
}

/** What becomes of a model that the catalogue does not have. */
export function modelWarning(known: object | null): string | null {
  return known === null ? "is not in the catalogue: it is kept as written, and brings no nominal hashrate" : null;
}

/** Of a row what its place depends on; `place` is null where it says nothing of one. */
type Row = { line: number; outcome: string; name: string; rigId: string | null; place: RigPlace | null; warnings: { cell: string; rule: string }[] };
/** Who would stand at a place: a rig that no row moves, or what a row brings there. */
type Taker = { text: string; row: Row | null };
type Takers = Map<string, Taker[]>;

/** Rows that put a rig where another one would stand, or stays, get a warning: it may be meant, while two are swapped. In turns, so that rigs are served in between. */
export async function warnOfSharedPlaces(control: Pick<Control, "racks" | "rigs">, rows: readonly Row[]): Promise<void> {
  const keys = new PlaceKeys(control);
  const takers: Takers = new Map();
  for (const row of rows) {
    await breathe();
    const key = row.place === null ? null : keys.keyOf(row.place);
    const there = key === null ? undefined : takers.get(key);
    const taker = { text: `${row.name} (line ${row.line})`, row };
    if (there !== undefined) there.push(taker);
    else if (key !== null) takers.set(key, [taker]);
  }
  if (takers.size === 0) return;
  await addStaying(control, { keys, takers, rows });
  for (const there of takers.values()) if (there.length > 1) warnEach(there);
}

/** Rigs that stay where rows put others. */
async function addStaying({ rigs }: Pick<Control, "rigs">, { keys, takers, rows }: { keys: PlaceKeys; takers: Takers; rows: readonly Row[] }): Promise<void> {
  const leaving = new Set(rows.filter(({ place, outcome }) => place !== null || outcome === "removed").map(({ rigId }) => rigId));
  for await (const page of rigPages(rigs)) {
    for (const rig of page) {
      const key = rig.lifecycle === "retired" || leaving.has(rig.id) ? null : keys.keyOf(rig);
      if (key !== null) takers.get(key)?.push({ text: rig.name, row: null });
    }
  }
}

function warnEach(there: readonly Taker[]): void {
  const others = there.length - 1;
  const more = others > othersNamed ? ` and ${others - othersNamed} more` : "";
  const first = there.slice(0, othersNamed + 1);
  for (const { row } of there) {
    const named = first.filter((taker) => taker.row !== row || row === null).slice(0, othersNamed);
    row?.warnings.push({ cell: "position", rule: `is also the place of ${named.map(({ text }) => text).join(", ")}${more}` });
  }
}
