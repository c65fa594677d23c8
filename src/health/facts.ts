import type { AlgorithmName } from "../work/algorithm.ts";
import type { Exposure } from "./exposure.ts";

/** One live connection of a rig, as seen by the hub; it changes as the rig works. */
export type RigSessionFact = {
  readonly sessionNo: number;
  readonly address: string;
  readonly agent: string;
  /** The worker string as the rig sent it. */
  readonly worker: string;
  /** Share difficulty in force; 0 before the first job. */
  readonly difficulty: number;
  readonly sinceMs: number;
  readonly listenerId: string;
};

/** What a rig was last refused, in words an operator can act on. */
export type Refusal = { atMs: number; code: number; text: string };

/** What the hub knows of a rig, which changes as the rig works; nothing in it comes from the rig's own telemetry. */
export type RigFact = {
  readonly rigNo: number;
  readonly sessions: readonly RigSessionFact[];
  /** It logs in only over the connection of another rig, as behind a proxy, and works where that one is sent; absent = it does not. */
  readonly isPassenger?: boolean;
  /** Pool endpoint whose job the rig holds; 0 = none. */
  readonly poolNo: number;
  /** 0 = the house. */
  readonly contractNo: number;
  readonly lastShareAtMs: number | null;
  readonly lastAcceptedAtMs: number | null;
  /** Accepted shares since the hub started. */
  readonly acceptedShares: number;
  /** Moment of the last disconnect, while no session is open. */
  readonly disconnectedAtMs: number | null;
  readonly lastRefusal: Refusal | null;
  /** What is wrong with hints in its password that could not be read; absent = nothing. */
  readonly unreadHints?: readonly string[];
  /** What it may be judged by since the hub started, see `Exposure`: seconds per hash, and the shares of just that time. */
  readonly exposure: Readonly<Pick<Exposure, "perHps" | "perHpsAtAccepted" | "accepted" | "refused" | "poolAccepted" | "poolRejected" | "counts">>;
};

export const poolStates = ["unused", "connecting", "live", "warm", "failing", "ejected", "misconfigured"] as const;
export type PoolState = (typeof poolStates)[number];

/** What the hub knows of a pool endpoint at this moment. */
export type PoolFact = {
  poolNo: number;
  algorithm: AlgorithmName;
  state: PoolState;
  stateSinceMs: number;
  /** Why it is in that state, in words; empty when there is nothing to say. */
  reason: string;
  /** Bytes of extranonce2 the pool gives; null until a subscribe was answered. */
  extranonce2Size: number | null;
  /** The pool's share difficulty in force; null until known. */
  difficulty: number | null;
  /** Open upstream sessions. */
  sessions: number;
  /** Rigs that hold a job of this endpoint. */
  rigs: number;
  lastJobAtMs: number | null;
  /** Median time to answer of the last submits, milliseconds; null until one was answered. */
  answerMs: number | null;
  warnings: string[];
};

/** How a contract stands with the pools of its profile at this moment. */
export type ContractPools = {
  contractNo: number;
  profileNo: number;
  /** The pool that its rigs work for; null = none of the list can be used. */
  activePoolNo: number | null;
  /** Since when none has been used, in the hub's time; its rigs mine for the house until one has been well for long enough. */
  poolsDownSinceMs: number | null;
  /** Connections of rigs that serve it, wherever they mine. */
  rigs: number;
};

/** One attempt to use a pool, step by step, as `POST /pools/{id}/test` answers it. */
export type PoolTestStep = { name: "connect" | "subscribe" | "authorize" | "first_job"; ok: boolean; ms: number; text: string };
export type PoolTest = { ok: boolean; steps: PoolTestStep[]; extranonce2Size: number | null; difficulty: number | null; warnings: string[] };
