import type { Statement } from "bun:sqlite";
import type { AlgorithmName } from "../work/algorithm.ts";
import { contractNumberSql } from "./contract-number.ts";
import type { Customers } from "./customers.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import type { Pools } from "./pools.ts";
import { type Holder, holdersOfProfile, type ProfileUse, profilesOfContracts, useOfProfile } from "./profile-holders.ts";
import { type Invalid, inUse, invalid, type Result, succeed, type Taken, taken, together, type Usage } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, integerRule, textRule } from "./rules.ts";

/** A profile has at most this many pools. */
export const poolsPerProfileMax = 5;

/** An ordered list of pools: the first is used while it is well. */
export type Profile = RowBase & {
  name: string;
  /** 1 to 5 different pools of one algorithm, the first choice first. */
  poolNos: number[];
  /** How long a pool must have been well before its rigs go back to it, seconds. */
  returnAfterS: number;
  customerId: string | null;
  /** The algorithm of its pools. */
  algorithm: AlgorithmName;
};

type ProfileFields = Omit<Profile, keyof RowBase | "algorithm">;
export type ProfilePatch = Partial<ProfileFields>;
/** Default: returnAfterS 120. */
export type ProfileInput = ProfilePatch & Pick<ProfileFields, "name" | "poolNos">;

type RawProfile = RawBase & { name: string; return_after_s: number; customer_id: string | null; pool_nos: string; algorithm: AlgorithmName };

const mapping: Mapping<Profile, RawProfile> = {
  table: "profiles",
  noun: "profile",
  prefix: "prf",
  columns: ["name", "return_after_s", "customer_id"],
  expressions: [
    "(SELECT json_group_array(pool_no) FROM (SELECT pool_no FROM profile_pools WHERE profile_no = profiles.no ORDER BY position)) AS pool_nos",
    "(SELECT algorithm FROM profile_pools JOIN pools ON pools.no = pool_no WHERE profile_no = profiles.no AND position = 0) AS algorithm",
  ],
  read: (raw) => ({
    name: raw.name,
    poolNos: JSON.parse(raw.pool_nos),
    returnAfterS: raw.return_after_s,
    customerId: raw.customer_id,
    algorithm: raw.algorithm,
  }),
  write: (profile) => [profile.name, profile.returnAfterS, profile.customerId],
};

const rules = { name: textRule(100), returnAfterS: integerRule(0, 86_400) };

const usedByText = `
  SELECT 'fleet' AS kind, id, name FROM fleets WHERE house_profile_no = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'rig', id, name FROM rigs WHERE pinned_profile_no = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'rig', rigs.id, rigs.name FROM allocations JOIN rigs ON rigs.no = rig_no
    WHERE profile_no = ?1 AND to_ms IS NULL AND removed_at_ms IS NULL AND pinned_profile_no IS NOT ?1
  UNION ALL SELECT 'contract', id, ${contractNumberSql} FROM contracts WHERE profile_no = ?1 AND state <> 'ended'`;

