import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import { type Columns, columnsOfResult } from "./columns.ts";
import type { LedgerLimits } from "./limits.ts";
import { ledgerMigrations } from "./migrations.ts";
import { type DuckDb, loadDuckDb } from "./native-library.ts";
import { yieldToShares } from "./question-threads.ts";
import { returnedShares } from "./share-sources.ts";

/** The database of shares does not open. The journal has what is in it. */
export class DatabaseUnusable extends Error {}

const interruptAgainMs = 50;

/** A question took longer than `queryMsMax` and was stopped. */
export class QueryTimeout extends Error {}

/**
 * The one DuckDB instance of the process on this folder, and the connections to it. Questions share a few connections, each of
 * which is stopped after its time; the loader has its own.
 */
export class Database {
  #instance: DuckDBInstance;
  readonly #limits: LedgerLimits;
  readonly duckDb: DuckDb;
  #idle: DuckDBConnection[] = [];
  #open = 0;
  #waiting: (() => void)[] = [];
  /** In use for questions and longer work. */
  readonly #busy = new Set<DuckDBConnection>();
  #replacing: Promise<void> | null = null;
  readonly #connecting = new Set<Promise<DuckDBConnection>>();
  #replacements = 0;
  #closed = false;

  private constructor(duckDb: DuckDb, instance: DuckDBInstance, limits: LedgerLimits) {
    this.duckDb = duckDb;
    this.#instance = instance;
    this.#limits = limits;
  }

