/** What a pool may ask of those who work for it (reliability reference 3). */
export const termsRule = Object.freeze({ secondsPerShareMax: 120, difficultyHeldMs: 120_000, jobsPerSecondMax: 20, floodWindowMs: 5_000 });

/**
 * Shares that a pool at this difficulty sees of this hashrate in two minutes; below 1 there is next to no sign of life between two jobs.
 * `hps` in hashes per second, over all rigs of one session; `hashesPerDifficulty` of the algorithm.
 */
export function sharesInTwoMinutes(hps: number, difficulty: number, hashesPerDifficulty: number): number {
  return (hps * termsRule.secondsPerShareMax) / (difficulty * hashesPerDifficulty);
}

/** A condition counts when it has held without a break for `heldMs`. Times are milliseconds of one steady clock. */
export class Held {
  private sinceMs = 0;
  private readonly heldMs: number;

  constructor(heldMs: number) {
    this.heldMs = heldMs;
  }

  look(nowMs: number, holds: boolean): boolean {
    if (!holds) this.sinceMs = 0;
    else if (this.sinceMs === 0) this.sinceMs = nowMs;
    return holds && nowMs - this.sinceMs >= this.heldMs;
  }
}

/** Jobs that come faster than anybody can use them. */
export class FloodWatch {
  private windowAtMs = 0;
  private jobsAtWindow = 0;
  private flooding = false;

  /** `jobs`: all of the session so far. */
  look(nowMs: number, jobs: number): boolean {
    if (nowMs - this.windowAtMs >= termsRule.floodWindowMs) {
      const took = nowMs - this.windowAtMs;
      this.flooding = this.windowAtMs !== 0 && (jobs - this.jobsAtWindow) * 1_000 > termsRule.jobsPerSecondMax * took;
      this.windowAtMs = nowMs;
      this.jobsAtWindow = jobs;
    }
    return this.flooding;
  }
}
