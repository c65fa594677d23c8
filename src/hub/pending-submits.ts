import { quantile } from "../health/quantile.ts";
import { classifyReject } from "../stratum/v1/error-codes.ts";
import type { Response } from "../stratum/v1/response.ts";
import { SubmitLines } from "../stratum/v1/submit-lines.ts";
import { bitsForPool } from "../work/version-rolling.ts";
import type { HubJob, SubmittedShare } from "./hub-job.ts";
import { limits } from "./limits.ts";

export type PoolAnswer = { poolVerdict: "accepted" | "rejected" | "unanswered"; code: number; text: string; answeredMs: number };

/** One object for all: it is read before the next answer is. */
const accepted: PoolAnswer = { poolVerdict: "accepted", code: 0, text: "", answeredMs: 0 };
const unanswered: PoolAnswer = Object.freeze({ poolVerdict: "unanswered", code: 0, text: "", answeredMs: -1 });
const yes: Response = Object.freeze({ kind: "response", id: null, result: true, error: null, accepted: true });

/** Called once for every share that was forwarded, and a second time (`late`) when the pool answers after we stopped waiting. */
export type SettleShare = (share: SubmittedShare, answer: PoolAnswer, late: boolean) => void;

const slotsAtFirst = 64;

/**
 * Submits on their way to one pool, in the order they were sent. A share is settled by the pool's answer, by the deadline,
 * or by the end of the session, whichever comes first; what comes after the deadline is still recorded.
 * Ids count up from `firstId`, so the waiting ones lie in a ring.
 */
export class PendingSubmits {
  private ring: (SubmittedShare | null)[] = new Array<SubmittedShare | null>(slotsAtFirst).fill(null);
  private oldest: number;
  private next: number;
  private waiting = 0;
  private readonly late = new Map<number, SubmittedShare>();
  private readonly settle: SettleShare;
  private readonly lines = new SubmitLines();
  /** True once the pool has shown that it takes version bits as a difference from the job's version (btcpool, public-pool). */
  private bitsAreDifference = false;
  private recentAnswersMs: number[] = [];
  private recentAt = 0;
  /** Since when the pool has been owing any answer: the first submit after its last answer; 0 = there was none. */
  owingSinceMs = 0;

  constructor(firstId: number, settle: SettleShare) {
    this.oldest = firstId;
    this.next = firstId;
    this.settle = settle;
  }

  get size(): number {
    return this.waiting;
  }

  /** Writes the line that submits the share; from now on the share waits for its answer. `versionMask`: what the pool lets roll now. */
  add(share: SubmittedShare, job: HubJob, versionMask: number): void {
    const id = this.next++;
    while (this.next - this.oldest > this.ring.length) this.makeRoom();
    this.ring[id & (this.ring.length - 1)] = share;
    this.waiting++;
    if (this.owingSinceMs === 0) this.owingSinceMs = share.forwardedAtMs;
    const work = job.poolJob.work;
    // The pool may have changed its mask since: with fewer bits than the rig rolled, or than the pool now takes from here, it would be another header.
    const mask = (work.versionMask | versionMask) >>> 0;
    this.lines.append({
      id,
      worker: share.upstreamName,
      jobId: work.poolJobId,
      prefix: job.prefixHex,
      extranonce1: share.extranonce1,
      extranonce2: share.extranonce2,
      ntime: share.ntime,
      nonce: share.nonce,
      versionBits: mask === 0 ? -1 : bitsForPool(this.bitsAreDifference ? "xor" : "replace", work.version, mask, share.version),
    });
  }

  /** The lines added since the last call, valid until the next `add`. */
  readonly takeLines = (): Uint8Array => this.lines.take();

  /** The pool's plain yes, which nearly all answers are. */
  accept(id: number, nowMs: number): void {
    const share = this.takeWaiting(id);
    if (share === null) this.answerLate(id, yes, nowMs);
    else this.settle(share, this.acceptedAfter(nowMs - share.forwardedAtMs), false);
  }

  answer(id: number, response: Response, nowMs: number): void {
    const share = this.takeWaiting(id);
    if (share === null) this.answerLate(id, response, nowMs);
    else this.settle(share, this.answerOf(share, response, nowMs), false);
  }

