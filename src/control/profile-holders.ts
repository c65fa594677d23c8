import { contractNumberSql } from "./contract-number.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** Who works through a profile: a fleet as its house, a contract that has not ended, or a rig that is pinned to it, which mines for the house. */
export type Holder = { /** "fleet main", "contract C-00042", "rig s19-1" */ name: string /** null = the house. */; customerId: string | null };

// One pinned rig stands for all: whatever is refused because of it would be because of each.
const holdersText = (profiles: string) => `
  SELECT 'fleet ' || name AS name, NULL AS customerId FROM fleets WHERE house_profile_no ${profiles} AND removed_at_ms IS NULL
  UNION ALL SELECT 'contract ' || ${contractNumberSql}, (SELECT id FROM customers WHERE customers.no = customer_no)
    FROM contracts WHERE profile_no ${profiles} AND state <> 'ended'
  UNION ALL SELECT * FROM (SELECT 'rig ' || name, NULL FROM rigs WHERE pinned_profile_no ${profiles} AND removed_at_ms IS NULL LIMIT 1)`;

/** Finds who works through the profile with a number. */
export function holdersOfProfile({ sql }: ControlDatabase): (profileNo: number) => Holder[] {
  const statement = sql.prepare<Holder, SqlValue[]>(holdersText("= ?1"));
  return (profileNo) => statement.all(profileNo);
}

/** Finds who works through a profile that contains the pool with a number. */
export function holdersOfPool({ sql }: ControlDatabase): (poolNo: number) => Holder[] {
  const statement = sql.prepare<Holder, SqlValue[]>(holdersText("IN (SELECT profile_no FROM profile_pools WHERE pool_no = ?1)"));
  return (poolNo) => statement.all(poolNo);
}

/** Who works through a profile, in short: fleets and contracts by name, rigs by their number. */
export type ProfileUse = { /** "fleet main", "contract C-00042" */ names: string[]; rigs: number };

const useText = `
  SELECT 'fleet ' || name AS name, 0 AS rigs FROM fleets WHERE house_profile_no = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'contract ' || ${contractNumberSql}, 0 FROM contracts WHERE profile_no = ?1 AND state <> 'ended'
  UNION ALL SELECT NULL, count(*) FROM (
    SELECT no FROM rigs WHERE pinned_profile_no = ?1 AND removed_at_ms IS NULL
    UNION SELECT rig_no FROM allocations WHERE profile_no = ?1 AND to_ms IS NULL)`;

/** Finds that for the profile with a number. */
export function useOfProfile({ sql }: ControlDatabase): (profileNo: number) => ProfileUse {
  const statement = sql.prepare<{ name: string | null; rigs: number }, SqlValue[]>(useText);
  return (profileNo) => {
    const rows = statement.all(profileNo);
    return { names: rows.flatMap(({ name }) => name ?? []), rigs: rows.at(-1)?.rigs ?? 0 };
  };
}

const contractsOnlyText = `
  SELECT profile_no AS profileNo, ${contractNumberSql} AS number FROM contracts
  WHERE state <> 'ended' AND profile_no NOT IN (SELECT house_profile_no FROM fleets WHERE house_profile_no IS NOT NULL AND removed_at_ms IS NULL)`;

/** Finds the profiles that are contracts' alone, each with the number of one that works through it: what else mined there would be in the customer's account. */
export function profilesOfContracts({ sql }: ControlDatabase): () => ReadonlyMap<number, string> {
  const statement = sql.prepare<{ profileNo: number; number: string }, SqlValue[]>(contractsOnlyText);
  return () => new Map(statement.all().map(({ profileNo, number }) => [profileNo, number]));
}

/** Who must not mine with what belongs to that customer (null = to nobody in particular): anybody else. */
export function strangerAmong(holders: readonly Holder[], customerId: string | null): Holder | null {
  return customerId === null ? null : (holders.find((holder) => holder.customerId !== customerId) ?? null);
}
