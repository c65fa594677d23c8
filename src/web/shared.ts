import { webLimits } from "./limits.ts";

type Ages<T> = {
  /** How long an answer serves before it is asked for again; two seconds where nothing is said. */
  freshMs?: (value: T) => number;
  /** How long beyond that it serves while it is being asked for again. */
  overdueMs?: number;
};

/** One question for all who ask: while the next one runs, the last answer serves for a while more; who comes after that waits. */
export class Shared<T> {
  readonly #now: () => number;
  readonly #ask: (nowMs: number) => Promise<T>;
  readonly #ages: Required<Ages<T>>;
  #last: { atMs: number; value: T } | null = null;
  #running: Promise<T> | null = null;

  constructor(
    now: () => number,
    ask: (nowMs: number) => Promise<T>,
    { freshMs = () => webLimits.figuresFreshMs, overdueMs = webLimits.figuresOverdueMsMax }: Ages<T> = {},
  ) {
    this.#now = now;
    this.#ask = ask;
    this.#ages = { freshMs, overdueMs };
  }

  /** Rejects where the question fails, for those who must wait for it. */
  value(): Promise<T> {
    const nowMs = this.#now();
    const ageMs = this.#last === null || nowMs < this.#last.atMs ? Number.POSITIVE_INFINITY : nowMs - this.#last.atMs;
    const freshMs = this.#last === null ? 0 : this.#ages.freshMs(this.#last.value);
    if (this.#last !== null && ageMs < freshMs) return Promise.resolve(this.#last.value);
    this.#running ??= this.#refresh(nowMs);
    if (this.#last === null || ageMs >= freshMs + this.#ages.overdueMs) return this.#running;
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
