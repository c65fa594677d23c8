import type { HubJob } from "./hub-job.ts";
import { limits } from "./limits.ts";

/** What was given to nobody yet; a rig that has had no job costs no lists. */
const noJobs: readonly HubJob[] = Object.freeze([]);
const noDifficulties: readonly number[] = Object.freeze([]);

/**
 * The jobs that one rig holds or held, newest last, each with the difficulty it was sent with; kept for ten minutes, as pools do.
 * Twenty jobs of ten thousand rigs: two plain lists are a third of the memory of pairs.
 */
export class GivenJobs {
  private older = noJobs;
  private olderDifficulties = noDifficulties;
  private newest: HubJob | null = null;
  private newestDifficulty = 0;

  get latest(): HubJob | null {
    return this.newest;
  }

  add(job: HubJob, difficulty: number): void {
    if (this.newest !== null) this.keep(this.newest, this.newestDifficulty, job.atMs - limits.jobKeptMsMax);
    this.newest = job;
    this.newestDifficulty = difficulty;
  }

  /** The job with this id, the newest tried first; null when it is not known to this connection (any more). */
  find(id: string): HubJob | null {
    if (this.newest?.id === id) return this.newest;
    return this.older[this.placeOf(id)] ?? null;
  }

  /** The difficulty that the job with this id was sent with; 0 where there is none. */
  difficultyOf(id: string): number {
    if (this.newest?.id === id) return this.newestDifficulty;
    return this.olderDifficulties[this.placeOf(id)] ?? 0;
  }

  private placeOf(id: string): number {
    let place = this.older.length - 1;
    while (place >= 0 && this.older[place]?.id !== id) place--;
    return place;
  }

  /** Lists are short and change every half minute: new ones of the exact size cost less memory than those that grow. */
  private keep(job: HubJob, difficulty: number, oldestMs: number): void {
    const overdue = this.older.findIndex(({ atMs }) => atMs >= oldestMs);
    const from = Math.max(overdue < 0 ? this.older.length : overdue, this.older.length - (limits.jobsPerSessionMax - 2));
    this.older = this.older.slice(from).concat(job);
    this.olderDifficulties = this.olderDifficulties.slice(from).concat(difficulty);
  }
}
