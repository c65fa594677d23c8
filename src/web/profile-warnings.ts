import type { Profile } from "../control/profiles.ts";
import type { WebDeps } from "./deps.ts";
import type { PoolProbes } from "./pool-probes.ts";
import { type PoolView, poolsByNo } from "./pool-views.ts";
import { warningsOf } from "./present-live.ts";

type Parts = { deps: Pick<WebDeps, "control" | "hub">; probes: PoolProbes };

/** From so many profiles on, all pools are read at once. */
const readAllFrom = 20;

/** What an operator must know of each profile's pools before he relies on it, by the profile's number; each text names its pool. */
export function profileWarnings(
  { deps, probes }: Parts,
  profiles: readonly Pick<Profile, "no" | "poolNos">[],
  known: ReadonlyMap<number, PoolView> = profiles.length >= readAllFrom ? poolsByNo(deps) : new Map(),
): Map<number, string[]> {
  const ofPool = (no: number): string[] => {
    const pool = known.get(no)?.pool ?? deps.control.pools.byNo(no);
    if (pool === null) return [];
    return warningsOf(known.get(no)?.fact ?? deps.hub.pool(no), probes.last(pool)).map((text) => `pool ${pool.name}: ${text}`);
  };
  return new Map(profiles.map(({ no, poolNos }) => [no, poolNos.flatMap(ofPool)]));
}
