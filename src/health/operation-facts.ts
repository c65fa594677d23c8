import type { Histogram } from "./histogram.ts";

/** Shares of one contract's jobs at one pool with the same two verdicts, since the hub started. */
export type ShareCount = {
  /** 0 = none known. */
  poolNo: number;
  /** 0 = the house. */
  contractNo: number;
  hubVerdict: string;
  poolVerdict: string;
  count: number;
  /** Expected hashes, as a double. */
  workHashes: number;
};

/** What the hub counted of its own work since it started; for whoever watches over it. Gone with a restart: what is owed is a question to the ledger. */
export type OperationFacts = {
  /** Of the process. */
  startedAtMs: number;
  shares: readonly ShareCount[];
  /** Shares that the journal could not take: the disk was full or too slow. */
  unrecordedShares: number;
  /** Verdicts of pools that came after their shares were recorded as unanswered. */
  lateAnswers: ReadonlyMap<string, number>;
  poolAnswerSeconds: ReadonlyMap<number, Histogram>;
  /** What the rigs of contracts in force are expected to deliver, H/s. */
  expectedHps: ReadonlyMap<number, number>;
  /** Recorded moves of rigs by the planner's cause. */
  moves: ReadonlyMap<string, number>;
  /** Turns of rigs that serve in parts; no moves. */
  sliceSwitches: number;
  planSeconds: Histogram;
  judgeSeconds: Histogram;
  commitSeconds: Histogram;
  /** How long ago was all received that the ledger's questions see. */
  loaderLagSeconds: number;
  loopLagSeconds: Histogram;
  residentBytes: number;
  heapBytes: number;
};
