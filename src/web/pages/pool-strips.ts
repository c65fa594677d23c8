import type { SparkPoint } from "../../../views/parts/sparkline.tsx";
import { breathe } from "../../../views/turns.ts";
import type { Pool } from "../../control/pools.ts";
import type { StepWindow } from "../../ledger/work-steps.ts";
import type { WebDeps } from "../deps.ts";
import { coveredMs, slowPace, WorkBook, type WorkDay } from "../work-book.ts";

/** The last day by the quarter of an hour, and the one that runs. */
export const sparkStepMs = 900_000;
export const sparkSteps = 96;
/** Of a shorter time a rate is luck; those of many rigs together say something soon. */
const drawnMsMin = 30_000;

/** What rigs did at pools over the last day: read once for all pages. */
export class PoolStrips {
  readonly #book: WorkBook;

  constructor(deps: WebDeps) {
    const ask = (window: StepWindow) => deps.ledger.effectiveSteps?.("pool", window);
    this.#book = new WorkBook(deps, { ask, bucketMs: sparkStepMs, bucketsKept: sparkSteps + 1, bucketsPerAsk: 12, ...slowPace });
  }

  /** By pool number. */
  async of(pools: readonly Pick<Pool, "no" | "createdAtMs">[]): Promise<Map<number, SparkPoint[]>> {
    const day = await this.#book.current();
    const strips = new Map<number, SparkPoint[]>();
    for (const pool of pools) {
      await breathe();
      strips.set(pool.no, pointsOf(day, pool));
    }
    return strips;
  }
}

/** The last 96 steps: effective hashrate at the pool over the time in which a hub was running; nothing before the pool was added. */
export function pointsOf(day: WorkDay, { no, createdAtMs }: Pick<Pool, "no" | "createdAtMs">): SparkPoint[] {
  const works = day.of(no);
  return Array.from({ length: sparkSteps }, (_, step): SparkPoint => {
    // The first bucket of the book is the quarter that ends where 96 whole ones begin.
    const fromMs = day.fromMs + (step + 1) * sparkStepMs;
    const window = { fromMs: Math.max(fromMs, createdAtMs), toMs: Math.min(fromMs + sparkStepMs, day.asOfMs) };
    if (window.toMs <= window.fromMs) return { kind: "none" };
    const ms = coveredMs(window, day.gaps);
    if (ms === null) return { kind: "no-data" };
    return ms < drawnMsMin ? { kind: "none" } : { kind: "hps", hps: ((works?.[step + 1] ?? 0) / ms) * 1_000 };
  });
}
