import type { DuckDBConnection } from "@duckdb/node-api";
import type { Log } from "../log.ts";
import { type BlockSource, type SourceBlock, sharesInARow } from "./block-source.ts";
import { otherReason } from "./block-writer.ts";
import type { Database } from "./database.ts";
import { flagOthers, kindPulse, kindReason, kindVerdict, reasonHeaderBytes, recordBytes, type Slab, shareBytes } from "./journal-format.ts";
import { type Late, type LateRows, lateRowsMax, pickLate, writeLate } from "./late-verdicts.ts";
import type { LedgerLimits } from "./limits.ts";
import type { Rollup } from "./rollup.ts";
import type { Run } from "./runs.ts";
import { chunkRows, ShareColumns } from "./share-columns.ts";

export type LoaderOptions = {
  database: Database;
  source: BlockSource;
  rollup: Rollup;
  limits: LedgerLimits;
  log: Log;
  now: () => number;
  /** The journal is on disk up to here. */
  durableThrough: () => number;
  /** Opens a database again that has failed for good; the loader has no connection to it meanwhile. */
  reopen: (failure: string) => Promise<void>;
};

/** Chunks pushed before they are flushed into the transaction; a flush holds the event loop for some 0.3 ms and then 0.1 to 0.3 µs a row. */
const chunksPerFlush = 2;
/** A failed database is tried again after a time that doubles. */
const retryMs = 1_000;
const retryMsMax = 60_000;
/** The first is what happened, the second what became of the repair; the rest would only repeat them. */
const saidFailures = 2;
/** DuckDB's word for an instance that answers nothing any more. */
const isInvalidated = /database has been invalidated|FATAL/;

/** Work came for a ledger that is closed. */
export class LedgerClosed extends Error {}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Applies the journal to the database, rows and `applied_sequence` in one transaction, so that each record counts exactly once
 * however often the process dies. On a failure everything in memory is dropped and it starts again from what the database says.
 */
export class Loader {
  readonly #options: LoaderOptions;
  #connection: DuckDBConnection | null = null;
  #columns: ShareColumns | null = null;
  #applied = 0;
  #loadedAtMs = 0;
  #loading: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;
  #isHeld = false;
  #failures = 0;
  #lastLoadAt = 0;
  /** The block being applied, and where in it. */
  #block: SourceBlock | null = null;
  #offset = 0;
  #sequence = 0;
  #boot = 0;
  readonly #reasonOfLocal = new Map<number, number>();
  readonly #reasonOfText = new Map<string, number>();
  #newReasons: { no: number; text: string }[] = [];
  #runs = new Map<number, Run>();
  #knownBoots = new Set<number>();
  #changedBoots = new Set<number>();
  readonly #late = new Map<number, Late>();
  readonly #reasonNoOfLocal = (journalNo: number): number => this.#reasonOfLocal.get(journalNo) ?? 0;

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  get appliedThrough(): number {
    return this.#applied;
  }

  /** All that was on disk at this moment answers questions. */
  get asOfMs(): number {
    return this.#applied >= this.#options.durableThrough() ? this.#options.now() : this.#loadedAtMs;
  }

