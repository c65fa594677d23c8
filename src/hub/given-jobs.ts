import type { HubJob } from "./hub-job.ts";
import { limits } from "./limits.ts";

/** The jobs that one rig holds or held, newest last, each with the difficulty it was sent with; kept for ten minutes, as pools do. */
export class GivenJobs {
  private readonly jobs: HubJob[] = [];
  private readonly difficulties: number[] = [];
  private readonly times: number[] = [];

  get latest(): HubJob | null {
    return this.jobs[this.jobs.length - 1] ?? null;
  }

  add(job: HubJob, difficulty: number, nowMs: number): void {
    this.forget(nowMs - limits.jobKeptMsMax);
    this.jobs.push(job);
    this.difficulties.push(difficulty);
    this.times.push(nowMs);
  }

  /** Where the job with this id is, the newest tried first; -1 when it is not known to this connection (any more). */
  find(id: string): number {
    for (let at = this.jobs.length - 1; at >= 0; at--) if (this.jobs[at]?.id === id) return at;
    return -1;
  }

  at(index: number): HubJob | null {
    return this.jobs[index] ?? null;
  }

  /** Of the job at `index`; 0 where there is none. */
  difficultyAt(index: number): number {
    return this.difficulties[index] ?? 0;
  }

  private forget(oldestMs: number): void {
    let gone = 0;
    while (gone < this.jobs.length && ((this.times[gone] ?? 0) < oldestMs || this.jobs.length - gone >= limits.jobsPerSessionMax)) gone++;
    if (gone === 0) return;
    this.jobs.splice(0, gone);
    this.difficulties.splice(0, gone);
    this.times.splice(0, gone);
  }
}
