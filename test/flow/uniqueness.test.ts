import { afterEach, expect, test } from "bun:test";
import type { Profile } from "../../src/control/profiles.ts";
import type { SimulatedPool } from "../../src/simulate/pool.ts";
import type { SimulatedRig } from "../../src/simulate/rig.ts";
import { House } from "../support/house.ts";
import { oneOf, seeded, seedOfRun } from "../support/seeded.ts";

const rigCount = 40;
const steps = 700;
/** Some 430 hashes a share. */
const difficulty = 1e-7;

let house: House;
afterEach(() => house.close());

type Farm = { pools: SimulatedPool[]; profiles: Profile[]; rigs: SimulatedRig[]; random: () => number };

async function openFarm(seed: number): Promise<Farm> {
  house = new House();
  const pools = [4, 6, 8].map((extranonce2Size) => house.pool({ difficulty, extranonce2Size }));
  const profiles = pools.map((pool) => house.addProfile([house.addPool(pool)]));
  const [home] = profiles;
  if (home !== undefined) house.setHouse(home);
  const rigs = Array.from({ length: rigCount }, (_, at) =>
    house.rig(`farm.r${at}`, { versionRolling: at % 2 === 0, agent: at % 3 === 0 ? "cpuminer/2.5.1" : "bitaxe/BM1370" }),
  );
  await Promise.all(rigs.map((rig) => rig.until((one) => one.connected && one.work !== null)));
  return { pools, profiles, rigs, random: seeded(seed) };
}

/** Every share that is under way has its answer. */
async function settle(rig: SimulatedRig): Promise<void> {
  await rig.until((one) => one.unanswered === 0);
}

const actions: Record<string, (farm: Farm, rig: SimulatedRig) => Promise<void> | void> = {
  move({ profiles, random }, rig) {
    const { no } = house.knownRig(rig.options.worker.slice("farm.".length));
    house.hub.applyMoves([{ rigNo: no, to: { contractNo: 0, profileNo: oneOf(random, profiles).no } }]);
  },
  async reconnect(_farm, rig) {
    await settle(rig);
    rig.stop();
    rig.start();
    await rig.until((one) => one.connected && one.work !== null);
  },
  job({ pools, random }) {
    oneOf(random, pools).newJob({ clean: false });
  },
  block({ pools, random }) {
    oneOf(random, pools).newJob({ clean: true });
  },
  async later({ rigs }) {
    await Promise.all(rigs.map(settle));
    // Long enough for vardiff to look again and, now and then, for the pool's job to be repeated.
    house.laterMs += 9_000;
  },
};

const chances: [action: keyof typeof actions, below: number][] = [
  ["block", 0.01],
  ["job", 0.03],
  ["later", 0.05],
  ["reconnect", 0.1],
  ["move", 0.45],
];

async function step(farm: Farm): Promise<void> {
  const rig = oneOf(farm.random, farm.rigs);
  const dice = farm.random();
  const [action] = chances.find(([, below]) => dice < below) ?? [];
  if (action !== undefined) await actions[action]?.(farm, rig);
  for (let at = 0; at < 3; at++) oneOf(farm.random, farm.rigs).spend(600);
  await new Promise((resolve) => setImmediate(resolve));
}

function count<T>(list: readonly T[], holds: (item: T) => boolean): number {
  return list.filter(holds).length;
}

test("forty rigs that move, reconnect and get jobs again for hundreds of steps: nothing is found twice, and every share is one row with its pool", async () => {
  const seed = seedOfRun();
  process.stdout.write(`uniqueness: seed ${seed}\n`);
  const farm = await openFarm(seed);
  for (let at = 0; at < steps; at++) await step(farm);
  await Promise.all(farm.rigs.map(settle));
  const { rows } = house.ledger;
  const submitted = farm.rigs.reduce((sum, rig) => sum + rig.stats.submitted, 0);
  expect(rows).toHaveLength(submitted);
  expect(submitted).toBeGreaterThan(steps);
  for (const verdict of ["duplicate", "invalid", "low-difficulty", "expired", "unauthorized"])
    expect([verdict, count(rows, (row) => row.hubVerdict === verdict)]).toEqual([verdict, 0]);
  for (const [at, pool] of farm.pools.entries()) {
    const poolNo = farm.profiles[at]?.poolNos[0];
    const own = rows.filter((row) => row.poolNo === poolNo);
    expect(pool.stats.byReason).toMatchObject({ duplicate: 0, invalid: 0, "low-difficulty": 0, unauthorized: 0 });
    expect(pool.stats.accepted).toBeGreaterThan(0);
    expect(count(own, (row) => row.poolVerdict === "accepted")).toBe(pool.stats.accepted);
    expect(count(own, (row) => row.poolVerdict === "rejected")).toBe(pool.stats.rejected);
  }
  expect(house.ledger.late).toEqual([]);
  expect(farm.rigs.every((rig) => rig.stats.disconnects === 0 && rig.stats.extranonceChanges === 0)).toBe(true);
}, 20_000);
