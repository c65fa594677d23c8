import type { Work } from "../work/work.ts";
import { limits } from "./limits.ts";
import { Search, type Solution } from "./proof-of-work.ts";
import { RigConnection } from "./rig-connection.ts";
import type { RigOptions, ShareAnswer } from "./rig-options.ts";
import { emptyRigStats, type RigStats } from "./rig-stats.ts";
import { Signal } from "./signal.ts";

/**
 * A rig that speaks Stratum V1 and does real proof of work, as much as it is told to: `spend(hashes)` (what a farm's pacing calls),
 * or `mineShare()` for tests that want one share now.
 */
export class SimulatedRig {
  readonly options: Required<RigOptions>;
  readonly stats: RigStats = emptyRigStats();
  readonly #answers = new Signal<ShareAnswer>();
  readonly #jobs = new Signal<Work>();
  readonly #changes = new Signal<void>();
  #connection: RigConnection | null = null;
  #search: Search | null = null;
  #phase: "running" | "frozen" | "stopped" = "running";
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #scryptRunning = false;

  constructor(options: RigOptions) {
    this.options = {
      tls: false,
      password: "x",
      agent: "stratum-hub-simulate/1",
      algorithm: "sha256d",
      versionRolling: false,
      extranonceSubscribe: false,
      reconnect: true,
      random: Math.random,
      onUnreachable: () => undefined,
      ...options,
    };
  }

  /** The job being worked on; null while there is none. `work.fixed` is the rig's extranonce1, `work.difficulty` the share difficulty. */
  get work(): Work | null {
    return this.#search?.work ?? null;
  }

  get connected(): boolean {
    return this.#connection?.phase === "mining";
  }

  /** Shares of the live connection that wait for their answer. */
  get unanswered(): number {
    return this.#connection?.unanswered ?? 0;
  }

  /** The live connection, for tests that say something particular. */
  get connection(): RigConnection | null {
    return this.#connection;
  }

  start(): this {
    this.#connect();
    return this;
  }

  nextAnswer(matches?: (answer: ShareAnswer) => boolean): Promise<ShareAnswer> {
    return this.#answers.next(matches);
  }

  /** The next job that matches; `work` holds the current one. */
  nextJob(matches?: (work: Work) => boolean): Promise<Work> {
    return this.#jobs.next(matches);
  }

  /** Resolves once `holds` is true of the rig, looked at after each event of it. */
  until(holds: (rig: SimulatedRig) => boolean): Promise<SimulatedRig> {
    return this.#changes.until<SimulatedRig>(() => this, holds);
  }

  /** Mines at full speed until a share is found, submits it, and resolves with the answer. Waits for a first job. Meant for difficulties of a few thousand hashes. */
  async mineShare(): Promise<ShareAnswer> {
    await this.until((rig) => rig.connected && rig.work !== null);
    const search = this.#search;
    if (search === null) throw new Error(`${this.options.worker} has no job`);
    let found: Solution | null = null;
    while (found === null) found = this.options.algorithm === "scrypt" ? await search.tryScrypt() : this.#scan(search, 65_536);
    const share = found;
    const answer = this.nextAnswer(({ solution }) => solution === share);
    this.submit(share);
    return answer;
  }

  /** Tries so many nonces and submits what is found; nothing without a job, or when frozen. */
  spend(hashes: number): void {
    if (this.#phase !== "running" || this.#search === null || !this.connected) return;
    if (this.options.algorithm === "scrypt") {
      void this.#spendScrypt(hashes);
      return;
    }
    let left = hashes;
    while (left > 0 && this.#search !== null) {
      const before = this.stats.hashes;
      const found = this.#scan(this.#search, left);
      left -= this.stats.hashes - before;
      if (found !== null) this.submit(found);
    }
  }

  submit(solution: Solution): void {
    if (this.#connection?.submit(solution) === true) this.stats.submitted += 1;
  }

  /** Hangs like a crashed control board: the socket stays open, no share comes any more. */
  freeze(): void {
    if (this.#phase === "running") this.#phase = "frozen";
  }

  thaw(): void {
    if (this.#phase === "frozen") this.#phase = "running";
  }

  /** Loses power: the socket closes and nothing comes back until `start()`. */
  stop(): void {
    this.#phase = "stopped";
    clearTimeout(this.#retry);
    this.#search = null;
    this.#connection?.close();
    this.#connection = null;
    this.#changes.emit();
  }

  #scan(search: Search, hashes: number): Solution | null {
    const { found, spent } = search.scan(hashes);
    this.stats.hashes += spent;
    return found;
  }

  async #spendScrypt(hashes: number): Promise<void> {
    if (this.#scryptRunning) return;
    this.#scryptRunning = true;
    for (let left = hashes; left > 0 && this.#search !== null; left -= 1) {
      const found = await this.#search.tryScrypt();
      this.stats.hashes += 1;
      if (found !== null) this.submit(found);
    }
    this.#scryptRunning = false;
  }

  #connect(): void {
    if (this.#phase === "stopped") this.#phase = "running";
    const connection = new RigConnection(this.options, {
      onMining: () => {
        this.stats.connects += 1;
        this.#failures = 0;
        this.#changes.emit();
      },
      onJob: (work) => {
        this.stats.jobs += 1;
        this.#search = new Search(work);
        this.#jobs.emit(work);
        this.#changes.emit();
      },
      onExtranonce: () => {
        this.stats.extranonceChanges += 1;
      },
      onAnswer: (answer) => this.#onAnswer(answer),
      onClose: () => this.#onClose(connection),
    });
    this.#connection = connection;
    connection.open();
  }

  #onAnswer(answer: ShareAnswer): void {
    if (answer.accepted) {
      this.stats.accepted += 1;
      this.stats.acceptedDifficulty += answer.solution.difficulty;
    } else {
      this.stats.rejected += 1;
      this.stats.refusals.set(answer.text, (this.stats.refusals.get(answer.text) ?? 0) + 1);
    }
    this.#answers.emit(answer);
    this.#changes.emit();
  }

  #onClose(connection: RigConnection): void {
    if (connection !== this.#connection) return;
    if (connection.phase === "mining") this.stats.disconnects += 1;
    this.#connection = null;
    this.#search = null;
    this.#changes.emit();
    if (this.#phase === "stopped" || !this.options.reconnect) return;
    const waitMs = Math.min(limits.reconnectMsMax, limits.reconnectMsMin * 2 ** this.#failures) * (0.5 + this.options.random() / 2);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), waitMs);
  }
}

/** A rig, connecting. `await rig.nextJob()` or `rig.until(…)` for what follows. */
export function startRig(options: RigOptions): SimulatedRig {
  return new SimulatedRig(options).start();
}
