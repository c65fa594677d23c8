import type { Statement } from "bun:sqlite";
import { hashSecret, randomSecret, sameHash } from "./credentials.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { encodeBase32 } from "./ids.ts";
import { noteUse } from "./note-use.ts";
import { type Invalid, invalid, type Result, succeed, together } from "./result.ts";
import { type ExpectedVersion, type Mapping, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, integerRule, orNull, textRule } from "./rules.ts";
import { isScope, type Scope, scopeNames } from "./scopes.ts";
import { Secret } from "./secret.ts";

/** An API token, without its secret: that is stored as a hash and shown once. */
export type Token = RowBase & {
  name: string;
  scopes: Scope[];
  /** null = never. */
  expiresAtMs: number | null;
  /** Exact to a minute. */
  lastUsedAtMs: number | null;
};

export type TokenInput = { name: string; scopes: readonly string[]; expiresAtMs?: number | null };

type StoredToken = Token & { lookup: string; secretHash: Uint8Array };
type RawToken = RawBase & {
  name: string;
  scopes: string;
  expires_at_ms: number | null;
  last_used_at_ms: number | null;
  lookup: string;
  secret_hash: Uint8Array;
};

const mapping: Mapping<StoredToken, RawToken> = {
  table: "tokens",
  noun: "token",
  prefix: "tok",
  columns: ["name", "scopes", "expires_at_ms", "last_used_at_ms", "lookup", "secret_hash"],
  unrecorded: ["lookup", "secretHash", "lastUsedAtMs"],
  read: (raw) => ({
    name: raw.name,
    scopes: raw.scopes.split(" ").filter(isScope),
    expiresAtMs: raw.expires_at_ms,
    lastUsedAtMs: raw.last_used_at_ms,
    lookup: raw.lookup,
    secretHash: raw.secret_hash,
  }),
  write: (token) => [token.name, token.scopes.join(" "), token.expiresAtMs, token.lastUsedAtMs, token.lookup, token.secretHash],
};

const lookupLength = 12;
/** `hub_<12 id>_<43 secret>`; the secret is base64url and may contain `_` itself. */
const tokenPattern = /^hub_([0-9a-z]{12})_([A-Za-z0-9_-]{43})$/;
const lastUsedStepMs = 60_000;
const cachedMax = 1_000;

const publicOf = ({ lookup: _lookup, secretHash: _secretHash, ...token }: StoredToken): Token => token;

function checkScopes(scopes: readonly string[]): Invalid | null {
  if (scopes.length === 0) return invalid("scopes", `must name at least one of ${scopeNames.join(", ")}`);
  const unknown = scopes.find((scope) => !isScope(scope));
  return unknown === undefined ? null : invalid("scopes", `must not contain ${JSON.stringify(unknown)}; it may contain ${scopeNames.join(", ")}`);
}

export class Tokens {
  readonly #database: ControlDatabase;
  readonly #rows: RowTable<StoredToken, RawToken>;
  readonly #byLookup: Statement<RawToken, SqlValue[]>;
  readonly #touch: Statement<unknown, SqlValue[]>;
  readonly #dataVersion: Statement<{ data_version: number }, SqlValue[]>;
  readonly #cache = new Map<string, StoredToken>();
  #cachedVersion = 0;

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#rows = new RowTable(database, mapping);
    this.#byLookup = this.#rows.prepare("lookup = ? AND removed_at_ms IS NULL");
    this.#touch = database.sql.prepare("UPDATE tokens SET last_used_at_ms = ? WHERE no = ?");
    this.#dataVersion = database.sql.prepare("PRAGMA data_version");
  }

  /** All tokens that are not removed, oldest first; expired ones too. */
  all(): Token[] {
    return this.#rows.all().map(publicOf);
  }

  byId(id: string): Token | null {
    const token = this.#rows.byId(id);
    return token === null ? null : publicOf(token);
  }

  /** Makes a token; its text `hub_…` is in the answer and nowhere else, ever. */
  create({ name, scopes, expiresAtMs = null }: TokenInput): Result<{ token: Token; text: Secret }> {
    const broken = together(
      checkFields({ name, expiresAtMs }, { name: textRule(100), expiresAtMs: orNull(integerRule(this.#database.now() + 1, 8_640_000_000_000_000)) }),
      checkScopes(scopes),
    );
    if (broken !== null) return broken;
    const lookup = encodeBase32(crypto.getRandomValues(new Uint8Array(16))).slice(-lookupLength);
    const secret = randomSecret();
    const ordered = scopeNames.filter((scope) => scopes.includes(scope));
    const row = this.#rows.insert({ name, scopes: ordered, expiresAtMs, lastUsedAtMs: null, lookup, secretHash: hashSecret(secret) });
    return succeed({ token: publicOf(row), text: new Secret(`hub_${lookup}_${secret}`) });
  }

  /** Revokes a token; from now on it opens nothing, here and in every process that has the database open. */
  remove(id: string, expected: ExpectedVersion): Result<Token> {
    const removed = this.#rows.remove(id, expected, () => null);
    this.#cache.clear();
    return removed.ok ? succeed(publicOf(removed.value)) : removed;
  }

  /** The token that this text is, or null: unknown, revoked, expired, or not a token at all. Notes its use at most once a minute. */
  verify(text: string, nowMs: number): Token | null {
    const [, lookup = "", secret = ""] = tokenPattern.exec(text) ?? [];
    if (lookup === "") return null;
    const token = this.#stored(lookup);
    if (token === null || !sameHash(hashSecret(secret), token.secretHash)) return null;
    if (token.expiresAtMs !== null && nowMs >= token.expiresAtMs) return null;
    if (token.lastUsedAtMs === null || nowMs - token.lastUsedAtMs >= lastUsedStepMs) {
      noteUse(() => {
        this.#touch.run(nowMs, token.no);
        token.lastUsedAtMs = nowMs;
      });
    }
    return publicOf(token);
  }

  #stored(lookup: string): StoredToken | null {
    // Changes when another process has written: it may have revoked a token.
    const version = this.#dataVersion.get()?.data_version ?? 0;
    if (version !== this.#cachedVersion || this.#cache.size > cachedMax) this.#cache.clear();
    this.#cachedVersion = version;
    const token = this.#cache.get(lookup) ?? this.#rows.find(this.#byLookup, lookup);
    if (token !== null) this.#cache.set(lookup, token);
    return token;
  }
}
