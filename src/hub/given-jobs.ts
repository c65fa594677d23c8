import type { HubJob } from "./hub-job.ts";
import { limits } from "./limits.ts";

type Given = { readonly job: HubJob; readonly difficulty: number; readonly atMs: number };

/** What was given to nobody yet; a rig that has had no job costs no list. */
const nothing: readonly Given[] = Object.freeze([]);

/** The jobs that one rig holds or held, newest last, each with the difficulty it was sent with; kept for ten minutes, as pools do. */
export class GivenJobs {
  private given: readonly Given[] = nothing;
  private newest: HubJob | null = null;
  private newestDifficulty = 0;
  private newestAtMs = 0;

  get latest(): HubJob | null {
    return this.newest;
  }

  add(job: HubJob, difficulty: number, nowMs: number): void {
    if (this.newest !== null) this.keep({ job: this.newest, difficulty: this.newestDifficulty, atMs: this.newestAtMs }, nowMs - limits.jobKeptMsMax);
    this.newest = job;
    this.newestDifficulty = difficulty;
    this.newestAtMs = nowMs;
  }

  /** The job with this id and the difficulty it was sent with, the newest tried first; null when it is not known to this connection (any more). */
  find(id: string): HubJob | null {
    if (this.newest?.id === id) return this.newest;
    return this.older(id)?.job ?? null;
  }

  /** The difficulty that the job with this id was sent with; 0 where there is none. */
  difficultyOf(id: string): number {
    if (this.newest?.id === id) return this.newestDifficulty;
    return this.older(id)?.difficulty ?? 0;
  }

  private older(id: string): Given | null {
    for (let at = this.given.length - 1; at >= 0; at--) {
      const given = this.given[at];
      if (given?.job.id === id) return given;
    }
    return null;
  }

  /** Lists are short and change every half minute: a new one of the exact size costs less memory than one that grows. */
  private keep(given: Given, oldestMs: number): void {
    const kept = this.given.filter(({ atMs }) => atMs >= oldestMs).slice(-(limits.jobsPerSessionMax - 1));
    kept.push(given);
    this.given = kept;
  }
}
