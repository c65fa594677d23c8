import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";
import { type RawEnd, RawPool, rawRig } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { greet } from "../support/raw-pool-script.ts";
import { oneOf, seeded, seedOfRun } from "../support/seeded.ts";
import { spoiled } from "../support/spoil.ts";
import { allLines } from "../support/transcripts.ts";

const connections = 150;
const sessions = 24;
const linesEach = 60;

let house: House;
afterEach(() => house.close());

/** Waits until the other side has read all that was said so far, or has closed. */
function heardOut(end: RawEnd): Promise<unknown> {
  end.say("\n", { id: "end", method: "mining.ping", params: [] });
  return Promise.race([end.answer("end"), end.untilClosed()]).catch(() => null);
}

test("spoiled lines and noise from rigs: every connection ends or answers, a good rig mines on, nothing stays behind", async () => {
  const seed = seedOfRun();
  process.stdout.write(`rigs: seed ${seed}\n`);
  const random = seeded(seed);
  const lines = allLines("rig");
  house = new House();
  const pool = house.pool({ difficulty: 1e-12 });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  await house.until(() => [...house.hub.pools()][0]?.state === "live");
  const good = await RawMiner.login(house.port, "farm.good");
  for (let at = 0; at < connections; at++) {
    const end = await rawRig(house.port);
    const login = random() < 0.5;
    if (login) await RawMiner.login(house.port, "farm.fuzz", { end });
    for (let line = 0; line < linesEach && !end.closed; line++) {
      const text = oneOf(random, lines).replaceAll("$JOB", good.jobId).replaceAll("$E2", "000000").replaceAll("$NTIME", good.ntime);
      end.say(random() < 0.7 ? spoiled(random, text, oneOf(random, lines)) : `${text}`, random() < 0.9 ? "\n" : "");
    }
    await heardOut(end);
    if (at % 10 === 0) expect(await good.ask()).toMatchObject({ result: true });
    end.hangUp();
  }
  await house.until(() => house.hub.sessionCount() === 1);
  expect(good.end.closed).toBe(false);
  expect(pool.stats.byReason).toMatchObject({ duplicate: 0, invalid: 0, "low-difficulty": 0, unauthorized: 0 });
  expect(house.closeReasons().filter((reason) => reason.startsWith("socket error"))).toEqual([]);
}, 20_000);

/** Says a number of lines, most of them spoiled, while a rig submits now and then. */
async function makeNoise(end: RawEnd, random: () => number, mined: RawMiner): Promise<void> {
  const lines = allLines("pool");
  for (let line = 0; line < linesEach && !end.closed; line++) {
    const text = oneOf(random, lines);
    end.say(random() < 0.7 ? spoiled(random, text, oneOf(random, lines)) : text, random() < 0.95 ? "\n" : "");
    if (line % 4 !== 0) continue;
    mined.submit();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The next that has not been hung up already. */
async function openVisitor(pool: RawPool): Promise<RawEnd> {
  for (;;) {
    const end = await pool.visitor();
    if (!end.closed) return end;
  }
}

/** Past the longest wait before the next dial, five minutes after a refused account; no further, or the hub would give up the pool that keeps silent meanwhile. */
async function untilDialled(pool: RawPool): Promise<void> {
  const before = pool.ends.length;
  for (let passedMs = 0; passedMs < 400_000 && pool.ends.length === before; passedMs += 1_000) await house.pass(1_000);
  expect(pool.ends.length).toBeGreaterThan(before);
}

test("spoiled lines and noise from a pool: the hub ends the session with a reason or goes on, and a rig at the next pool notices nothing", async () => {
  const seed = seedOfRun();
  process.stdout.write(`pools: seed ${seed}\n`);
  const random = seeded(seed);
  house = new House();
  const noisy = new RawPool();
  house.after(() => noisy.stop());
  const quiet = house.pool({ difficulty: 1e-12 });
  const [first, second] = [house.addPool(noisy), house.addPool(quiet)];
  const home = house.addProfile([second, first]);
  const toNoise = house.addProfile([first], 2);
  house.setHouse(home);
  await house.until(() => house.hub.pool(second.no)?.state === "live");
  const good = await RawMiner.login(house.port, "farm.good");
  const mined = await RawMiner.login(house.port, "farm.mined");
  const move = (profileNo: number) => house.hub.applyMoves([{ rigNo: house.knownRig("mined").no, to: { contractNo: 0, profileNo } }]);
  for (let at = 0; at < sessions; at++) {
    const end = await openVisitor(noisy);
    const isGreeted = random() < 0.8;
    if (isGreeted) {
      await greet(end, { extranonce2Bytes: oneOf(random, [4, 6, 8, 16]) });
      await house.until(() => (house.hub.pool(first.no)?.lastJobAtMs ?? null) !== null);
    }
    move(toNoise.no);
    await makeNoise(end, random, mined);
    // Before its handshake the hub answers nothing; it reads what was said before the end all the same.
    if (isGreeted) await heardOut(end);
    move(home.no);
    expect(await good.ask()).toMatchObject({ result: true });
    await house.until(() => {
      // All of them: noise may ask it to connect once more.
      for (const one of noisy.ends) one.hangUp();
      return house.hub.pool(first.no)?.sessions === 0;
    });
    expect(house.hub.pool(first.no)?.reason).toMatch(/.+/);
    await untilDialled(noisy);
    expect(await good.ask()).toMatchObject({ result: true });
  }
  expect(good.end.closed).toBe(false);
  // The noise was worth something: some of it was work.
  expect(noisy.ends.some((end) => end.lines.some((line) => line["method"] === "mining.submit"))).toBe(true);
  // What the noise may rightly do to the rig that worked in it: a set_extranonce that leaves it too little room.
  expect(house.closeReasons().filter((reason) => !reason.includes("less room"))).toEqual([]);
  const sentAway = mined.end.lines.some((line) => line["method"] === "client.reconnect");
  if (!sentAway) expect(await mined.ask()).toMatchObject({ result: true });
}, 30_000);
