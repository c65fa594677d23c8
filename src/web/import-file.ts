import { breathe } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import { type Import, type ImportOutcome, importOutcomes } from "../control/imports.ts";
import { type CsvFile, readCsv } from "./csv-read.ts";
import { type RowDetail, rowsSoFar } from "./import-job.ts";
import { cellText, clearWord, dryRun, type PlannedRow } from "./import-plan.ts";
import { csvLine } from "./inventory-csv.ts";
import { actorName, actorOf, type Principal } from "./principal.ts";
import { invalidField, Problem } from "./problems.ts";
import { cellsOf, NameBook, type RigCell, rigCells } from "./rig-cells.ts";

/** A row as it would come out, or came out. */
export type ImportLine = Pick<PlannedRow, "line" | "outcome" | "name" | "rigId" | "changes" | "errors" | "warnings">;

export type NewImport = Pick<Import, "fileName" | "text" | "fleetNo"> & Partial<Pick<Import, "giveCodes" | "mapping" | "undoOf">>;

/** The file, which has at least a row. @throws Problem `invalid` that names the field `text` */
export async function readFile(text: string): Promise<CsvFile> {
  if (text.trim() === "") throw invalidField("text", "must have a head and a row below it");
  const file = await readCsv(text);
  if ("fault" in file) throw invalidField("text", file.fault);
  if (file.rows.length === 0) throw invalidField("text", "must have a row below its head");
  return file;
}

/** Keeps a file that somebody sent; nothing of it is in force. */
export function keepFile({ imports }: Pick<Control, "imports">, principal: Principal, { file, ...sent }: NewImport & { file: CsvFile }): Import {
  const by = { by: actorOf(principal), byName: actorName(principal) };
  const { fileName, text, fleetNo, giveCodes = false, mapping = null, undoOf = null } = sent;
  const kept = imports.add({ ...by, fileName, text, fleetNo, giveCodes, undoOf, total: file.rows.length });
  if (mapping === null) return kept;
  imports.map(kept.no, { mapping: file.head.map((_, at) => mapping[at] ?? ""), fleetNo, giveCodes });
  return imports.byId(kept.id) ?? kept;
}

/** All rows: of a file that waits what they would do, of another what became of those that are through. In the order of the file. */
export async function linesOf(control: Control, kept: Import): Promise<ImportLine[]> {
  if (kept.state === "ready") return linesToBe(control, kept);
  const lines: ImportLine[] = [];
  for await (const { line, outcome, detail } of rowsSoFar(control, kept)) {
    await breathe();
    lines.push({ line, outcome, warnings: [], ...(JSON.parse(detail) as RowDetail) });
  }
  return lines;
}

/** A row takes a tenth of a millisecond to be read and more to be tried, and a file is looked at again and again before it is applied. */
type LookedAt = {
  edits: readonly (() => number[])[];
  file: { id: string; read: ReturnType<typeof readCsv> } | null;
  tried: { key: string; lines: Promise<ImportLine[]> } | null;
};
const lookedAt = new WeakMap<Control, LookedAt>();

function lookedAtOf(control: Control): LookedAt {
  const known = lookedAt.get(control) ?? { edits: [control.rigs.edits(), control.customers.edits()], file: null, tried: null };
  lookedAt.set(control, known);
  return known;
}

/** A kept file as rows, which never change; that of the last import asked for is kept. */
export function fileOf(control: Control, { id, text }: Import): ReturnType<typeof readCsv> {
  const known = lookedAtOf(control);
  if (known.file?.id !== id) known.file = { id, read: readCsv(text) };
  return known.file.read;
}

