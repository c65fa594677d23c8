/** Shares are expected of a rig only while it can be blamed for their absence; design/measurement-and-money.md "Rig status". */
export const exposureLimits = Object.freeze({
  /** After a connect a miner still starts its boards. */
  afterConnectMs: 30_000,
  /** After a move shares of the former job are still under way. */
  afterMoveMs: 10_000,
  /** No look at the clock for as long as this means that the clock jumped or the process stood still: what was in between is in neither count. */
  gapMsMax: 30_000,
});

/**
 * How long one rig has worked, in operational time: the integral of dt / (difficulty x hashesPerDifficulty), in seconds per hash.
 * Times the rig's hashrate that is the number of shares to expect, whatever vardiff did (reliability reference 1.1).
 * Shares are counted in just that time, so a freeze drops both. Times are milliseconds of a clock that need not be the wall's.
 */
export class Exposure {
  /** Seconds per hash since the hub started. */
  perHps = 0;
  /** `perHps` at the last share that was counted. */
  perHpsAtAccepted = 0;
  accepted = 0;
  /** Refused by us as invalid, duplicate or too low; what only the pool refuses is not the rig's fault. */
  refused = 0;
  /** Difficulty of the pool's answered shares, yes and no. */
  poolAccepted = 0;
  poolRejected = 0;
  private rate = 0;
  private atMs = 0;
  private fromMs = 0;

  /**
   * What the rig works at from now on; told at each change, and about once a second.
   * @param hashesPerShare difficulty x hashesPerDifficulty; 0 = it has no job of a live pool
   */
  work(nowMs: number, hashesPerShare: number): void {
    this.advance(nowMs);
    this.rate = hashesPerShare > 0 ? 1 / (1_000 * hashesPerShare) : 0;
  }

  /** Nothing is expected, and nothing counted, for `forMs` from now. */
  freeze(nowMs: number, forMs: number): void {
    this.advance(nowMs);
    this.fromMs = Math.max(this.fromMs, nowMs + forMs);
  }

  noteAccepted(nowMs: number): void {
    if (!this.counts(nowMs)) return;
    this.advance(nowMs);
    this.accepted++;
    this.perHpsAtAccepted = this.perHps;
  }

  noteRefused(nowMs: number): void {
    if (this.counts(nowMs)) this.refused++;
  }

  /** Whether shares of this moment count. */
  counts(nowMs: number): boolean {
    return this.rate > 0 && nowMs >= this.fromMs;
  }

  private advance(nowMs: number): void {
    const sinceMs = Math.max(this.atMs, this.fromMs);
    const elapsedMs = nowMs - sinceMs;
    if (elapsedMs > 0 && nowMs - this.atMs <= exposureLimits.gapMsMax) this.perHps += elapsedMs * this.rate;
    // A clock that was set back ends a freeze that would otherwise last until it is there again.
    if (nowMs < this.atMs) this.fromMs = Math.min(this.fromMs, nowMs + exposureLimits.afterConnectMs);
    this.atMs = nowMs;
  }
}
