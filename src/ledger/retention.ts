import { rename } from "node:fs/promises";
import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Log } from "../log.ts";
import type { Database } from "./database.ts";
import type { DayFileCheck } from "./day-file-check.ts";
import type { LedgerLimits } from "./limits.ts";
import { LedgerClosed, type Loader } from "./loader.ts";
import type { ParquetFolder } from "./parquet.ts";
import type { Repairs } from "./repairs.ts";
import { restoreFiles } from "./restore.ts";
import { returnFromJournal } from "./return-from-journal.ts";
import type { Rollup } from "./rollup.ts";
import { blockMinute, dayMs, effectiveMinute, hourMs, rigMinute, servedMinute } from "./rollup-sql.ts";
import { type Piece, pieceGoing, pieceGone, pieceLive, received, returnedShares } from "./share-sources.ts";

type Day = {
  day: number;
  rows: number;
  firstSequence: number;
  lastSequence: number;
  changes: number;
  exportedThrough: number;
  exportedChanges: number;
};

export type RetentionOptions = {
  database: Database;
  loader: Loader;
  rollup: Rollup;
  folder: ParquetFolder;
  check: DayFileCheck;
  repairs: Repairs;
  journalFolder: string;
  limits: LedgerLimits;
  log: Log;
};

/**
 * What is done in the background with shares that are no longer new: counted into minutes and hours, written to Parquet when their day is
 * over, deleted when they have been in the database long enough. All of it in short transactions between loads, each of which leaves
 * every share readable in one place; so it can stop anywhere and goes on where the database says it is.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #running: Promise<void> | null = null;
  #stopped = false;
  /** Of the database, when this run began: its lists are of that one. */
  #replacements = 0;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Does what is due at `nowMs`; one run at a time, a second caller waits for the first's. */
  maintain(nowMs: number): Promise<void> {
    this.#running ??= this.#maintain(nowMs)
      .catch((error: unknown) => {
        // It goes on where it was when the ledger is opened again.
        if (!(error instanceof LedgerClosed)) throw error;
      })
      .finally(() => (this.#running = null));
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => {});
  }

  async #maintain(nowMs: number): Promise<void> {
    this.#replacements = this.#options.database.replacements;
    await this.#count(nowMs);
    await this.#restore();
    for (const piece of this.#pieces().filter(({ state }) => state === pieceGoing)) await this.#deleteRows(piece);
    for (const piece of await this.#options.check.damaged(this.#pieces())) await this.#mend(piece, nowMs);
    for (const day of await this.#daysToExport(nowMs)) await this.#exportDay(day);
    const { folder, loader } = this.#options;
    // Files that the list leaves out are deleted: it is never written of a database that has not taken up the old list yet.
    await this.#step(() => folder.writeManifest(this.#pieces(), loader.runs));
    for (const piece of await this.#piecesOver(nowMs)) await this.#prunePiece(piece);
    await this.#pruneMinutes(nowMs);
    await this.#pruneFiles(nowMs);
  }

  #pieces(): readonly Piece[] {
    return this.#options.rollup.reach.pieces;
  }

  /** One step of work on the loader's connection, unless the ledger is closing. */
  async #step<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.#stopped) throw new LedgerClosed("the ledger is closed");
    const { loader, database } = this.#options;
    return await loader.exclusively((connection) => {
      const isReplaced = database.replacements !== this.#replacements;
      if (isReplaced) throw new LedgerClosed("the database was built anew meanwhile; what is due is found again next time");
      return work(connection);
    });
  }

  /** One transaction that changes what is read where. */
  #change(sqlOf: () => readonly string[]): Promise<void> {
    const { rollup } = this.#options;
    return this.#step((connection) =>
      rollup.change(connection, async () => {
        for (const sql of sqlOf()) await connection.run(sql);
      }),
    );
  }

  async #count(nowMs: number): Promise<void> {
    const { loader, rollup } = this.#options;
    while (await this.#step((connection) => rollup.roll(connection, { appliedThrough: loader.appliedThrough, nowMs })));
    for (;;) {
      const hour = await this.#step((connection) => rollup.hourOver(connection, nowMs));
      if (hour === null) return;
      for (let quarter = hour * 4; quarter < hour * 4 + 4; quarter++) await this.#step((connection) => rollup.gatherQuarter(connection, quarter));
      await this.#step((connection) => rollup.closeHour(connection, hour));
    }
  }

  /** Where the database was built anew, until then, what is older than the journal is missing in answers. */
  async #restore(): Promise<void> {
    const { folder, loader, rollup, log } = this.#options;
    if (rollup.reach.restoreBelow === 0) return;
    const manifest = await folder.readManifest();
    const files = manifest === null ? 0 : await restoreFiles({ loader, rollup, manifest }, (work) => this.#step(work));
    log.warn("ledger.files-restored", { files });
  }

  async #days(): Promise<Day[]> {
    const sql = "SELECT day, row_count, first_sequence, last_sequence, changes, exported_through, exported_changes FROM days ORDER BY day";
    return (await this.#options.database.ask(sql)).map((row) => {
      const [day = 0, rows = 0, firstSequence = 0, lastSequence = 0, changes = 0, exportedThrough = 0, exportedChanges = 0] = row.map(Number);
      return { day, rows, firstSequence, lastSequence, changes, exportedThrough, exportedChanges };
    });
  }

  async #daysToExport(nowMs: number): Promise<Day[]> {
    const over = ({ day }: Day) => (day + 1) * dayMs + this.#options.limits.exportDelayMs <= nowMs;
    return (await this.#days()).filter((day) => over(day) && isBehind(day));
  }

  /** Writes what the table has of a day, in place of the files that hold the same rows. What came or changed meanwhile is for the next time. */
  async #exportDay({ day, rows, changes }: Day): Promise<void> {
    const { database, rollup, folder, limits, log } = this.#options;
    if (this.#stopped) return;
    const { rolledThrough: throughSequence } = rollup.reach;
    const asked = { day, rows, throughSequence, rowsMax: limits.exportRowsMax };
    const pieces = await database.withConnection((connection) => folder.writeDay(connection, asked));
    await this.#change(() => [
      `DELETE FROM exports WHERE day = ${day} AND state = ${pieceLive}`,
      ...pieces.map(insertPiece),
      `UPDATE days SET exported_through = ${throughSequence}, exported_changes = ${changes} WHERE day = ${day}`,
    ]);
    log.info("ledger.day-exported", { day: new Date(day * dayMs).toISOString().slice(0, 10), files: pieces.length });
  }

  /** A damaged file is written again, of the rows in the database or, where they are gone from it, in the journal. */
  async #mend(piece: Piece, atMs: number): Promise<void> {
    const { check, repairs } = this.#options;
    const name = `the day file ${basename(piece.file)} is damaged`;
    const isBack = piece.state === pieceLive || (await this.#takeBack(piece));
    if (!isBack) {
      const span = `${new Date(piece.fromMs).toISOString()} to ${new Date(piece.toMs).toISOString()}`;
      const text = `${name} and the journal has its shares no more; questions about single shares from ${span} may fail until it is brought back from a backup`;
      check.giveUp(piece);
      // Once for each file, which its last sequence and time stand for.
      repairs.note({ atMs, kind: "day-file-damaged", text, fromSequence: piece.fromMs, toSequence: piece.throughSequence });
      return;
    }
    if (piece.state === pieceLive) await this.#change(() => forgetPiece(piece));
    const keptAs = `${piece.file}.corrupt.${atMs}`;
    await rename(piece.file, keptAs).catch(() => {});
    const from = piece.state === pieceLive ? "the database" : "the journal";
    repairs.note({ atMs, kind: "day-file-rebuilt", text: `${name}; its ${piece.rows} shares are in ${from} and it is written again`, keptAs });
  }

  /** Puts the rows of a file into the table again, all or none. Only the last step of it keeps loads waiting. */
  async #takeBack(piece: Piece): Promise<boolean> {
    const { database, journalFolder: folder } = this.#options;
    const { firstSequence = Number.POSITIVE_INFINITY, changes = 0 } = (await this.#days()).find(({ day }) => day === piece.day) ?? {};
    const asked = { duckDb: database.duckDb, folder, piece, hasLate: changes > 0, firstSequence, isStopped: () => this.#stopped };
    const isWhole = await database.withConnection((connection) => returnFromJournal({ ...asked, connection }));
    if (isWhole) await this.#change(() => [`INSERT INTO shares FROM ${returnedShares}`, ...forgetPiece(piece), `DROP TABLE ${returnedShares}`]);
    return isWhole;
  }

  /** Files whose rows have been in the database long enough. A day that is to be written again stays until it was. */
  async #piecesOver(nowMs: number): Promise<Piece[]> {
    const behind = new Set((await this.#days()).filter(isBehind).map(({ day }) => day));
    const beforeMs = nowMs - this.#options.limits.rawDays * dayMs;
    return this.#pieces().filter(({ state, toMs, day }) => state === pieceLive && toMs <= beforeMs && !behind.has(day));
  }

  /** From the first step on the rows are read from the file; a late verdict that came just before keeps them here. */
  async #prunePiece(piece: Piece): Promise<void> {
    const isCurrent = `day IN (SELECT day FROM days WHERE changes = exported_changes)`;
    await this.#change(() => [`UPDATE exports SET state = ${pieceGoing} WHERE ${isFile(piece)} AND state = ${pieceLive} AND ${isCurrent}`]);
    if (this.#pieces().some(({ file, state }) => file === piece.file && state === pieceGoing)) await this.#deleteRows(piece);
  }

  async #deleteRows(piece: Piece): Promise<void> {
    const parts = Math.ceil(piece.rows / this.#options.limits.pruneRowsMax);
    const cut = (part: number) => piece.fromMs + Math.floor(((piece.toMs - piece.fromMs) * part) / parts);
    for (let part = 0; part < parts; part++) {
      const range = received("at_ms", { fromMs: cut(part), toMs: cut(part + 1) });
      await this.#step((connection) => connection.run(`DELETE FROM shares WHERE ${range} AND sequence <= ${piece.throughSequence}`));
    }
    await this.#change(() => [`UPDATE exports SET state = ${pieceGone} WHERE ${isFile(piece)}`]);
  }

  /** Minutes go when their hours are made. */
  async #pruneMinutes(nowMs: number): Promise<void> {
    const { limits, rollup } = this.#options;
    const minutesFrom = Math.min(Math.floor((nowMs - limits.minuteDays * dayMs) / hourMs), rollup.reach.hoursThrough) * 60;
    if (minutesFrom > rollup.reach.minutesFrom) await this.#change(() => [`UPDATE rollups SET minutes_from = ${minutesFrom}`]);
    await this.#deleteMinutes([rigMinute, servedMinute, blockMinute], { before: rollup.reach.minutesFrom, hours: 1 });
    const effectiveFrom = Math.floor((nowMs - limits.effectiveDays * dayMs) / hourMs) * 60;
    if (effectiveFrom > rollup.reach.effectiveFrom) await this.#change(() => [`UPDATE rollups SET effective_from = ${effectiveFrom}`]);
    await this.#deleteMinutes([effectiveMinute], { before: rollup.reach.effectiveFrom, hours: 6 });
  }

  /** Those before a minute, of so many hours in one step. */
  async #deleteMinutes(tables: readonly { table: string }[], { before, hours }: { before: number; hours: number }): Promise<void> {
    const minutes = hours * 60;
    for (;;) {
      const first = (await this.#options.database.ask(`SELECT min(minute) FROM ${tables[0]?.table} WHERE minute < ${before}`))[0]?.[0] ?? null;
      if (first === null) return;
      const end = Math.min(before, (Math.floor(Number(first) / minutes) + 1) * minutes);
      for (const { table } of tables) await this.#step((connection) => connection.run(`DELETE FROM ${table} WHERE minute < ${end}`));
    }
  }

  async #pruneFiles(nowMs: number): Promise<void> {
    const { folder, limits, loader } = this.#options;
    const old = this.#pieces().filter(({ state, toMs }) => state === pieceGone && toMs <= nowMs - limits.fileDays * dayMs);
    if (old.length === 0) return;
    await this.#change(() => old.map((piece) => `DELETE FROM exports WHERE ${isFile(piece)}`));
    await this.#step(() => folder.writeManifest(this.#pieces(), loader.runs));
  }
}

const isBehind = (day: Day): boolean => day.lastSequence > day.exportedThrough || day.changes > day.exportedChanges;
/** Its rows are in the table, and its day is to be written again. */
const forgetPiece = (piece: Piece): string[] => [`DELETE FROM exports WHERE ${isFile(piece)}`, `UPDATE days SET exported_through = 0 WHERE day = ${piece.day}`];
const isFile = ({ file }: Piece): string => `file = '${basename(file).replaceAll("'", "''")}'`;

function insertPiece({ file, day, fromMs, toMs, throughSequence, rows, state, sha256 }: Piece): string {
  return `INSERT INTO exports VALUES ('${basename(file).replaceAll("'", "''")}', ${day}, ${fromMs}, ${toMs}, ${throughSequence}, ${rows}, ${state}, '${sha256}')`;
}
