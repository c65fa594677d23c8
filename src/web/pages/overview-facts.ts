import type { Fleet } from "../../control/fleets.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { FleetCount } from "../../control/rigs.ts";
import type { WebDeps } from "../deps.ts";
import type { LiveFigures, PoolWork } from "../live-figures.ts";
import type { ContractNow, ContractSnapshots } from "./contract-snapshot.ts";
import { type PoolView, poolViews } from "./fleet-snapshot.ts";
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

type Slow = { atMs: number; fleetOf: ReadonlyMap<number, number>; spareHps: number | null };

function sumKnown(total: number | null, hps: number | null): number | null {
  return hps === null ? total : (total ?? 0) + hps;
}

/** Reads them, what changes slowly but once in ten seconds. */
export class OverviewReader {
  readonly #deps: WebDeps;
  readonly #figures: LiveFigures;
  readonly #contracts: ContractSnapshots;
  #slow: Slow | null = null;
  #sawShare = false;
  #sums: { of: unknown; value: Map<number, FleetRates> } | null = null;

  constructor(deps: WebDeps, { figures, contracts }: { figures: LiveFigures; contracts: ContractSnapshots }) {
    this.#deps = deps;
    this.#figures = figures;
    this.#contracts = contracts;
  }

  async read(): Promise<OverviewFacts> {
    const { control, now } = this.#deps;
    const [rates, hourWork, contracts, deliveredHps] = await Promise.all([
      this.#figures.ratesByRig(),
      this.#figures.poolWork(),
      this.#contracts.current(),
      this.#figures.deliveredHps(),
    ]);
    const fleets = control.fleets.all();
    const counts = control.rigs.countByFleet();
    const statusCounts = wordCounts(counts);
    const { fleetOf, spareHps } = this.#slowly(fleets);
    return {
      ...{ nowMs: now(), fleets, counts, statusCounts, hourWork, contracts, deliveredHps, spareHps },
      rates: this.#sumsOf(rates, fleetOf),
      worstRigs: control.rigs.worst(worstShown),
      pools: poolViews(this.#deps),
      hasShare: this.#hasShare(rates),
    };
  }

  /** That there was one stays true. */
  #hasShare(rates: ReadonlyMap<number, (number | null)[]>): boolean {
    this.#sawShare ||= rates.values().some(([, , day]) => day !== null) || this.#hasAccepted();
    return this.#sawShare;
  }

  #hasAccepted(): boolean {
    for (const { acceptedShares } of this.#deps.hub.rigs()) if (acceptedShares > 0) return true;
    return false;
  }

  /** The same rates serve for two seconds. */
  #sumsOf(rates: ReadonlyMap<number, (number | null)[]>, fleetOf: ReadonlyMap<number, number>): Map<number, FleetRates> {
    if (this.#sums?.of !== rates) this.#sums = { of: rates, value: byFleet(rates, fleetOf) };
    return this.#sums.value;
  }

  #slowly(fleets: readonly Fleet[]): Slow {
    const { control, contracts, now } = this.#deps;
    const nowMs = now();
    if (this.#slow !== null && nowMs >= this.#slow.atMs && nowMs - this.#slow.atMs < slowMs) return this.#slow;
    const ask = { customerNo: 0, startsAtMs: nowMs, endsAtMs: null, place: null, exceptContractNo: 0 };
    const spareHps =
      contracts === undefined ? null : fleets.reduce((sum, { no }) => sum + Math.max(0, contracts.capacity({ ...ask, fleetNo: no }).availableHps), 0);
    this.#slow = { atMs: nowMs, fleetOf: new Map(control.rigs.fleetOfRigs()), spareHps };
    return this.#slow;
  }
}

function byFleet(rates: ReadonlyMap<number, (number | null)[]>, fleetOf: ReadonlyMap<number, number>): Map<number, FleetRates> {
  const sums = new Map<number, FleetRates>();
  for (const [rigNo, [hps60 = null, hps900 = null]] of rates) {
    const fleetNo = fleetOf.get(rigNo) ?? 0;
    const before = sums.get(fleetNo) ?? { hps60: null, hps900: null };
    sums.set(fleetNo, { hps60: sumKnown(before.hps60, hps60), hps900: sumKnown(before.hps900, hps900) });
  }
  return sums;
}
