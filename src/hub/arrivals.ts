const arrivalsPerCollection = 1_000;
/** Fewer than these are no storm. */
const stormArrivalsMin = 100;

/**
 * When to collect garbage while rigs arrive. What a login leaves behind lies among what stays, and memory where both are mixed is not
 * given back: ten thousand at once leave megabytes of holes unless they are collected on the way, and once more when they have come.
 */
export class Arrivals {
  private sinceCollection = 0;
  private atLastTick = 0;
  private readonly collect: () => void;

  /** `collect` must not stop the event loop for long: a full collection of ten thousand rigs takes 60 ms and more, so it is to run beside it. */
  constructor(collect: () => void) {
    this.collect = collect;
  }

  /** One more connection. */
  note(): void {
    this.sinceCollection++;
    if (this.sinceCollection >= arrivalsPerCollection) this.begin();
  }

  /** To be called about once a second. */
  tick(): void {
    const isOver = this.sinceCollection === this.atLastTick;
    if (isOver && this.sinceCollection >= stormArrivalsMin) this.begin();
    this.atLastTick = this.sinceCollection;
  }

  private begin(): void {
    this.sinceCollection = 0;
    this.collect();
  }
}
