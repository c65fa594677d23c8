import { breathe } from "../../../views/turns.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { Gap } from "../../ledger/answers.ts";
import type { AlgorithmName } from "../../work/algorithm.ts";
import type { WebDeps } from "../deps.ts";
import { type LiveFigures, type RateTable, sinceBorn } from "../live-figures.ts";
import { Shared } from "../shared.ts";
import { coveredMs } from "../work-book.ts";
import { luckOf } from "./rig-luck.ts";
import { RigRows } from "./rig-rows.ts";
import { noWords, rigWord, type WordCounts } from "./rig-word.ts";

/** A rig as it is now. What the hub sees of it is read when it is asked for: of ten thousand a page shows a hundred. */
export type RigView = {
  readonly rig: Rig;
  /** Effective H/s over the last minute, quarter of an hour and day; null = no data. */
  readonly hps60: number | null;
  readonly hps900: number | null;
  readonly hps86400: number | null;
  /** What chance may do to the rate over a quarter of an hour, or over a minute while there is none, as a part of it; see `luckOf`. */
  readonly luck: number | null;
  /** Rejected work of all work of the last hour, 0..1; null = no share. */
  readonly rejected: number | null;
  /** Whose job it works on; 0 = the house. */
  readonly contractNo: number;
  readonly poolNo: number;
  readonly poolName: string | null;
  readonly lastShareAtMs: number | null;
  readonly isConnected: boolean;
};

/** Work that a pool accepted, and that it refused or left unanswered. */
export type HourWork = { accepted: bigint; rejected: bigint };
type HourWorks = ReadonlyMap<number, HourWork>;
const noWork: HourWork = Object.freeze({ accepted: 0n, rejected: 0n });

/** All rigs and pools at one moment: what is on record, what the hub sees, what the ledger counts. */
export type FleetSnapshot = {
  /** In the order of their names. */
  rigs: RigView[];
  statusCounts: WordCounts;
  poolNames: ReadonlyMap<number, string>;
  /** Names that rigs logged in with before, or may log in with too, by rig number. */
  workerNames: ReadonlyMap<number, readonly string[]>;
};

/** How old a snapshot may be that several requests share. */
const maxAgeMs = 1_000;
/** The last hour's shares are many, and its sums change slowly: those of ten thousand rigs are asked for once a minute. */
const hourWorkAgeMs = 10_000;
const hourWorkAgeMsPerRig = 6;
const hourMs = 3_600_000;
const quarterMs = 900_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;

function countWords(rigs: readonly Rig[]): WordCounts {
  const counts = noWords();
  for (const rig of rigs) counts[rigWord(rig)] += 1;
  return counts;
}

/** What all rigs are seen with: the newest figures, whichever snapshot a rig is of. */
type Seen = {
  hub: WebDeps["hub"];
  nowMs: number;
  rates: RateTable;
  dayRates: RateTable;
  gaps: readonly Gap[];
  work: ReadonlyMap<number, HourWork>;
  poolNames: ReadonlyMap<number, string>;
  algorithms: ReadonlyMap<number, AlgorithmName>;
};
type Views = { of: readonly Rig[]; rigs: RigView[]; statusCounts: WordCounts };

class RigNow implements RigView {
  readonly rig: Rig;
  readonly #seen: Seen;

  constructor(rig: Rig, seen: Seen) {
    this.rig = rig;
    this.#seen = seen;
  }

  get hps60(): number | null {
    return this.#seen.rates.get(this.rig.no)?.[0] ?? null;
  }

  get hps900(): number | null {
    return this.#sinceItCame(this.#seen.rates.get(this.rig.no)?.[1] ?? null, quarterMs);
  }

  get hps86400(): number | null {
    return this.#sinceItCame(this.#seen.dayRates.get(this.rig.no)?.[0] ?? null, dayMs);
  }

