import { afterEach, expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import { House } from "../support/house.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { ScriptedPool } from "../support/scripted-pool.ts";

let house: House;
let pools: ScriptedPool[] = [];
let rows: Pool[] = [];
afterEach(() => house.close());

const minute = 60_000;

/** A house that mines at as many pools, in this order; they give a job each half minute while `pass` runs. */
async function open(count: number, { returnAfterS = 120, password = "x" } = {}): Promise<RawMiner> {
  house = new House();
  pools = Array.from({ length: count }, (_, at) => new ScriptedPool({ extranonce1: `aabbcc0${at}` }));
  for (const pool of pools) house.after(() => pool.stop());
  rows = pools.map((pool, at) => house.addPool(pool, { name: `pool ${at + 1}`, username: `acct${at + 1}` }));
  house.setHouse(house.addProfile(rows, returnAfterS));
  await house.until(() => state(0) === "live" && pools.every((_, at) => at > 1 || ["live", "warm"].includes(state(at))));
  return RawMiner.login(house.port, "farm.r1", { password });
}

function state(at: number): string {
  return house.hub.pool(rows[at]?.no ?? 0)?.state ?? "";
}

/** Where the rig's job is from: 0 = the first pool. */
function servedBy(): number {
  const poolNo = house.hub.rig(house.knownRig("r1").no)?.poolNo;
  return rows.findIndex(({ no }) => no === poolNo);
}

type Passing = { shareEveryMs?: number; jobEveryMs?: number; until?: () => boolean };

/** Lets time pass while the pools give jobs and the rig finds shares; how long it took until the condition held. */
async function pass(ms: number, miner: RawMiner | null, { shareEveryMs = 10_000, jobEveryMs = 30_000, until = () => false }: Passing = {}): Promise<number> {
  let tookMs = ms;
  for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
    if (until()) {
      tookMs = passedMs;
      break;
    }
    if (passedMs % jobEveryMs === 0) for (const pool of pools) pool.newJob();
    if (miner !== null && passedMs % shareEveryMs === 0) miner.submit();
    await house.pass(1_000, () => {
      for (const pool of pools) pool.answerDue(house.laterMs);
    });
  }
  return tookMs;
}

function switches(): number {
  return house.events.filter(({ type }) => type === "pool.failover" || type === "pool.returned").length;
}

test("1. a pool that closes is left at once; it is back after two jobs and its hold-down, not before", async () => {
  const miner = await open(2);
  pools[0]?.hangUpAll();
  await house.until(() => servedBy() === 1);
  expect(await pass(10 * minute, miner, { until: () => servedBy() === 0 })).toBeWithin(119_000, 125_000);
  expect(house.closeReasons()).toEqual([]);
});

test("2. a pool that hangs is left within 90 s of silence, and within 45 s where shares go unanswered", async () => {
  const miner = await open(2);
  const [first] = pools;
  await pass(5 * minute, miner);
  if (first !== undefined) {
    first.greets = false;
    first.verdicts = "silent";
  }
  expect(await pass(2 * minute, miner, { shareEveryMs: 3_000, until: () => servedBy() === 1 })).toBeWithin(30_000, 46_000);
  expect(house.hub.pool(rows[0]?.no ?? 0)?.reason).toContain("answers no shares");
});

test("2. without shares, 90 s after its last line", async () => {
  const miner = await open(2);
  await pass(2 * minute, miner);
  for (const pool of pools.slice(0, 1)) pool.greets = false;
  // Its last job came with the last half minute.
  expect(await pass(3 * minute, null, { until: () => servedBy() === 1 })).toBeWithin(60_000, 92_000);
  expect(house.closeReasons()).toEqual([]);
});

test("3. a pool that lets us in and gives no job is never chosen", async () => {
  const miner = await open(2);
  const [first] = pools;
  if (first !== undefined) first.greets = false;
  first?.hangUpAll();
  await house.until(() => servedBy() === 1);
  await pass(10 * minute, miner);
  expect(servedBy()).toBe(1);
  expect(switches()).toBe(1);
});

test("4. a pool that refuses everything is left after at most 10 shares, and its rigs with it", async () => {
  const miner = await open(2);
  await pass(minute, miner);
  const [first] = pools;
  if (first === undefined) throw new Error("no pool");
  first.verdicts = "refuse";
  const before = first.shares;
  await pass(5 * minute, miner, { shareEveryMs: 1_000, until: () => servedBy() === 1 });
  expect(servedBy()).toBe(1);
  expect(first.shares - before).toBeLessThanOrEqual(10);
  expect(house.events.find(({ type }) => type === "pool.failover")?.text).toMatch(/refused \d+ of \d+ shares/);
});

