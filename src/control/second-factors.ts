import type { Statement } from "bun:sqlite";
import { Secret as OtpSecret, TOTP } from "otpauth";
import { hashSecret } from "./credentials.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { encodeBase32 } from "./ids.ts";
import { conflict, invalid, type Result, succeed } from "./result.ts";
import { Secret } from "./secret.ts";
import type { User } from "./users.ts";

/** What every authenticator app takes (RFC 6238): SHA-1, six digits, 30 seconds; a code of the step before or after is good too. */
const periodS = 30;
const digits = 6;
const stepsAround = 1;
const secretBytes = 20;
const recoveryCodes = 10;

type RawFactor = { secret: string; enabled_at_ms: number | null; last_step: number };

const totpOf = (secret: string, label: string): TOTP =>
  new TOTP({ issuer: "stratum-hub", label, algorithm: "SHA1", digits, period: periodS, secret: OtpSecret.fromBase32(secret) });
const hashOfCode = (code: string): Uint8Array => hashSecret(code.toLowerCase().replace(/[\s-]/g, ""));

/** Fifty random bits as `abcde-fghjk`. */
function newRecoveryCode(): string {
  const letters = encodeBase32(crypto.getRandomValues(new Uint8Array(16))).slice(-10);
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** The second step of a sign-in: codes of an app, and ten codes on paper for the day the phone is gone. */
export class SecondFactors {
  readonly #database: ControlDatabase;
  readonly #read: Statement<RawFactor, SqlValue[]>;
  readonly #write: Statement<unknown, SqlValue[]>;
  readonly #remove: Statement<unknown, SqlValue[]>;
  readonly #addCode: Statement<unknown, SqlValue[]>;
  readonly #useCode: Statement<unknown, SqlValue[]>;
  readonly #removeCodes: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#read = sql.prepare("SELECT secret, enabled_at_ms, last_step FROM second_factors WHERE user_no = ?");
    this.#write = sql.prepare("INSERT OR REPLACE INTO second_factors (user_no, secret, enabled_at_ms, last_step) VALUES (?, ?, ?, ?)");
    this.#remove = sql.prepare("DELETE FROM second_factors WHERE user_no = ?");
    this.#addCode = sql.prepare("INSERT INTO recovery_codes (user_no, code_hash) VALUES (?, ?)");
    this.#useCode = sql.prepare("DELETE FROM recovery_codes WHERE user_no = ? AND code_hash = ?");
    this.#removeCodes = sql.prepare("DELETE FROM recovery_codes WHERE user_no = ?");
  }

  isOn(userNo: number): boolean {
    return this.#stored(userNo)?.enabled_at_ms != null;
  }

  /** Begins: nothing is asked for until `confirm`. Gives the secret for typing and the `otpauth:` address for the picture. */
  begin({ no, email }: User): Result<{ secret: Secret; uri: Secret }> {
    if (this.isOn(no)) return conflict("the second step is on already");
    const secret = new OtpSecret({ size: secretBytes }).base32;
    this.#database.transaction(() => this.#database.trail.ignoring(() => this.#write.run(no, secret, null, 0)));
    return succeed({ secret: new Secret(secret), uri: new Secret(totpOf(secret, email).toString()) });
  }

  /** What `begin` gave, for showing it again while a code is awaited. */
  pending({ no, email }: User): { secret: Secret; uri: Secret } | null {
    const stored = this.#stored(no);
    if (stored === null || stored.enabled_at_ms !== null) return null;
    return { secret: new Secret(stored.secret), uri: new Secret(totpOf(stored.secret, email).toString()) };
  }

  /** Turns it on with a first right code; gives the recovery codes, which are stored as hashes only. */
  confirm(user: User, code: string): Result<string[]> {
    return this.#database.transaction(() => {
      const stored = this.#stored(user.no);
      if (stored === null || stored.enabled_at_ms !== null) return conflict("begin the second step first");
      const step = this.#stepOf(stored, code);
      if (step === null) return invalid("code", "is not the code of now; check the clock of the phone");
      this.#write.run(user.no, stored.secret, this.#database.now(), step);
      this.#removeCodes.run(user.no);
      const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
      for (const one of codes) this.#addCode.run(user.no, hashOfCode(one));
      this.#database.trail.note({ kind: "second step", id: user.id, before: { state: "off" }, after: { state: "on" } });
      return succeed(codes);
    });
  }

  /** Whether the code is right: of the app, each once, or one of the recovery codes, which is used up by it. */
  check(user: User, code: string): boolean {
    return this.#database.transaction(() => {
      const stored = this.#stored(user.no);
      if (stored === null || stored.enabled_at_ms === null) return false;
      const step = this.#stepOf(stored, code);
      if (step === null) return this.#useRecoveryCode(user, code);
      this.#database.trail.ignoring(() => this.#write.run(user.no, stored.secret, stored.enabled_at_ms, step));
      return true;
    });
  }

  /** Turns it off and forgets secret and recovery codes. */
  disable(user: User): void {
    this.#database.transaction(() => {
      const wasOn = this.isOn(user.no);
      this.#remove.run(user.no);
      this.#removeCodes.run(user.no);
      if (wasOn) this.#database.trail.note({ kind: "second step", id: user.id, before: { state: "on" }, after: { state: "off" } });
    });
  }

  #stored(userNo: number): RawFactor | null {
    return this.#read.get(userNo);
  }

  /** The step whose code this is, if it comes after the last one that was taken. */
  #stepOf({ secret, last_step }: RawFactor, code: string): number | null {
    const token = code.replace(/\s/g, "");
    if (!/^\d{6}$/.test(token)) return null;
    const timestamp = this.#database.now();
    const delta = totpOf(secret, "").validate({ token, timestamp, window: stepsAround });
    const step = delta === null ? null : Math.floor(timestamp / 1_000 / periodS) + delta;
    return step !== null && step > last_step ? step : null;
  }

  #useRecoveryCode(user: User, code: string): boolean {
    if (this.#useCode.run(user.no, hashOfCode(code)).changes === 0) return false;
    this.#database.trail.note({ kind: "recovery code", id: user.id, before: { state: "unused" }, after: { state: "used" } });
    return true;
  }
}