  #sinceItCame(hps: number | null, windowMs: number): number | null {
    return sinceBorn(hps, { seconds: windowMs / 1_000, bornMs: this.rig.firstSeenMs, nowMs: this.#seen.nowMs, gaps: this.#seen.gaps });
  }

  get luck(): number | null {
    const { hub, nowMs, algorithms, gaps } = this.#seen;
    const algorithm = algorithms.get(this.rig.fleetNo);
    const hps = this.hps900 ?? this.hps60;
    const fromMs = this.hps900 === null ? nowMs - minuteMs : Math.max(nowMs - quarterMs, this.rig.firstSeenMs ?? 0);
    const windowMs = coveredMs({ fromMs, toMs: nowMs }, gaps);
    return hps === null || algorithm === undefined || windowMs === null ? null : luckOf(hub.rig(this.rig.no), { hps, windowMs, algorithm });
  }

  get rejected(): number | null {
    return refusedPart(this.#seen.work.get(this.rig.no) ?? noWork);
  }

  get contractNo(): number {
    return this.#seen.hub.rig(this.rig.no)?.contractNo ?? 0;
  }

  get poolNo(): number {
    return this.#seen.hub.rig(this.rig.no)?.poolNo ?? 0;
  }

  get poolName(): string | null {
    return this.#seen.poolNames.get(this.poolNo) ?? null;
  }

  get isConnected(): boolean {
    return (this.#seen.hub.rig(this.rig.no)?.sessions.length ?? 0) > 0;
  }

  get lastShareAtMs(): number | null {
    return this.#seen.hub.rig(this.rig.no)?.lastShareAtMs ?? null;
  }
}

/** Snapshots for the pages: however many ask within a second, the tables are read once. */
export class FleetSnapshots {
  readonly #deps: WebDeps;
  readonly #figures: LiveFigures;
  #kept: { atMs: number; value: Promise<FleetSnapshot> } | null = null;
  readonly #hourWork: Shared<HourWorks>;
  readonly #rows: RigRows;
  readonly #seen: Seen;
  #views: Views = { of: [], rigs: [], statusCounts: noWords() };

  constructor(deps: WebDeps, figures: LiveFigures) {
    this.#deps = deps;
    this.#figures = figures;
    this.#rows = new RigRows(deps);
    this.#seen = { hub: deps.hub, rates: new Map(), dayRates: new Map(), gaps: [], work: new Map(), poolNames: new Map(), nowMs: 0, algorithms: new Map() };
    // From a whole minute on: what is left of one would have to be added up share by share.
    const ask = (nowMs: number) => deps.ledger.rejects(Math.floor((nowMs - hourMs) / minuteMs) * minuteMs, nowMs, "rig");
    const freshMs = (byRig: HourWorks) => Math.max(hourWorkAgeMs, byRig.size * hourWorkAgeMsPerRig);
    this.#hourWork = new Shared<HourWorks>(deps.now, ask, { freshMs, overdueMs: hourWorkAgeMs * 2 });
  }

  current(): Promise<FleetSnapshot> {
    const nowMs = this.#deps.now();
    const ageMs = this.#kept === null ? Number.POSITIVE_INFINITY : nowMs - this.#kept.atMs;
    if (this.#kept !== null && ageMs >= 0 && ageMs < maxAgeMs) return this.#kept.value;
    const value = this.#take();
    this.#kept = { atMs: nowMs, value };
    // A failed reading must not be served for a second.
    value.catch(() => this.forget());
    return value;
  }

  /** After a change of ours: whoever made it sees it at once. */
  forget(): void {
    this.#kept = null;
    this.#rows.forgetNames();
  }

  /** Work that pools accepted and refused of each rig in the last hour. */
  hourWork(): Promise<HourWorks> {
    return this.#hourWork.value();
  }

  async #take(): Promise<FleetSnapshot> {
    const [rates, dayRates, gaps, work, { rigs, workerNames }] = await Promise.all([
      this.#figures.ratesByRig(),
      this.#figures.dayRatesByRig(),
      this.#figures.gapsOfDay(),
      this.hourWork(),
      this.#rows.read(),
    ]);
    await breathe();
    const { control, now } = this.#deps;
    const poolNames = new Map(control.pools.all().map(({ no, name }) => [no, name]));
    const algorithms = new Map(control.fleets.all().map(({ no, algorithm }) => [no, algorithm]));
    Object.assign(this.#seen, { nowMs: now(), algorithms, rates, dayRates, gaps, work, poolNames });
    if (this.#views.of !== rigs) this.#views = { of: rigs, rigs: rigs.map((rig) => new RigNow(rig, this.#seen)), statusCounts: countWords(rigs) };
    const { rigs: views, statusCounts } = this.#views;
    return { rigs: views, statusCounts, poolNames, workerNames };
  }
}

/** Refused part of what was sent, 0..1; null when nothing was. */
export function refusedPart({ accepted, rejected }: HourWork): number | null {
  const sent = accepted + rejected;
  return sent === 0n ? null : Number((rejected * 1_000_000n) / sent) / 1_000_000;
}
