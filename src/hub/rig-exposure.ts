import { exposureLimits } from "../health/exposure.ts";
import { algorithms } from "../work/algorithm.ts";
import type { GivenJobs } from "./given-jobs.ts";
import type { JobBoard } from "./job-board.ts";
import type { RigDifficulty } from "./rig-difficulty.ts";
import type { RosterRig, RosterSession } from "./roster.ts";

/** What of a connection says how many shares are to be expected of its rigs. */
type Working = RosterSession & {
  readonly rig: RosterRig | null;
  readonly others: ReadonlyMap<string, RosterRig> | null;
  /** null = no live pool. */
  readonly board: JobBoard | null;
  readonly jobs: GivenJobs;
  readonly tuning: RigDifficulty;
};

/** Tells the connection's rigs what they work at: after each job, and about once a second, as a pool may have gone meanwhile. */
export function expose(session: Working, nowMs: number): void {
  const job = session.board === null ? null : session.jobs.latest;
  const hashes = job === null ? 0 : session.tuning.current * algorithms[job.poolJob.work.algorithm].hashesPerDifficultyDouble;
  session.rig?.works(session, nowMs, hashes);
  if (session.others !== null) for (const rig of session.others.values()) rig.works(session, nowMs, hashes);
}

/** Its next job is the first of the connection, or of another pool: what happens meanwhile is not the rig's doing. */
export function excuse(session: Working, nowMs: number): void {
  const forMs = session.jobs.latest === null ? exposureLimits.afterConnectMs : exposureLimits.afterMoveMs;
  session.rig?.exposure.freeze(nowMs, forMs);
  if (session.others !== null) for (const rig of session.others.values()) rig.exposure.freeze(nowMs, forMs);
}