  /** When hubs ran on this folder, as far as the journal has been applied. */
  get runs(): Run[] {
    return [...this.#runs.values()];
  }

  get lastBootNo(): number {
    return Math.max(0, ...this.#knownBoots);
  }

  /** Reads from the database how far it is. Must be called before anything else; returns the applied sequence. */
  async open(): Promise<number> {
    this.#connection = await this.#options.database.connect();
    const rows = async (sql: string) => (await (this.#connection as DuckDBConnection).runAndReadAll(sql)).getRows();
    await this.#options.rollup.read(this.#connection);
    const applied = Number((await rows("SELECT applied_sequence FROM progress"))[0]?.[0] ?? 0);
    // Built anew: what it answered a moment ago it knows no more.
    if (applied < this.#applied) this.#loadedAtMs = 0;
    this.#applied = applied;
    this.#reasonOfText.clear();
    for (const [no, text] of await rows("SELECT reason_no, text FROM reasons")) this.#reasonOfText.set(String(text), Number(no));
    this.#runs = new Map(
      (await rows("SELECT boot_no, from_ms, to_ms FROM runs")).map(([boot, from, to]) => [Number(boot), { fromMs: Number(from), toMs: Number(to) }]),
    );
    this.#knownBoots = new Set(this.#runs.keys());
    this.#columns = await ShareColumns.create(this.#options.database.duckDb, this.#connection);
    return this.#applied;
  }

  /** Goes to where the database is in the journal, and keeps loading from now on. What is much waits for the clock, so that the hub is up before. */
  async start(): Promise<void> {
    await this.#seek();
    this.#isHeld = this.#waiting() >= this.#options.limits.loadGroupRows;
    this.#schedule();
  }

  /** Loads until everything that is on disk now answers questions. Rejects when the database fails. */
  async loadAll(): Promise<void> {
    const through = this.#options.durableThrough();
    while (this.#applied < through) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = null;
        // The clock may have come while this ran.
        this.#schedule();
      });
      await this.#loading;
    }
  }

  /** Runs `work` on the loader's connection between two loads. What it begins it must commit or roll back, and it must be short: nothing is loaded meanwhile. */
  async exclusively<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    while (this.#loading !== null) await this.#loading.catch(() => {});
    const connection = this.#connection;
    if (this.#closed || connection === null) throw new LedgerClosed("the ledger is closed");
    const done = work(connection);
    this.#loading = done.then(
      () => {},
      () => {},
    );
    try {
      return await done;
    } finally {
      this.#loading = null;
      this.#schedule();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#loading?.catch(() => {});
    this.#disconnect();
  }

  /** Called when more is on disk: many rows do not wait for the clock. */
  noteDurable(): void {
    if (this.#loading === null && this.#timer !== null && !this.#isHeld && this.#waiting() >= this.#options.limits.loadGroupRows) this.#tick();
  }

  #waiting(): number {
    return this.#options.durableThrough() - this.#applied;
  }

  #schedule(): void {
    if (this.#closed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const retryInMs = this.#failures === 0 ? 0 : Math.min(retryMsMax, retryMs * 2 ** (this.#failures - 1));
    this.#isHeld ||= this.#failures > 0;
    this.#timer = setTimeout(() => this.#tick(), Math.max(this.#options.limits.loadIntervalMs, retryInMs));
  }

  #tick(): void {
    this.#isHeld = false;
    if (this.#closed || this.#loading !== null) return;
    if (this.#waiting() <= 0 || this.#groupIsComing()) {
      this.#scheduleSoon();
      return;
    }
    this.#loading = this.#load()
      .then(() => this.#rollWhenDue())
      .then(() => this.#noteSuccess())
      .catch((error: unknown) => this.#recover(error))
      .finally(() => {
        this.#loading = null;
        if (this.#failures === 0 && this.#waiting() >= this.#options.limits.loadGroupRows) this.#tick();
        else this.#schedule();
      });
  }

  #noteSuccess(): void {
    if (this.#failures > 0) this.#options.log.warn("ledger.loading-again", { failures: this.#failures, applied: this.#applied });
    this.#failures = 0;
  }

  #scheduleSoon(): void {
    if (this.#waiting() <= 0) this.#schedule();
    else this.#timer = setTimeout(() => this.#tick(), 50);
  }

  /** Whether waiting a little more will gather a whole row group, which costs half per row. */
  #groupIsComing(): boolean {
    const { loadGroupRows, loadGroupWaitMsMax } = this.#options.limits;
    const waiting = this.#waiting();
    if (waiting >= loadGroupRows) return false;
    const sinceMs = performance.now() - this.#lastLoadAt;
    return sinceMs < loadGroupWaitMsMax && (waiting / sinceMs) * loadGroupWaitMsMax >= loadGroupRows;
  }

  /** In the pause after a load, one piece; a long way behind, the next one follows the next load. */
  async #rollWhenDue(): Promise<void> {
    const { rollup, now } = this.#options;
    const nowMs = now();
    if (this.#connection !== null && rollup.isDue(nowMs)) await rollup.roll(this.#connection, { appliedThrough: this.#applied, nowMs });
  }

  /** A transaction may fail on its own; where the next one fails too, or DuckDB says that it is out of order, it is opened anew. */
  async #recover(error: unknown): Promise<void> {
    const failure = textOf(error);
    this.#failures += 1;
    if (this.#failures === 1) this.#options.log.error("ledger.load-failed", { error: failure, applied: this.#applied });
    try {
      await this.#connection?.run("ROLLBACK").catch(() => {});
      this.#disconnect();
      if (this.#failures > 1 || isInvalidated.test(failure)) await this.#options.reopen(failure);
      await this.open();
      await this.#seek();
    } catch (cause) {
      this.#disconnect();
      if (this.#failures <= saidFailures) this.#options.log.error("ledger.load-stopped", { error: textOf(cause) });
    }
  }

  #disconnect(): void {
    this.#columns?.discard();
    this.#connection?.closeSync();
    this.#columns = null;
    this.#connection = null;
  }

  async #seek(): Promise<void> {
    this.#block = null;
    this.#boot = 0;
    this.#late.clear();
    this.#newReasons = [];
    this.#changedBoots.clear();
    const first = await this.#options.source.seek(this.#applied + 1);
    if (first > this.#applied + 1) {
      this.#options.log.error("ledger.journal-gap", { fromSequence: this.#applied + 1, toSequence: first - 1 });
      this.#applied = first - 1;
    }
  }

  /** One transaction: at most one row group of shares, in turns of the event loop of one chunk each. */
  async #load(): Promise<void> {
    const { limits, now, durableThrough } = this.#options;
    const connection = this.#connection;
    const columns = this.#columns;
    if (connection === null || columns === null) throw new Error("the loader is closed");
    const through = durableThrough();
    const atMs = now();
    this.#lastLoadAt = performance.now();
    await connection.run("BEGIN");
    let rows = 0;
    let chunks = 0;
    while (rows < limits.loadGroupRows && (await this.#collect(through, Math.min(chunkRows, limits.loadGroupRows - rows)))) {
      rows += columns.rows;
      columns.push();
      chunks += 1;
      if (chunks % chunksPerFlush === 0) columns.flush();
      await nextTurn();
    }
    columns.flush();
    const applied = Math.max(this.#applied, this.#sequence - 1);
    await this.#writeOthers(connection);
    await connection.run("UPDATE progress SET applied_sequence = $1", [BigInt(applied)]);
    await connection.run("COMMIT");
    this.#applied = applied;
    this.#loadedAtMs = applied >= through ? atMs : columns.lastAtMs;
  }

  /** Reads records up to `rowsMax` shares into the columns; false when there is nothing more up to `through`. */
  async #collect(through: number, rowsMax: number): Promise<boolean> {
    const columns = this.#columns as ShareColumns;
    let read = 0;
    while (columns.rows < rowsMax) {
      if (this.#block === null && !(await this.#nextBlock(through))) break;
      read += this.#readRecords(columns, rowsMax);
    }
    return read > 0;
  }

  async #nextBlock(through: number): Promise<boolean> {
    const block = await this.#options.source.next(through);
    if (block === null) return false;
    if (block.bootNo !== this.#boot) this.#reasonOfLocal.clear();
    this.#boot = block.bootNo;
    this.#block = block;
    this.#offset = block.recordsAt;
    this.#sequence = block.firstSequence;
    if (block.firstSequence + block.records - 1 <= this.#applied && (block.flags & flagOthers) === 0) {
      this.#sequence += block.records;
      this.#block = null;
    }
    return true;
  }

  #readRecords(columns: ShareColumns, rowsMax: number): number {
    const block = this.#block;
    if (block === null) return 0;
    const { slab, end } = block;
    const before = this.#sequence;
    while (this.#offset < end && columns.rows < rowsMax) {
      const records = sharesInARow(block, this.#offset, rowsMax - columns.rows);
      if (records === 0) {
        this.#readOther(slab, this.#offset);
        this.#offset += recordBytes(slab, this.#offset);
        this.#sequence += 1;
        continue;
      }
      // The database may have the first part of them already.
      const skipped = Math.min(records, Math.max(0, this.#applied + 1 - this.#sequence));
      const offset = this.#offset + skipped * shareBytes;
      columns.addRun(slab, { offset, records: records - skipped, sequence: this.#sequence + skipped, reasonNoOf: this.#reasonNoOfLocal });
      this.#offset += records * shareBytes;
      this.#sequence += records;
    }
    if (this.#offset >= end) this.#block = null;
    return this.#sequence - before;
  }

  #readOther(slab: Slab, offset: number): void {
    const kind = (slab.bytes[offset] as number) & 15;
    const isNew = this.#sequence > this.#applied;
    if (kind === kindReason) {
      // Also below `applied`: shares that follow in this segment use the number.
      const length = slab.u32[(offset + 4) >>> 2] as number;
      const text = new TextDecoder().decode(slab.bytes.subarray(offset + reasonHeaderBytes, offset + reasonHeaderBytes + length));
      this.#reasonOfLocal.set(slab.u16[(offset >>> 1) + 1] as number, this.#reasonNoOf(text));
    } else if (kind === kindVerdict && isNew) {
      const localReason = slab.u16[(offset >>> 1) + 1] as number;
      this.#late.set(slab.f64[(offset + 16) >>> 3] as number, {
        poolCode: (slab.bytes[offset + 1] as number) >>> 4,
        reasonNo: this.#reasonNoOfLocal(localReason),
        answeredMs: slab.i32[(offset >>> 2) + 1] as number,
      });
    } else if (kind === kindPulse && isNew) this.#notePulse(slab.f64[(offset >>> 3) + 1] as number);
  }

  #reasonNoOf(text: string): number {
    const kept = this.#reasonOfText.has(text) || this.#reasonOfText.size < this.#options.limits.reasonsMax - 1 ? text : otherReason;
    const known = this.#reasonOfText.get(kept);
    if (known !== undefined) return known;
    const no = this.#reasonOfText.size + 1;
    this.#reasonOfText.set(kept, no);
    this.#newReasons.push({ no, text: kept });
    return no;
  }

  /** Gives texts their numbers, before rows that have them come from elsewhere than the journal. */
  async learnReasons(connection: DuckDBConnection, texts: readonly string[]): Promise<void> {
    for (const text of texts) this.#reasonNoOf(text);
    await this.#writeReasons(connection);
  }

  async #writeReasons(connection: DuckDBConnection): Promise<void> {
    for (const { no, text } of this.#newReasons) await connection.run("INSERT INTO reasons VALUES ($1, $2)", [no, text]);
    this.#newReasons = [];
  }

  #notePulse(atMs: number): void {
    const run = this.#runs.get(this.#boot);
    if (run === undefined) this.#runs.set(this.#boot, { fromMs: atMs, toMs: atMs });
    else this.#runs.set(this.#boot, { fromMs: Math.min(run.fromMs, atMs), toMs: Math.max(run.toMs, atMs) });
    this.#changedBoots.add(this.#boot);
  }

  async #writeOthers(connection: DuckDBConnection): Promise<void> {
    await this.#writeReasons(connection);
    for (const boot of this.#changedBoots) {
      const run = this.#runs.get(boot) as Run;
      const sql = this.#knownBoots.has(boot) ? "UPDATE runs SET from_ms = $2, to_ms = $3 WHERE boot_no = $1" : "INSERT INTO runs VALUES ($1, $2, $3)";
      await connection.run(sql, [boot, BigInt(Math.floor(run.fromMs)), BigInt(Math.floor(run.toMs))]);
      this.#knownBoots.add(boot);
    }
    const late = [...this.#late];
    for (let from = 0; from < late.length; from += lateRowsMax) await this.#writeLate(connection, late.slice(from, from + lateRowsMax));
    this.#changedBoots.clear();
    this.#late.clear();
  }

  async #writeLate(connection: DuckDBConnection, late: LateRows): Promise<void> {
    const { rollup } = this.#options;
    const picked = `${pickLate(late)} AND ${rollup.changeable}`;
    const isRolled = late.some(([sequence]) => sequence <= rollup.reach.rolledThrough);
    if (isRolled) await rollup.correct(connection, picked, -1);
    await writeLate(connection, late, picked);
    if (isRolled) await rollup.correct(connection, picked, 1);
  }
}
