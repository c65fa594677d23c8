/** When a pool's answers to shares are too slow to stay with it (reliability reference 3). */
export const answerRule = Object.freeze({
  /** Nothing is answered for longer than this, at two looks in a row: it hangs. */
  stuckMs: 15_000,
  lookEveryMs: 15_000,
  stuckLooks: 2,
  /** The 95th percentile is above the hub's patience in three windows in a row: it is slow. */
  windowMs: 30_000,
  windowSharesMin: 20,
  slowPartMax: 0.05,
  slowWindows: 3,
  /** It is left for a pool that answers in this part of its time. */
  fasterPart: 0.5,
});

/** Counts since the start, and since when the pool has been owing any answer at all (0 = it owes none). */
export type AnswerCounts = { answered: number; slow: number; owingSinceMs: number };

export type AnswerFault = "stuck" | "slow" | null;

/** Looks at a pool's answers four times a second or less. Times are milliseconds of one steady clock. */
export class AnswerWatch {
  private lookedAtMs = 0;
  private stuckLooks = 0;
  private windowAtMs = 0;
  private windowFrom = { answered: 0, slow: 0 };
  private slowWindows = 0;

  /** `slow` of the counts are those that were not answered within the hub's patience of 3 s; `answered` those that were. */
  look(nowMs: number, counts: AnswerCounts): AnswerFault {
    if (nowMs - this.lookedAtMs >= answerRule.lookEveryMs) {
      this.lookedAtMs = nowMs;
      const stuck = counts.owingSinceMs !== 0 && nowMs - counts.owingSinceMs > answerRule.stuckMs;
      this.stuckLooks = stuck ? this.stuckLooks + 1 : 0;
    }
    this.closeWindow(nowMs, counts);
    if (this.stuckLooks >= answerRule.stuckLooks) return "stuck";
    return this.slowWindows >= answerRule.slowWindows ? "slow" : null;
  }

  /** A new session begins without the past of the last one, whose last shares nobody answered. */
  reset(): void {
    this.stuckLooks = 0;
    this.slowWindows = 0;
    this.windowAtMs = 0;
  }

  /** A window lasts until it has enough shares to tell a 95th percentile. */
  private closeWindow(nowMs: number, { answered, slow }: AnswerCounts): void {
    if (this.windowAtMs === 0) {
      this.windowAtMs = nowMs;
      this.windowFrom = { answered, slow };
    }
    const slowNow = slow - this.windowFrom.slow;
    const settled = answered - this.windowFrom.answered + slowNow;
    if (nowMs - this.windowAtMs < answerRule.windowMs || settled < answerRule.windowSharesMin) return;
    this.slowWindows = slowNow / settled > answerRule.slowPartMax ? this.slowWindows + 1 : 0;
    this.windowAtMs = nowMs;
    this.windowFrom = { answered, slow };
  }
}
