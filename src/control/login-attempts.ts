import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** So many attempts in so long a time, for an e-mail address and for a network address each. */
const attemptsMax = 5;
const windowMs = 15 * 60_000;
/** Keys that are remembered; beyond that the oldest are forgotten, so that nobody can fill the disk by guessing. */
const keysMax = 10_000;

export type LoginAttempt = { email: string; address: string };
export type AttemptVerdict = { allowed: true } | { allowed: false; retryAtMs: number };

type RawAttempt = { attempts: number; since_ms: number };

const keysOf = ({ email, address }: LoginAttempt) => [`email ${email.trim().toLowerCase().slice(0, 254)}`, `address ${address.slice(0, 64)}`] as const;

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
    return this.#database.transaction(() => {
      this.#removeOld.run(nowMs);
      const keys = keysOf(attempt);
      const full = keys.map((key) => this.#read.get(key)).filter((row) => row !== null && row.attempts >= attemptsMax);
      if (full.length > 0) return { allowed: false, retryAtMs: Math.max(...full.map((row) => (row?.since_ms ?? 0) + windowMs)) };
      for (const key of keys) this.#add.run(key, nowMs);
      this.#removeSurplus.run();
      return { allowed: true };
    });
  }

  /** The password was right: the e-mail address is free again; of the network address only this attempt is taken back, since others may guess from there. */
  succeed(attempt: LoginAttempt): void {
    const [email, address] = keysOf(attempt);
    this.#database.transaction(() => {
      this.#clear.run(email);
      this.#takeBack.run(address);
    });
  }
}
