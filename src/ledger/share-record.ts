import type { AlgorithmName } from "../work/algorithm.ts";

/** Our verdict, in the order of its code in the journal. Codes are never reused. */
export const hubVerdicts = ["accepted", "stale", "expired", "duplicate", "low-difficulty", "invalid", "unauthorized"] as const;
export type HubVerdict = (typeof hubVerdicts)[number];

/** The pool's verdict, in the order of its code in the journal. Codes are never reused. */
export const poolVerdicts = ["not-forwarded", "accepted", "rejected", "unanswered", "orphaned"] as const;
export type PoolVerdict = (typeof poolVerdicts)[number];

/** One submitted share, settled: who, when, for whom, our verdict and the pool's. `no` fields are the row numbers of the control database. */
export type ShareRecord = {
  /** Receipt at the hub, milliseconds since 1970. */
  atMs: number;
  rigNo: number;
  /** Number of the rig's connection, unique within one run of the hub. */
  sessionNo: number;
  /** The contract of the share's job; 0 = the house. */
  contractNo: number;
  /** The pool endpoint of the share's job; 0 = none known (an unknown job). */
  poolNo: number;
  algorithm: AlgorithmName;
  /** Difficulty assigned with the job; 0 where the share earns nothing (tolerated below its difficulty, or job unknown). Work follows from it. */
  difficulty: number;
  /** The pool's difficulty of that job. */
  poolDifficulty: number;
  hubVerdict: HubVerdict;
  poolVerdict: PoolVerdict;
  /** The pool's words for a rejection, or ours for an `invalid`; null where there is nothing to say. */
  reason: string | null;
  /** From forwarding to the pool's answer; -1 when there was none. */
  answeredMs: number;
};

/** A pool's answer that came after the share was noted. */
export type LateVerdict = { poolVerdict: PoolVerdict; reason: string | null; answeredMs: number };
