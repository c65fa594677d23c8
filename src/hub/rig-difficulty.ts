import type { Firmware } from "../stratum/v1/firmware.ts";
import { createVardiff, noteShare, type RetargetRules, restartWindow, retarget, startDifficulty, type VardiffState } from "../work/vardiff.ts";
import type { HubJob } from "./hub-job.ts";
import { limits } from "./limits.ts";

/** Shares of the former difficulty may still come for as long after a change. */
const laggingMs = 60_000;

/** What is known of a rig when its difficulty is chosen. */
export type RigTerms = { readonly firmware: Firmware; readonly nominalHps: number | null; readonly sharesPerMinute: number };

/** One rig's share difficulty: what it asked for, what vardiff makes of its shares, and what it was last told. */
export class RigDifficulty {
  /** What the rig works at; 0 before its first job. */
  current = 0;
  /** From the password's `d=`. */
  private hinted: number | null = null;
  /** At which its shares came until a while ago; 0 = nobody knows. */
  private former = 0;
  /** From mining.suggest_difficulty and its relatives. */
  private suggested: number | null = null;
  /** From mining.configure: the rig is told that it is granted, so it gets no less, as far as its pool allows. */
  private floor = 0;
  private previous = 0;
  private changedAtMs = 0;
  private vardiff: VardiffState | null = null;

  /** What its login says: the password's `d=`, and at which difficulty it worked over the connection before, 0 = nobody knows. */
  begin({ hinted, former }: { hinted: number | null; former: number }): void {
    this.hinted = hinted;
    this.former = former;
  }

  /** The rig takes no less than this. */
  floorAt(difficulty: number): void {
    this.floor = difficulty;
    this.suggested = difficulty;
  }

  /**
   * What the rig would begin with; true when that comes too late for the job that it has, so that it needs one at once: ESP-Miner and NerdQAxe say it
   * after their login. Only the first word of a rig without a share counts so: NerdMiner repeats it to keep its connection alive.
   */
  suggest(difficulty: number, job: HubJob | null, terms: RigTerms): boolean {
    const isFirst = this.suggested === null && this.hinted === null;
    this.suggested = difficulty;
    if (!isFirst || job === null || this.vardiff === null || this.vardiff.provenDifficulty > 0) return false;
    if (this.start(job, terms) === this.current) return false;
    this.vardiff = null;
    return true;
  }

  /** The difficulty to send with this job: never above the pool's, as shares that the pool never sees are lost money. */
  choose(job: HubJob, terms: RigTerms, { nowMs, moves }: { nowMs: number; moves: boolean }): number {
    const upstream = job.poolJob.work.difficulty;
    if (job.poolJob.origin.passDifficulty) return upstream;
    if (this.vardiff === null) {
      this.vardiff = createVardiff(this.start(job, terms), nowMs, this.former);
      return this.vardiff.difficulty;
    }
    if (moves || this.untold) restartWindow(this.vardiff, nowMs);
    retarget(this.vardiff, this.rulesOf(job, terms, nowMs));
    return this.vardiff.difficulty;
  }

  /** The rig is told. */
  sent(difficulty: number, nowMs: number): void {
    this.previous = this.current;
    this.changedAtMs = nowMs;
    this.current = difficulty;
  }

  /** Whether the shares ask for another difficulty; it comes with the job handed out again, as most firmware applies it with the next notify. */
  wantsChange(job: HubJob, terms: RigTerms, nowMs: number): boolean {
    if (this.vardiff === null || job.poolJob.origin.passDifficulty) return false;
    if (this.untold) return true;
    return retarget(this.vardiff, this.rulesOf(job, terms, nowMs)) !== null && this.vardiff.difficulty !== this.current;
  }

  /** A difficulty was chosen for which the pool's work had no ground left: its shares say nothing of it until it has come with a job. */
  private get untold(): boolean {
    return this.vardiff !== null && this.vardiff.difficulty !== this.current;
  }

  /** Accepted shares of this connection, as far as vardiff looks at them. */
  get shares(): number {
    return this.vardiff?.counted ?? 0;
  }

  /** Counts an accepted share of this difficulty; true when it is worth asking `wantsChange` at once. Hot. */
  note(nowMs: number, difficulty: number): boolean {
    return this.vardiff !== null && noteShare(this.vardiff, nowMs, difficulty);
  }

  /**
   * The easier difficulty that a share of a job of `difficulty` may be meant for; 0 = none. Late shares are of the one that was in force until
   * just now, and firmware that takes a new one at once (some of bmminer) sends what it finds for the job before by the new one.
   */
  lagging(difficulty: number, nowMs: number): number {
    if (this.previous === 0 || nowMs - this.changedAtMs > laggingMs) return 0;
    const easier = Math.min(this.previous, this.current);
    return easier < difficulty ? easier : 0;
  }

  private start(job: HubJob, terms: RigTerms): number {
    const { algorithm, difficulty: upstream } = job.poolJob.work;
    const wish = startDifficulty({
      hintD: this.hinted,
      suggested: this.suggested,
      nominalHps: terms.nominalHps,
      algorithm,
      upstream,
      sharesPerMinute: terms.sharesPerMinute,
    });
    const least = Math.min(upstream, Math.max(wish, terms.firmware.difficultyMin, this.floor));
    return wantsIntegers(terms, upstream) ? Math.min(Math.floor(upstream), Math.max(1, Math.round(least))) : least;
  }

  private rulesOf(job: HubJob, terms: RigTerms, nowMs: number): RetargetRules {
    const upstream = job.poolJob.work.difficulty;
    rules.nowMs = nowMs;
    rules.sharesPerMinute = terms.sharesPerMinute;
    rules.difficultyMax = upstream;
    rules.difficultyMin = Math.min(upstream, Math.max(limits.difficultyMin, terms.firmware.difficultyMin, this.floor));
    rules.integersOnly = wantsIntegers(terms, upstream);
    return rules;
  }
}

/** Whole numbers for firmware that cuts fractions off, except where the pool itself asks for less than 1. */
function wantsIntegers({ firmware }: RigTerms, upstream: number): boolean {
  return !firmware.fractionalDifficulty && upstream >= 1;
}

/** One object for all rigs: it is read before the next one is asked about, each second. */
const rules: RetargetRules = { nowMs: 0, sharesPerMinute: 0, difficultyMax: 0, difficultyMin: 0, integersOnly: false };