  /** Opens or creates `<dataDir>/ledger.duckdb` and brings its tables up to date; `readOnly` changes nothing and needs a file. Throws DatabaseUnusable. */
  static async open(dataDir: string, limits: LedgerLimits, { readOnly = false } = {}): Promise<Database> {
    const duckDb = await loadDuckDb(dataDir);
    const path = join(dataDir, "ledger.duckdb");
    let instance: DuckDBInstance | null = null;
    try {
      instance = await duckDb.api.DuckDBInstance.create(path, {
        memory_limit: `${limits.memoryLimitMb}MB`,
        threads: String(limits.databaseThreads),
        checkpoint_threshold: `${limits.checkpointThresholdMb}MB`,
        preserve_insertion_order: "false",
        // Figures of up to 65,536 rigs are summed in an array instead of a hash table, in half the time.
        perfect_ht_threshold: "16",
        temp_directory: join(dataDir, "ledger.tmp"),
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
        access_mode: readOnly ? "READ_ONLY" : "READ_WRITE",
      });
      const database = new Database(duckDb, instance, limits);
      const connection = await instance.connect();
      await lockDown(connection, join(dataDir, "exports"));
      if (!readOnly) await migrate(connection);
      // A run that ended meanwhile may have left it.
      if (!readOnly) await connection.run(`DROP TABLE IF EXISTS ${returnedShares}`);
      // Reading a little finds damage that opening does not.
      for (const table of ["progress", "runs", "reasons"]) await connection.run(`SELECT count(*), count(COLUMNS(*)) FROM ${table}`);
      connection.closeSync();
      yieldToShares();
      return database;
    } catch (cause) {
      // Never two instances on one file.
      instance?.closeSync();
      throw new DatabaseUnusable(`the database of shares ${path} does not open: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  /** A connection that the caller closes, and before `replace`. */
  connect(): Promise<DuckDBConnection> {
    return this.#instance.connect();
  }

  /** Runs work that takes as long as it takes on a connection of its own, which is closed behind it. */
  async withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#connectNow();
    this.#busy.add(connection);
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
      this.#busy.delete(connection);
    }
  }

  /**
   * Lets go of an instance that has failed and takes over that of the database which `open` gives. What is under way on the old one fails, what
   * comes meanwhile waits. Where `open` rejects there is none, and this may be called again.
   */
  async replace(open: () => Promise<Database>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#replacing = promise;
    try {
      await this.#stopAll();
      // Never two instances on one file.
      this.#instance.closeSync();
      this.#instance = (await open()).#instance;
      this.#replacements += 1;
    } finally {
      this.#replacing = null;
      resolve();
    }
  }

  /** How often `replace` has taken over another database. */
  get replacements(): number {
    return this.#replacements;
  }

  /** A connection to the instance that there is when it is made: one to an instance that is let go would keep that open. */
  async #connectNow(): Promise<DuckDBConnection> {
    for (;;) {
      await this.#replacing;
      const connecting = this.#instance.connect();
      this.#connecting.add(connecting);
      try {
        const connection = await connecting;
        if (this.#replacing === null) return connection;
        connection.closeSync();
      } finally {
        this.#connecting.delete(connecting);
      }
    }
  }

  async #stopAll(): Promise<void> {
    await Promise.allSettled(this.#connecting);
    while (this.#busy.size > 0) {
      for (const connection of this.#busy) connection.interrupt();
      await new Promise((resolve) => setTimeout(resolve, interruptAgainMs));
    }
    for (const connection of this.#idle) connection.closeSync();
    this.#open -= this.#idle.length;
    this.#idle = [];
  }

  /** Rows of one question, as arrays in the order of its columns. Rejects with QueryTimeout. */
  ask(sql: string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    return this.#timed(async (connection) => (await connection.runAndReadAll(sql, boundOr(values))).getRows());
  }

  /** The same as columns, for many rows. Rejects with QueryTimeout. */
  askColumns(sql: string, values: DuckDBValue[] = []): Promise<Columns> {
    return this.#timed(async (connection) => await columnsOfResult(this.duckDb, await connection.run(sql, boundOr(values))));
  }

  async #timed<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#borrow();
    this.#busy.add(connection);
    let late = false;
    let timer = setTimeout(() => {
      late = true;
      connection.interrupt();
      // Again and again, since one that waits for a thread of the pool has not begun and does not hear the first.
      timer = setInterval(() => connection.interrupt(), interruptAgainMs);
    }, this.#limits.queryMsMax);
    try {
      return await work(connection);
    } catch (cause) {
      if (late) throw new QueryTimeout(`a question to the ledger took more than ${this.#limits.queryMsMax / 1000} s; ask for a shorter window`, { cause });
      throw cause;
    } finally {
      clearTimeout(timer);
      this.#giveBack(connection);
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#idle) connection.closeSync();
    this.#idle = [];
    this.#instance.closeSync();
  }

  async #borrow(): Promise<DuckDBConnection> {
    for (;;) {
      await this.#replacing;
      if (this.#closed) throw new Error("the ledger is closed");
      const idle = this.#idle.pop();
      if (idle !== undefined) return idle;
      if (this.#open < this.#limits.queriesMax) {
        this.#open += 1;
        return await this.#connectNow().catch((error: unknown) => {
          this.#open -= 1;
          throw error;
        });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #giveBack(connection: DuckDBConnection): void {
    this.#busy.delete(connection);
    if (this.#closed) connection.closeSync();
    else this.#idle.push(connection);
    this.#waiting.shift()?.();
  }
}

/** A statement without values is asked at once; one with them takes three turns on DuckDB's threads, a millisecond or more. */
const boundOr = (values: DuckDBValue[]): DuckDBValue[] | undefined => (values.length > 0 ? values : undefined);

/** After this no statement can reach a file outside the database and `exportFolder`, nor change that. */
async function lockDown(connection: DuckDBConnection, exportFolder: string): Promise<void> {
  await connection.run(`SET allowed_directories = ['${exportFolder.replaceAll("'", "''")}']`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

async function migrate(connection: DuckDBConnection): Promise<void> {
  await connection.run("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR NOT NULL)");
  const applied = (await connection.runAndReadAll("SELECT name FROM migrations ORDER BY name")).getRows().map(([name]) => String(name));
  const unknown = applied.find((name) => !ledgerMigrations.some((migration) => migration.name === name));
  if (unknown !== undefined) throw new Error(`it was written by a newer version (${unknown})`);
  for (const migration of ledgerMigrations.slice(applied.length)) {
    await connection.run("BEGIN");
    await connection.run(migration.sql);
    await connection.run("INSERT INTO migrations VALUES ($1)", [migration.name]);
    await connection.run("COMMIT");
  }
}
