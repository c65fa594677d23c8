import { isIP } from "node:net";
import { type AlgorithmName, algorithmNames } from "../work/algorithm.ts";
import type { Customers } from "./customers.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Namesakes, namesakesIn } from "./namesakes.ts";
import { type Holder, holdersOfPool, strangerAmong } from "./profile-holders.ts";
import { type Invalid, inUse, invalid, type Result, type Success, succeed, together, type Usage } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { booleanRule, checkFields, hostRule, integerRule, oneOfRule, type Rule, textRule } from "./rules.ts";
import { Secret } from "./secret.ts";

export const poolModes = Object.freeze(["shared", "per-rig"] as const);
export type PoolMode = (typeof poolModes)[number];

/** One account at one pool. `{rig}` in the user name stands for the rig's own name. */
export type Pool = RowBase & {
  name: string;
  /** Host name or address, IPv6 without brackets. */
  host: string;
  port: number;
  tls: boolean;
  algorithm: AlgorithmName;
  username: string;
  password: Secret;
  mode: PoolMode;
  customerId: string | null;
};

type PoolFields = Omit<Pool, keyof RowBase | "password">;
export type PoolPatch = Partial<PoolFields & { password: string | Secret }>;
/** Defaults: algorithm sha256d, mode shared, password "x", no TLS. */
export type PoolInput = PoolPatch & Pick<PoolFields, "name" | "host" | "port" | "username">;

type RawPool = RawBase & {
  name: string;
  host: string;
  port: number;
  tls: number;
  algorithm: AlgorithmName;
  username: string;
  password: string;
  mode: PoolMode;
  customer_id: string | null;
};

const mapping: Mapping<Pool, RawPool> = {
  table: "pools",
  noun: "pool",
  prefix: "pol",
  columns: ["name", "host", "port", "tls", "algorithm", "username", "password", "mode", "customer_id"],
  read: (raw) => ({
    name: raw.name,
    host: raw.host,
    port: raw.port,
    tls: raw.tls === 1,
    algorithm: raw.algorithm,
    username: raw.username,
    password: new Secret(raw.password),
    mode: raw.mode,
    customerId: raw.customer_id,
  }),
  write: (pool) => [pool.name, pool.host, pool.port, pool.tls, pool.algorithm, pool.username, pool.password.reveal(), pool.mode, pool.customerId],
};

const rules = {
  name: textRule(100),
  host: hostRule,
  port: integerRule(1, 65_535),
  tls: booleanRule,
  algorithm: oneOfRule(algorithmNames),
  username: textRule(512),
  mode: oneOfRule(poolModes),
};

const passwordRule = textRule(512, 0);
const secretOf = (password: string | Secret) => (password instanceof Secret ? password : new Secret(password));

function check(pool: Pick<Pool, keyof PoolFields | "password">, customerId: Rule): Invalid | null {
  return together(
    checkFields(pool, { ...rules, customerId }),
    // The rule is for text, and what it says of a secret stands beside the same field.
    checkFields({ password: pool.password.reveal() }, { password: passwordRule }),
  );
}

const tlsOfScheme: ReadonlyMap<string, boolean> = new Map([
  ["stratum+tcp", false],
  ["stratum+ssl", true],
]);

/** Takes `stratum+tcp://host:port` or `stratum+ssl://host:port` apart. Nothing may follow the port but a slash. */
export function parsePoolUrl(url: string): Success<{ host: string; port: number; tls: boolean }> | Invalid {
  const parts = /^([a-z0-9+]+):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^:/?#@[\]]+)):(\d{1,5})\/?$/.exec(url);
  const tls = tlsOfScheme.get(parts?.[1] ?? "");
  if (parts === null || tls === undefined) return invalid("url", "must be stratum+tcp://HOST:PORT or stratum+ssl://HOST:PORT");
  const host = parts[2] ?? parts[3] ?? "";
  const port = Number(parts[4]);
  const broken = checkFields({ host, port }, { host: rules.host, port: rules.port });
  return broken === null ? succeed({ host, port, tls }) : invalid("url", `${broken.field} ${broken.rule}`);
}

/** For fields that hold such an address. */
export const poolUrlRule: Rule = (value) => {
  const parsed = parsePoolUrl(String(value));
  return parsed.ok ? null : parsed.rule;
};

/** The pool's address as people write it. */
export function poolUrl(pool: Pick<Pool, "host" | "port" | "tls">): string {
  const host = isIP(pool.host) === 6 ? `[${pool.host}]` : pool.host;
  return `${pool.tls ? "stratum+ssl" : "stratum+tcp"}://${host}:${pool.port}`;
}

export class Pools {
  readonly namesakes: Namesakes;
  readonly #rows: RowTable<Pool, RawPool>;
  readonly #customers: Customers;
  readonly #usedBy: (poolNo: number) => Usage[];
  readonly #holdersOf: (poolNo: number) => Holder[];

  constructor(database: ControlDatabase, customers: Customers) {
    this.#rows = new RowTable(database, mapping);
    this.namesakes = namesakesIn(database, "pools");
    this.#customers = customers;
    const usedBy = database.sql.prepare<Usage, SqlValue[]>(
      `SELECT 'profile' AS kind, id, name FROM profile_pools JOIN profiles ON profiles.no = profile_no
       WHERE pool_no = ? AND removed_at_ms IS NULL ORDER BY profiles.no`,
    );
    this.#usedBy = (poolNo) => usedBy.all(poolNo);
    this.#holdersOf = holdersOfPool(database);
  }

  /** All pools that are not removed, oldest first. */
  all(): Pool[] {
    return this.#rows.all();
  }

  /** Finds removed pools too: shares go on pointing at them. */
  byNo(no: number): Pool | null {
    return this.#rows.byNo(no);
  }

  byId(id: string): Pool | null {
    return this.#rows.byId(id);
  }

  /** The profiles that contain the pool. */
  usedBy(no: number): Usage[] {
    return this.#usedBy(no);
  }

  create(input: PoolInput): Result<Pool> {
    const defaults = { tls: false, algorithm: "sha256d", mode: "shared", customerId: null } as const;
    const fields = { ...patched<Partial<PoolInput>>(defaults, input), password: secretOf(input.password ?? "x") } as Omit<Pool, keyof RowBase>;
    return check(fields, this.#customers.rule) ?? succeed(this.#rows.insert(fields));
  }

  /** The algorithm stays while a profile holds the pool: the rigs of that profile could not follow. */
  update(id: string, patch: PoolPatch, expected: ExpectedVersion): Result<Pool> {
    return this.#rows.edit(id, expected, (current) => {
      const next: Pool = { ...patched<Pool>(current, patch as Partial<Pool>), password: secretOf(patch.password ?? current.password) };
      const holder = next.algorithm === current.algorithm ? undefined : this.#usedBy(current.no)[0];
      if (holder !== undefined) return invalid("algorithm", `cannot change while profile ${holder.name} contains the pool`);
      return check(next, this.#customers.rule) ?? this.#checkOwner(next, current) ?? succeed(next);
    });
  }

  /** Nobody mines with another's account: it can't be given to a customer while the house or another customer works with it. */
  #checkOwner({ customerId }: Pool, current: Pool): Invalid | null {
    const stranger = customerId === current.customerId ? null : strangerAmong(this.#holdersOf(current.no), customerId);
    return stranger === null ? null : invalid("customerId", `cannot be this customer while ${stranger.name} works with the pool`);
  }

  /** Refused while a profile contains it. */
  remove(id: string, expected: ExpectedVersion): Result<Pool> {
    return this.#rows.remove(id, expected, (pool) => inUse(this.#usedBy(pool.no)));
  }
}
