import type { Fleet } from "../../control/fleets.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { FleetCount } from "../../control/rigs.ts";
import { breathe } from "../csv-read.ts";
import type { WebDeps } from "../deps.ts";
import type { LiveFigures, PoolWork, RateTable } from "../live-figures.ts";
import { type PoolView, poolsByNo } from "../pool-views.ts";
import type { ContractNow, ContractSnapshots } from "./contract-snapshot.ts";
import { type WordCounts, wordCounts } from "./rig-word.ts";

/** H/s of a fleet's rigs over the last minute and quarter of an hour; null = nothing is known of any. */
export type FleetRates = { hps60: number | null; hps900: number | null };

/** What the overview is made of: counts and sums, never a row per rig. */
export type OverviewFacts = {
  nowMs: number;
  fleets: Fleet[];
  counts: FleetCount[];
  statusCounts: WordCounts;
  rates: ReadonlyMap<number, FleetRates>;
  /** Rigs in use that have been without a connection for longer than their fleet's grace and still count as online; asked only where all do. */
  goneRigs: number;
  /** The worst few of those that want a look. */
  worstRigs: Rig[];
  pools: PoolView[];
  hourWork: PoolWork;
  contracts: ContractNow[];
  deliveredHps: number;
  /** What could be promised on top, H/s; null where nobody plans. */
  spareHps: number | null;
  hasShare: boolean;
};

/** Rigs change fleets seldom, and a plan asks all its rigs. */
const slowMs = 10_000;
export const worstShown = 8;

type Slow = { fleetOf: ReadonlyMap<number, number>; spareHps: number | null };

function sumKnown(total: number | null, hps: number | null): number | null {
  return hps === null ? total : (total ?? 0) + hps;
}

/** Reads them, what changes slowly but once in ten seconds. */
export class OverviewReader {
  readonly #deps: WebDeps;
  readonly #figures: LiveFigures;
  readonly #contracts: ContractSnapshots;
  #slow: { atMs: number; value: Promise<Slow> } | null = null;
  #sawShare = false;
  #sums: { of: unknown; value: Map<number, FleetRates> } | null = null;

  constructor(deps: WebDeps, { figures, contracts }: { figures: LiveFigures; contracts: ContractSnapshots }) {
    this.#deps = deps;
    this.#figures = figures;
    this.#contracts = contracts;
  }

  async read(): Promise<OverviewFacts> {
    const { control, now } = this.#deps;
    const [rates, dayRates, hourWork, contracts, deliveredHps] = await Promise.all([
      this.#figures.ratesByRig(),
      this.#figures.dayRatesByRig(),
      this.#figures.poolWork(),
      this.#contracts.current(),
      this.#figures.deliveredHps(),
    ]);
    const fleets = control.fleets.all();
    const { fleetOf, spareHps } = await this.#slowly(fleets);
    const hasShare = this.#hasShare(dayRates);
    await breathe();
    const counts = control.rigs.countByFleet();
    const statusCounts = wordCounts(counts);
    const worstRigs = control.rigs.worst(worstShown);
    await breathe();
    const pools = [...poolsByNo(this.#deps).values()];
    await breathe();
    const sums = this.#sumsOf(rates, fleetOf);
    await breathe();
    const isOthers = counts.some(({ status }) => status !== "online");
    const goneRigs = isOthers ? 0 : this.#goneRigs(fleets, fleetOf);
    return { nowMs: now(), goneRigs, fleets, counts, statusCounts, hourWork, contracts, deliveredHps, spareHps, hasShare, rates: sums, worstRigs, pools };
  }

  /** That there was one stays true. */
  #hasShare(dayRates: RateTable): boolean {
    this.#sawShare ||= dayRates.values().some(([day]) => day !== null) || this.#hasAccepted();
    return this.#sawShare;
  }

  #goneRigs(fleets: readonly Fleet[], fleetOf: ReadonlyMap<number, number>): number {
    const { control, hub, now } = this.#deps;
    const graceMs = new Map(fleets.map(({ no, disconnectGraceS }) => [no, disconnectGraceS * 1_000]));
    const nowMs = now();
    let gone = 0;
    for (const { rigNo, sessions, disconnectedAtMs } of hub.rigs()) {
      const most = graceMs.get(fleetOf.get(rigNo) ?? 0);
      const isGone = most !== undefined && sessions.length === 0 && disconnectedAtMs !== null && nowMs - disconnectedAtMs > most;
      if (isGone && control.rigs.byNo(rigNo)?.lifecycle === "active") gone += 1;
    }
    return gone;
  }

  #hasAccepted(): boolean {
    for (const { acceptedShares } of this.#deps.hub.rigs()) if (acceptedShares > 0) return true;
    return false;
  }

  /** The same rates serve for two seconds. */
  #sumsOf(rates: RateTable, fleetOf: ReadonlyMap<number, number>): Map<number, FleetRates> {
    if (this.#sums?.of !== rates) this.#sums = { of: rates, value: byFleet(rates, fleetOf) };
    return this.#sums.value;
  }

  #slowly(fleets: readonly Fleet[]): Promise<Slow> {
    const nowMs = this.#deps.now();
    const kept = this.#slow;
    if (kept !== null && nowMs >= kept.atMs && nowMs - kept.atMs < slowMs) return kept.value;
    const value = this.#readSlow(nowMs, fleets);
    this.#slow = { atMs: nowMs, value };
    value.catch(() => {
      this.#slow = null;
    });
    return value;
  }

  /** A fleet a turn. */
  async #readSlow(nowMs: number, fleets: readonly Fleet[]): Promise<Slow> {
    const { control, contracts } = this.#deps;
    const ask = { customerNo: 0, startsAtMs: nowMs, endsAtMs: null, place: null, exceptContractNo: 0 };
    const fleetOf = new Map<number, number>();
    let spareHps = contracts === undefined ? null : 0;
    for (const { no: fleetNo } of fleets) {
      await breathe();
      for (const rigNo of control.rigs.numbersOfFleet(fleetNo)) fleetOf.set(rigNo, fleetNo);
      if (contracts === undefined) continue;
      await breathe();
      spareHps = (spareHps ?? 0) + Math.max(0, contracts.capacity({ ...ask, fleetNo }).availableHps);
    }
    return { fleetOf, spareHps };
  }
}

function byFleet(rates: RateTable, fleetOf: ReadonlyMap<number, number>): Map<number, FleetRates> {
  const sums = new Map<number, FleetRates>();
  for (const [rigNo, [hps60 = null, hps900 = null]] of rates) {
    const fleetNo = fleetOf.get(rigNo) ?? 0;
    const before = sums.get(fleetNo) ?? { hps60: null, hps900: null };
    sums.set(fleetNo, { hps60: sumKnown(before.hps60, hps60), hps900: sumKnown(before.hps900, hps900) });
  }
  return sums;
}
