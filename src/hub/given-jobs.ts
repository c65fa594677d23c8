import type { HubJob } from "./hub-job.ts";
import { limits } from "./limits.ts";

/**
 * The jobs that one rig holds or held, newest last, each with the difficulty it was sent with; kept for ten minutes, as pools do.
 */
export class GivenJobs {
  /** Job, difficulty, job, difficulty, oldest first: of twenty jobs of ten thousand rigs, a list of pairs is three times the memory. */
  private older: (HubJob | number)[] | null = null;
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
    return this.jobAt(this.placeOf(id));
  }

  /** The difficulty that the job with this id was sent with; 0 where there is none. */
  difficultyOf(id: string): number {
    if (this.newest?.id === id) return this.newestDifficulty;
    return Number(this.older?.[this.placeOf(id) + 1] ?? 0);
  }

  private jobAt(place: number): HubJob | null {
    return (this.older?.[place] as HubJob | undefined) ?? null;
  }

  /** Negative where there is none. */
  private placeOf(id: string): number {
    let place = (this.older?.length ?? 0) - 2;
    while (place >= 0 && this.jobAt(place)?.id !== id) place -= 2;
    return place;
  }

  private keep(job: HubJob, difficulty: number, oldestMs: number): void {
    this.older ??= [];
    let gone = Math.max(0, this.older.length - 2 * (limits.jobsPerSessionMax - 2));
    while (gone < this.older.length && (this.jobAt(gone)?.atMs ?? 0) < oldestMs) gone += 2;
    if (gone > 0) this.older.splice(0, gone);
    this.older.push(job, difficulty);
  }
}
