import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/**
 * So many attempts in so long a time. Few of one address at one account; more of one address, which everybody behind a proxy shares; and
 * many at one account from everywhere, since whoever knows an e-mail could keep its owner out of his own hub otherwise.
 */
const attemptsPerPairMax = 5;
const attemptsPerAddressMax = 30;
const attemptsPerEmailMax = 100;
/** Of the second step, from wherever: who gets there has the password. */
const codesPerEmailMax = 5;
const windowMs = 15 * 60_000;
/** Keys that are remembered; beyond that the oldest are forgotten, so that nobody can fill the disk by guessing. */
const keysMax = 10_000;

/** `isCode`: of the second step. */
export type LoginAttempt = { email: string; address: string; isCode?: boolean };
export type AttemptVerdict = { allowed: true } | { allowed: false; retryAtMs: number };

type RawAttempt = { attempts: number; since_ms: number };

type Counted = { key: string; max: number };

/** `own` is free again after a success; of `shared` only the attempt itself is taken back, since others may guess there. */
function countedOf({ email, address, isCode = false }: LoginAttempt): { own: Counted[]; shared: Counted[] } {
  const account = email.trim().toLowerCase().slice(0, 254);
  const place = address.slice(0, 64);
  const ofAddress = { key: `address ${place}`, max: attemptsPerAddressMax };
  if (isCode) return { own: [{ key: `code ${account}`, max: codesPerEmailMax }], shared: [ofAddress] };
  return {
    own: [{ key: `from ${place} email ${account}`, max: attemptsPerPairMax }],
    shared: [ofAddress, { key: `email ${account}`, max: attemptsPerEmailMax }],
  };
}

/** Slows down who guesses passwords. The window begins with the first attempt and is not prolonged by more of them. */
export class LoginAttempts {
  readonly #database: ControlDatabase;
  readonly #read: Statement<RawAttempt, SqlValue[]>;
  readonly #add: Statement<unknown, SqlValue[]>;
  readonly #clear: Statement<unknown, SqlValue[]>;
  readonly #takeBack: Statement<unknown, SqlValue[]>;
  readonly #removeOld: Statement<unknown, SqlValue[]>;
  readonly #removeSurplus: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#read = sql.prepare("SELECT attempts, since_ms FROM login_attempts WHERE key = ?");
    this.#add = sql.prepare("INSERT INTO login_attempts (key, attempts, since_ms) VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET attempts = attempts + 1");
    this.#clear = sql.prepare("DELETE FROM login_attempts WHERE key = ?");
    this.#takeBack = sql.prepare("UPDATE login_attempts SET attempts = attempts - 1 WHERE key = ? AND attempts > 0");
    this.#removeOld = sql.prepare(`DELETE FROM login_attempts WHERE since_ms <= ?1 - ${windowMs}`);
    this.#removeSurplus = sql.prepare(
      `DELETE FROM login_attempts WHERE key IN (SELECT key FROM login_attempts ORDER BY since_ms DESC LIMIT -1 OFFSET ${keysMax})`,
    );
  }

  /** To be called before the password is looked at: counts the attempt (so that many at once count, too), or says when to come again. */
  begin(attempt: LoginAttempt, nowMs: number): AttemptVerdict {
    return this.#counting(() => {
      this.#removeOld.run(nowMs);
      const { own, shared } = countedOf(attempt);
      const counted = [...own, ...shared];
      const full = counted.flatMap(({ key, max }) => {
        const row = this.#read.get(key);
        return row !== null && row.attempts >= max ? [row] : [];
      });
      if (full.length > 0) return { allowed: false, retryAtMs: Math.max(...full.map((row) => row.since_ms + windowMs)) };
      for (const { key } of counted) this.#add.run(key, nowMs);
      this.#removeSurplus.run();
      return { allowed: true };
    });
  }

  /** The password or the code was right. */
  succeed(attempt: LoginAttempt): void {
    const { own, shared } = countedOf(attempt);
    this.#counting(() => {
      for (const { key } of own) this.#clear.run(key);
      for (const { key } of shared) this.#takeBack.run(key);
    });
  }

  /** One transaction; counting is no change that the audit log tells of. */
  #counting<T>(work: () => T): T {
    return this.#database.transaction(() => this.#database.trail.ignoring(work));
  }
}
