import { breathe } from "../../../views/turns.ts";
import type { Fleet } from "../../control/fleets.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { FleetCount, TakenOut } from "../../control/rigs.ts";
import type { WebDeps } from "../deps.ts";
import type { LiveFigures, PoolWork, RateTable } from "../live-figures.ts";
import type { PoolView, PoolViews } from "../pool-views.ts";
import { Shared } from "../shared.ts";
import type { ContractNow, ContractSnapshots } from "./contract-snapshot.ts";
import { isUnsaidWord, rigWord, type WordCounts, wordCounts } from "./rig-word.ts";

/** H/s of a fleet's rigs over the last minute and quarter of an hour; null = nothing is known of any. */
export type FleetRates = { hps60: number | null; hps900: number | null };

/** What the overview is made of: counts and sums, never a row per rig. */
export type OverviewFacts = {
  nowMs: number;
  fleets: Fleet[];
  counts: FleetCount[];
  statusCounts: WordCounts;
  rates: ReadonlyMap<number, FleetRates>;
  /** Rigs in use that have been without a connection for longer than their fleet's grace, which no status says yet. */
  goneRigs: number;
  /** The worst few of those that want a look. */
  worstRigs: Rig[];
  /** Those that serve nobody by somebody's word. */
  takenOut: { draining: TakenOut; parked: TakenOut };
  pools: PoolView[];
  hourWork: PoolWork;
  contracts: ContractNow[];
  deliveredHps: number;
  /** What could be promised on top, H/s; null where nobody plans. */
  spareHps: number | null;
  hasShare: boolean;
};

/**
 * Facts of a second ago are as good, unless somebody changed something. While they are read again, older ones serve, which say of when they are, and an open page
 * has the new ones with its stream's first message. `Warmth` reads them more often than that.
 */
const freshMs = 1_000;
const overdueMs = 12_000;
/** Rigs change fleets seldom, and a plan asks all its rigs: those of ten thousand every thirty seconds. */
const slowMs = 10_000;
const slowMsPerRig = 3;
/** Those that are gone are told as soon as they are replaced; a large farm's are looked at as seldom as the rest. */
const goneMs = 2_000;
export const worstShown = 8;

type Slow = { fleetOf: ReadonlyMap<number, number>; spareHps: number | null };
type Gone = { rigs: number; goneRigs: number };

function sumKnown(total: number | null, hps: number | null): number | null {
  return hps === null ? total : (total ?? 0) + hps;
}

/** Reads them in turns, once for all who ask within a second. */
export class OverviewReader {
  readonly #deps: WebDeps;
  readonly #figures: LiveFigures;
  readonly #contracts: ContractSnapshots;
  readonly #pools: PoolViews;
  readonly #facts: Shared<OverviewFacts>;
  readonly #slow: Shared<Slow>;
  readonly #gone: Shared<Gone>;
  #sawShare = false;
  #sums: { of: unknown; value: Map<number, FleetRates> } | null = null;

  constructor(deps: WebDeps, { figures, contracts, pools }: { figures: LiveFigures; contracts: ContractSnapshots; pools: PoolViews }) {
    this.#deps = deps;
    this.#figures = figures;
    this.#contracts = contracts;
    this.#pools = pools;
    this.#facts = new Shared(deps.now, () => this.#read(), { freshMs: () => freshMs, overdueMs });
    const slowFor = ({ fleetOf }: Slow) => Math.max(slowMs, fleetOf.size * slowMsPerRig);
    this.#slow = new Shared(deps.now, (nowMs) => this.#readSlow(nowMs), { freshMs: slowFor, overdueMs: slowMs });
    this.#gone = new Shared(deps.now, (nowMs) => this.#readGone(nowMs), { freshMs: ({ rigs }) => Math.max(goneMs, rigs * slowMsPerRig) });
  }

  /** For a page: what is at hand, of the moment `nowMs`. */
  atHand(): Promise<OverviewFacts> {
    return this.#facts.value();
  }

  /** For a stream: at most a second old. */
  newest(): Promise<OverviewFacts> {
    return this.#facts.newest();
  }

  /** After a change of ours: whoever made it sees it at once. */
  forget(): void {
    this.#facts.forget();
  }

  async #read(): Promise<OverviewFacts> {
    const { control, now } = this.#deps;
    const [rates, dayRates, hourWork, contracts, deliveredHps, slow, gone] = await Promise.all([
      this.#figures.ratesByRig(),
      this.#figures.dayRatesByRig(),
      this.#figures.poolWork(),
      this.#contracts.current(),
      this.#figures.deliveredHps(),
      this.#slow.value(),
      this.#gone.newest(),
    ]);
    const fleets = control.fleets.all();
    const hasShare = this.#hasShare(dayRates);
    await breathe();
    const counts = control.rigs.countByFleet();
    await breathe();
    const worstRigs = control.rigs.worst(worstShown);
    await breathe();
    const takenOut = { draining: control.rigs.takenOut("draining"), parked: control.rigs.takenOut("parked") };
    await breathe();
    const pools = [...(await this.#pools.current()).values()];
    await breathe();
    const sums = this.#sumsOf(rates, slow.fleetOf);
    return {
      ...{ nowMs: now(), goneRigs: gone.goneRigs, fleets, counts, statusCounts: wordCounts(counts), hourWork, contracts, deliveredHps },
      ...{ spareHps: slow.spareHps, hasShare, rates: sums, worstRigs, takenOut, pools },
    };
  }

  /** That there was one stays true. */
  #hasShare(dayRates: RateTable): boolean {
    this.#sawShare ||= dayRates.values().some(([day]) => day !== null) || this.#hasAccepted();
    return this.#sawShare;
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

  /** A fleet a turn. */
  async #readSlow(nowMs: number): Promise<Slow> {
    const { control, contracts } = this.#deps;
    const fleets = control.fleets.all();
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

  async #readGone(nowMs: number): Promise<Gone> {
    const { control, hub } = this.#deps;
    const { fleetOf } = await this.#slow.value();
    const graceMs = new Map(control.fleets.all().map(({ no, disconnectGraceS }) => [no, disconnectGraceS * 1_000]));
    let goneRigs = 0;
    for (const { rigNo, sessions, disconnectedAtMs } of hub.rigs()) {
      await breathe();
      const most = graceMs.get(fleetOf.get(rigNo) ?? 0);
      const isGone = most !== undefined && sessions.length === 0 && disconnectedAtMs !== null && nowMs - disconnectedAtMs > most;
      const rig = isGone ? control.rigs.byNo(rigNo) : null;
      if (rig?.lifecycle === "active" && isUnsaidWord(rigWord(rig))) goneRigs += 1;
    }
    return { rigs: fleetOf.size, goneRigs };
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
