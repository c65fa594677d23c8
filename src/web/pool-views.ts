import type { Pool } from "../control/pools.ts";
import type { PoolFact } from "../health/facts.ts";
import type { WebDeps } from "./deps.ts";

export type PoolView = { pool: Pool; fact: PoolFact | null };

/** All pools as they are now, by number: the hub is asked once, since to find the sessions at one pool it walks all owners. */
export function poolsByNo({ control, hub }: Pick<WebDeps, "control" | "hub">): Map<number, PoolView> {
  const facts = new Map([...hub.pools()].map((fact) => [fact.poolNo, fact]));
  return new Map(control.pools.all().map((pool) => [pool.no, { pool, fact: facts.get(pool.no) ?? null }]));
}
