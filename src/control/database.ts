import { Database } from "bun:sqlite";
import assert from "node:assert";
import { closeSync, openSync } from "node:fs";
import type { Log } from "../log.ts";
import { AuditTrail } from "./audit-trail.ts";
import { migrate } from "./migrations.ts";

/** How long a statement waits for another process (a command such as `user add`) to finish its transaction. */
const busyTimeoutMs = 5_000;
/** A quarter of SQLite's own default. */
const cacheKib = 512;

export type SqlValue = string | number | bigint | boolean | null | Uint8Array;

export type ControlOptions = {
  now: () => number;
  log: Log;
  /** Asked before an older file is brought up to date; when absent it is. */
  mayMigrate?: () => boolean;
};

/**
 * The control database of one process. Everything is synchronous: a transaction is a handful of statements on a small
 * file, and what was decided must be on disk before it is applied (`synchronous=FULL`).
 */
export class ControlDatabase {
  readonly sql: Database;
  readonly now: () => number;
  readonly log: Log;
  /** What is done in somebody's name; each outermost transaction writes its entry with it. */
  readonly trail: AuditTrail;
  #afterCommit: (() => void)[] = [];
  #depth = 0;

  constructor(path: string, { now, log, mayMigrate }: ControlOptions) {
    // The file holds pool passwords: made before SQLite does, so that nobody else can read it (its WAL takes the same mode).
    if (path !== ":memory:") closeSync(openSync(path, "a", 0o600));
    this.sql = new Database(path, { create: true, readwrite: true, strict: true });
    this.now = now;
    this.log = log;
    this.sql.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    this.sql.run("PRAGMA journal_mode = WAL");
    this.sql.run("PRAGMA synchronous = FULL");
    this.sql.run("PRAGMA foreign_keys = ON");
    // What ten thousand enrolments have touched is not read again soon, and the kernel's cache has it.
    this.sql.run(`PRAGMA cache_size = -${cacheKib}`);
    try {
      this.#whole(() => migrate(this.sql, now(), log, mayMigrate === undefined ? {} : { mayMigrate }));
    } catch (error) {
      this.sql.close();
      throw error;
    }
    this.trail = new AuditTrail(this.sql);
  }

  /**
   * Runs `work` in one transaction and gives what it returns; inside another transaction it is a savepoint of that one.
   * If `work` throws, nothing of it stays. It must not be asynchronous.
   */
  transaction<T>(work: () => T): T {
    const mark = this.trail.mark();
    if (this.#depth === 0) return this.#whole(() => this.trail.closing(work));
    try {
      return this.#whole(work);
    } catch (error) {
      this.trail.forget(mark);
      throw error;
    }
  }

  #whole<T>(work: () => T): T {
    const level = this.#depth;
    // IMMEDIATE: a transaction that begins as a reader cannot become a writer once another process has written.
    this.sql.run(level === 0 ? "BEGIN IMMEDIATE" : `SAVEPOINT level${level}`);
    const waiting = this.#afterCommit.length;
    this.#depth = level + 1;
    let value: T;
    try {
      value = work();
      assert(!(value instanceof Promise), "a transaction must not be asynchronous");
      this.sql.run(level === 0 ? "COMMIT" : `RELEASE level${level}`);
    } catch (error) {
      this.#afterCommit.length = waiting;
      // A failed COMMIT (disk full) may have rolled back by itself already.
      if (this.sql.inTransaction) this.sql.run(level === 0 ? "ROLLBACK" : `ROLLBACK TO level${level}; RELEASE level${level}`);
      throw error;
    } finally {
      this.#depth = level;
    }
    if (level === 0) for (const action of this.#afterCommit.splice(0)) action();
    return value;
  }

  /** Runs `action` when the transaction at hand is on disk (at once when there is none); not at all if it is rolled back. */
  afterCommit(action: () => void): void {
    if (this.#depth === 0) action();
    else this.#afterCommit.push(action);
  }
}
