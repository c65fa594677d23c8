import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";
import { type RawEnd, RawPool, rawRig } from "../support/raw-ends.ts";
import { codeOf, RawMiner } from "../support/raw-miner.ts";
import { type Greeting, greet, notify, setDifficulty } from "../support/raw-pool-script.ts";

let house: House;
afterEach(() => house.close());

let pool: RawPool;

async function openHouse(greeting: Greeting = {}): Promise<RawEnd> {
  house = new House();
  pool = new RawPool();
  house.after(() => pool.stop());
  const row = house.addPool(pool);
  house.setHouse(house.addProfile([row]));
  const end = await pool.visitor();
  await greet(end, greeting);
  await house.until(() => house.hub.pool(row.no)?.state === "live");
  return end;
}

function reconnects(miner: RawMiner): number {
  return miner.end.lines.filter((line) => line["method"] === "client.reconnect").length;
}

test("firmware that sends 4 bytes of extranonce2 whatever it is told: asked back after the third void share, and then it has them", async () => {
  await openHouse({ extranonce2Bytes: 8 });
  const miner = await RawMiner.login(house.port, "farm.old", { agent: "cgminer-scrypt/3.7.2" });
  expect(miner.extranonce2Bytes).toBe(3);
  for (let share = 0; share < 3; share++) {
    expect(reconnects(miner)).toBe(0);
    expect(codeOf(await miner.ask({ extranonce2: "01020304" }))).toBe(20);
  }
  await miner.end.method("client.reconnect");
  await house.pass(6_000);
  await miner.end.untilClosed();
  const back = await RawMiner.login(house.port, "farm.old", { agent: "cgminer-scrypt/3.7.2" });
  expect(back.extranonce2Bytes).toBe(4);
  back.submit({ extranonce2: "01020304" });
  const others = await RawMiner.login(house.port, "farm.new", { agent: "cgminer-scrypt/3.7.2" });
  expect(others.extranonce2Bytes).toBe(3);
});

test("where the pool has no room for its 4 bytes it gets 2; a rig that has sent a share of the right length is never asked back for garbled ones", async () => {
  await openHouse({ extranonce2Bytes: 4 });
  const good = await RawMiner.login(house.port, "farm.good");
  good.submit();
  await house.until(() => house.hub.rig(house.knownRig("good").no)?.acceptedShares === 1);
  for (let share = 0; share < 5; share++) expect(codeOf(await good.ask({ extranonce2: "01020304" }))).toBe(20);
  const miner = await RawMiner.login(house.port, "farm.old", { agent: "old/1" });
  for (let share = 0; share < 3; share++) await miner.ask({ extranonce2: "01020304" });
  await miner.end.method("client.reconnect");
  expect(reconnects(good)).toBe(0);
  // Without room beside it one layout is all that a session takes.
  const login = RawMiner.login(house.port, "farm.old", { agent: "old/1" });
  await greet(await pool.visitor(), { extranonce1: "99887766", extranonce2Bytes: 4 });
  const back = await login;
  expect([back.extranonce1.length / 2, back.extranonce2Bytes]).toEqual([2, 2]);
});

for (const agent of ["bitaxe/BM1370/v2.13.0", "NerdQAxe++/1.0.30"]) {
  test(`${agent} suggests its difficulty after its login: it gets it with new work at once, and the same word again is only a sign of life`, async () => {
    await openHouse({ difficulty: 1e6 });
    const miner = await RawMiner.login(house.port, "farm.r1", { agent });
    expect(miner.difficulties).toEqual([65_536]);
    miner.end.say({ id: 4, method: "mining.suggest_difficulty", params: [1000] });
    expect(await miner.end.next()).toMatchObject({ id: 4, result: true });
    expect(await miner.end.next()).toMatchObject({ method: "mining.set_difficulty", params: [1000] });
    expect(await miner.end.next()).toMatchObject({ method: "mining.notify" });
    for (const difficulty of [1000, 4000]) {
      miner.end.say({ id: 5, method: "mining.suggest_difficulty", params: [difficulty] });
      expect(await miner.end.next()).toMatchObject({ id: 5, result: true });
    }
    miner.end.say({ id: 6, method: "mining.ping", params: [] });
    expect(await miner.end.next()).toMatchObject({ id: 6, result: "pong" });
  });
}

