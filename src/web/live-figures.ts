import type { Contract } from "../control/contract-row.ts";
import type { Gap } from "../ledger/answers.ts";
import { type OwnRates, ownRate, ownWindows } from "./delivered-rates.ts";
import type { WebDeps } from "./deps.ts";
import { webLimits } from "./limits.ts";
import { Shared } from "./shared.ts";
import { coveredMs } from "./work-book.ts";

/** H/s over the last 60, 900 and 86,400 s; null = no data. */
export type Rates = { "60": number | null; "900": number | null; "86400": number | null };
export const noRates: Rates = Object.freeze({ "60": null, "900": null, "86400": null });

/** H/s of rigs or contracts by number, one for each window asked for. */
export type RateTable = ReadonlyMap<number, readonly (number | null)[]>;

/** H/s over the last 900 and 86,400 s, or since a contract began to be served where that is later; null = no data. */
export type DeliveredRates = { hps900: number | null; hps86400: number | null };

const minuteMs = 60_000;
const minuteS = 60;
const quarterS = 900;
const quarterMs = quarterS * 1_000;
const dayS = 86_400;
const dayMs = dayS * 1_000;
/** A table of ten thousand serves for five seconds, one of what changes slowly (a day, an hour) for a minute; a small farm's is asked for every two. */
const quickMsPerRow = 0.5;
const slowMsPerRow = 6;
/** The same of contracts and pools, of which there are fewer with more rows each. */
const quickMsPerOwner = 10;
const slowMsPerOwner = 120;

/** Figures serve for two seconds, or for as long as so many are worth. */
const freshFor = (ms: number): number => Math.max(webLimits.figuresFreshMs, ms);

export type PoolWork = ReadonlyMap<number, { accepted: bigint; rejected: bigint }>;

/** The seconds since the start of the minute in which the window begins: whole minutes are counted already, parts of one are added up share by share. */
const sinceMinute = (nowMs: number, seconds: number): number => (nowMs - Math.floor((nowMs - seconds * 1_000) / minuteMs) * minuteMs) / 1_000;

/**
 * A rate in H/s over the last `seconds` as one over the time since `bornMs`, where that is shorter: before that there was nothing to do. Both are of
 * the time in which a hub ran. Null in the first minute of it, where a hub ran for too little of it, and where there is no rate.
 */
export function sinceBorn(
  hps: number | null,
  { seconds, bornMs, nowMs, gaps }: { seconds: number; bornMs: number | null; nowMs: number; gaps: readonly Gap[] },
): number | null {
  if (hps === null || bornMs === null) return hps;
  const windowMs = sinceMinute(nowMs, seconds) * 1_000;
  const ageMs = nowMs - bornMs;
  if (ageMs >= windowMs) return hps;
  const [ofWindow, ofAge] = [windowMs, ageMs].map((ms) => coveredMs({ fromMs: nowMs - ms, toMs: nowMs }, gaps));
  return ageMs < minuteMs || ofWindow == null || ofAge == null ? null : (hps * ofWindow) / ofAge;
}

/** Figures of all rigs, contracts and pools that many requests ask for at once: each is one query that all share. */
export class LiveFigures {
  readonly #rates: Shared<RateTable>;
  readonly #dayRates: Shared<RateTable>;
  readonly #rejects: Shared<Map<number, { accepted: bigint; rejected: bigint }>>;
  readonly #delivered: Shared<OwnRates>;
  readonly #dayDelivered: Shared<OwnRates>;
  readonly #gaps: Shared<readonly Gap[]>;

