import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Invalid, invalid } from "./result.ts";
import { textRule } from "./rules.ts";

/** One request under its key. `principal` is the public id of the token or user: keys of different ones never meet. */
export type IdempotentRequest = {
  principal: string;
  key: string;
  /** Of method, path and canonical body. */
  fingerprint: string;
};

/** What was answered. `body` is stored as it is: leave secrets out of it. */
export type IdempotentAnswer = { status: number; body: string };

export type IdempotencyVerdict =
  /** Go on; then `finish` (in the transaction of the effect) or `abandon`. */
  | { state: "new" }
  /** Answer this again. */
  | { state: "done"; answer: IdempotentAnswer }
  /** The first one is still at work. */
  | { state: "running" }
  /** The key was used for another request. */
  | { state: "mismatch" }
  | { state: "invalid"; failure: Invalid };

type RawAnswer = { fingerprint: string; status: number; body: string; at_ms: number };

/** Answers are kept for seven days. */
const keepMs = 7 * 24 * 3_600_000;
const keyRule = textRule(255);

/** Makes it safe to send a POST twice (draft-ietf-httpapi-idempotency-key-header). */
export class Idempotency {
  readonly #database: ControlDatabase;
  readonly #read: Statement<RawAnswer, SqlValue[]>;
  readonly #write: Statement<unknown, SqlValue[]>;
  readonly #removeOld: Statement<unknown, SqlValue[]>;
  /** In memory, for a request that was cut off by the end of the process has had no effect. */
  readonly #running = new Map<string, string>();

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#read = database.sql.prepare("SELECT fingerprint, status, body, at_ms FROM idempotency WHERE principal = ? AND key = ? AND at_ms > ?");
    this.#write = database.sql.prepare("INSERT OR REPLACE INTO idempotency (principal, key, fingerprint, status, body, at_ms) VALUES (?, ?, ?, ?, ?, ?)");
    this.#removeOld = database.sql.prepare("DELETE FROM idempotency WHERE at_ms <= ?");
  }

  /** Says what to do with a request; after `new` the key is held until `finish` or `abandon`. */
  begin(request: IdempotentRequest): IdempotencyVerdict {
    const broken = keyRule(request.key);
    if (broken !== null) return { state: "invalid", failure: invalid("Idempotency-Key", broken) };
    const slot = slotOf(request);
    const running = this.#running.get(slot);
    if (running !== undefined) return { state: running === request.fingerprint ? "running" : "mismatch" };
    const done = this.#read.get(request.principal, request.key, this.#database.now() - keepMs);
    if (done !== null) {
      return done.fingerprint === request.fingerprint ? { state: "done", answer: { status: done.status, body: done.body } } : { state: "mismatch" };
    }
    this.#running.set(slot, request.fingerprint);
    return { state: "new" };
  }

  /** Stores the answer; to be called in the same transaction as the effect, so that both are there or none. */
  finish(request: IdempotentRequest, { status, body }: IdempotentAnswer): void {
    this.#database.trail.ignoring(() => {
      this.#write.run(request.principal, request.key, request.fingerprint, status, body, this.#database.now());
    });
    this.#database.afterCommit(() => this.#running.delete(slotOf(request)));
  }

  /** The request had no effect; its key may be used again. Harmless after `finish`. */
  abandon(request: IdempotentRequest): void {
    this.#running.delete(slotOf(request));
  }

  /** Forgets answers older than seven days; to be called now and then. */
  prune(): void {
    this.#removeOld.run(this.#database.now() - keepMs);
  }
}

const slotOf = ({ principal, key }: IdempotentRequest) => `${principal} ${key}`;
