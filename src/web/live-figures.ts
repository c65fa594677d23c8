import type { WebDeps } from "./deps.ts";
import { webLimits } from "./limits.ts";

/** H/s over the last 60, 900 and 86,400 s; null = no data. */
export type Rates = { "60": number | null; "900": number | null; "86400": number | null };
const windowsS = [60, 900, 86_400] as const;
export const noRates: Rates = Object.freeze({ "60": null, "900": null, "86400": null });

/** To take in a rig's rates holds the loop for a microsecond: those of ten thousand are asked for every five seconds. */
const ratesAgeMsPerRig = 0.5;

export type PoolWork = ReadonlyMap<number, { accepted: bigint; rejected: bigint }>;

/** Figures of all rigs and pools that many requests ask for at once: each is one query, shared for two seconds. */
export class LiveFigures {
  readonly #rates: Shared<Map<number, (number | null)[]>>;
  readonly #rejects: Shared<Map<number, { accepted: bigint; rejected: bigint }>>;

  readonly #delivered: Shared<number>;
  readonly #contracts: Shared<Map<number, (number | null)[]>>;

  constructor({ ledger, now }: Pick<WebDeps, "ledger" | "now">) {
    this.#rates = new Shared(
      now,
      (nowMs) => ledger.rates(windowsS, nowMs),
      (rates) => rates.size * ratesAgeMsPerRig,
    );
    this.#rejects = new Shared(now, (nowMs) => ledger.rejects(nowMs - 3_600_000, nowMs));
    this.#contracts = new Shared(now, (nowMs) => ledger.deliveredRates?.([900, 86_400], nowMs) ?? Promise.resolve(new Map()));
    this.#delivered = new Shared(now, async (nowMs) => (await deliveredOver(ledger, nowMs, 900)) ?? (await deliveredOver(ledger, nowMs, 60)) ?? 0);
  }

  /** What all rigs delivered, in H/s, over the last quarter of an hour; over the last minute while the hub is too young for that; 0 before. */
  deliveredHps(): Promise<number> {
    return this.#delivered.value();
  }

  /** Delivered hashrates over 900 and 86,400 s by contract number. */
  deliveredByContract(): Promise<Map<number, (number | null)[]>> {
    return this.#contracts.value();
  }

  /** Hashrates over 60, 900 and 86,400 s by rig number, as the ledger gives them: ten thousand `Rates` are dear, for their keys look like indices. */
  ratesByRig(): Promise<Map<number, (number | null)[]>> {
    return this.#rates.value();
  }

  /** Hashrates by rig number. */
  async rates(): Promise<(rigNo: number) => Rates> {
    const byRig = await this.#rates.value();
    return (rigNo) => {
      const [minute = null, quarter = null, day = null] = byRig.get(rigNo) ?? [];
      return { "60": minute, "900": quarter, "86400": day };
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

async function deliveredOver(ledger: WebDeps["ledger"], nowMs: number, seconds: number): Promise<number | null> {
  const points = await ledger.hashrate({ kind: "all" }, { fromMs: nowMs - seconds * 1_000, toMs: nowMs, stepS: seconds });
  return points[0]?.deliveredHps ?? null;
}

/** One query for all who ask: fresh for two seconds; while the next one runs, the last answer serves for up to ten. */
class Shared<T> {
  readonly #now: () => number;
  readonly #ask: (nowMs: number) => Promise<T>;
  readonly #ageMsMin: (value: T) => number;
  #last: { atMs: number; value: T } | null = null;
  #running: Promise<T> | null = null;

  /** `ageMsMin`: for how long a value serves at least, where that is more than two seconds. */
  constructor(now: () => number, ask: (nowMs: number) => Promise<T>, ageMsMin: (value: T) => number = () => 0) {
    this.#now = now;
    this.#ask = ask;
    this.#ageMsMin = ageMsMin;
  }

  value(): Promise<T> {
    const nowMs = this.#now();
    const ageMs = this.#last === null || nowMs < this.#last.atMs ? Number.POSITIVE_INFINITY : nowMs - this.#last.atMs;
    if (this.#last !== null && ageMs < Math.max(webLimits.figuresFreshMs, this.#ageMsMin(this.#last.value))) return Promise.resolve(this.#last.value);
    this.#running ??= this.#refresh(nowMs);
    if (this.#last === null || ageMs >= webLimits.figuresStaleMsMax) return this.#running;
    // Nobody waits for this one, so nobody would hear it fail; the next who must wait will.
    this.#running.catch(() => {});
    return Promise.resolve(this.#last.value);
  }

  async #refresh(nowMs: number): Promise<T> {
    try {
      const value = await this.#ask(nowMs);
      this.#last = { atMs: nowMs, value };
      return value;
    } finally {
      this.#running = null;
    }
  }
}