export class Profiles {
  readonly #rows: RowTable<Profile, RawProfile>;
  readonly #pools: Pools;
  readonly #customers: Customers;
  readonly #usedBy: Statement<Usage, SqlValue[]>;
  readonly #holdersOf: (profileNo: number) => Holder[];
  readonly #useOf: (profileNo: number) => ProfileUse;
  readonly #ofContracts: () => ReadonlyMap<number, string>;
  readonly #clearPools: Statement<unknown, SqlValue[]>;
  readonly #addPool: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase, { pools, customers }: { pools: Pools; customers: Customers }) {
    this.#rows = new RowTable(database, mapping);
    this.#pools = pools;
    this.#customers = customers;
    this.#usedBy = database.sql.prepare<Usage, SqlValue[]>(usedByText);
    this.#holdersOf = holdersOfProfile(database);
    this.#useOf = useOfProfile(database);
    this.#ofContracts = profilesOfContracts(database);
    this.#clearPools = database.sql.prepare("DELETE FROM profile_pools WHERE profile_no = ?");
    this.#addPool = database.sql.prepare("INSERT INTO profile_pools (profile_no, position, pool_no) VALUES (?, ?, ?)");
  }

  /** All profiles that are not removed, oldest first. */
  all(): Profile[] {
    return this.#rows.all();
  }

  /** Finds removed profiles too: allocations go on pointing at them. */
  byNo(no: number): Profile | null {
    return this.#rows.byNo(no);
  }

  byId(id: string): Profile | null {
    return this.#rows.byId(id);
  }

  /** The fleets whose house it is, the rigs that are pinned to it or work through it, the contracts that have not ended. */
  usedBy(no: number): Usage[] {
    return this.#usedBy.all(no);
  }

  /** The same with its rigs counted: cheap for lists. */
  useOf(no: number): ProfileUse {
    return this.#useOf(no);
  }

  /** Whether the customer (null = the house) has a profile of this name; case does not matter. */
  isNamed(name: string, customerId: string | null): boolean {
    return this.all().some((profile) => profile.customerId === customerId && profile.name.toLowerCase() === name.toLowerCase());
  }

  create(input: ProfileInput): Result<Profile> {
    return this.#rows.database.transaction(() => {
      const fields = { returnAfterS: 120, customerId: null, ...input, algorithm: "sha256d" as const };
      const broken = this.#check(fields);
      if (broken !== null) return broken;
      return succeed(this.#rows.insert(fields, null, (no) => this.#writePools(no, input.poolNos)));
    });
  }

  update(id: string, patch: ProfilePatch, expected: ExpectedVersion): Result<Profile> {
    const changed = (current: Profile) => {
      const next = patched(current, patch);
      return this.#check(next, current) ?? this.#checkCustomer(next, current) ?? this.#checkHolders(next, current) ?? succeed(next);
    };
    return this.#rows.edit(id, expected, changed, ({ no, poolNos }) => this.#writePools(no, poolNos));
  }

  /**
   * Whose it is, or whose pool it contains, where that is somebody else than `customerId` (null = the house), as "belongs to customer X";
   * null = nobody else's. Nobody mines with another's account.
   */
  othersClaim(profile: Pick<Profile, "customerId" | "poolNos">, customerId: string | null): string | null {
    const claim = this.#claimOn(profile, customerId);
    if (claim === null) return null;
    const name = this.#customers.byId(claim.customerId)?.name ?? claim.customerId;
    return claim.pool === null ? `belongs to customer ${name}` : `contains pool ${claim.pool.name} of customer ${name}`;
  }

  /** The number of a contract whose profile it is; null where it is none's, or a fleet's house too. */
  contractOf(no: number): string | null {
    return this.#ofContracts().get(no) ?? null;
  }

  /** Those of an algorithm that the house may mine with: nobody's own, nor with a pool of somebody, nor a contract's. */
  forHouse(algorithm: AlgorithmName | undefined): Profile[] {
    const sold = this.#ofContracts();
    return this.all().filter((profile) => profile.algorithm === algorithm && !sold.has(profile.no) && this.#claimOn(profile, null) === null);
  }

  /** The customer other than `customerId` whose it is, or whose pool it contains. */
  #claimOn({ customerId: ownerId, poolNos }: Pick<Profile, "customerId" | "poolNos">, customerId: string | null) {
    const isOthers = (id: string | null): id is string => id !== null && id !== customerId;
    if (isOthers(ownerId)) return { customerId: ownerId, pool: null };
    for (const pool of poolNos.map((no) => this.#pools.byNo(no))) {
      if (pool !== null && isOthers(pool.customerId)) return { customerId: pool.customerId, pool };
    }
    return null;
  }

  /** Refused while it is a fleet's house or a contract's, or a rig is pinned to it or works through it. */
  remove(id: string, expected: ExpectedVersion): Result<Profile> {
    return this.#rows.remove(id, expected, (profile) => inUse(this.usedBy(profile.no)));
  }

  #check(profile: ProfileFields, current?: Profile): Invalid | Taken | null {
    const broken = checkFields(profile, { ...rules, customerId: this.#customers.rule });
    return together<Invalid | Taken>(broken, this.#checkName(profile, current), this.#checkPools(profile.poolNos, current));
  }

  /** Of one customer, or of the house; a name that stays is not asked again. */
  #checkName({ name, customerId }: ProfileFields, current?: Profile): Taken | null {
    if (name === current?.name && customerId === current.customerId) return null;
    return this.isNamed(name, customerId) ? taken("name", "is the name of another profile of the same owner") : null;
  }

  #checkPools(poolNos: number[], current?: Profile): Invalid | null {
    if (poolNos.length < 1 || poolNos.length > poolsPerProfileMax) return invalid("poolNos", `must name 1 to ${poolsPerProfileMax} pools`);
    const twice = poolNos.findIndex((no, at) => poolNos.indexOf(no) < at);
    if (twice >= 0) return invalid(`poolNos.${twice}`, "must not name a pool twice");
    const live = new Map(this.#pools.all().map((pool) => [pool.no, pool.algorithm]));
    const algorithms = new Set(poolNos.map((no) => live.get(no)));
    if (algorithms.has(undefined)) return invalid("poolNos", "must name pools that exist");
    if (algorithms.size > 1) return invalid("poolNos", "must name pools of one algorithm");
    const isOther = current !== undefined && !algorithms.has(current.algorithm);
    return isOther && this.usedBy(current.no).length > 0 ? invalid("poolNos", `must stay with ${current.algorithm} while the profile is in use`) : null;
  }

  /** Whose it is was checked when the contract took it. */
  #checkCustomer(next: Profile, current: Profile): Invalid | null {
    const holder = next.customerId === current.customerId ? undefined : this.usedBy(current.no).find(({ kind }) => kind === "contract");
    return holder === undefined ? null : invalid("customerId", `cannot change while contract ${holder.name} uses the profile`);
  }

  /** Whoever works through it goes on with accounts that are his or nobody's. */
  #checkHolders(next: Profile, current: Profile): Invalid | null {
    const field = next.customerId === current.customerId ? "poolNos" : "customerId";
    for (const { name, customerId } of this.#holdersOf(current.no)) {
      const claim = this.othersClaim(next, customerId);
      if (claim === null || claim === this.othersClaim(current, customerId)) continue;
      return invalid(field, `cannot be this while ${name} works through the profile: it ${claim}`);
    }
    return null;
  }

  #writePools(profileNo: number, poolNos: number[]): void {
    this.#clearPools.run(profileNo);
    for (const [position, poolNo] of poolNos.entries()) this.#addPool.run(profileNo, position, poolNo);
  }
}