test("a minimum difficulty that was granted is kept while the rig is silent, as far as its pool's allows", async () => {
  const poolEnd = await openHouse({ difficulty: 1e6 });
  const end = await rawRig(house.port);
  end.say({ id: 1, method: "mining.configure", params: [["minimum-difficulty"], { "minimum-difficulty.value": 2048 }] });
  expect(await end.answer(1)).toMatchObject({ result: { "minimum-difficulty": true } });
  const miner = await RawMiner.login(house.port, "farm.r1", { end, password: "d=100000" });
  await house.pass(60_000);
  expect(miner.difficulties).toEqual([100_000, 6250, 2048]);
  poolEnd.say(setDifficulty(512), notify({ job: "j2", coinb2: "aa" }));
  await house.until(() => miner.difficulties.at(-1) === 512);
});

test("firmware that takes a lower difficulty at once, for the job before it too, hears true for that and earns nothing", async () => {
  const poolEnd = await openHouse({ difficulty: 1e9 });
  const miner = await RawMiner.login(house.port, "farm.r1", { agent: "bmminer/2.0.0", password: "d=1000000" });
  const before = miner.jobId;
  // No hash of a test meets a million.
  expect(codeOf(await miner.ask())).toBe(23);
  poolEnd.say(setDifficulty(1e-12), notify({ job: "j2", coinb2: "aa" }));
  await house.until(() => miner.jobId !== before);
  expect(await miner.ask({ job: before })).toMatchObject({ result: true });
  expect(house.ledger.rows.at(-1)).toMatchObject({ hubVerdict: "accepted", poolVerdict: "not-forwarded", difficulty: 0 });
});

test("a rig that asks for version rolling when it has work already is told at once what its pool allows of it", async () => {
  await openHouse({ mask: "00ffe000" });
  const miner = await RawMiner.login(house.port, "farm.r1");
  miner.end.say({ id: 9, method: "mining.configure", params: [["version-rolling"], { "version-rolling.mask": "ffffffff" }] });
  expect(await miner.end.next()).toMatchObject({ id: 9, result: { "version-rolling.mask": "1fffe000" } });
  expect(await miner.end.next()).toMatchObject({ method: "mining.set_version_mask", params: ["00ffe000"] });
});

test("further workers of a connection are there, and go where its first is sent: no plan counts on them alone", async () => {
  await openHouse();
  const other = house.pool();
  const profile = house.addProfile([house.addPool(other)]);
  const told: unknown[] = [];
  house.presence = (rigNo, connected) => told.push([rigNo, connected]);
  const miner = await RawMiner.login(house.port, "farm.first");
  for (const user of ["farm.second", "other.second", "farm.first"]) {
    miner.end.say({ id: user, method: "mining.authorize", params: [user, "x"] });
    expect(await miner.end.answer(user)).toMatchObject({ result: true });
  }
  const [first, second] = [house.knownRig("first").no, house.knownRig("second").no];
  expect(told).toEqual([[first, true]]);
  expect(house.hub.rig(second)).toMatchObject({ isPassenger: true, sessions: [{ worker: "farm.first" }] });
  miner.end.say({ id: "bad", method: "mining.submit", params: ["farm.second", "nojob", "000000", miner.ntime, "00000000"] });
  expect(codeOf(await miner.end.answer("bad"))).toBe(21);
  expect([first, second].map((no) => house.hub.rig(no)?.lastRefusal?.code)).toEqual([undefined, 21]);
  const to = { contractNo: 7, profileNo: profile.no };
  house.hub.applyMoves([{ rigNo: second, to }]);
  expect([first, second].map((no) => house.hub.rig(no)?.contractNo)).toEqual([0, 0]);
  house.hub.applyMoves([{ rigNo: first, to }]);
  await house.until(() => house.hub.rig(first)?.contractNo === 7);
  house.hub.configChanged();
  expect([first, second].map((no) => house.hub.rig(no)?.contractNo)).toEqual([7, 7]);
  const own = await RawMiner.login(house.port, "farm.second");
  expect(told).toEqual([
    [first, true],
    [second, true],
  ]);
  expect(own.end.closed).toBe(false);
});
