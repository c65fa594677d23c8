import { breathe } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import type { Import, ImportRow } from "../control/imports.ts";
import { recordAct } from "./actions/record.ts";
import { addRig, changeRig, giveAssetCode } from "./actions/rig-details.ts";
import { rigOf, rigSubject } from "./actions/rigs.ts";
import { accepted } from "./control-result.ts";
import { type CsvFile, readCsv } from "./csv-read.ts";
import type { WebDeps } from "./deps.ts";
import { guessMapping } from "./import-heads.ts";
import { type PlannedRow, RowPlanner } from "./import-plan.ts";
import { webLimits } from "./limits.ts";
import type { Principal } from "./principal.ts";
import { Problem } from "./problems.ts";
import { cellOf } from "./rig-cells.ts";

type Deps = Pick<WebDeps, "control" | "hub" | "contracts" | "log">;

const rowsPerTurn = 5;

/** One set per hub, for pages and API alike: a file is applied by one job at a time. */
const running = new WeakMap<Control, Set<string>>();

function runningOf(control: Control): Set<string> {
  const set = running.get(control) ?? new Set<string>();
  running.set(control, set);
  return set;
}

export const isRunning = (control: Control, id: string): boolean => runningOf(control).has(id);

/** What the record keeps of a row: what is shown, and what takes it back. */
export type RowDetail = Pick<PlannedRow, "name" | "rigId" | "changes" | "errors">;

/**
 * Applies a file, or goes on where a job before was interrupted; resolves when it is through. Each piece of rows is one transaction with its progress; a row that
 * is refused by now is noted and leaves the others alone. Applying what is applied, or is being applied, does nothing.
 */
export async function applyImport(deps: Deps, principal: Principal, kept: Import): Promise<void> {
  const { control } = deps;
  const busy = runningOf(control);
  if (kept.state === "done" || busy.has(kept.id)) return;
  busy.add(kept.id);
  try {
    const file = await readCsv(kept.text);
    if ("fault" in file) throw new Problem("invalid", file.fault);
    await applyRows(deps, principal, kept, file);
  } finally {
    busy.delete(kept.id);
    deps.hub.configChanged();
    await breathe();
    deps.contracts?.changed();
  }
}

async function applyRows(deps: Deps, principal: Principal, kept: Import, file: CsvFile): Promise<void> {
  const { control } = deps;
  const planner = new RowPlanner(control, kept, kept.mapping ?? guessMapping(file.head));
  await noteApplied(control, kept, { planner, file });
  control.imports.note(kept.no, { state: "applying", done: kept.done, rows: [] });
  let toldAt = kept.done;
  for (let at = kept.done; at < file.rows.length; at += rowsPerTurn) {
    await breathe();
    const piece = file.rows.slice(at, at + rowsPerTurn);
    control.transaction(() => {
      const rows = piece.map((row) => applyRow(deps, principal, planner.plan(row), kept.giveCodes));
      control.imports.note(kept.no, { state: "applying", done: at + piece.length, rows });
    });
    if (at + piece.length - toldAt >= webLimits.rigsPerTelling) {
      deps.contracts?.changed();
      toldAt = at + piece.length;
    }
  }
  control.imports.note(kept.no, { state: "done", done: file.rows.length, rows: [] });
}

/** What became of rows, in the order of the file; read in pieces, so that rigs are served in between. */
export async function* rowsSoFar({ imports }: Pick<Control, "imports">, { no }: Pick<Import, "no">): AsyncGenerator<ImportRow> {
  let line = 0;
  for (;;) {
    await breathe();
    const rows = imports.rowsAfter(no, line);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    line = last.line;
  }
}

/** A job that goes on knows what the rows before it took, as the one that was interrupted did. */
async function noteApplied(control: Control, kept: Import, { planner, file }: { planner: RowPlanner; file: CsvFile }): Promise<void> {
  const applied = new Map<number, ImportRow>();
  for await (const row of rowsSoFar(control, kept)) applied.set(row.line, row);
  for (const row of file.rows.slice(0, kept.done)) {
    await breathe();
    const record = applied.get(row.line);
    const isKnown = record !== undefined && record.outcome !== "new";
    planner.note(row, isKnown ? (JSON.parse(record.detail) as RowDetail).rigId : null);
  }
}

function applyRow(deps: Deps, principal: Principal, row: PlannedRow, giveCodes: boolean): ImportRow {
  const { name, changes, errors } = row;
  const noted = (outcome: ImportRow["outcome"], detail: RowDetail): ImportRow => ({ line: row.line, outcome, detail: JSON.stringify(detail) });
  try {
    const rigId = row.outcome === "error" ? row.rigId : deps.control.transaction(() => carryOut(deps, principal, row, giveCodes));
    return noted(row.outcome, { name, rigId, changes, errors });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const refusals = error.errors.filter(({ pointer }) => pointer !== "").map(({ pointer, detail }) => ({ cell: cellOf(pointer), rule: detail }));
    return noted("error", { name, rigId: row.rigId, changes: [], errors: refusals.length > 0 ? refusals : [{ cell: "", rule: error.detail }] });
  }
}

function carryOut(deps: Deps, principal: Principal, row: PlannedRow, giveCodes: boolean): string | null {
  const { control } = deps;
  if (row.outcome === "removed") {
    const rig = accepted(control.rigs.takeBack(rigOf(deps, row.rigId ?? "").id), "rig");
    recordAct(control, principal, { verb: "removed", subject: rigSubject(rig) });
    return rig.id;
  }
  const id = row.rigId ?? addRig(deps, principal, { ...row.patch, name: row.patch.name ?? "", fleetNo: row.fleetNo }).id;
  if (row.outcome === "changed") changeRig(deps, principal, { id, version: null, patch: row.patch });
  if (giveCodes && row.outcome !== "unchanged" && rigOf(deps, id).assetCode === null) giveAssetCode(deps, principal, id);
  return id;
}
