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