/** What a file would do; the last answer stands until something that it depends on is changed. */
function linesToBe(control: Control, kept: Import): Promise<ImportLine[]> {
  const known = lookedAtOf(control);
  const tables = [control.fleets, control.sites, control.models, control.racks];
  const versions = tables.map((table) => table.all().map(({ no, version }) => [no, version]));
  // Rigs that enrol themselves are no edits.
  const rigs = Object.values(control.rigs.countByStatus()).reduce((sum, some) => sum + some, 0);
  const key = JSON.stringify([kept.id, kept.mapping, kept.fleetNo, kept.giveCodes, rigs, control.rigs.aliases().length, versions]);
  const isEdited = known.edits.map((edits) => edits().length > 0).includes(true);
  if (isEdited || known.tried?.key !== key) {
    const lines = fileOf(control, kept).then((file) => ("fault" in file ? [] : dryRun(control, kept, file)));
    known.tried = { key, lines };
    lines.catch(() => {
      known.tried = null;
    });
  }
  return known.tried.lines;
}

export function countOutcomes(rows: readonly { outcome: ImportOutcome }[]): Record<ImportOutcome, number> {
  const counts = Object.fromEntries(importOutcomes.map((outcome) => [outcome, 0])) as Record<ImportOutcome, number>;
  for (const { outcome } of rows) counts[outcome] += 1;
  return counts;
}

const undoHead: readonly string[] = Object.freeze(["id", "action", ...rigCells]);

/** Whether a file is one that takes another back: its columns are ours, and nobody need name them. */
export const isUndoFile = (head: readonly string[]): boolean => Bun.deepEquals(head, undoHead);

type Taken = Pick<Control, "imports" | "rigs" | "customers" | "sites">;

/** Empty where there is nothing to take back, or no longer. */
function undoLine({ rigs }: Taken, book: NameBook, { outcome, rigId, changes }: Pick<ImportLine, "outcome" | "rigId" | "changes">): string {
  if (rigId === null || (outcome !== "new" && outcome !== "changed")) return "";
  const rig = rigs.byId(rigId);
  if (rig === null) return "";
  if (outcome === "new") return csvLine([rigId, "remove", ...rigCells.map(() => "")]);
  const now = cellsOf(book, rig);
  const differing = changes.filter(({ cell, from }) => now[cell] !== from);
  if (differing.length === 0) return "";
  const former = new Map<RigCell, string>(differing.map(({ cell, from }) => [cell, from === "" ? clearWord : cellText(from)]));
  return csvLine([rigId, "", ...rigCells.map((cell) => former.get(cell) ?? "")]);
}

/** Whether anything of what these rows did can still be taken back. */
export async function isUndoable(control: Taken, rows: readonly ImportLine[]): Promise<boolean> {
  const book = new NameBook(control);
  for (const row of rows) {
    await breathe();
    if (undoLine(control, book, row) !== "") return true;
  }
  return false;
}

/**
 * A file that brings back what was changed: new rigs go, changed fields get their former values. Codes that were given stay with rigs that stay: they may stand on labels by now.
 * A nominal that nobody had declared is cleared; what the hub knew by itself it learns anew. What was taken back already, or is gone, is left out.
 */
async function undoText(control: Taken, kept: Import): Promise<string> {
  const lines: string[] = [];
  const book = new NameBook(control);
  for await (const { outcome, detail } of rowsSoFar(control, kept)) {
    await breathe();
    lines.push(undoLine(control, book, { outcome, ...(JSON.parse(detail) as RowDetail) }));
  }
  return `\ufeff${csvLine(undoHead)}${lines.join("")}`;
}

/** That file, for keeping. */
export async function undoFile(control: Taken, kept: Import): Promise<Response> {
  const headers = { "content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="undo.csv"' };
  return new Response(await undoText(control, kept), { headers });
}

/** That file as an import of its own, which waits like any other. @throws Problem where nothing is left to take back */
export async function keepUndo(control: Taken, principal: Principal, kept: Import): Promise<Import> {
  if (kept.state === "applying") throw new Problem("conflict", `it is being applied: ${kept.done} of ${kept.total} rows so far; take it back when it is done`);
  const text = await undoText(control, kept);
  const file = await readCsv(text);
  if ("fault" in file || file.rows.length === 0)
    throw new Problem("conflict", "nothing of it is left to take back; rigs that it removed come back when they are imported again");
  return keepFile(control, principal, { fileName: `undo of ${kept.fileName}`.slice(0, 80), text, fleetNo: kept.fleetNo, undoOf: kept.no, file });
}
