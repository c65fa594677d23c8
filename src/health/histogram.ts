/** How often a measured value fell between bounds, and the sum of all values; in the unit of the bounds. Counts only ever grow. */
export class Histogram {
  /** Upper bounds, ascending, each inclusive; what is above the last falls into one more bucket. */
  readonly bounds: readonly number[];
  /** One for each bound and one above, not cumulative. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** Values below 0 (a clock that was set) and what is no number are left out. */
  note(value: number): void {
    if (!(value >= 0)) return;
    let at = 0;
    while (at < this.bounds.length && value > (this.bounds[at] as number)) at++;
    this.counts[at] = (this.counts[at] as number) + 1;
    this.sum += value;
  }
}

/** From half a millisecond to ten seconds: for what should take no time and sometimes does. */
export const secondsBounds: readonly number[] = Object.freeze([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]);
