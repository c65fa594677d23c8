import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FarmRig } from "../../src/simulate/farm.ts";
import type { ThrottleIsTold, ThrottleTells } from "./throttle-child.ts";

/** `freeze`: the socket stays open, no share comes. */
export type RigHarm = "kill" | "freeze" | "halve";

/** What a rig says of itself. `unheard`: submitted, and the answer lost with a kill of ours. */
export type RigAccount = { accepted: number; refused: number; unheard: number; disconnects: number };

export type ChaosRig = {
  /** As the hub knows it. */
  name: string;
  nominalHps: number;
  harm: RigHarm | null;
  hurt: (harm: RigHarm) => void;
  heal: () => void;
  account: () => RigAccount;
  stop: () => void;
};

export class SimulatedChaosRig implements ChaosRig {
  readonly name: string;
  readonly nominalHps: number;
  harm: RigHarm | null = null;
  #unheard = 0;
  readonly #member: FarmRig;

  constructor(name: string, member: FarmRig) {
    this.name = name;
    this.nominalHps = member.hashrateHps;
    this.#member = member;
  }

  hurt(harm: RigHarm): void {
    const { rig } = this.#member;
    this.harm = harm;
    if (harm === "freeze") rig.freeze();
    else if (harm === "halve") this.#member.hashrateHps = this.nominalHps / 2;
    else {
      this.#unheard += rig.unanswered;
      rig.stop();
    }
  }

  heal(): void {
    const { rig } = this.#member;
    if (this.harm === "kill") rig.start();
    else rig.thaw();
    this.#member.hashrateHps = this.nominalHps;
    this.harm = null;
  }

  account(): RigAccount {
    const { accepted, rejected, disconnects } = this.#member.rig.stats;
    return { accepted, refused: rejected, unheard: this.#unheard + this.#member.rig.unanswered, disconnects };
  }

  stop(): void {
    this.#member.rig.stop();
  }
}

export type RealMinerOptions = {
  name: string;
  /** What it does at `share`. */
  nominalHps: number;
  /** Of one core. */
  share: number;
  /** Its words; `{host}`, `{port}`, `{worker}` and `{password}` are filled in. */
  command: readonly string[];
  places: Readonly<Record<string, string>>;
  folder: string;
};

/** A real miner that logs as pooler's cpuminer does with `-P`: each submit, and `yay!!!` or `booooo` for its answer. */
export class RealMiner implements ChaosRig {
  readonly name: string;
  readonly nominalHps: number;
  harm: RigHarm | null = null;
  /** Why it ended without us; empty = it never did. */
  troubles: string[] = [];
  readonly #options: RealMinerOptions;
  readonly #logs: string[] = [];
  #child: Bun.Subprocess | null = null;

  constructor(options: RealMinerOptions) {
    this.name = options.name;
    this.nominalHps = options.nominalHps;
    this.#options = options;
    this.#spawn();
  }

  hurt(harm: RigHarm): void {
    this.harm = harm;
    if (harm === "kill") this.stop();
    else this.#tell({ share: harm === "halve" ? this.#options.share / 2 : 0 });
  }

  heal(): void {
    if (this.harm === "kill") this.#spawn();
    else this.#tell({ share: this.#options.share });
    this.harm = null;
  }

  account(): RigAccount {
    const sum: RigAccount = { accepted: 0, refused: 0, unheard: 0, disconnects: 0 };
    for (const path of this.#logs) {
      const log = readFileSync(path, "utf8");
      const count = (words: string) => log.split(words).length - 1;
      const [accepted, refused] = [count("yay!!!"), count("booooo")];
      sum.accepted += accepted;
      sum.refused += refused;
      sum.unheard += count('"mining.submit"') - accepted - refused;
      sum.disconnects += count("Stratum connection interrupted") + count("Stratum connection timed out");
    }
    return sum;
  }

  stop(): void {
    this.#tell("kill");
    this.#child = null;
  }

  /** One that has ended by itself hears nothing any more; `troubles` says so. */
  #tell(told: ThrottleIsTold): void {
    if (this.#child?.exitCode === null) this.#child.send(told);
  }

  #spawn(): void {
    const { command, places, folder, share, name } = this.#options;
    const log = join(folder, `${name}-${this.#logs.length}.log`);
    this.#logs.push(log);
    const words = command.map((word) => word.replace(/\{(\w+)\}/g, (whole, place: string) => places[place] ?? whole));
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, "throttle-child.ts"), log, String(share), ...words], {
      stdio: ["ignore", "inherit", "inherit"],
      ipc: ({ ended }: ThrottleTells) => {
        this.troubles.push(ended);
      },
    });
  }
}
