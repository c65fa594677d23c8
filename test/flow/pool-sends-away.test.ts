import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import { House } from "../support/house.ts";
import { type RawEnd, RawPool } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { greet, notify, submitted } from "../support/raw-pool-script.ts";

let house: House;
let pool: RawPool;
let row: Pool;
beforeEach(() => {
  house = new House();
  pool = new RawPool();
  house.after(() => pool.stop());
  row = house.addPool(pool);
});
afterEach(() => house.close());

async function open(): Promise<RawEnd> {
  house.setHouse(house.addProfile([row]));
  const end = await pool.visitor();
  await greet(end);
  await house.until(() => house.hub.pool(row.no)?.state === "live");
  return end;
}

test("a pool that has served us well asks us to reconnect: its session goes on until the new one has a job, and no share in flight is lost", async () => {
  const end = await open();
  const miner = await RawMiner.login(house.port, "farm.r1");
  await house.pass(15_000);
  const asked = miner.submit();
  const inFlight = await submitted(end);
  end.say({ id: null, method: "client.reconnect", params: ["", 0, 4] });
  await house.pass(2_000);
  expect(pool.ends).toHaveLength(1);
  end.say({ id: inFlight.id, result: true, error: null });
  expect(await miner.end.answer(asked)).toMatchObject({ result: true });
  await house.pass(2_500);
  const anew = await pool.visitor();
  const late = miner.submit();
  const before = await submitted(end);
  await greet(anew, { extranonce1: "99887766", job: { job: "n1", coinb2: "aa" } });
  await miner.end.next((line) => line["method"] === "mining.notify" && String((line["params"] as unknown[])[2]).includes("99887766"));
  end.say({ id: before.id, result: true, error: null });
  expect(await miner.end.answer(late)).toMatchObject({ result: true });
  const last = miner.submit();
  const share = await submitted(anew);
  expect(share.job).toBe("n1");
  anew.say({ id: share.id, result: true, error: null });
  expect(await miner.end.answer(last)).toMatchObject({ result: true });
  expect(house.ledger.rows.map(({ poolVerdict }) => poolVerdict)).toEqual(["accepted", "accepted", "accepted"]);
  expect(house.events.filter(({ type }) => type.startsWith("pool.all-down"))).toEqual([]);
  expect(miner.end.closed).toBe(false);
});

test("one that hangs up after it has asked is not dialled before the time that it named", async () => {
  const end = await open();
  await house.pass(15_000);
  end.say({ id: null, method: "client.reconnect", params: [null, null, "20"] }, { id: 7, method: "mining.ping", params: [] });
  await end.answer(7);
  end.hangUp();
  await house.until(() => house.hub.pool(row.no)?.state === "failing");
  await house.pass(19_000);
  expect(pool.ends).toHaveLength(1);
  await house.pass(2_000);
  await pool.visitor();
});

/** Whoever logs in from now on is refused, as by a pool that is not up yet, until it `accepts`. */
function refuseLogins(): { refused: number; accepts: boolean } {
  const logins = { refused: 0, accepts: false };
  const serve = async () => {
    for (;;) {
      await greet(await pool.visitor(), { extranonce1: "99887766", authorizes: logins.accepts });
      if (!logins.accepts) logins.refused++;
    }
  };
  serve().catch(() => {});
  return logins;
}

test("one that asks us to reconnect and then refuses logins for minutes keeps its rigs at the old session, and gets them at the first login that it takes", async () => {
  const end = await open();
  const miner = await RawMiner.login(house.port, "farm.r1");
  await house.pass(15_000);
  const logins = refuseLogins();
  end.say({ id: null, method: "client.reconnect", params: [] });
  await house.pass(150_000, () => end.say({ id: null, method: "mining.ping", params: [] }));
  expect(logins.refused).toBeGreaterThan(3);
  expect(logins.refused).toBeLessThan(30);
  expect([end.closed, miner.end.closed, house.hub.pool(row.no)?.state]).toEqual([false, false, "live"]);
  const asked = miner.submit();
  end.say({ id: (await submitted(end)).id, result: true, error: null });
  expect(await miner.end.answer(asked)).toMatchObject({ result: true });
  logins.accepts = true;
  await house.pass(62_000, () => end.say({ id: null, method: "mining.ping", params: [] }));
  await miner.end.next((line) => line["method"] === "mining.notify" && String((line["params"] as unknown[])[2]).includes("99887766"));
});

