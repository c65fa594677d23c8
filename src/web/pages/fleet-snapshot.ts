import type { Fleet } from "../../control/fleets.ts";
import type { Pool } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import { type Rig, type RigStatus, rigStatuses } from "../../control/rig-row.ts";
import type { PoolFact, RigFact } from "../../health/facts.ts";
import type { WebDeps } from "../deps.ts";
import type { LiveFigures, Rates } from "../live-figures.ts";

export type RigView = {
  rig: Rig;
  fact: RigFact | null;
  rates: Rates;
  /** Rejected work of all work of the last hour, 0..1; null = no share. */
  rejected: number | null;
  poolName: string | null;
  lastShareAtMs: number | null;
};
export type PoolView = { pool: Pool; fact: PoolFact | null };

/** All rigs and pools at one moment: what is on record, what the hub sees, what the ledger counts. */
export type FleetSnapshot = {
  atMs: number;
  rigs: RigView[];
  statusCounts: Record<RigStatus, number>;
  pools: PoolView[];
  profiles: Profile[];
  fleets: Fleet[];
};

/** How old a snapshot may be that several requests share. */
const maxAgeMs = 1_000;

export function countStatuses(rigs: readonly RigView[]): Record<RigStatus, number> {
  const counts = Object.fromEntries(rigStatuses.map((status) => [status, 0])) as Record<RigStatus, number>;
  for (const { rig } of rigs) counts[rig.status] += 1;
  return counts;
}

/** Snapshots for the pages: however many ask within a second, the tables are read once. */
export class FleetSnapshots {
  readonly #deps: WebDeps;
  readonly #figures: LiveFigures;
  #kept: { atMs: number; value: Promise<FleetSnapshot> } | null = null;

  constructor(deps: WebDeps, figures: LiveFigures) {
    this.#deps = deps;
    this.#figures = figures;
  }

  current(): Promise<FleetSnapshot> {
    const nowMs = this.#deps.now();
    const ageMs = this.#kept === null ? Number.POSITIVE_INFINITY : nowMs - this.#kept.atMs;
    if (this.#kept !== null && ageMs >= 0 && ageMs < maxAgeMs) return this.#kept.value;
    const value = this.#take(nowMs);
    this.#kept = { atMs: nowMs, value };
    // A failed reading must not be served for a second.
    value.catch(() => this.forget());
    return value;
  }

  /** After a change of ours: whoever made it sees it at once. */
  forget(): void {
    this.#kept = null;
  }

  async #take(nowMs: number): Promise<FleetSnapshot> {
    const { control, hub } = this.#deps;
    const ratesOf = await this.#figures.rates();
    const pools = control.pools.all().map((pool) => ({ pool, fact: hub.pool(pool.no) }));
    const poolNames = new Map(pools.map(({ pool }) => [pool.no, pool.name]));
    const rigs = control.rigs.all().map((rig): RigView => {
      const fact = hub.rig(rig.no);
      const poolName = poolNames.get(fact?.poolNo ?? 0) ?? null;
      return { rig, fact, rates: ratesOf(rig.no), rejected: null, poolName, lastShareAtMs: fact?.lastShareAtMs ?? null };
    });
    return { atMs: nowMs, rigs, statusCounts: countStatuses(rigs), pools, profiles: control.profiles.all(), fleets: control.fleets.all() };
  }
}
