import type { AlgorithmName } from "../work/algorithm.ts";
import type { HubVerdict, PoolVerdict } from "./share-record.ts";

/** Whose shares: those of a rig, those whose job belonged to an endpoint, or to a contract (0 = the house). */
export type Scope = { kind: "rig" | "pool" | "contract"; no: number };
export type HashrateScope = Scope | { kind: "fleet"; rigNos: readonly number[] } | { kind: "all" };

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

export type ShareQuery = { rigNos?: readonly number[]; poolNo?: number; contractNo?: number; fromMs: number; toMs: number; limit: number };

export type Tally = { count: number; work: bigint };

/**
 * Shares of a window by fate. The hub's buckets (`hubAccepted`, `stale`, `lowDifficulty`, `duplicate`, `invalid`, `expired`,
 * `unauthorized`) hold every share once, with its own work. The pool's buckets say what became of forwarded ones, with work at
 * the pool's difficulty; `orphaned` ones were never forwarded and count with their own work.
 */
export type SharesSummary = {
  hubAccepted: Tally;
  poolAccepted: Tally;
  /** By the pools' own words, so never keys of a plain object: one may be `__proto__`. */
  poolRejected: Tally & { byReason: ReadonlyMap<string, Tally> };
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

/**
 * Sums over shares, all integers but the squares; work in hashes. From them: effective H = `effective`, delivered D = `held` - `rejected`
 * (measurement-and-money.md, "Work"), the pool's own count A = `accepted`.
 */
export type WorkSums = {
  /** Hub-accepted shares, and their work. */
  count: number;
  effective: bigint;
  /** Work of those hub-accepted ones whose upstream was live when they came in. */
  held: bigint;
  /** Work at the pool's difficulty of forwarded shares: refused or never answered (R), and accepted (A). */
  rejected: bigint;
  accepted: bigint;
  /** Sum of squared work of the hub-accepted ones, and of squared upstream work of the forwarded ones, in units of 2^64; what intervals need, so rounded. */
  squares: number;
  poolSquares: number;
  /** The largest work of a hub-accepted share. */
  largest: bigint;
};

/** Whose sums: each rig's, contract's or pool's (`no`), or of all together (0). `atMs` is the start of the step. */
export type WorkRow = WorkSums & { no: number; atMs: number };
export type WorkQuery = { by?: "rig" | "contract" | "pool"; scope?: HashrateScope; fromMs: number; toMs: number; stepMs?: number };

/** A rig that served a contract (0 = the house) in [fromMs, toMs), by the numbers under which its shares are booked. */
export type ServedTime = { rigNo: number; contractNo: number; fromMs: number; toMs: number };
/** In hashes, in the order of the list. Everything the journal had on disk at `asOfMs` is counted. */
export type DeliveredWorks = { works: bigint[]; asOfMs: number };

/** H/s by number, one for each window asked for; null where there is no data. */
export type RatesByNo = ReadonlyMap<number, readonly (number | null)[]>;

export type Gap = { fromMs: number; toMs: number };
