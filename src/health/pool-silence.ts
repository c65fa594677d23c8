import { quantile } from "./quantile.ts";

/** How long a pool may say nothing at all (reliability reference 3; cgminer gives up after 90 s). Milliseconds. */
export const silenceRule = Object.freeze({ warnMs: 60_000, deadMsMin: 90_000, deadMsMax: 180_000, gapFactor: 3, gapsMin: 8, gapsKept: 64 });

/** Learns how often a pool gives jobs, so that one that is slow by habit is not taken for dead. Times are milliseconds of one steady clock. */
export class JobGaps {
  private readonly gaps: number[] = [];
  private at = 0;
  private lastMs = 0;

  /** A job has come. `fresh`: it is the first of a session, so the time before it tells nothing. */
  note(nowMs: number, fresh: boolean): void {
    if (!fresh && this.lastMs !== 0) {
      this.gaps[this.at] = nowMs - this.lastMs;
      this.at = (this.at + 1) % silenceRule.gapsKept;
    }
    this.lastMs = nowMs;
  }

  /** After so long without any line the pool is dead: three times the 95th percentile of its gaps, within 90..180 s. */
  deadAfterMs(): number {
    if (this.gaps.length < silenceRule.gapsMin) return silenceRule.deadMsMin;
    const learned = silenceRule.gapFactor * (quantile(this.gaps, 0.95) ?? 0);
    return Math.min(silenceRule.deadMsMax, Math.max(silenceRule.deadMsMin, learned));
  }
}
