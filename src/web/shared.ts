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
    return this.#within(this.#ages.overdueMs);
  }

  /** Waits for an answer that is fresh. */
  newest(): Promise<T> {
    return this.#within(0);
  }

  /** Something was changed: what is known is of no use, nor is what was asked for before. */
  forget(): void {
    this.#last = null;
    this.#running = null;
  }

  #within(overdueMs: number): Promise<T> {
    const nowMs = this.#now();
    const last = this.#last;
    const ageMs = last === null || nowMs < last.atMs ? Number.POSITIVE_INFINITY : nowMs - last.atMs;
    const freshMs = last === null ? 0 : this.#ages.freshMs(last.value);
    if (last !== null && ageMs < freshMs) return Promise.resolve(last.value);
    this.#running ??= this.#refresh(nowMs);
    if (last === null || ageMs >= freshMs + overdueMs) return this.#running;
    // Nobody waits for this one, so nobody would hear it fail; the next who must wait will.
    this.#running.catch(() => {});
    return Promise.resolve(last.value);
  }

  #refresh(nowMs: number): Promise<T> {
    const running = this.#ask(nowMs).then(
      (value) => {
        if (this.#running === running) this.#end({ atMs: nowMs, value });
        return value;
      },
      (error: unknown) => {
        if (this.#running === running) this.#end(this.#last);
        throw error;
      },
    );
    return running;
  }

  #end(last: { atMs: number; value: T } | null): void {
    this.#last = last;
    this.#running = null;
  }
}