test("5. a pool that refuses one share in five is left within 200; one in fifty is not in 2,000", async () => {
  const miner = await open(2);
  const [first] = pools;
  if (first === undefined) throw new Error("no pool");
  first.verdicts = (shareNo) => shareNo % 50 !== 0;
  for (let round = 0; round < 200; round++) {
    for (let share = 0; share < 10; share++) miner.submit();
    await house.pass(250);
  }
  await house.until(() => first.shares === 2_000);
  expect(servedBy()).toBe(0);
  first.verdicts = (shareNo) => shareNo % 5 !== 0;
  await pass(10 * minute, miner, { shareEveryMs: 1_000, until: () => servedBy() === 1 });
  expect(servedBy()).toBe(1);
  expect(first.shares).toBeLessThanOrEqual(2_200);
});

test("6. a refused account is a fault of the settings: one login each five minutes, and no more", async () => {
  house = new House();
  const refusing = house.pool({ authorizes: () => false });
  const good = new ScriptedPool();
  house.after(() => good.stop());
  pools = [good];
  rows = [house.addPool(refusing), house.addPool(good)];
  house.setHouse(house.addProfile(rows));
  await house.until(() => state(0) === "misconfigured" && state(1) === "live");
  await pass(30 * minute, null);
  expect(refusing.stats.connectionsEver).toBeWithin(6, 8);
  expect(state(0)).toBe("misconfigured");
});

test("7. a pool that flaps each minute: the hold-down grows, and rigs switch at most four times an hour", async () => {
  const miner = await open(2, { returnAfterS: 20 });
  const moments: number[] = [];
  let seen = switches();
  let passedMs = 0;
  for (; passedMs < 2 * 60 * minute; passedMs += minute) {
    await pass(minute, miner, { shareEveryMs: 30_000 });
    pools[0]?.hangUpAll();
    await house.pass(1_000);
    for (; seen < switches(); seen++) moments.push(passedMs);
  }
  for (const moment of moments) expect(moments.filter((other) => other >= moment && other < moment + 60 * minute).length).toBeLessThanOrEqual(4);
  expect(moments.length).toBeGreaterThan(2);
  expect(house.closeReasons()).toEqual([]);
  expect(house.hub.pool(rows[0]?.no ?? 0)?.warnings.join()).toContain("times in the last hour");
}, 20_000);

test("8. all pools refuse everything: rigs stay at one of them, do not go round, and go to the first that is well", async () => {
  const miner = await open(2);
  for (const pool of pools) pool.verdicts = "refuse";
  await pass(60 * minute, miner, { shareEveryMs: 5_000 });
  expect(servedBy()).toBeGreaterThanOrEqual(0);
  expect(switches()).toBeLessThanOrEqual(4);
  expect(house.closeReasons()).toEqual([]);
  const [, second] = pools;
  if (second !== undefined) second.verdicts = "accept";
  await pass(60 * minute, miner, { shareEveryMs: 5_000, until: () => servedBy() === 1 });
  expect(servedBy()).toBe(1);
  expect(state(1)).toBe("live");
}, 20_000);

test("8. all pools dead: rigs are kept for a minute on their last job, then closed, so that their own backup takes over", async () => {
  const miner = await open(2);
  for (const pool of pools) pool.stop();
  await house.until(() => house.events.some(({ type }) => type === "pool.all-down"));
  await house.pass(50_000);
  expect(await miner.ask()).toMatchObject({ result: true });
  expect(house.ledger.rows.at(-1)).toMatchObject({ hubVerdict: "accepted", poolVerdict: "orphaned" });
  expect(miner.end.closed).toBe(false);
  await house.pass(15_000);
  await miner.end.untilClosed();
  expect(house.closeReasons()).toEqual(["no pool to work for: its own backup pool may take over"]);
});

test("a pool that flaps is told to fail once, and to be well again once it holds", async () => {
  const miner = await open(2);
  const [, second] = pools;
  const told = () => house.events.filter(({ type, subjectId }) => type === "pool.state-changed" && subjectId === rows[1]?.id).map(({ data }) => data?.["to"]);
  const before = told().length;
  for (let round = 0; round < 12; round++) {
    second?.hangUpAll();
    await pass(minute, miner, { until: () => second?.connections === 1 && state(1) === "warm" });
    await pass(5_000, miner);
  }
  expect(told().slice(before)).toEqual(["failing"]);
  await pass(minute, miner);
  expect(told().slice(before)).toEqual(["failing", "warm"]);
});