test("one that hangs up meanwhile is failing, not misconfigured: it is asked again within a minute", async () => {
  const end = await open();
  await house.pass(15_000);
  const logins = refuseLogins();
  end.say({ id: null, method: "client.reconnect", params: [] });
  await house.pass(5_000);
  end.hangUp();
  await house.until(() => house.hub.pool(row.no)?.state === "failing");
  const before = logins.refused;
  await house.pass(62_000);
  expect(logins.refused).toBeGreaterThan(before);
  logins.accepts = true;
  await house.pass(62_000);
  expect(house.hub.pool(row.no)?.state).toBe("live");
});

test("one that nobody mines at any more may ask as it likes: its session only waits for late shares", async () => {
  const end = await open();
  const next = house.addPool(house.pool());
  house.setHouse(house.addProfile([next]));
  await house.until(() => house.hub.pool(next.no)?.state === "live");
  await house.pass(15_000);
  end.say({ id: null, method: "client.reconnect", params: [] }, { id: 7, method: "mining.ping", params: [] });
  await end.answer(7);
  await house.pass(2_000);
  expect([pool.ends.length, end.closed]).toEqual([1, false]);
});

test("in mode per-rig each rig's own session is replaced in the same way", async () => {
  row = house.addPool(pool, { name: "alone", mode: "per-rig", username: "acct.{rig}" });
  const shared = await open();
  const login = RawMiner.login(house.port, "farm.r1");
  const own = await pool.visitor();
  await greet(own);
  const miner = await login;
  await house.pass(15_000);
  own.say({ id: null, method: "client.reconnect", params: [] });
  const anew = await pool.visitor();
  await greet(anew, { extranonce1: "99887766" });
  await miner.end.next((line) => line["method"] === "mining.notify" && String((line["params"] as unknown[])[2]).includes("99887766"));
  expect(shared.closed || miner.end.closed).toBe(false);
});

test("set_extranonce that leaves less than rigs can share ends the session, and its rigs go to the next pool of the list", async () => {
  const next = house.pool();
  const second = house.addPool(next);
  house.setHouse(house.addProfile([row, second]));
  const end = await pool.visitor();
  await greet(end);
  await house.until(() => house.hub.pool(second.no)?.state === "warm");
  const miner = await RawMiner.login(house.port, "farm.r1");
  end.say({ id: null, method: "mining.set_extranonce", params: ["aabb", 2] }, notify({ job: "j2", coinb2: "aa" }));
  await house.until(() => house.hub.rig(house.knownRig("r1").no)?.poolNo === second.no);
  expect(house.events.filter(({ text }) => text.includes("gives 2 bytes of extranonce2"))).not.toEqual([]);
  expect(miner.end.closed).toBe(false);
});

test("a subscribe refused twice: the pool's own words are said", async () => {
  house.setHouse(house.addProfile([row]));
  const end = await pool.visitor();
  const configure = await end.method("mining.configure");
  end.say({ id: configure["id"], result: { "version-rolling": false }, error: null });
  for (let time = 0; time < 2; time++) {
    const subscribe = await end.method("mining.subscribe");
    end.say({ id: subscribe["id"], result: null, error: [20, "address is blocked until Friday", null] });
  }
  await house.until(() => house.hub.pool(row.no)?.reason.includes("refused to subscribe: address is blocked until Friday") === true);
});
