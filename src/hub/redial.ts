import { limits } from "./limits.ts";
import type { PoolCloseReason, PoolSession } from "./pool-session.ts";

/** When a pool is dialled again: one retry at once, then full jitter up to a minute (reliability reference 3); a refused account every five minutes. */
export class Redial {
  attempts = 0;
  atMs = 0;
  private earliestMs = 0;
  /** From when it may be dialled where rigs have no pool at all. */
  private hurriedMs = Number.POSITIVE_INFINITY;
  /** Why the last session ended; null after a login. */
  lastClose: PoolCloseReason | null = null;
  /** A pool that hangs up on configure is asked without it the next time; only then, for it may have been a restart. */
  skipConfigure = false;
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  reset(): void {
    this.attempts = 0;
    this.atMs = 0;
    this.earliestMs = 0;
    this.hurriedMs = Number.POSITIVE_INFINITY;
    this.lastClose = null;
  }

  failed(session: PoolSession, reason: PoolCloseReason, nowMs: number): void {
    this.lastClose = reason;
    this.skipConfigure = session.hungUpOnConfigure;
    // A pool that lets us in and throws us out again is failing as much as one that does not answer.
    const wasReady = session.readyAtMs !== 0 && nowMs - session.readyAtMs > limits.handshakeMsMax;
    this.attempts = wasReady ? 1 : this.attempts + 1;
    if (reason.kind === "refused") this.atMs = nowMs + limits.misconfiguredRetryMs;
    else this.atMs = wasReady ? nowMs : nowMs + this.jitterMs();
    this.atMs = Math.max(this.atMs, this.earliestMs);
    this.hurriedMs = reason.kind === "network" ? Math.max(this.earliestMs, nowMs + this.random() * limits.hurriedBackoffMsMax) : Number.POSITIVE_INFINITY;
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
