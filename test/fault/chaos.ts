/**
 * `bun test/fault/chaos.ts [--minutes 10] [--seed N] [--rigs 20] [--rig-hps 10000] [--miner "CMD" --miner-share 0.02 --miner-hps 180000]`
 *
 * A hub, its pools and its rigs, each pool and the hub in a process of its own, everything on loopback and with real proof of work. For so many minutes rigs
 * are killed, frozen and slowed, and pools killed, stopped, made to talk rubbish and to refuse everything, in an order that the seed decides. Then what the hub
 * has on record is held against what the rigs, the pools and this program know. JSON lines on stdout; the last one is the verdict. Ends with 1 where something
 * is wrong.
 *
 * `CMD` is a real miner's command line, `{host}`, `{port}`, `{worker}` and `{password}` filled in; it must log like pooler's cpuminer with `-P`.
 */
import { parseArgs } from "node:util";
import { type Farm, startFarm } from "../../src/simulate/farm.ts";
import { oneOf, seeded } from "../support/seeded.ts";
import { checkChaos } from "./chaos-checks.ts";
import { type Account, ChaosHub, type HubContract, type HubRig } from "./chaos-hub.ts";
import { ChaosPool, type PoolHarm } from "./chaos-pool.ts";
import type { Harmed, Sample } from "./chaos-record.ts";
import { type ChaosRig, RealMiner, type RigHarm, SimulatedChaosRig } from "./chaos-rig.ts";

const { values: given } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    rigs: { type: "string", default: "20" },
    "rig-hps": { type: "string", default: "10000" },
    miner: { type: "string" },
    "miner-share": { type: "string", default: "0.02" },
    "miner-hps": { type: "string", default: "180000" },
    keep: { type: "boolean", default: false },
  },
});

const poolDifficulty = 1e-6;
/** Twelve is the usual; more evidence in less time here. */
const sharesPerMinute = 120;
const warmUpMsMax = 200_000;
/** After the last harm: hold-downs, returns and statuses come to rest. */
const restMs = 90_000;
const answersMs = 5_000;
const rigsHarmedMax = 5;
const poolsHarmedMax = 4;
const rigHarms: readonly RigHarm[] = ["kill", "freeze", "halve"];
const poolHarms: readonly PoolHarm[] = ["kill", "freeze", "corrupt", "refuse"];
const harmSeconds: Readonly<Record<"rig" | "pool", readonly [number, number]>> = { rig: [5, 75], pool: [4, 50] };

const say = (line: Record<string, unknown>) => process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** All that takes part. */
class Chaos {
  readonly random = seeded(Number(given.seed));
  readonly hub = new ChaosHub(sharesPerMinute);
  readonly pools = new Map<string, ChaosPool>();
  readonly rigs: ChaosRig[] = [];
  readonly harmed: Harmed[] = [];
  readonly samples: Sample[] = [];
  readonly startedMs = Date.now();
  accounts: Account[] = [];
  miner: RealMiner | null = null;
  #farm: Farm | null = null;

  async open(): Promise<void> {
    // Never harmed: the last of the house's, without which a hub has to let its rigs go.
    const names = ["safe", "house-1", "house-2", "a-1", "a-2", "b-1", "b-2", "c-1", "shared"];
    for (const name of names) this.pools.set(name, await ChaosPool.start(name, poolDifficulty));
    await this.hub.start();
    const pools = (...of: string[]) => of.map((name) => this.pools.get(name) as ChaosPool);
    const house = await this.hub.openHouse(pools("house-1", "house-2", "safe"));
    await this.#startRigs();
    const rigHps = Number(given["rig-hps"]);
    this.accounts = [
      house,
      await this.hub.sell("a", pools("a-1", "a-2", "shared"), { method: "threshold", promised_hps: 6 * rigHps }),
      await this.hub.sell("b", pools("b-1", "b-2"), { method: "miners", rig_count: 4, rig_nominal_hps: rigHps }),
      // No whole number of rigs: one of them works for it in turns.
      await this.hub.sell("c", pools("c-1", "shared"), { method: "threshold", promised_hps: 3.4 * rigHps }),
    ];
    say({ ready: true, rigs: this.rigs.length, contracts: this.accounts.length - 1, folder: this.hub.folder, seed: Number(given.seed) });
  }

  async #startRigs(): Promise<void> {
    const { host, port } = this.hub;
    const hashrateHps = Number(given["rig-hps"]);
    const names = Array.from({ length: Number(given.rigs) }, (_, at) => `r${String(at + 1).padStart(2, "0")}`);
    const members = names.map((name) => ({ worker: `farm.${name}`, password: `x,d=${poolDifficulty},h=${hashrateHps}`, hashrateHps }));
    this.#farm = startFarm({ host, port, members, versionRolling: true, random: this.random });
    for (const [at, member] of this.#farm.rigs.entries()) this.rigs.push(new SimulatedChaosRig(names[at] as string, member));
    if (given.miner !== undefined) {
      const nominalHps = Number(given["miner-hps"]);
      const places = { host, port: String(port), worker: "farm.real", password: `x,d=1e-5,h=${nominalHps}` };
      const command = given.miner.split(" ");
      this.miner = new RealMiner({ name: "real", nominalHps, share: Number(given["miner-share"]), command, places, folder: this.hub.folder });
      this.rigs.push(this.miner);
    }
    const enrolled = async () => (await this.hub.all<HubRig>("/rigs")).length >= this.rigs.length;
    for (let second = 0; second < 60 && !(await enrolled()); second++) await Bun.sleep(1_000);
  }

