import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { newId } from "./ids.ts";

export const importStates = Object.freeze(["ready", "applying", "done"] as const);
export type ImportState = (typeof importStates)[number];
export const importOutcomes = Object.freeze(["new", "changed", "unchanged", "removed", "error"] as const);
export type ImportOutcome = (typeof importOutcomes)[number];

/** A file of rigs; nothing of it is in force before it is applied. */
export type Import = {
  no: number;
  id: string;
  createdAtMs: number;
  by: string;
  byName: string;
  fileName: string;
  text: string;
  /** Where rigs are looked for by name, and new ones enter. */
  fleetNo: number;
  /** Whether rigs without an asset code get the next one. */
  giveCodes: boolean;
  /** Field of each column, "" for none; null = as guessed from the head. */
  mapping: string[] | null;
  state: ImportState;
  /** Rows in the file, and how many of them are applied. */
  total: number;
  done: number;
  /** Number of the import that it takes back; null = it takes back none. */
  undoOf: number | null;
};

/** A file without what stands in it, which may be megabytes. */
export type ImportHead = Omit<Import, "text">;

/** Of a list, newest first, the numbers of imports that were taken back; where the undo was taken back in turn, they are in force again. */
export function takenBack(list: readonly Pick<Import, "no" | "undoOf" | "state">[]): ReadonlySet<number> {
  const gone = new Set<number>();
  for (const { no, undoOf, state } of list) if (undoOf !== null && state === "done" && !gone.has(no)) gone.add(undoOf);
  return gone;
}

/** What became of a row; `detail` is the web room's own. */
export type ImportRow = { line: number; outcome: ImportOutcome; detail: string };

type RawHead = Omit<ImportHead, "createdAtMs" | "byName" | "fileName" | "fleetNo" | "giveCodes" | "mapping" | "undoOf"> & {
  created_at_ms: number;
  by_name: string;
  file_name: string;
  fleet_no: number;
  give_codes: number;
  mapping: string | null;
  undo_of: number | null;
};
type RawImport = RawHead & { text: string };

const headColumns = "no, id, created_at_ms, by, by_name, file_name, fleet_no, give_codes, mapping, state, total, done, undo_of";
const keptMs = 7 * 86_400_000;
const listMax = 20;
const rowsMax = 200;

function headOf(raw: RawHead): ImportHead {
  const { no, id, by, state, total, done } = raw;
  const mapping = raw.mapping === null ? null : (JSON.parse(raw.mapping) as string[]);
  const names = { byName: raw.by_name, fileName: raw.file_name, fleetNo: raw.fleet_no };
  return { no, id, by, state, total, done, createdAtMs: raw.created_at_ms, ...names, giveCodes: raw.give_codes === 1, mapping, undoOf: raw.undo_of };
}

/** Files of rigs that people sent; kept for seven days, with what they changed. */
export class Imports {
  readonly #database: ControlDatabase;
  readonly #byId: Statement<RawImport, SqlValue[]>;
  readonly #latest: Statement<RawHead, SqlValue[]>;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #map: Statement<unknown, SqlValue[]>;
  readonly #progress: Statement<unknown, SqlValue[]>;
  readonly #addRow: Statement<unknown, SqlValue[]>;
  readonly #rows: Statement<ImportRow, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#byId = sql.prepare("SELECT * FROM imports WHERE id = ?");
    this.#latest = sql.prepare(`SELECT ${headColumns} FROM imports ORDER BY no DESC LIMIT ?`);
    this.#insert = sql.prepare(
      "INSERT INTO imports (id, created_at_ms, by, by_name, file_name, text, fleet_no, give_codes, state, total, done, undo_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'ready', ?, 0, ?)",
    );
    this.#map = sql.prepare("UPDATE imports SET mapping = ?, fleet_no = ?, give_codes = ? WHERE no = ? AND state = 'ready'");
    this.#progress = sql.prepare("UPDATE imports SET state = ?, done = ? WHERE no = ?");
    this.#addRow = sql.prepare("INSERT OR REPLACE INTO import_rows (import_no, line, outcome, detail) VALUES (?, ?, ?, ?)");
    this.#rows = sql.prepare("SELECT line, outcome, detail FROM import_rows WHERE import_no = ? AND line > ? ORDER BY line LIMIT ?");
  }

  byId(id: string): Import | null {
    const raw = this.#byId.get(id);
    return raw === null ? null : { ...headOf(raw), text: raw.text };
  }

  /** Newest first. */
  latest(): ImportHead[] {
    return this.#latest.all(listMax).map(headOf);
  }

  /** Keeps a file; those that are older than seven days go. */
  add(input: Pick<Import, "by" | "byName" | "fileName" | "text" | "fleetNo" | "giveCodes" | "total"> & Partial<Pick<Import, "undoOf">>): Import {
    return this.#database.transaction(() => {
      this.#prune();
      const nowMs = this.#database.now();
      const id = newId("imp", nowMs);
      const { by, byName, fileName, text, fleetNo, giveCodes, total, undoOf = null } = input;
      this.#insert.run(id, nowMs, by, byName, fileName, text, fleetNo, giveCodes, total, undoOf);
      const added = this.byId(id);
      if (added === null) throw new Error("an import vanished inside its own transaction");
      return added;
    });
  }

  /** What each column is; only before it is applied. */
  map(no: number, { mapping, fleetNo, giveCodes }: Pick<Import, "mapping" | "fleetNo" | "giveCodes">): void {
    this.#map.run(JSON.stringify(mapping), fleetNo, giveCodes, no);
  }

  /** What became of some rows, and how far it is; run it in the transaction of the rows themselves. */
  note(no: number, { state, done, rows }: Pick<Import, "state" | "done"> & { rows: readonly ImportRow[] }): void {
    for (const row of rows) this.#addRow.run(no, row.line, row.outcome, row.detail);
    this.#progress.run(state, done, no);
  }

  /** Those behind line `after`, in the order of the file, 200 at most: a file may have thousands, with all that they changed. */
  rowsAfter(no: number, after: number): ImportRow[] {
    return this.#rows.all(no, after, rowsMax);
  }

  #prune(): void {
    const before = this.#database.now() - keptMs;
    this.#database.sql.run("DELETE FROM import_rows WHERE import_no IN (SELECT no FROM imports WHERE created_at_ms < ?)", [before]);
    this.#database.sql.run("DELETE FROM imports WHERE created_at_ms < ?", [before]);
  }
}
