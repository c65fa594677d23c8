import { limits } from "./limits.ts";
import { SimulatedRig } from "./rig.ts";
import type { RigOptions } from "./rig-options.ts";
import { type RigStats, sumRigStats } from "./rig-stats.ts";

/** One rig of a farm: who it says it is, and hashes per second. */
export type FarmMember = { worker: string; password?: string; hashrateHps: number };

export type FarmOptions = Omit<RigOptions, "worker" | "password"> & {
  members: readonly FarmMember[];
  /** Milliseconds from any fixed point; must not go back. */
  clock?: () => number;
};

/** `hashrateHps` may be changed at any time, as a rig slows down. */
export type FarmRig = { rig: SimulatedRig; hashrateHps: number };

/** Many simulated rigs in one process, paced by one timer. */
export type Farm = {
  rigs: FarmRig[];
  stats(): RigStats;
  /** Stops hashing and waits until what was submitted is answered, at most `patienceMs`; connections stay open. */
  settle(patienceMs: number): Promise<void>;
  stop(): void;
};

/** A shorter turn would make no share earlier that anyone could see; a longer one would make them come in bursts. */
const turnEveryMs = 25;
/** What a rig may make up for after a busy turn, so that a starved process does not answer with a burst. */
const arrearsMsMax = 1000;
/** Handshakes begun per turn: more at once would overflow a listener's accept queue (511 by default). */
const connectsPerTurn = 250;

/**
 * Starts rigs that hash at a limited speed. When the machine cannot give what is asked, all of them run slower; `stats().hashes` tells how much they did.
 */
export function startFarm({ members, clock = () => performance.now(), ...options }: FarmOptions): Farm {
  const rigs = members.map(({ hashrateHps, ...identity }): FarmRig => ({ rig: new SimulatedRig({ ...options, ...identity }), hashrateHps }));
  const pace = new Pace(rigs);
  let started = 0;
  let lastMs = clock();
  const turn = () => {
    const end = Math.min(rigs.length, started + connectsPerTurn);
    for (; started < end; started += 1) rigs[started]?.rig.start();
    const nowMs = clock();
    pace.turn(nowMs - lastMs, () => clock() - nowMs > limits.hashTurnMsMax);
    lastMs = nowMs;
  };
  turn();
  const timer = setInterval(turn, turnEveryMs);
  const stats = () => sumRigStats(rigs.map(({ rig }) => rig.stats));
  return {
    rigs,
    stats,
    async settle(patienceMs) {
      clearInterval(timer);
      const answered = rigs.map(({ rig }) => rig.until(({ connected, unanswered }) => !connected || unanswered === 0));
      await Promise.race([Promise.all(answered), Bun.sleep(patienceMs)]);
    },
    stop() {
      clearInterval(timer);
      for (const { rig } of rigs) rig.stop();
    },
  };
}

/** Deals out hashes: each rig earns `hashrateHps` a second and spends whole hashes. */
export class Pace {
  readonly #rigs: readonly FarmRig[];
  readonly #owed: Float64Array;
  #first = 0;

  constructor(rigs: readonly FarmRig[]) {
    this.#rigs = rigs;
    this.#owed = new Float64Array(rigs.length);
  }

  /** One turn after `elapsedMs`; ends early when `isLate` says so, and the next turn begins with whoever was left out. */
  turn(elapsedMs: number, isLate: () => boolean): void {
    const count = this.#rigs.length;
    for (const [at, { hashrateHps }] of this.#rigs.entries()) {
      const owed = (this.#owed[at] ?? 0) + (hashrateHps * elapsedMs) / 1000;
      this.#owed[at] = Math.min(owed, Math.max(1, (hashrateHps * arrearsMsMax) / 1000));
    }
    for (let step = 0; step < count; step += 1) {
      const at = (this.#first + step) % count;
      const whole = Math.floor(this.#owed[at] ?? 0);
      if (whole === 0) continue;
      this.#owed[at] = (this.#owed[at] ?? 0) - whole;
      this.#rigs[at]?.rig.spend(whole);
      if (isLate()) {
        this.#first = (at + 1) % count;
        return;
      }
    }
  }
}
