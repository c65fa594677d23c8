import { classifyReject } from "../stratum/v1/error-codes.ts";
import type { Response } from "../stratum/v1/response.ts";
import { writeSubmit } from "../stratum/v1/submit.ts";
import { bitsForPool } from "../work/version-rolling.ts";
import type { SubmittedShare } from "./hub-job.ts";
import { limits } from "./limits.ts";

export type PoolAnswer = { poolVerdict: "accepted" | "rejected" | "unanswered" | "orphaned"; code: number; text: string; answeredMs: number };

/** Called once for every share that was forwarded, and a second time (`late`) when the pool answers after we stopped waiting. */
export type SettleShare = (share: SubmittedShare, answer: PoolAnswer, late: boolean) => void;

/**
 * Submits on their way to one pool, in the order they were sent. A share is settled by the pool's answer, by the deadline,
 * or by the end of the session, whichever comes first; what comes after the deadline is still recorded.
 */
export class PendingSubmits {
  private readonly byId = new Map<number, SubmittedShare>();
  private readonly late = new Map<number, SubmittedShare>();
  private readonly settle: SettleShare;
  /** True once the pool has shown that it takes version bits as a difference from the job's version (btcpool, public-pool). */
  private bitsAreDifference = false;
  private recentAnswersMs: number[] = [];
  private recentAt = 0;

  constructor(settle: SettleShare) {
    this.settle = settle;
  }

  get size(): number {
    return this.byId.size;
  }

  /** The line that submits the share; from now on it waits for its answer. */
  send(share: SubmittedShare, versionMask: number): string {
    this.byId.set(share.upstreamId, share);
    const work = share.job?.poolJob.work;
    const versionBits = bitsForPool(this.bitsAreDifference ? "xor" : "replace", work?.version ?? 0, versionMask, share.version);
    return writeSubmit({
      id: share.upstreamId,
      worker: share.upstreamName,
      jobId: work?.poolJobId ?? "",
      extranonce2: share.extranonce2,
      ntime: share.ntime,
      nonce: share.nonce,
      versionBits: versionMask === 0 ? null : versionBits,
    });
  }

  answer(id: number, response: Response, nowMs: number): void {
    const share = this.byId.get(id);
    if (share === undefined) {
      this.answerLate(id, response, nowMs);
      return;
    }
    this.byId.delete(id);
    this.settle(share, this.answerOf(share, response, nowMs), false);
  }

  /** Settles what has waited too long, oldest first. */
  expire(nowMs: number): void {
    for (const [id, share] of this.byId) {
      if (nowMs - share.forwardedAtMs < limits.answerMsMax) break;
      this.byId.delete(id);
      this.late.set(id, share);
      this.settle(share, { poolVerdict: "unanswered", code: 0, text: "", answeredMs: -1 }, false);
    }
    for (const [id, share] of this.late) {
      if (nowMs - share.forwardedAtMs < limits.lateVerdictMsMax) break;
      this.late.delete(id);
    }
  }

  /** The session is gone: nobody will answer these. */
  orphan(): void {
    const waiting = [...this.byId.values()];
    this.byId.clear();
    this.late.clear();
    for (const share of waiting) this.settle(share, { poolVerdict: "unanswered", code: 0, text: "", answeredMs: -1 }, false);
  }

  /** Median of the last answers' times in milliseconds; null before the first. */
  medianAnswerMs(): number | null {
    if (this.recentAnswersMs.length === 0) return null;
    const sorted = this.recentAnswersMs.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? null;
  }

  private answerLate(id: number, response: Response, nowMs: number): void {
    const share = this.late.get(id);
    if (share === undefined) return;
    this.late.delete(id);
    this.settle(share, this.answerOf(share, response, nowMs), true);
  }

  private answerOf(share: SubmittedShare, response: Response, nowMs: number): PoolAnswer {
    const answeredMs = nowMs - share.forwardedAtMs;
    this.recentAnswersMs[this.recentAt] = answeredMs;
    this.recentAt = (this.recentAt + 1) & 63;
    if (response.accepted) return { poolVerdict: "accepted", code: 0, text: "", answeredMs };
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
