import type { WebDeps } from "./deps.ts";
import { webLimits } from "./limits.ts";

/** H/s over the last 60, 900 and 86,400 s; null = no data. */
export type Rates = { "60": number | null; "900": number | null; "86400": number | null };
const windowsS = [60, 900, 86_400] as const;
const noRates: Rates = Object.freeze({ "60": null, "900": null, "86400": null });

type Cached<T> = { atMs: number; value: Promise<T> };

/** Figures of all rigs and pools that many requests ask for at once: each is one query, shared for two seconds. */
export class LiveFigures {
  readonly #deps: Pick<WebDeps, "ledger" | "now">;
  #rates: Cached<Map<number, (number | null)[]>> | null = null;
  #rejects: Cached<Map<number, { accepted: bigint; rejected: bigint }>> | null = null;

  constructor(deps: Pick<WebDeps, "ledger" | "now">) {
    this.#deps = deps;
  }

  /** Hashrates by rig number. */
  async rates(): Promise<(rigNo: number) => Rates> {
    const { ledger, now } = this.#deps;
    this.#rates = fresh(this.#rates, now(), (nowMs) => ledger.rates(windowsS, nowMs));
    const byRig = await this.#rates.value;
    return (rigNo) => {
      const [minute = null, quarter = null, day = null] = byRig.get(rigNo) ?? [];
      return byRig.has(rigNo) ? { "60": minute, "900": quarter, "86400": day } : noRates;
    };
  }

  /** Refused and unanswered work of the last hour in basis points of all that was sent, by pool number; 0 when nothing was sent. */
  async rejectBp(): Promise<(poolNo: number) => number> {
    const { ledger, now } = this.#deps;
    this.#rejects = fresh(this.#rejects, now(), (nowMs) => ledger.rejects(nowMs - 3_600_000, nowMs));
    const byPool = await this.#rejects.value;
    return (poolNo) => {
      const { accepted, rejected } = byPool.get(poolNo) ?? { accepted: 0n, rejected: 0n };
      const sent = accepted + rejected;
      return sent === 0n ? 0 : Number((rejected * 10_000n) / sent);
    };
  }
}

/** The cached query while it is fresh, else a new one. A failed query is not kept beyond its time either, so the next request after it asks again. */
function fresh<T>(cached: Cached<T> | null, nowMs: number, ask: (nowMs: number) => Promise<T>): Cached<T> {
  const ageMs = cached === null ? Number.POSITIVE_INFINITY : nowMs - cached.atMs;
  return cached !== null && ageMs >= 0 && ageMs < webLimits.ratesCacheMs ? cached : { atMs: nowMs, value: ask(nowMs) };
}
