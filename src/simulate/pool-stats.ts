/** Why a simulated pool refused a share, in words. */
export type ShareFate = "accepted" | "stale" | "duplicate" | "low-difficulty" | "unauthorized" | "invalid" | "by-chance";

/** What one submit came to. */
export type PoolShare = {
  worker: string;
  fate: ShareFate;
  /** More exactly, for an invalid one; else empty. */
  detail: string;
  jobId: string;
  /** Difficulty of its job; 0 when the job is not known. */
  difficulty: number;
  connectionNo: number;
};

export type WorkerStats = {
  accepted: number;
  rejected: number;
  /** Sum of the difficulties of its accepted shares. */
  acceptedDifficulty: number;
};

/** Counters of a simulated pool since its start. A plain value: copy it to compare two moments. */
export type PoolStats = {
  connections: number;
  connectionsEver: number;
  /** Workers authorized now, counted per connection. */
  authorized: number;
  jobs: number;
  accepted: number;
  rejected: number;
  acceptedDifficulty: number;
  byReason: Record<Exclude<ShareFate, "accepted">, number>;
  /** Lines that were no message a pool understands. */
  faults: number;
  workers: Map<string, WorkerStats>;
};

export function emptyPoolStats(): PoolStats {
  const byReason = { stale: 0, duplicate: 0, "low-difficulty": 0, unauthorized: 0, invalid: 0, "by-chance": 0 };
  return {
    connections: 0,
    connectionsEver: 0,
    authorized: 0,
    jobs: 0,
    accepted: 0,
    rejected: 0,
    acceptedDifficulty: 0,
    byReason,
    faults: 0,
    workers: new Map(),
  };
}

/** Counts one share into the totals and its worker's. */
export function countShare(stats: PoolStats, share: PoolShare): void {
  const worker = stats.workers.get(share.worker) ?? { accepted: 0, rejected: 0, acceptedDifficulty: 0 };
  stats.workers.set(share.worker, worker);
  if (share.fate === "accepted") {
    stats.accepted += 1;
    stats.acceptedDifficulty += share.difficulty;
    worker.accepted += 1;
    worker.acceptedDifficulty += share.difficulty;
    return;
  }
  stats.rejected += 1;
  stats.byReason[share.fate] += 1;
  worker.rejected += 1;
}