  constructor({ control, ledger, now }: Pick<WebDeps, "control" | "ledger" | "now">) {
    const bySize = (msEach: number) => ({ freshMs: (table: { size: number }) => freshFor(table.size * msEach) });
    const delivered = async (windowsS: number[], windowMs: number, nowMs: number): Promise<OwnRates> => {
      const asked = ownWindows(control.contracts.all(), { windowsS, windowMs, nowMs });
      return { rates: (await ledger.deliveredRates?.(asked.windowsS, nowMs)) ?? new Map(), atMs: nowMs, own: asked.own };
    };
    const ofOwners = (msEach: number) => ({ freshMs: (table: OwnRates) => freshFor(table.rates.size * msEach) });
    this.#rates = new Shared<RateTable>(now, (nowMs) => ledger.rates([minuteS, sinceMinute(nowMs, quarterS)], nowMs), bySize(quickMsPerRow));
    this.#dayRates = new Shared<RateTable>(now, (nowMs) => ledger.rates([sinceMinute(nowMs, dayS)], nowMs), bySize(slowMsPerRow));
    this.#rejects = new Shared(now, (nowMs) => ledger.rejects(nowMs - sinceMinute(nowMs, 3_600) * 1_000, nowMs), bySize(slowMsPerOwner));
    this.#delivered = new Shared(now, (nowMs) => delivered([minuteS, sinceMinute(nowMs, quarterS)], quarterMs, nowMs), ofOwners(quickMsPerOwner));
    this.#gaps = new Shared<readonly Gap[]>(now, (nowMs) => ledger.gaps(nowMs - sinceMinute(nowMs, dayS) * 1_000, nowMs));
    this.#dayDelivered = new Shared(now, (nowMs) => delivered([sinceMinute(nowMs, dayS)], dayMs, nowMs), ofOwners(slowMsPerOwner));
  }

  /** What all rigs delivered, in H/s, over the last quarter of an hour; over the last minute while the hub is too young for that; 0 before. */
  async deliveredHps(): Promise<number> {
    const sums = [0, 0];
    const known = [false, false];
    for (const rates of (await this.#delivered.value()).rates.values()) {
      rates.forEach((hps, at) => {
        sums[at] = (sums[at] ?? 0) + (hps ?? 0);
        known[at] ||= hps !== null;
      });
    }
    return (known[1] === true ? sums[1] : sums[0]) ?? 0;
  }

  /** Delivered hashrates of a contract over 900 and 86,400 s, of neither more than it has been served for without a break. */
  async deliveredByContract(): Promise<(contract: Pick<Contract, "no" | "state" | "stateSinceMs">) => DeliveredRates> {
    const [quarter, day] = await Promise.all([this.#delivered.value(), this.#dayDelivered.value()]);
    return (contract) => ({
      hps900: ownRate(quarter, contract, { column: 1, windowMs: quarterMs }),
      hps86400: ownRate(day, contract, { column: 0, windowMs: dayMs }),
    });
  }

  /** Hashrates over 60 and 900 s by rig number, as the ledger gives them: ten thousand `Rates` are dear, for their keys look like indices. */
  ratesByRig(): Promise<RateTable> {
    return this.#rates.value();
  }

  /** Hashrates over 86,400 s by rig number. */
  dayRatesByRig(): Promise<RateTable> {
    return this.#dayRates.value();
  }

  /** When no hub ran in the last day: what rates are no rates of. */
  gapsOfDay(): Promise<readonly Gap[]> {
    return this.#gaps.value();
  }

  /** Hashrates by rig number. */
  async rates(): Promise<(rigNo: number) => Rates> {
    const [byRig, dayByRig] = await Promise.all([this.#rates.value(), this.#dayRates.value()]);
    return (rigNo) => {
      const [minute = null, quarter = null] = byRig.get(rigNo) ?? [];
      return { "60": minute, "900": quarter, "86400": dayByRig.get(rigNo)?.[0] ?? null };
    };
  }

  /** What pools accepted, and refused or left unanswered, of the last hour's work, by pool number. */
  poolWork(): Promise<PoolWork> {
    return this.#rejects.value();
  }

  /** Refused and unanswered work of the last hour in basis points of all that was sent, by pool number; 0 when nothing was sent. */
  async rejectBp(): Promise<(poolNo: number) => number> {
    const byPool = await this.#rejects.value();
    return (poolNo) => {
      const { accepted, rejected } = byPool.get(poolNo) ?? { accepted: 0n, rejected: 0n };
      const sent = accepted + rejected;
      return sent === 0n ? 0 : Number((rejected * 10_000n) / sent);
    };
  }
}
