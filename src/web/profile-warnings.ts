import type { Profile } from "../control/profiles.ts";
import type { WebDeps } from "./deps.ts";
import type { PoolProbes } from "./pool-probes.ts";
import type { PoolsByNo } from "./pool-views.ts";
import { warningsOf } from "./present-live.ts";

type Parts = { deps: Pick<WebDeps, "control" | "hub">; probes: PoolProbes };

/** What an operator must know of each profile's pools before he relies on it, by the profile's number; each text names its pool. Pools that are not `known` are read one by one. */
export function profileWarnings(
  { deps, probes }: Parts,
  profiles: readonly Pick<Profile, "no" | "poolNos">[],
  known: PoolsByNo = new Map(),
): Map<number, string[]> {
  const ofPool = (no: number): string[] => {
    const pool = known.get(no)?.pool ?? deps.control.pools.byNo(no);
    if (pool === null) return [];
    return warningsOf(known.get(no)?.fact ?? deps.hub.pool(no), probes.last(pool)).map((text) => `pool ${pool.name}: ${text}`);
  };
  return new Map(profiles.map(({ no, poolNos }) => [no, poolNos.flatMap(ofPool)]));
}
