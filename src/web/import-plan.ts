import { breathe } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import type { Import, ImportOutcome } from "../control/imports.ts";
import type { RigPlace } from "../control/racks.ts";
import { brokenOf, type Failure } from "../control/result.ts";
import type { Rig, RigPatch } from "../control/rig-row.ts";
import { tidyMac } from "../control/rules.ts";
import { withModelNominal } from "./actions/rig-details.ts";
import type { CsvFile, CsvRow } from "./csv-read.ts";
import { guessMapping, type ImportField } from "./import-heads.ts";
import { lengthWarning, modelWarning, nominalWarning, warnOfSharedPlaces } from "./import-warnings.ts";
import { type CellTexts, cellOf, cellsOf, NameBook, type RigCell, readCells, rigCells } from "./rig-cells.ts";

export type FieldChange = { cell: RigCell; from: string; to: string };
export type CellError = { cell: string; rule: string };
/** What a row comes to. */
export type PlannedRow = {
  line: number;
  outcome: ImportOutcome;
  /** What the file calls it; where it gives no name, that of the rig that it means. */
  name: string;
  rigId: string | null;
  changes: FieldChange[];
  errors: CellError[];
  /** What it would do all the same, though it may not be meant. */
  warnings: CellError[];
  /** Where it puts its rig; null = it says nothing of that. */
  place: RigPlace | null;
  patch: RigPatch;
  fleetNo: number;
};