  /** Settles what has waited too long, oldest first. */
  expire(nowMs: number): void {
    for (; this.oldest < this.next; this.oldest++) {
      const share = this.ring[this.oldest & (this.ring.length - 1)] ?? null;
      if (share === null) continue;
      if (nowMs - share.forwardedAtMs < limits.answerMsMax) break;
      this.takeWaiting(this.oldest);
      this.remember(this.oldest, share);
      this.noteTime(Number.POSITIVE_INFINITY);
      this.settle(share, unanswered, false);
    }
    for (const [id, share] of this.late) {
      if (nowMs - share.forwardedAtMs < limits.lateVerdictMsMax) break;
      this.late.delete(id);
    }
  }

  /** The session is gone: nobody will answer these. */
  abandon(): void {
    this.late.clear();
    for (; this.oldest < this.next; this.oldest++) {
      const share = this.takeWaiting(this.oldest);
      if (share !== null) this.settle(share, unanswered, false);
    }
  }

  /** What this part (0..1) of the last shares' answers took at most, in milliseconds; infinite where they have not come in time, null before the first. */
  answerMs(part: number): number | null {
    return quantile(this.recentAnswersMs, part);
  }

  /** For a verdict that may come yet; a pool that never answers does not fill the memory. */
  private remember(id: number, share: SubmittedShare): void {
    this.late.set(id, share);
    if (this.late.size <= limits.lateVerdictsMax) return;
    for (const oldest of this.late.keys()) {
      this.late.delete(oldest);
      return;
    }
  }

  private takeWaiting(id: number): SubmittedShare | null {
    if (id < this.oldest || id >= this.next) return null;
    const slot = id & (this.ring.length - 1);
    const share = this.ring[slot] ?? null;
    if (share === null) return null;
    this.ring[slot] = null;
    this.waiting--;
    return share;
  }

  /** Past the settled ones at the old end, or to a ring of twice the size. */
  private makeRoom(): void {
    const mask = this.ring.length - 1;
    while (this.oldest < this.next - 1 && this.ring[this.oldest & mask] === null) this.oldest++;
    if (this.next - this.oldest <= this.ring.length) return;
    const larger = new Array<SubmittedShare | null>(2 * this.ring.length).fill(null);
    for (let id = this.oldest; id < this.next - 1; id++) larger[id & (larger.length - 1)] = this.ring[id & mask] ?? null;
    this.ring = larger;
  }

  private acceptedAfter(answeredMs: number): PoolAnswer {
    this.noteAnswered(answeredMs);
    accepted.answeredMs = answeredMs;
    return accepted;
  }

  private noteAnswered(answeredMs: number): void {
    this.owingSinceMs = 0;
    this.noteTime(answeredMs);
  }

  private noteTime(answeredMs: number): void {
    // A share that was noted as unanswered has its answer after all.
    const missed = Number.isFinite(answeredMs) && answeredMs > limits.answerMsMax ? this.recentAnswersMs.indexOf(Number.POSITIVE_INFINITY) : -1;
    this.recentAnswersMs[missed === -1 ? this.recentAt : missed] = answeredMs;
    if (missed === -1) this.recentAt = (this.recentAt + 1) & 63;
  }

  private answerLate(id: number, response: Response, nowMs: number): void {
    const share = this.late.get(id);
    if (share === undefined) return;
    this.late.delete(id);
    this.settle(share, this.answerOf(share, response, nowMs), true);
  }

  private answerOf(share: SubmittedShare, response: Response, nowMs: number): PoolAnswer {
    const answeredMs = nowMs - share.forwardedAtMs;
    if (response.accepted) return this.acceptedAfter(answeredMs);
    this.noteAnswered(answeredMs);
    this.learnDialect(share, response);
    return { poolVerdict: "rejected", code: response.error?.code ?? 20, text: response.error?.text ?? "", answeredMs };
  }

  /** Where the job's version has bits inside the mask, the two ways to write the rolled bits differ; a pool that finds our share too easy reads them the other way. */
  private learnDialect(share: SubmittedShare, response: Response): void {
    const work = share.job?.poolJob.work;
    if (work === undefined || (work.version & work.versionMask) === 0 || share.version === work.version) return;
    const kind = classifyReject(response.error ?? { code: 20, text: "" });
    if (kind === "low-difficulty" || kind === "invalid") this.bitsAreDifference = !this.bitsAreDifference;
  }
}
