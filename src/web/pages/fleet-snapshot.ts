import type { Fleet } from "../../control/fleets.ts";
import type { Pool } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import { type Rig, type RigStatus, rigStatuses } from "../../control/rig-row.ts";
import type { PoolFact, RigFact } from "../../health/facts.ts";
import type { WebDeps } from "../deps.ts";
import type { LiveFigures } from "../live-figures.ts";
import { byName } from "./natural-order.ts";

export type RigView = {
  rig: Rig;
  fact: RigFact | null;
  /** Effective H/s over the last minute, quarter of an hour and day; null = no data. */
  hps60: number | null;
  hps900: number | null;
  hps86400: number | null;
  /** Rejected work of all work of the last hour, 0..1; null = no share. */
  rejected: number | null;
  poolName: string | null;
  lastShareAtMs: number | null;
};
export type PoolView = { pool: Pool; fact: PoolFact | null };

/** Work that a pool accepted, and that it refused or left unanswered. */
export type HourWork = { accepted: bigint; rejected: bigint };
type HourWorks = { byPool: ReadonlyMap<number, HourWork>; byRig: ReadonlyMap<number, HourWork> };
const noWork: HourWork = Object.freeze({ accepted: 0n, rejected: 0n });

/** All rigs and pools at one moment: what is on record, what the hub sees, what the ledger counts. */
export type FleetSnapshot = {
  atMs: number;
  /** In the order of their names. */
  rigs: RigView[];
  statusCounts: Record<RigStatus, number>;
  pools: PoolView[];
  profiles: Profile[];
  fleets: Fleet[];
  /** Work at each pool in the last hour, by pool number. */
  hourWork: ReadonlyMap<number, HourWork>;
};

/** How old a snapshot may be that several requests share. */
const maxAgeMs = 1_000;
/** Reading a rig's row takes some 5 µs of the loop that also serves rigs: at 10,000 rigs the table is read every 5 s, not every second. */
const rowAgeMsPerRig = 0.5;
/** The last hour's shares are many; its sums change slowly. */
const hourWorkAgeMs = 10_000;
const hourMs = 3_600_000;

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
  #hourWork: { atMs: number; value: Promise<HourWorks> } | null = null;
  #rows: { atMs: number; rigs: Rig[] } | null = null;

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
    this.#rows = null;
  }

  #work(nowMs: number): Promise<HourWorks> {
    const kept = this.#hourWork;
    if (kept !== null && nowMs - kept.atMs < hourWorkAgeMs) return kept.value;
    const ask = (by: "pool" | "rig") => this.#deps.ledger.rejects(nowMs - hourMs, nowMs, by);
    const value = Promise.all([ask("pool"), ask("rig")]).then(([byPool, byRig]) => ({ byPool, byRig }));
    this.#hourWork = { atMs: nowMs, value };
    value.catch(() => {
      this.#hourWork = null;
    });
    return value;
  }

  #rigs(nowMs: number): Rig[] {
    const rows = this.#rows;
    if (rows !== null && nowMs - rows.atMs < rows.rigs.length * rowAgeMsPerRig) return rows.rigs;
    const rigs = byName(this.#deps.control.rigs.all());
    this.#rows = { atMs: nowMs, rigs };
    return rigs;
  }

  async #take(nowMs: number): Promise<FleetSnapshot> {
    const { control, hub } = this.#deps;
    const [rates, work] = await Promise.all([this.#figures.ratesByRig(), this.#work(nowMs)]);
    const pools = control.pools.all().map((pool) => ({ pool, fact: hub.pool(pool.no) }));
    const poolNames = new Map(pools.map(({ pool }) => [pool.no, pool.name]));
    const rigs = this.#rigs(nowMs).map((rig): RigView => {
      const fact = hub.rig(rig.no);
      const poolName = poolNames.get(fact?.poolNo ?? 0) ?? null;
      const rejected = refusedPart(work.byRig.get(rig.no) ?? noWork);
      const [hps60 = null, hps900 = null, hps86400 = null] = rates.get(rig.no) ?? [];
      return { rig, fact, hps60, hps900, hps86400, rejected, poolName, lastShareAtMs: fact?.lastShareAtMs ?? null };
    });
    const tables = { profiles: control.profiles.all(), fleets: control.fleets.all() };
    return { atMs: nowMs, rigs, statusCounts: countStatuses(rigs), pools, ...tables, hourWork: work.byPool };
  }
}

/** Refused part of what was sent, 0..1; null when nothing was. */
export function refusedPart({ accepted, rejected }: HourWork): number | null {
  const sent = accepted + rejected;
  return sent === 0n ? null : Number((rejected * 1_000_000n) / sent) / 1_000_000;
}
