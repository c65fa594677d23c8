import type { Statement } from "bun:sqlite";
import { hashSecret, randomSecret } from "./credentials.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { Secret } from "./secret.ts";

/** Long enough for somebody who is not at work tomorrow. */
const validMs = 3 * 24 * 3_600_000;

/** Links with which somebody sets his own password, once: an owner makes them and never knows the password. */
export class PasswordLinks {
  readonly #database: ControlDatabase;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #find: Statement<{ user_no: number }, SqlValue[]>;
  readonly #remove: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#insert = sql.prepare("INSERT OR REPLACE INTO password_links (user_no, token_hash, expires_at_ms) VALUES (?, ?, ?)");
    this.#find = sql.prepare("SELECT user_no FROM password_links WHERE token_hash = ? AND expires_at_ms > ?");
    this.#remove = sql.prepare("DELETE FROM password_links WHERE user_no = ?");
  }

  /** The text of a new link's token, good for three days; an older link of the same user is worth nothing from now on. Only its hash is stored. */
  create({ no, id }: { no: number; id: string }): Secret {
    const token = randomSecret();
    this.#database.transaction(() => {
      const expiresAtMs = this.#database.now() + validMs;
      this.#insert.run(no, hashSecret(token), expiresAtMs);
      this.#database.trail.note({ kind: "password link", id, before: null, after: { expiresAt: new Date(expiresAtMs).toISOString() } });
    });
    return new Secret(token);
  }

  /** Number of the user whose link it is, without using it up; null = unknown, used or too old. */
  userNoOf(token: string): number | null {
    return this.#find.get(hashSecret(token), this.#database.now())?.user_no ?? null;
  }

  /** The link was used, or must not be. */
  remove(userNo: number): void {
    this.#database.transaction(() => void this.#remove.run(userNo));
  }
}
