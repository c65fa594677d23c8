/** How a pool that refuses work is told from one that has bad luck (reliability reference 3, simulated in the tests). */
export const rejectRule = Object.freeze({
  /** The part of shares that a good pool may refuse, lateness apart. */
  usualPart: 0.03,
  /** The part that is to be found out. */
  badPart: 0.15,
  /** 100 % refused is found after 9 shares, 30 % after about 37; at 2 % there is no alarm in millions. */
  alarmAt: 14,
});

const perRefused = Math.log(rejectRule.badPart / rejectRule.usualPart);
const perAccepted = Math.log((1 - rejectRule.usualPart) / (1 - rejectRule.badPart));

/**
 * A one-sided CUSUM over the verdicts of one pool account: the log-likelihood ratio of 15 % refused against 3 %, never below 0.
 * Once it has alarmed it stays so until as much evidence speaks against it. Acceptances may be told in one sum:
 * falling steps and the floor at 0 give the same in any grouping.
 */
export class RejectAlarm {
  private score = 0;
  private refused = 0;
  private judged = 0;
  alarmed = false;

  noteAccepted(count: number): void {
    this.score = Math.max(0, this.score - count * perAccepted);
    this.judged += count;
    if (this.score === 0) this.reset();
  }

  /** One refusal that is not for lateness; true when it raises the alarm. */
  noteRefused(): boolean {
    this.score = Math.min(rejectRule.alarmAt, this.score + perRefused);
    this.refused++;
    this.judged++;
    if (this.alarmed || this.score < rejectRule.alarmAt) return false;
    this.alarmed = true;
    return true;
  }

  reset(): void {
    this.score = 0;
    this.refused = 0;
    this.judged = 0;
    this.alarmed = false;
  }

  /** What was counted since nothing spoke against the pool. */
  text(): string {
    return `refused ${this.refused} of ${this.judged} shares (more than ${100 * rejectRule.usualPart} % are not chance)`;
  }
}
