import type { Statement } from "bun:sqlite";
import { hashSecret, randomSecret, sameHash } from "./credentials.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Invalid, invalid, type Success, succeed } from "./result.ts";
import { oneOfRule, textRule, timeZoneRule } from "./rules.ts";
import { Secret } from "./secret.ts";

const known = Object.freeze({
  farmName: { first: "My farm", rule: textRule(100) },
  timeZone: { first: "UTC", rule: timeZoneRule },
  /** Whether owners get no further without a second step of their sign-in. */
  ownersNeedSecondStep: { first: "no", rule: oneOfRule(["no", "yes"]) },
});
export type SettingName = keyof typeof known;

const setupTokenKey = "setupTokenHash";

export class Settings {
  readonly #database: ControlDatabase;
  readonly #read: Statement<{ value: string }, SqlValue[]>;
  readonly #write: Statement<unknown, SqlValue[]>;
  readonly #clear: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#read = database.sql.prepare("SELECT value FROM settings WHERE key = ?");
    this.#write = database.sql.prepare(
      "INSERT INTO settings (key, value, updated_at_ms) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at_ms = excluded.updated_at_ms",
    );
    this.#clear = database.sql.prepare("DELETE FROM settings WHERE key = ?");
  }

  get(name: SettingName): string {
    return this.#read.get(name)?.value ?? known[name].first;
  }

  set(name: SettingName, value: string): Success<string> | Invalid {
    const broken = known[name].rule(value);
    if (broken !== null) return invalid(name, broken);
    const before = this.get(name);
    if (before === value) return succeed(value);
    this.#database.transaction(() => {
      this.#write.run(name, value, this.#database.now());
      this.#database.trail.note({ kind: "setting", id: null, before: { [name]: before }, after: { [name]: value } });
    });
    return succeed(value);
  }

  /** A new token for the set-up link; the one before is worth nothing from now on. Only its hash is stored. */
  createSetupToken(): Secret {
    const secret = randomSecret();
    this.#write.run(setupTokenKey, Buffer.from(hashSecret(secret)).toString("hex"), this.#database.now());
    return new Secret(secret);
  }

  /** Whether the link would still be taken, without using it up. */
  isSetupToken(token: string): boolean {
    const stored = this.#read.get(setupTokenKey)?.value;
    return stored !== undefined && sameHash(Buffer.from(stored, "hex"), hashSecret(token));
  }

  /** True exactly once for the token of the link; `Users.addFirstOwner` does it together with the account. */
  consumeSetupToken(token: string): boolean {
    return this.#database.transaction(() => this.isSetupToken(token) && this.#clear.run(setupTokenKey).changes === 1);
  }
}
