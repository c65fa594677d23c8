import type { HubJob } from "./hub-job.ts";
import { limits } from "./limits.ts";

/**
 * The jobs that one rig holds or held, newest last, each with the difficulty it was sent with; kept for ten minutes, as pools do.
 */
export class GivenJobs {
  /** Job, difficulty, job, difficulty, oldest first: of twenty jobs of ten thousand rigs, a list of pairs is three times the memory. */
  private readonly given: (HubJob | number)[] = [];

  get latest(): HubJob | null {
    return this.jobAt(this.given.length - 2);
  }

  add(job: HubJob, difficulty: number): void {
    const { given } = this;
    const oldestMs = job.atMs - limits.jobKeptMsMax;
    let gone = Math.max(0, given.length - 2 * (limits.jobsPerSessionMax - 1));
    // However old it is: of what it works on until now late shares will come.
    while (gone < given.length - 2 && (this.jobAt(gone)?.atMs ?? 0) < oldestMs) gone += 2;
    if (gone > 0) given.splice(0, gone);
    given.push(job, difficulty);
  }

  /** The job with this id, the newest tried first; null when it is not known to this connection (any more). */
  find(id: string): HubJob | null {
    return this.jobAt(this.placeOf(id));
  }

  /** The difficulty that the job with this id was sent with; 0 where there is none. */
  difficultyOf(id: string): number {
    return Number(this.given[this.placeOf(id) + 1] ?? 0);
  }

  private jobAt(place: number): HubJob | null {
    return (this.given[place] as HubJob | undefined) ?? null;
  }

  /** -2 where there is none. */
  private placeOf(id: string): number {
    let place = this.given.length - 2;
    while (place >= 0 && this.jobAt(place)?.id !== id) place -= 2;
    return place;
  }
}