test("the last pool dies while another one is back that is dialled seldom by now: it is dialled at once", async () => {
  const miner = await open(2);
  const [first, second] = pools;
  if (first === undefined || second === undefined) throw new Error("no pool");
  for (let round = 0; round < 12; round++) {
    const dials = first.connectionsEver;
    first.hangUpAll();
    await pass(2 * minute, miner, { until: () => first.connectionsEver > dials });
  }
  expect(servedBy()).toBe(1);
  second.greets = false;
  first.hangUpAll();
  await pass(1_000, miner);
  second.hangUpAll();
  expect(await pass(2 * minute, miner, { until: () => servedBy() === 0 })).toBeLessThanOrEqual(6_000);
});

test("9. a pool that stays on a block which two others left is left 20 s later, and taken up again when it has followed", async () => {
  const miner = await open(3, { returnAfterS: 60 });
  // The third is held by another profile, so that three pools of the chain are known.
  const third = rows[2];
  if (third === undefined) throw new Error("no pool");
  house.hub.holdContracts([{ contractNo: 7, profileNo: house.addProfile([third]).no }]);
  await house.until(() => pools[2]?.connections === 1);
  await pass(30_000, miner);
  const newBlock = "44".repeat(32);
  for (const pool of pools.slice(1)) pool.newJob({ prevHash: newBlock });
  expect(await pass(minute, miner, { until: () => servedBy() !== 0 })).toBeWithin(19_000, 23_000);
  expect(servedBy()).toBe(1);
  expect(house.events.find(({ type }) => type === "pool.failover")?.text).toContain("works on an old block");
  await pass(2 * minute, miner);
  expect(servedBy()).toBe(1);
  pools[0]?.newJob({ prevHash: newBlock });
  expect(await pass(5 * minute, miner, { until: () => servedBy() === 0 })).toBeWithin(59_000, 65_000);
});

test("a pool that answers in four seconds is left where another one is faster", async () => {
  const miner = await open(2);
  const [first] = pools;
  if (first !== undefined) first.slowMs = 4_000;
  expect(await pass(10 * minute, miner, { shareEveryMs: 1_000, until: () => servedBy() === 1 })).toBeWithin(88_000, 130_000);
  expect(house.events.find(({ type }) => type === "pool.failover")?.text).toMatch(/answers in \d+ ms, pool 2 answers in \d+ ms/);
});

test("a pool that answers one share in ten, and that one at once, is left as well", async () => {
  const miner = await open(2);
  const [first] = pools;
  if (first !== undefined) first.answers = (share) => share % 10 === 0;
  expect(await pass(10 * minute, miner, { shareEveryMs: 1_000, until: () => servedBy() === 1 })).toBeWithin(88_000, 130_000);
  expect(house.events.find(({ type }) => type === "pool.failover")?.text).toMatch(
    /leaves more than one share in twenty without an answer, pool 2 answers in \d+ ms/,
  );
});

test("a pool that was slow and has got over it is not left for one that answers a few milliseconds sooner", async () => {
  const miner = await open(2);
  const [both] = house.control.profiles.all();
  const [first] = pools;
  const [row] = rows;
  if (both === undefined || first === undefined || row === undefined) throw new Error("no pool");
  house.setHouse(house.addProfile([row]));
  first.slowMs = 4_000;
  await pass(2 * minute, miner, { shareEveryMs: 1_000 });
  first.slowMs = 20;
  for (let second = 0; second < 6; second++) {
    for (let share = 0; share < 20; share++) miner.submit();
    await house.pass(1_000, () => first.answerDue(house.laterMs));
  }
  house.setHouse(both);
  await house.until(() => ["warm", "live"].includes(state(1)));
  await pass(minute, miner, { shareEveryMs: 1_000 });
  expect(house.events.filter(({ type }) => type === "pool.failover")).toEqual([]);
});

test("a pool that floods with jobs is left", async () => {
  const miner = await open(2);
  await pass(10_000, miner);
  for (let second = 0; second < 15 && servedBy() === 0; second++) {
    for (let job = 0; job < 30; job++) pools[0]?.newJob();
    await house.pass(1_000);
  }
  expect(servedBy()).toBe(1);
  expect(house.closeReasons()).toEqual([]);
});

test("a difficulty at which the rigs find less than a share in two minutes: left after two minutes of it", async () => {
  await open(2, { password: "h=1T" });
  await pass(minute, null);
  // 1 TH/s finds 28 shares of difficulty 1,000 in two minutes.
  pools[0]?.setDifficulty(1_000);
  await pass(5 * minute, null);
  expect(servedBy()).toBe(0);
  pools[0]?.setDifficulty(100_000);
  expect(await pass(5 * minute, null, { until: () => servedBy() === 1 })).toBeWithin(119_000, 135_000);
  expect(house.events.find(({ type }) => type === "pool.failover")?.text).toContain("difficulty of 100000");
});
