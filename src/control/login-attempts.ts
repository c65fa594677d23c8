import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** So many attempts in so long a time. More from a network address: everybody behind one proxy shares it, and one man's typos must not lock out the others. */
const attemptsPerEmailMax = 5;
const attemptsPerAddressMax = 30;
const windowMs = 15 * 60_000;
/** Keys that are remembered; beyond that the oldest are forgotten, so that nobody can fill the disk by guessing. */
const keysMax = 10_000;

export type LoginAttempt = { email: string; address: string };
export type AttemptVerdict = { allowed: true } | { allowed: false; retryAtMs: number };

type RawAttempt = { attempts: number; since_ms: number };

type Counted = { key: string; max: number };

function countedOf({ email, address }: LoginAttempt): readonly [email: Counted, address: Counted] {
  const ofEmail = { key: `email ${email.trim().toLowerCase().slice(0, 254)}`, max: attemptsPerEmailMax };
  return [ofEmail, { key: `address ${address.slice(0, 64)}`, max: attemptsPerAddressMax }];
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
      const counted = countedOf(attempt);
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

  /** The password was right: the e-mail address is free again; of the network address only this attempt is taken back, since others may guess from there. */
  succeed(attempt: LoginAttempt): void {
    const [email, address] = countedOf(attempt);
    this.#counting(() => {
      this.#clear.run(email.key);
      this.#takeBack.run(address.key);
    });
  }

  /** One transaction; counting is no change that the audit log tells of. */
  #counting<T>(work: () => T): T {
    return this.#database.transaction(() => this.#database.trail.ignoring(work));
  }
}
