import type { Pool } from "../control/pools.ts";
import type { Profile } from "../control/profiles.ts";
import type { WebDeps } from "./deps.ts";
import type { PoolProbes } from "./pool-probes.ts";
import { warningsOf } from "./present-live.ts";

type Parts = { deps: Pick<WebDeps, "control" | "hub">; probes: PoolProbes };

/** From so many profiles on, all pools are read at once. */
const readAllFrom = 20;

/** What an operator must know of each profile's pools before he relies on it, by the profile's number; each text names its pool. */
export function profileWarnings({ deps: { control, hub }, probes }: Parts, profiles: readonly Pick<Profile, "no" | "poolNos">[]): Map<number, string[]> {
  const all = new Map<number, Pool>(profiles.length >= readAllFrom ? control.pools.all().map((pool) => [pool.no, pool]) : []);
  const ofPool = (no: number): string[] => {
    const pool = all.get(no) ?? control.pools.byNo(no);
    return pool === null ? [] : warningsOf(hub.pool(no), probes.last(pool)).map((text) => `pool ${pool.name}: ${text}`);
  };
  return new Map(profiles.map(({ no, poolNos }) => [no, poolNos.flatMap(ofPool)]));
}
