import { breathe } from "../../views/turns.ts";
import type { Gap } from "../ledger/answers.ts";
import type { StepWindow, WorkSteps } from "../ledger/work-steps.ts";
import type { WebDeps } from "./deps.ts";

/** What is older may still change by a repair of the books. */
const wholeAgainMs = 3_600_000;
/** To put one figure into its place takes some ten nanoseconds. */
const figuresPerPiece = 5_000;

/** The pace of books of which a minute changes little, as bars of an hour. Shares are in the books some seconds after they came. */
export const slowPace = Object.freeze({ freshMs: 60_000, overdueMs: 120_000, settledMs: 60_000 });

/** Which work, and how it is cut: `bucketsKept` of `bucketMs` each, of which the last is the one that runs. */
export type BookShape = {
  ask: (window: StepWindow) => Promise<WorkSteps> | undefined;
  bucketMs: number;
  bucketsKept: number;
  /** How many are asked for at once: some ten thousand figures are taken in without a pause. */
  bucketsPerAsk: number;
  /** How old what is known may be, and how much beyond that before somebody waits while it is read again. */
  freshMs: number;
  overdueMs: number;
  /** What came so long ago no longer changes. */
  settledMs: number;
};

/** Work of the last day by bucket. `fromMs` is the start of the first bucket, `asOfMs` the moment up to which they are counted. */
export type WorkDay = {
  fromMs: number;
  asOfMs: number;
  /** Expected hashes per bucket; of what has no share there is nothing. */
  of: (no: number) => Float64Array | null;
  /** When no hub was running. */
  gaps: readonly Gap[];
};

type Window = { fromMs: number; toMs: number };
export const overlapMs = (one: Window, other: Window): number => Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs));

/** A window of which less is covered says nothing. */
const coveredPartMin = 0.1;

/** How much of a window a hub was running, in milliseconds; null = too little to say anything of it. */
export function coveredMs(window: Window, gaps: readonly Window[]): number | null {
  const lengthMs = window.toMs - window.fromMs;
  const ms = lengthMs - gaps.reduce((sum, gap) => sum + overlapMs(gap, window), 0);
  return ms < Math.max(lengthMs * coveredPartMin, 1) ? null : ms;
}

/** The hashes of one bucket by number. */
type Bucket = Float64Array;

/**
 * What all contracts, pools or rigs did in the last 24 hours, for drawing. The day is read once (and again each hour); then only its last
 * buckets are asked for, however many pages show it.
 */
export class WorkBook {
  readonly #ledger: WebDeps["ledger"];
  readonly #now: () => number;
  readonly #shape: BookShape;
  #day: WorkDay | null = null;
  /** Never changed once they are filled: answers that were given stay what they were. */
  #buckets: readonly Bucket[] = [];
  #wholeAtMs = 0;
  #running: Promise<WorkDay> | null = null;

  constructor({ ledger, now }: Pick<WebDeps, "ledger" | "now">, shape: BookShape) {
    this.#ledger = ledger;
    this.#now = now;
    this.#shape = shape;
  }

  /** The day as it is known; who comes first waits for it, who comes later gets what is a little old, and older while it is read again. */
  current(): Promise<WorkDay> {
    const { freshMs, overdueMs } = this.#shape;
    const nowMs = this.#now();
    const ageMs = this.#day === null ? Number.POSITIVE_INFINITY : nowMs - this.#day.asOfMs;
    if (this.#day !== null && ageMs >= 0 && ageMs < freshMs) return Promise.resolve(this.#day);
    this.#running ??= this.#read(nowMs).finally(() => {
      this.#running = null;
    });
    if (this.#day === null || !(ageMs >= 0 && ageMs < freshMs + overdueMs)) return this.#running;
    // Nobody waits for this one, so nobody would hear it fail; the next who must wait will.
    this.#running.catch(() => {});
    return Promise.resolve(this.#day);
  }

  async #read(nowMs: number): Promise<WorkDay> {
    const { bucketMs, bucketsKept, settledMs } = this.#shape;
    const fromMs = (Math.floor(nowMs / bucketMs) + 1 - bucketsKept) * bucketMs;
    const before = this.#day;
    const isWhole = before === null || nowMs < before.asOfMs || nowMs - this.#wholeAtMs >= wholeAgainMs || before.asOfMs - settledMs < fromMs;
    const readFromMs = isWhole ? fromMs : Math.floor((before.asOfMs - settledMs) / bucketMs) * bucketMs;
    const [read, gaps] = await Promise.all([this.#bucketsSince(readFromMs, nowMs), this.#ledger.gaps(fromMs, nowMs)]);
    const passed = isWhole ? 0 : (fromMs - before.fromMs) / bucketMs;
    const kept = this.#buckets.slice(passed, passed + (readFromMs - fromMs) / bucketMs);
    const buckets = [...kept, ...read];
    if (isWhole) this.#wholeAtMs = nowMs;
    this.#buckets = buckets;
    this.#day = { fromMs, asOfMs: nowMs, of: (no) => worksOf(buckets, no), gaps };
    return this.#day;
  }

  async #bucketsSince(fromMs: number, nowMs: number): Promise<Bucket[]> {
    const { ask, bucketMs, bucketsPerAsk } = this.#shape;
    const count = Math.floor(nowMs / bucketMs) + 1 - fromMs / bucketMs;
    const buckets: Bucket[] = [];
    while (buckets.length < count) {
      const some = Math.min(bucketsPerAsk, count - buckets.length);
      const startMs = fromMs + buckets.length * bucketMs;
      const steps = await ask({ fromMs: startMs, toMs: Math.min(startMs + some * bucketMs, Math.floor(nowMs)), stepMs: bucketMs });
      buckets.push(...(await filled(steps, some)));
    }
    return buckets;
  }
}

function worksOf(buckets: readonly Bucket[], no: number): Float64Array | null {
  const works = Float64Array.from(buckets, (bucket) => bucket[no] ?? 0);
  return works.some((hashes) => hashes !== 0) ? works : null;
}

async function filled(steps: WorkSteps | undefined, count: number): Promise<Bucket[]> {
  const { nos, steps: places, hashes } = steps ?? { nos: [], steps: [], hashes: [] };
  let lastNo = -1;
  for (let at = 0; at < nos.length; at++) lastNo = Math.max(lastNo, nos[at] ?? 0);
  const buckets = Array.from({ length: count }, () => new Float64Array(lastNo + 1));
  for (let at = 0; at < nos.length; at++) {
    if (at % figuresPerPiece === 0) await breathe();
    const bucket = buckets[places[at] ?? 0];
    if (bucket !== undefined) bucket[nos[at] ?? 0] = hashes[at] ?? 0;
  }
  return buckets;
}
