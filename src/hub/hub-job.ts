import type { DuplicateSet } from "../work/duplicate-set.ts";
import type { Layout } from "../work/extranonce.ts";
import type { PreparedWork } from "../work/prepared-work.ts";
import type { Work } from "../work/work.ts";

/** What a job needs to know of the pool session it came from, for as long as shares of it may come in. */
export type JobOrigin = {
  poolNo: number;
  contractNo: number;
  /** Milliseconds since 1970 when the session ended; 0 while it lives. */
  closedAtMs: number;
  /** Header hashes seen since the last new prevhash. */
  duplicates: DuplicateSet;
  submit: (share: ForwardedShare) => void;
};

/** A pool's job as it came in, with all that its shares have in common computed once. */
export type PoolJob = {
  origin: JobOrigin;
  work: Work;
  prepared: PreparedWork;
  /** A newer prevhash has come from the same pool: shares of this job are stale. */
  superseded: boolean;
};

/** A pool's job as some rigs got it: under an id of the hub, with a prefix of its own. */
export type HubJob = {
  id: string;
  poolJob: PoolJob;
  layout: Layout;
  /** P of the extranonce layout, between the pool's extranonce1 and the rig's. */
  prefix: Uint8Array;
  /** The ntime handed out; above the pool's own where a job without room for a prefix was handed out again. */
  ntime: number;
  /** How far a rig may roll ntime. */
  ntimeRollS: number;
};

/** A share on its way to its pool. */
export type ForwardedShare = {
  job: PoolJob;
  rigName: string;
  extranonce2: string;
  ntime: number;
  nonce: number;
  version: number;
  /** Called once with the pool's verdict, or when it has not come in time, or the pool is gone. */
  settle: (verdict: Verdict) => void;
};

export type Verdict = {
  poolVerdict: "accepted" | "rejected" | "unanswered" | "orphaned";
  /** The pool's error code and words; 0 and "" without one. */
  code: number;
  text: string;
  answeredMs: number;
};