  /** Until all contracts are served. */
  async warmUp(): Promise<void> {
    const fromMs = Date.now();
    while (Date.now() - fromMs < warmUpMsMax) {
      await Bun.sleep(1_000);
      const contracts = (await this.look()).contracts;
      if (contracts.every(({ state, health }) => state === "active" && health?.state === "delivering")) return;
    }
    say({ warning: "not all contracts were served before the harm began" });
  }

  async look(): Promise<Sample> {
    const [contracts, rigs] = await Promise.all([this.hub.all<HubContract>("/contracts"), this.hub.all<HubRig>("/rigs")]);
    const harms = this.harmed.filter(({ toMs }) => toMs === 0).map(({ what, harm }) => `${what} ${harm}`);
    const sample = { atMs: Date.now(), contracts, rigs, harms };
    this.samples.push(sample);
    return sample;
  }

  async harm(minutes: number): Promise<void> {
    const untilMs = Date.now() + minutes * 60_000;
    const healing: Promise<void>[] = [];
    while (Date.now() < untilMs && this.hub.exitCode === null) {
      const begun = this.#harmOne(untilMs);
      if (begun !== null) healing.push(begun);
      const nextMs = Date.now() + 2_000 + this.random() * 5_000;
      while (Date.now() < nextMs) {
        await this.look().catch((error) => say({ look: messageOf(error) }));
        await Bun.sleep(700);
      }
    }
    await Promise.all(healing);
  }

  /** Harms somebody, and heals him after a while. @returns when he is well again; null where enough are harmed */
  #harmOne(untilMs: number): Promise<void> | null {
    const kind = this.random() < 0.55 ? "rig" : "pool";
    const seconds = harmSeconds[kind][0] + this.random() * (harmSeconds[kind][1] - harmSeconds[kind][0]);
    const forMs = Math.min(seconds * 1_000, Math.max(1_000, untilMs - Date.now()));
    if (kind === "rig") {
      const well = this.rigs.filter(({ harm }) => harm === null);
      if (this.rigs.length - well.length >= rigsHarmedMax) return null;
      const rig = oneOf(this.random, well);
      return this.#during(
        { what: `rig ${rig.name}`, harm: oneOf(this.random, rigHarms), forMs },
        (harm) => rig.hurt(harm),
        () => rig.heal(),
      );
    }
    const all = [...this.pools.values()].filter(({ name }) => name !== "safe");
    const well = all.filter(({ harm }) => harm === null);
    if (all.length - well.length >= poolsHarmedMax) return null;
    const pool = oneOf(this.random, well);
    return this.#during(
      { what: `pool ${pool.name}`, harm: oneOf(this.random, poolHarms), forMs },
      (harm) => pool.hurt(harm),
      () => pool.heal(),
    );
  }

  async #during<H extends string>(
    { what, harm, forMs }: { what: string; harm: H; forMs: number },
    hurt: (harm: H) => void | Promise<void>,
    heal: () => void | Promise<void>,
  ): Promise<void> {
    const entry: Harmed = { what, harm, fromMs: Date.now(), toMs: 0 };
    this.harmed.push(entry);
    say({ harm: `${what} ${harm}`, for_s: Math.round(forMs / 1_000) });
    await hurt(harm);
    await Bun.sleep(forMs);
    await heal();
    entry.toMs = Date.now();
    say({ healed: `${what} ${harm}` });
  }

  async rest(): Promise<void> {
    const untilMs = Date.now() + restMs;
    while (Date.now() < untilMs) {
      await this.look();
      await Bun.sleep(1_000);
    }
    await this.#farm?.settle(answersMs);
    this.miner?.stop();
    // What the ledger says may be two seconds behind.
    await Bun.sleep(answersMs);
  }

  async close(): Promise<void> {
    this.#farm?.stop();
    this.miner?.stop();
    const code = await this.hub.stop();
    if (code !== 0) say({ warning: `the hub ended with ${code}` });
    for (const pool of this.pools.values()) await pool.stop();
    if (!given.keep) this.hub.remove();
  }
}

const chaos = new Chaos();
try {
  await chaos.open();
  await chaos.warmUp();
  await chaos.harm(Number(given.minutes));
  await chaos.rest();
  const { violations, ...figures } = await checkChaos(chaos);
  if (given.keep) await Bun.write(`${chaos.hub.folder}/seen.json`, JSON.stringify({ harmed: chaos.harmed, samples: chaos.samples }));
  for (const violation of violations) say({ violation });
  say({ bench: "chaos", seed: Number(given.seed), minutes: Number(given.minutes), ...figures, violations: violations.length });
  process.exitCode = violations.length === 0 ? 0 : 1;
} catch (error) {
  say({ failed: messageOf(error) });
  process.exitCode = 1;
} finally {
  await chaos.close();
}
process.exit();
