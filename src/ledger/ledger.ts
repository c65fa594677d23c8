import type { Log } from "../log.ts";
import type { AlgorithmName } from "../work/algorithm.ts";
import type { LedgerLimits } from "./limits.ts";
import type { HubVerdict, PoolVerdict, ShareRecord } from "./share-record.ts";

/** Whose shares: those of a rig, those whose job belonged to an endpoint, or to a contract (0 = the house). */
export type Scope = { kind: "rig" | "pool" | "contract"; no: number };
export type HashrateScope = Scope | { kind: "fleet"; rigNos: readonly number[] };

export type LateVerdict = { poolVerdict: PoolVerdict; reason: string | null; answeredMs: number };

/** One row of the table of shares. Work in expected hashes. */
export type ShareRow = {
  sequence: number;
  atMs: number;
  rigNo: number;
  sessionNo: number;
  contractNo: number;
  poolNo: number;
  algorithm: AlgorithmName;
  difficulty: number;
  work: bigint;
  poolDifficulty: number;
  poolWork: bigint;
  hubVerdict: HubVerdict;
  poolVerdict: PoolVerdict;
  reason: string | null;
  /** -1 = no answer. */
  answeredMs: number;
};

export type ShareQuery = { rigNo?: number; poolNo?: number; contractNo?: number; fromMs: number; toMs: number; limit: number };

export type Tally = { count: number; work: bigint };

/**
 * Shares of a window by fate. The hub's buckets (`hubAccepted`, `stale`, `lowDifficulty`, `duplicate`, `invalid`, `expired`,
 * `unauthorized`) hold every share once, with its own work. The pool's buckets say what became of forwarded ones, with work at
 * the pool's difficulty; `orphaned` ones were never forwarded and count with their own work.
 */
export type SharesSummary = {
  hubAccepted: Tally;
  poolAccepted: Tally;
  poolRejected: Tally & { byReason: Record<string, Tally> };
  unanswered: Tally;
  stale: Tally;
  lowDifficulty: Tally;
  duplicate: Tally;
  invalid: Tally;
  expired: Tally;
  unauthorized: Tally;
  orphaned: Tally;
  /** Everything the journal had on disk at this moment is counted. */
  asOfMs: number;
};

/** Hashrate of one step, in H/s; all four are null where the hub was not running (no data, which is not zero). */
export type HashratePoint = { atMs: number; effectiveHps: number | null; deliveredHps: number | null; lowerHps: number | null; upperHps: number | null };

export type Gap = { fromMs: number; toMs: number };

export type Backlog = {
  /** Bytes of the journal that are not yet in the database. */
  journalBytes: number;
  rowsBehind: number;
  /** Bytes appended but not yet on disk. */
  undurableBytes: number;
  /** True while `append` refuses: the disk is full, or too slow for what is held in memory. */
  full: boolean;
};

export type Ledger = {
  readonly bootNo: number;
  /**
   * Notes a settled share and returns its sequence, or -1 when it can't be noted (`backlog().full`): then answer error 20
   * "not recorded". Copies all it needs: the object may be reused. What got a sequence is never dropped while the process lives.
   */
  append: (share: ShareRecord) => number;
  /** A pool's verdict that came after the share was noted; a record of its own. Returns its sequence, or -1 like `append`. */
  appendVerdict: (sequence: number, verdict: LateVerdict) => number;
  /** All records up to this sequence are on disk. */
  readonly durableThrough: number;
  /** Set by the owner; called once per commit. */
  onDurable: (through: number) => void;
  /** Set by the owner; called when the disk becomes full (true) and when the waiting records are on disk after all (false). */
  onFull: (full: boolean) => void;
  /** Resolves when all that was appended before is on disk and answers queries. */
  flush: () => Promise<void>;
  backlog: () => Backlog;
  /** Raw rows by sequence, in pages; at most `limit`. */
  shares: (query: ShareQuery) => AsyncIterable<ShareRow[]>;
  /** The last `n` shares of a rig, newest first. */
  lastShares: (rigNo: number, n: number) => Promise<ShareRow[]>;
  summary: (scope: Scope, fromMs: number, toMs: number) => Promise<SharesSummary>;
  /** One point per step, the first at `fromMs`. */
  hashrate: (scope: HashrateScope, window: { fromMs: number; toMs: number; stepS: number }) => Promise<HashratePoint[]>;
  /** Effective H/s of every rig that had a share, over each window that ends at `nowMs`; null where there is no data. */
  rates: (windowsS: readonly number[], nowMs: number) => Promise<Map<number, (number | null)[]>>;
  /** Work at the pools' difficulty that each endpoint accepted, and refused or left unanswered. */
  rejects: (fromMs: number, toMs: number) => Promise<Map<number, { accepted: bigint; rejected: bigint }>>;
  /** Stretches of the window in which no hub was running here. */
  gaps: (fromMs: number, toMs: number) => Promise<Gap[]>;
  close: () => Promise<void>;
};

export type LedgerOptions = {
  dataDir: string;
  log: Log;
  now: () => number;
  limits?: Partial<LedgerLimits>;
  /** A write or sync failed: nothing may be acknowledged any more, and the owner ends the process with exit code 70. */
  onFatal: (error: Error) => void;
};