/** The word that clears a field; an empty cell leaves it as it is. */
export const clearWord = "(none)";
/** A text as a cell of a file: one that is that very word gets an apostrophe before it, so that it is read as what it is. */
export const cellText = (text: string): string => (/^'*\(none\)$/.test(text) ? `'${text}` : text);

const placeCells: readonly RigCell[] = ["site", "building", "row", "rack", "position"];

type Texts = Partial<Record<ImportField, string>>;

function textsOf(cells: readonly string[], mapping: readonly string[]): Texts {
  const texts: Texts = {};
  mapping.forEach((field, at) => {
    const text = cells[at] ?? "";
    if (field !== "" && text !== "") texts[field as ImportField] = text === clearWord ? "" : text.replace(/^'(?='*\(none\)$)/, "");
  });
  return texts;
}

/** Plans rows one after the other; what earlier rows of the file take is taken for later ones. */
export class RowPlanner {
  readonly #control: Control;
  readonly #book: NameBook;
  readonly #import: Pick<Import, "fleetNo">;
  readonly #mapping: readonly string[];
  readonly #seen = new Map<string, number>();

  constructor(control: Control, { fleetNo }: Pick<Import, "fleetNo">, mapping: readonly string[]) {
    this.#control = control;
    this.#book = new NameBook(control);
    this.#import = { fleetNo };
    this.#mapping = mapping;
  }

  plan(read: CsvRow): PlannedRow {
    const { texts, row } = this.#begin(read);
    if (row.errors.length > 0) return row;
    if (row.fleetNo === 0) return refused(row, "fleet", "must be the name or id of a fleet that exists");
    const rig = this.#match(texts, row);
    if (row.errors.length > 0) return row;
    row.rigId = rig?.id ?? null;
    if (rig !== null && !texts.name) row.name = rig.name;
    const before = this.#firstUse(texts, row);
    if (before !== null) return refused(row, before.cell, `is in line ${before.line} already`);
    return texts.action === undefined ? this.#planFields(texts, row, { rig, cells: read.cells }) : planAction(texts.action, row);
  }

  /** Takes what a row took that is through already; `rigId` is the rig that it was applied to, which may be gone; null = none, or one that it brought in. */
  note(read: CsvRow, rigId: string | null): void {
    const { texts, row } = this.#begin(read);
    row.rigId = rigId;
    if (rigId === null && row.fleetNo !== 0) this.#match(texts, row);
    if (row.fleetNo !== 0 && row.errors.length === 0) this.#firstUse(texts, row);
  }

  #begin({ line, cells, cut }: CsvRow): { texts: Texts; row: PlannedRow } {
    const texts = textsOf(cells, this.#mapping);
    const name = texts.name ?? texts.asset_code ?? texts.id ?? "";
    const nothing = { rigId: null, changes: [], warnings: [], place: null, patch: {} };
    const errors = cut === undefined ? [] : [{ cell: "line", rule: cut }];
    return { texts, row: { ...nothing, line, outcome: "error", name, errors, fleetNo: this.#fleetOf(texts) } };
  }

  #fleetOf({ fleet }: Texts): number {
    if (fleet === undefined || fleet === "") return this.#import.fleetNo;
    return this.#control.fleets.all().find(({ id, name }) => id === fleet || name.toLowerCase() === fleet.toLowerCase())?.no ?? 0;
  }

  /** By id, else by asset code, else by name within the fleet. */
  #match(texts: Texts, row: PlannedRow): Rig | null {
    const { rigs } = this.#control;
    if (texts.id !== undefined && texts.id !== "") {
      const rig = rigs.byId(texts.id);
      if (rig === null) refused(row, "id", "must be the id of a rig that exists; rigs of another hub come in without this column");
      return rig;
    }
    const coded = texts.asset_code ? rigs.byAssetCode(texts.asset_code) : null;
    if (coded !== null) return coded;
    if (texts.name === undefined || texts.name === "") refused(row, "name", "is needed, or the asset code or id of a rig that exists");
    return texts.name ? rigs.byName(row.fleetNo, texts.name) : null;
  }

  #firstUse(texts: Texts, row: PlannedRow): { cell: string; line: number } | null {
    const keys: [cell: string, key: string][] = [
      ...(row.rigId === null ? [] : [["name", `rig ${row.rigId}`] as [string, string]]),
      ...(texts.name ? [["name", `name ${row.fleetNo} ${texts.name}`] as [string, string]] : []),
      ...(texts.asset_code ? [["asset_code", `code ${texts.asset_code}`] as [string, string]] : []),
      ...(texts.serial ? [["serial", `serial ${texts.serial.toLowerCase()}`] as [string, string]] : []),
      ...(texts.mac ? [["mac", `mac ${tidyMac(texts.mac)}`] as [string, string]] : []),
    ];
    const twice = keys.find(([, key]) => this.#seen.has(key));
    if (twice !== undefined) return { cell: twice[0], line: this.#seen.get(twice[1]) ?? 0 };
    for (const [, key] of keys) this.#seen.set(key, row.line);
    return null;
  }

  #planFields(texts: Texts, row: PlannedRow, { rig, cells: read }: { rig: Rig | null; cells: readonly string[] }): PlannedRow {
    const { id: _id, fleet, action: _action, ...cells } = texts;
    if (rig !== null && fleet !== undefined && row.fleetNo !== rig.fleetNo)
      return refused(row, "fleet", "is not the fleet of this rig, and a file moves no rig to another");
    const { patch, errors } = readCells(this.#book, cells as CellTexts, rig);
    row.errors = Object.entries(errors).map(([cell, rule]) => ({ cell, rule }));
    const whole = withModelNominal(this.#control, patch, rig);
    const tried = this.#control.rigs.tryFields(row.rigId, rig === null ? { ...whole, fleetNo: row.fleetNo } : whole);
    if (!tried.ok) row.errors.push(...faultsOf(tried).filter(({ cell }) => !(cell in errors)));
    if (!tried.ok || row.errors.length > 0) return row;
    row.patch = whole;
    const after = cellsOf(this.#book, tried.value as Rig);
    const blank = rig === null ? null : cellsOf(this.#book, rig);
    row.changes = rigCells.flatMap((cell) => (after[cell] === (blank?.[cell] ?? "") ? [] : [{ cell, from: blank?.[cell] ?? "", to: after[cell] }]));
    if (rig === null) row.outcome = "new";
    else row.outcome = row.changes.length === 0 ? "unchanged" : "changed";
    return this.#weigh(row, texts, { after: tried.value, cells: read });
  }

  /** Notes where the row puts its rig, and what may not be meant. */
  #weigh(row: PlannedRow, { nominal, model }: Texts, { after, cells }: { after: Pick<Rig, "siteId" | "location" | "nominalHps">; cells: readonly string[] }) {
    const changed = new Set(row.changes.map(({ cell }) => cell));
    if (placeCells.some((cell) => changed.has(cell))) row.place = { siteId: after.siteId, location: after.location };
    const warn = (cell: string, rule: string | null) => {
      if (rule !== null) row.warnings.push({ cell, rule });
    };
    warn("line", lengthWarning(cells, this.#mapping));
    if (changed.has("nominal")) warn("nominal", nominalWarning(nominal, after.nominalHps));
    if (changed.has("model") && model) warn("model", modelWarning(this.#control.models.byName(model)));
    return row;
  }
}

/** What the rig's own rules say of a row, cell by cell. */
function faultsOf(failure: Failure): CellError[] {
  if (failure.problem === "invalid") return brokenOf(failure).map(({ field, rule }) => ({ cell: cellOf(field), rule }));
  return [{ cell: failure.problem === "taken" ? cellOf(failure.field) : "lifecycle", rule: failure.rule }];
}

function refused(row: PlannedRow, cell: string, rule: string): PlannedRow {
  row.outcome = "error";
  row.errors.push({ cell, rule });
  return row;
}

function planAction(action: string, row: PlannedRow): PlannedRow {
  if (action.toLowerCase() !== "remove") return refused(row, "action", "must be remove, or empty");
  if (row.rigId === null) return refused(row, "action", "removes a rig that exists: name it by id, asset code or name");
  row.outcome = "removed";
  return row;
}

/** What the file would do, with nothing written; in pieces, so that rigs are served in between. */
export async function dryRun(control: Control, kept: Import, file: CsvFile): Promise<PlannedRow[]> {
  const planner = new RowPlanner(control, kept, kept.mapping ?? guessMapping(file.head));
  const planned: PlannedRow[] = [];
  for (const row of file.rows) {
    await breathe();
    planned.push(planner.plan(row));
  }
  await warnOfSharedPlaces(control, planned);
  return planned;
}
