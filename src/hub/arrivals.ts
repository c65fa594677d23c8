const arrivalsPerCollection = 1_000;
/** Fewer than these are no storm. */
const stormArrivalsMin = 100;
/**
 * Seconds after the last arrival at which is collected: when all have work, and when the judge has seen them for the first and the second
 * time, as what is known of each is replaced then.
 */
const calmCollectionsS: readonly number[] = [1, 13, 25];
const calmSMax = Math.max(...calmCollectionsS);

/**
 * When to collect garbage while rigs arrive. What a login leaves behind lies among what stays, and memory where both are mixed is not
 * given back: ten thousand at once leave megabytes of holes unless they are collected on the way, and some times more when all have work.
 */
export class Arrivals {
  private sinceCollection = 0;
  private storm = 0;
  private atLastTick = 0;
  private calmS = 0;
  private readonly collect: () => void;

  /** `collect` must not stop the event loop for long: a full collection of ten thousand rigs takes 60 ms and more, so it is to run beside it. */
  constructor(collect: () => void) {
    this.collect = collect;
  }

  /** One more has logged in. */
  note(): void {
    this.storm++;
    this.sinceCollection++;
    if (this.sinceCollection >= arrivalsPerCollection) this.begin();
  }

  /** To be called each second. */
  tick(): void {
    this.calmS = this.storm === this.atLastTick ? this.calmS + 1 : 0;
    this.atLastTick = this.storm;
    if (this.storm < stormArrivalsMin) return;
    if (calmCollectionsS.includes(this.calmS)) this.begin();
    if (this.calmS < calmSMax) return;
    this.storm = 0;
    this.atLastTick = 0;
  }

  private begin(): void {
    this.sinceCollection = 0;
    this.collect();
  }
}
