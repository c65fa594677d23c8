const arrivalsPerCollection = 1_000;
/** Fewer than these are no storm. */
const stormArrivalsMin = 100;

/**
 * When to collect garbage while rigs arrive. What a login leaves behind lies among what stays, and memory where both are mixed is not
 * given back: ten thousand at once leave megabytes of holes unless they are collected on the way, and once more when all have work.
 */
export class Arrivals {
  private sinceCollection = 0;
  private sinceCalm = 0;
  private atLastTick = 0;
  private readonly collect: () => void;

  /** `collect` must not stop the event loop for long: a full collection of ten thousand rigs takes 60 ms and more, so it is to run beside it. */
  constructor(collect: () => void) {
    this.collect = collect;
  }

  /** One more has logged in. */
  note(): void {
    this.sinceCalm++;
    this.sinceCollection++;
    if (this.sinceCollection >= arrivalsPerCollection) this.begin();
  }

  /** To be called about once a second. */
  tick(): void {
    const isOver = this.sinceCalm === this.atLastTick;
    if (isOver && this.sinceCalm >= stormArrivalsMin) {
      this.sinceCalm = 0;
      this.begin();
    }
    this.atLastTick = this.sinceCalm;
  }

  private begin(): void {
    this.sinceCollection = 0;
    this.collect();
  }
}
