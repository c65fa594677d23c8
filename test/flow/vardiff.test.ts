import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";
import { type RawEnd, RawPool } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { greet, notify, setDifficulty } from "../support/raw-pool-script.ts";
import { oneOf, seeded, seedOfRun } from "../support/seeded.ts";

let house: House;
afterEach(() => house.close());

async function openHouse(difficulty: number): Promise<RawEnd> {
  house = new House();
  const pool = new RawPool();
  house.after(() => pool.stop());
  const row = house.addPool(pool);
  house.setHouse(house.addProfile([row]));
  const end = await pool.visitor();
  await greet(end, { difficulty });
  await house.until(() => house.hub.pool(row.no)?.state === "live");
  return end;
}

/** What every rig may rely on: a difficulty comes directly before a job of a new id, and jobs never repeat an id. */
function expectInOrder(miner: RawMiner): void {
  const { lines } = miner.end;
  const ids: unknown[] = [];
  for (const [at, line] of lines.entries()) {
    if (line["method"] === "mining.set_difficulty") expect(lines[at + 1]?.["method"]).toBe("mining.notify");
    if (line["method"] === "mining.notify") ids.push((line["params"] as unknown[])[0]);
  }
  expect(new Set(ids).size).toBe(ids.length);
}

test("a rig that floods the hub is raised by 16 at most, and what the pool takes next holds at once", async () => {
  house = new House();
  const pool = house.pool({ difficulty: 1e-4 });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("farm.fast", { password: "d=1e-6", agent: "cpuminer/2.5.1" });
  await rig.until((one) => one.work !== null);
  expect(rig.work?.difficulty).toBe(1e-6);
  const raised = rig.nextJob((work) => work.difficulty > 1e-6);
  // Its 64th share is when the hub looks, not the next tick of a clock.
  for (let share = 0; share < 64; share++) expect((await rig.mineShare()).accepted).toBe(true);
  expect((await raised).difficulty).toBeCloseTo(1.6e-5, 7);
  const lowered = rig.nextJob();
  pool.setDifficulty(5e-6);
  expect((await lowered).difficulty).toBe(5e-6);
  expect((await rig.mineShare()).accepted).toBe(true);
  expect(pool.stats.rejected).toBe(0);
  for (const row of house.ledger.rows) expect(row.difficulty).toBeLessThanOrEqual(row.poolDifficulty);
  // What was below the pool's difficulty stayed here and is credited at the rig's.
  expect(house.ledger.rows.filter((row) => row.poolVerdict === "not-forwarded").length).toBeGreaterThan(32);
  expect(house.ledger.rows.at(-1)).toMatchObject({ difficulty: 5e-6, poolVerdict: "accepted" });
});

test("a silent new rig is lowered by 16 every 15 s, in whole numbers unless its firmware is known to take fractions", async () => {
  await openHouse(1e6);
  const unknown = await RawMiner.login(house.port, "farm.unknown");
  const fractional = await RawMiner.login(house.port, "farm.bitaxe", { agent: "bitaxe/BM1370" });
  for (let round = 0; round < 5; round++) {
    house.laterMs += 15_500;
    // The last step is below 1, which only one of them takes.
    const steps = round + 2;
    await house.until(() => fractional.difficulties.length === steps && unknown.difficulties.length === Math.min(steps, 5));
  }
  expect(unknown.difficulties).toEqual([65_536, 4100, 256, 16, 1]);
  expect(fractional.difficulties).toEqual([65_536, 4100, 256, 16, 1, 0.0625]);
  expectInOrder(unknown);
  expectInOrder(fractional);
}, 15_000);

test("whatever difficulty the pool takes, no rig gets a higher one, and unknown firmware gets whole numbers wherever the pool's is 1 or more", async () => {
  const seed = seedOfRun();
  process.stdout.write(`vardiff: seed ${seed}\n`);
  const random = seeded(seed);
  const pool = await openHouse(1.5);
  const miners = await Promise.all(
    [{ agent: "mystery/1" }, { agent: "cgminer/4.11" }, { agent: "mystery/2", password: "d=77.7" }, { agent: "NerdQAxe++/1" }].map((options, at) =>
      RawMiner.login(house.port, `farm.r${at}`, options),
    ),
  );
  const inForce = miners.map((miner) => miner.difficulties.at(-1) ?? 0);
  expect(inForce).toEqual([1, 1.5, 1, 1]);
  for (let round = 0; round < 60; round++) {
    const difficulty = oneOf(random, [1, 1.5, 3, 7.25, 512, 1e6, 0.5, 1e-9, 2 ** 53, random() * 10, random() * 1e-3]);
    house.laterMs += Math.floor(random() * 10_000);
    pool.say(setDifficulty(difficulty), notify({ job: `r${round}`, coinb2: round.toString(16).padStart(4, "0") }));
    for (const [at, miner] of miners.entries()) {
      const coinb2 = round.toString(16).padStart(4, "0");
      await miner.end.next((line) => line["method"] === "mining.notify" && (line["params"] as unknown[])[3] === coinb2);
      inForce[at] = miner.difficulties.at(-1) ?? 0;
      expect(inForce[at]).toBeGreaterThan(0);
      expect(inForce[at]).toBeLessThanOrEqual(difficulty);
      if (at !== 1 && difficulty >= 1) expect([difficulty, Number.isInteger(inForce[at])]).toEqual([difficulty, true]);
    }
    if (round % 10 === 0) pool.say({ id: null, method: "client.show_message", params: ["alive"] });
  }
  for (const miner of miners) expectInOrder(miner);
});
