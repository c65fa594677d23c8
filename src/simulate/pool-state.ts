import type { AlgorithmName } from "../work/algorithm.ts";
import type { DuplicateSet } from "../work/duplicate-set.ts";
import type { PoolJob, Random } from "./pool-job.ts";
import type { PoolShare, PoolStats } from "./pool-stats.ts";

export type PoolOptions = {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  algorithm?: AlgorithmName;
  /** Share difficulty, any positive number. Default 1e-7. */
  difficulty?: number;
  /** Bytes of extranonce2 given to clients, 1..16. Default 8. */
  extranonce2Size?: number;
  /** Bytes of extranonce1, 1..16. Default 4. */
  extranonce1Size?: number;
  /** Milliseconds between jobs by itself; 0 (the default) = only by `newJob()`. */
  jobEveryMs?: number;
  /** Of so many jobs made by the timer one is a new block (clean). Default 10. */
  jobsPerBlock?: number;
  /** Part of the good shares refused by chance, 0..1. */
  rejectRatio?: number;
  /** Version bits a client may roll; 0 = version rolling refused. Default BIP320's 1fffe000. */
  versionMask?: number;
  /** Merkle branches of a job. Default 4. */
  branches?: number;
  /** Whether this user may log in. Default: everybody. */
  authorizes?: (user: string, password: string) => boolean;
  /** PEM texts; with them the pool speaks TLS. */
  tls?: { cert: string; key: string };
  random?: Random;
  now?: () => number;
};

/** What the connections of one pool share. */
export type PoolState = {
  options: Required<Omit<PoolOptions, "tls">>;
  jobs: Map<string, PoolJob>;
  job: PoolJob;
  /** Previous block hashes of all its jobs, in hex. */
  blocks: Set<string>;
  /** Hashes of accepted shares since the last new block. */
  seen: DuplicateSet;
  stats: PoolStats;
  frozen: boolean;
  onShare: (share: PoolShare) => void;
  onChange: () => void;
};
