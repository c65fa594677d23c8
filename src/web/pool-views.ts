import { breathe } from "../../views/turns.ts";
import type { Pool } from "../control/pools.ts";
import type { PoolFact } from "../health/facts.ts";
import type { WebDeps } from "./deps.ts";
import { Shared } from "./shared.ts";

export type PoolView = { pool: Pool; fact: PoolFact | null };
export type PoolsByNo = ReadonlyMap<number, PoolView>;

const freshMs = 1_000;

/** All pools as they are now, by number: put together in turns, once for all who ask within a second. */
export class PoolViews {
  readonly #shared: Shared<PoolsByNo>;

  constructor({ control, hub, now }: Pick<WebDeps, "control" | "hub" | "now">) {
    this.#shared = new Shared(now, () => read({ control, hub }), { freshMs: () => freshMs, overdueMs: 0 });
  }

  current(): Promise<PoolsByNo> {
    return this.#shared.value();
  }

  /** After a change of ours: whoever made it sees it at once. */
  forget(): void {
    this.#shared.forget();
  }
}

async function read({ control, hub }: Pick<WebDeps, "control" | "hub">): Promise<PoolsByNo> {
  await breathe();
  const views = new Map<number, PoolView>(control.pools.all().map((pool) => [pool.no, { pool, fact: null }]));
  for (const fact of hub.pools()) {
    const view = views.get(fact.poolNo);
    if (view !== undefined) view.fact = fact;
    await breathe();
  }
  return views;
}
