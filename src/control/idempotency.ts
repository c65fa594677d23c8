import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** A request that was answered, under its key. */
export type IdempotentAnswer = {
  /** Public id of the token or user: keys of different ones never meet. */
  principal: string;
  key: string;
  /** Of method, path and canonical body: what the key was used for. */
  fingerprint: string;
  status: number;
  /** Stored as it is: leave secrets out of it. */
  body: string;
};

/** Answers are kept for seven days. */
const keepMs = 7 * 24 * 3_600_000;

/** Makes it safe to send a POST twice (draft-ietf-httpapi-idempotency-key-header). Which requests are still at work is the caller's to know: one that the end of the process cut off had no effect. */
export class Idempotency {
  readonly #database: ControlDatabase;
  readonly #find: Statement<IdempotentAnswer, SqlValue[]>;
  readonly #keep: Statement<unknown, SqlValue[]>;
  readonly #removeOld: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#find = database.sql.prepare("SELECT principal, key, fingerprint, status, body FROM idempotency WHERE principal = ? AND key = ? AND at_ms > ?");
    this.#keep = database.sql.prepare("INSERT OR REPLACE INTO idempotency (principal, key, fingerprint, status, body, at_ms) VALUES (?, ?, ?, ?, ?, ?)");
    this.#removeOld = database.sql.prepare("DELETE FROM idempotency WHERE at_ms <= ?");
  }

  /** What was answered under this key in the last seven days; null for a new key. */
  find(principal: string, key: string): IdempotentAnswer | null {
    return this.#find.get(principal, key, this.#database.now() - keepMs);
  }

  /** Stores an answer; to be called in the transaction of its effect, so that both are there or none. */
  keep({ principal, key, fingerprint, status, body }: IdempotentAnswer): void {
    this.#keep.run(principal, key, fingerprint, status, body, this.#database.now());
  }

  /** Forgets answers older than seven days; to be called now and then. */
  prune(): void {
    this.#removeOld.run(this.#database.now() - keepMs);
  }
}
