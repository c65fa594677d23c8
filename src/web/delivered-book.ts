import { breathe } from "../../views/turns.ts";
import type { Gap } from "../ledger/answers.ts";
import type { WebDeps } from "./deps.ts";

/** Buckets of strips: five minutes, the last day of them and the one that runs. */
export const bucketMs = 300_000;
export const bucketsKept = 289;
const freshMs = 10_000;
/** Nobody waits while it is read again, unless it is older than that. */
const overdueMs = 30_000;
/** Verdicts of pools come late; what is older than this no longer changes but by a repair of the books. */
const rereadBuckets = 3;
const wholeAgainMs = 3_600_000;

/** Delivered work of the last day by bucket. `fromMs` is the start of the first bucket, `asOfMs` the moment up to which they are counted. */
export type DeliveredDay = {
  fromMs: number;
  asOfMs: number;
  /** Expected hashes per bucket; of a contract without a share there is nothing. */
  of: (contractNo: number) => Float64Array | null;
  /** When no hub was running. */
  gaps: readonly Gap[];
};

/**
 * What contracts were delivered in the last 24 hours, for drawing. The day is read once (and again each hour); then only its last
 * buckets are asked for, at most every ten seconds, however many pages show it.
 */
export class DeliveredBook {
  readonly #ledger: WebDeps["ledger"];
  readonly #now: () => number;
  #day: DeliveredDay | null = null;
  #works = new Map<number, Float64Array>();
  #wholeAtMs = 0;
  #running: Promise<DeliveredDay> | null = null;

  constructor({ ledger, now }: Pick<WebDeps, "ledger" | "now">) {
    this.#ledger = ledger;
    this.#now = now;
  }

  /** The day as it is known; who comes first waits for it, who comes later gets what is ten seconds old, and up to thirty while it is read again. */
  current(): Promise<DeliveredDay> {
    const nowMs = this.#now();
    const ageMs = this.#day === null ? Number.POSITIVE_INFINITY : nowMs - this.#day.asOfMs;
    if (this.#day !== null && ageMs >= 0 && ageMs < freshMs) return Promise.resolve(this.#day);
    this.#running ??= this.#read(nowMs).finally(() => {
      this.#running = null;
    });
    if (this.#day === null || !(ageMs >= 0 && ageMs < overdueMs)) return this.#running;
    // Nobody waits for this one, so nobody would hear it fail; the next who must wait will.
    this.#running.catch(() => {});
    return Promise.resolve(this.#day);
  }

  async #read(nowMs: number): Promise<DeliveredDay> {
    const endMs = (Math.floor(nowMs / bucketMs) + 1) * bucketMs;
    const fromMs = endMs - bucketsKept * bucketMs;
    const before = this.#day;
    const isWhole = before === null || nowMs < before.asOfMs || nowMs - this.#wholeAtMs >= wholeAgainMs || before.asOfMs < fromMs;
    const readFromMs = isWhole ? fromMs : Math.floor(before.asOfMs / bucketMs) * bucketMs - rereadBuckets * bucketMs;
    const [steps, gaps] = await Promise.all([
      this.#ledger.deliveredSteps?.({ fromMs: readFromMs, toMs: Math.floor(nowMs), stepMs: bucketMs }),
      this.#ledger.gaps(fromMs, nowMs),
    ]);
    const kept = isWhole
      ? new Map<number, Float64Array>()
      : await shifted(this.#works, { by: (fromMs - before.fromMs) / bucketMs, cutAt: (readFromMs - fromMs) / bucketMs });
    const offset = (readFromMs - fromMs) / bucketMs;
    steps?.contractNos.forEach((no, at) => {
      const works = kept.get(no) ?? new Float64Array(bucketsKept);
      kept.set(no, works);
      works[offset + (steps.steps[at] ?? 0)] = steps.hashes[at] ?? 0;
    });
    if (isWhole) this.#wholeAtMs = nowMs;
    this.#works = kept;
    this.#day = { fromMs, asOfMs: nowMs, of: (contractNo) => kept.get(contractNo) ?? null, gaps };
    return this.#day;
  }
}

/** Copies moved `by` buckets to the left and empty from `cutAt` on: answers that were given stay what they were. */
async function shifted(works: ReadonlyMap<number, Float64Array>, { by, cutAt }: { by: number; cutAt: number }): Promise<Map<number, Float64Array>> {
  const moved = new Map<number, Float64Array>();
  for (const [no, old] of works) {
    await breathe();
    const next = new Float64Array(bucketsKept);
    next.set(old.subarray(Math.min(by, bucketsKept)));
    next.fill(0, Math.max(0, cutAt));
    moved.set(no, next);
  }
  return moved;
}
