import { limits } from "./limits.ts";
import type { PoolCloseReason, PoolSession } from "./pool-session.ts";

/** When a pool is dialled again: one retry at once, then full jitter up to a minute (reliability reference 3); an account that is refused from the first every five minutes. */
export class Redial {
  attempts = 0;
  atMs = 0;
  private earliestMs = 0;
  /** From when it may be dialled where rigs have no pool at all. */
  private hurriedMs = Number.POSITIVE_INFINITY;
  /** Why the last session ended; null after a login. */
  lastClose: PoolCloseReason | null = null;
  /** The last session ended by what does not pass by itself: the account is refused, or the pool leaves too few bytes. */
  misconfigured = false;
  /** When it last had a session that held. */
  private goodAtMs = Number.NEGATIVE_INFINITY;
  /** A pool that hangs up on configure is asked without it the next time; only then, for it may have been a restart. */
  skipConfigure = false;
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** A session holds. */
  good(nowMs: number): void {
    this.goodAtMs = nowMs;
  }

  /** A new session holds a job. */
  succeeded(): void {
    this.lastClose = null;
    this.misconfigured = false;
  }

  reset(): void {
    this.attempts = 0;
    this.goodAtMs = Number.NEGATIVE_INFINITY;
    this.atMs = 0;
    this.earliestMs = 0;
    this.hurriedMs = Number.POSITIVE_INFINITY;
    this.succeeded();
  }

  failed(session: PoolSession, reason: PoolCloseReason, nowMs: number): void {
    this.lastClose = reason;
    this.skipConfigure = session.hungUpOnConfigure;
    // A pool that lets us in and throws us out again is failing as much as one that does not answer.
    const wasReady = session.readyAtMs !== 0 && nowMs - session.readyAtMs > limits.handshakeMsMax;
    this.attempts = wasReady ? 1 : this.attempts + 1;
    // A pool that restarts refuses accounts that are good: this one was until just now.
    const refused = reason.kind === "refused" && nowMs - this.goodAtMs > limits.misconfiguredRetryMs;
    this.misconfigured = refused || reason.kind === "unfit";
    if (refused) this.atMs = nowMs + limits.misconfiguredRetryMs;
    else this.atMs = wasReady ? nowMs : nowMs + this.jitterMs();
    this.atMs = Math.max(this.atMs, this.earliestMs);
    const passes = reason.kind === "network" || (reason.kind === "refused" && !refused);
    this.hurriedMs = passes ? Math.max(this.earliestMs, nowMs + this.random() * limits.hurriedBackoffMsMax) : Number.POSITIVE_INFINITY;
  }

  /** Rigs have no pool at all: a wait that was meant to spare one that fails is over sooner. */
  hurry(): void {
    this.atMs = Math.min(this.atMs, this.hurriedMs);
  }

  /** It was let go because of a fault; it is asked again after a while. */
  later(nowMs: number): void {
    this.attempts++;
    this.atMs = nowMs + this.jitterMs();
    this.hurriedMs = Number.POSITIVE_INFINITY;
  }

  /** The pool has asked us to stay away until then. */
  notBefore(ms: number): void {
    this.earliestMs = ms;
    this.hurriedMs = Math.max(this.hurriedMs, ms);
    this.atMs = Math.max(this.atMs, ms);
  }

  private jitterMs(): number {
    return Math.max(50, this.random() * Math.min(limits.backoffMsMax, limits.backoffMsMin * 2 ** (this.attempts - 1)));
  }
}
