import type { DuckDBConnection } from "@duckdb/node-api";
import type { Log } from "../log.ts";
import type { BlockSource } from "./block-source.ts";
import type { Database } from "./database.ts";
import type { LedgerLimits } from "./limits.ts";
import { OtherRecords } from "./other-records.ts";
import { RecordReader } from "./record-reader.ts";
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
  readonly #others: OtherRecords;
  readonly #reader: RecordReader;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#others = new OtherRecords({ reasonsMax: options.limits.reasonsMax, rollup: options.rollup });
    this.#reader = new RecordReader(options.source, this.#others);
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
    return this.#others.runs;
  }

  get lastBootNo(): number {
    return this.#others.lastBootNo;
  }

  /** Reads from the database how far it is. Must be called before anything else; returns the applied sequence. */
  async open(): Promise<number> {
    const connection = await this.#options.database.connect();
    this.#connection = connection;
    await this.#options.rollup.read(connection);
    const applied = Number((await connection.runAndReadAll("SELECT applied_sequence FROM progress")).getRows()[0]?.[0] ?? 0);
    // Built anew: what it answered a moment ago it knows no more.
    if (applied < this.#applied) this.#loadedAtMs = 0;
    this.#applied = applied;
    await this.#others.readFrom(connection);
    this.#columns = await ShareColumns.create(this.#options.database.duckDb, connection);
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

  /** Gives texts their numbers, before rows that have them come from elsewhere than the journal. */
  learnReasons(connection: DuckDBConnection, texts: readonly string[]): Promise<void> {
    return this.#others.learnReasons(connection, texts);
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
    const first = await this.#reader.seek(this.#applied + 1);
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
    while (rows < limits.loadGroupRows && (await this.#reader.collect(columns, through, Math.min(chunkRows, limits.loadGroupRows - rows)))) {
      rows += columns.rows;
      columns.push();
      chunks += 1;
      if (chunks % chunksPerFlush === 0) columns.flush();
      await nextTurn();
    }
    columns.flush();
    const applied = Math.max(this.#applied, this.#reader.lastSequence);
    await this.#others.writeTo(connection);
    await connection.run("UPDATE progress SET applied_sequence = $1", [BigInt(applied)]);
    await connection.run("COMMIT");
    this.#applied = applied;
    this.#loadedAtMs = applied >= through ? atMs : columns.lastAtMs;
  }
}
