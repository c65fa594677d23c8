import { afterEach, expect, test } from "bun:test";
import { House, must } from "../support/house.ts";
import { rawRig } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";

let house: House;
afterEach(() => house.close());

test("logging in again, under whatever name of the same rig, adds nothing", async () => {
  house = new House();
  house.setHouse(house.addProfile([house.addPool(house.pool())]));
  const miner = await RawMiner.login(house.port, "farm.r1");
  for (let again = 0; again < 50; again++)
    for (const [at, user] of ["farm.r1", "other.r1", "farm.r2"].entries()) {
      const id = 1_000 + 10 * again + at;
      miner.end.say({ id, method: "mining.authorize", params: [user, "x"] });
      expect(await miner.end.answer(id)).toMatchObject({ result: true });
    }
  expect(house.hub.rig(house.knownRig("r1").no)?.sessions).toHaveLength(1);
  expect(house.hub.rig(house.knownRig("r2").no)?.sessions).toHaveLength(1);
});

test("editing the pool in use is no failure: rigs stay until the new session has a job, and nobody is told of a failover", async () => {
  house = new House();
  const [first, second] = [house.pool(), house.pool()];
  const [one, two] = [house.addPool(first), house.addPool(second)];
  house.setHouse(house.addProfile([one, two], 300));
  const rig = house.rig("farm.r1");
  await rig.mineShare();
  await house.until(() => house.hub.pool(two.no)?.state === "warm");
  const before = first.stats.connectionsEver;
  must(house.control.pools.update(one.id, { password: "another" }, null));
  house.hub.configChanged();
  await first.until((stats) => stats.connectionsEver === before + 1 && stats.authorized === 2);
  await house.until(() => house.hub.pool(one.no)?.state === "live");
  expect((await rig.mineShare()).accepted).toBe(true);
  expect(second.stats.accepted).toBe(0);
  expect(house.events.map(({ type }) => type).filter((type) => type !== "pool.state-changed")).toEqual([]);
});

test("a pool that comes back does not pull rigs away from the one that their profile uses", async () => {
  house = new House();
  const alone = house.pool();
  const shared = house.pool();
  const [one, two] = [house.addPool(alone, { mode: "per-rig" }), house.addPool(shared)];
  const twoPort = shared.port;
  house.setHouse(house.addProfile([one, two], 300));
  const rig = house.rig("farm.r1");
  await rig.mineShare();
  shared.stop();
  await house.until(() => house.hub.pool(two.no)?.state !== "warm");
  const onePort = alone.port;
  alone.stop();
  await house.until(() => house.events.some(({ type }) => type === "pool.all-down"));
  const backTwo = house.pool({ port: twoPort });
  await house.until(() => house.hub.rig(house.knownRig("r1").no)?.poolNo === two.no);
  const backOne = house.pool({ port: onePort });
  await backOne.until((stats) => stats.authorized === 1);
  await house.until(() => house.hub.pool(one.no)?.state === "warm");
  while (backTwo.stats.accepted < 2) expect((await rig.mineShare()).accepted).toBe(true);
  expect(house.hub.rig(house.knownRig("r1").no)?.poolNo).toBe(two.no);
  expect(backOne.stats.accepted).toBe(0);
}, 30_000);

test("a hub that stops lets the pools answer what they have", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("farm.r1");
  await rig.mineShare();
  pool.freeze();
  const answered = rig.mineShare();
  await house.until(() => rig.stats.submitted === 2);
  const stopped = house.hub.stop();
  pool.thaw();
  expect((await answered).accepted).toBe(true);
  await stopped;
  expect(house.ledger.rows.at(-1)).toMatchObject({ poolVerdict: "accepted" });
});

test("what is wrong in the handshake is answered in its turn, too", async () => {
  house = new House();
  house.setHouse(house.addProfile([house.addPool(house.pool())]));
  const end = await rawRig(house.port);
  end.say(
    { id: 1, method: "mining.subscribe", params: [] },
    { id: 2, method: "mining.authorize", params: ["farm.new", "x"] },
    { id: 3, method: "mining.suggest_difficulty", params: ["1024"] },
    { id: 4, method: "mining.ping", params: [] },
  );
  await end.next((line) => line["id"] === 4);
  expect(end.lines.flatMap((line) => (typeof line["id"] === "number" ? [line["id"]] : []))).toEqual([1, 2, 3, 4]);
});

test("a pool edited to one that no rig fits is misconfigured at once, dialled no more than a dead one, and its rigs leave the old account within a minute", async () => {
  house = new House();
  const [old, tooSmall, next] = [house.pool(), house.pool({ extranonce2Size: 2 }), house.pool()];
  const [one, two] = [house.addPool(old), house.addPool(next)];
  house.setHouse(house.addProfile([one, two], 300));
  const rigs = ["r1", "r2", "r3"].map((name) => house.rig(`farm.${name}`));
  await Promise.all(rigs.map((rig) => rig.mineShare()));
  must(house.control.pools.update(one.id, { port: tooSmall.port }, null));
  house.hub.configChanged();
  await house.until(() => house.hub.pool(one.no)?.state === "misconfigured");
  expect(house.hub.pool(one.no)?.reason).toContain("2 bytes of extranonce2");
  await Promise.all(rigs.map((rig) => rig.mineShare()));
  house.laterMs = 61_000;
  await house.until(() => house.hub.pool(two.no)?.rigs === 3);
  while (next.stats.accepted < 3) expect((await Promise.all(rigs.map((rig) => rig.mineShare()))).every((answer) => answer.accepted)).toBe(true);
  expect(tooSmall.stats.connectionsEver).toBeLessThanOrEqual(6);
  expect(rigs.every((rig) => rig.stats.disconnects === 0)).toBe(true);
}, 15_000);

test("a hint in the password counts at every login of a rig in vetting, until an operator has said better", async () => {
  house = new House();
  house.setHouse(house.addProfile([house.addPool(house.pool())]));
  await RawMiner.login(house.port, "farm.r1", { password: "x" });
  await RawMiner.login(house.port, "farm.r1", { password: "h=110T" });
  await house.until(() => house.knownRig("r1").nominalHps === 110e12);
  must(house.control.rigs.update(house.knownRig("r1").id, { nominalHps: 5e12 }, null));
  house.hub.configChanged();
  await RawMiner.login(house.port, "farm.r1", { password: "h=7T" });
  await RawMiner.login(house.port, "farm.r2", { password: "h=7T" });
  await house.until(() => house.knownRig("r2").nominalHps === 7e12);
  expect(house.knownRig("r1").nominalHps).toBe(5e12);
}, 10_000);
