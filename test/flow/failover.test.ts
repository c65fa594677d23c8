import { afterEach, expect, test } from "bun:test";
import { House, must } from "../support/house.ts";

let house: House;
afterEach(() => house.close());

test("a pool that dies is left in the same turn for the warm one, and taken up again when it has been well", async () => {
  house = new House();
  const first = house.pool();
  const second = house.pool({ extranonce2Size: 4 });
  const [one, two] = [house.addPool(first), house.addPool(second)];
  house.setHouse(house.addProfile([one, two], 1));
  const rigs = Array.from({ length: 20 }, (_, at) => house.rig(`farm.r${at}`));
  await Promise.all(rigs.map((rig) => rig.mineShare()));
  await house.until(() => house.hub.pool(two.no)?.state === "warm");
  const moved = Promise.all(rigs.map((rig) => rig.nextJob()));
  first.disconnectAll();
  await moved;
  expect(house.hub.pool(two.no)?.rigs).toBe(20);
  await Promise.all(rigs.map((rig) => rig.mineShare()));
  expect(rigs.every((rig) => rig.stats.disconnects === 0 && rig.stats.rejected === 0)).toBe(true);
  expect(second.stats.accepted).toBeGreaterThan(0);
  expect(house.events.find((event) => event.type === "pool.failover")?.text).toContain("20 rigs went on at");
  // One job after its login is no proof that it gives jobs.
  await house.until(() => house.hub.pool(one.no)?.state === "warm");
  first.newJob();
  await house.until(() => house.events.some((event) => event.type === "pool.returned"));
  await house.until(() => house.hub.pool(one.no)?.rigs === 20);
  expect(rigs.every((rig) => rig.stats.disconnects === 0)).toBe(true);
}, 15_000);

test("shares of a dead pool's last job hear true for a while and are recorded orphaned", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("farm.r1");
  await rig.mineShare();
  pool.stop();
  await house.until(() => house.events.some((event) => event.type === "pool.all-down"));
  expect((await rig.mineShare()).accepted).toBe(true);
  expect(house.ledger.rows.at(-1)).toMatchObject({ hubVerdict: "accepted", poolVerdict: "orphaned" });
  house.laterMs = 61_000;
  await rig.until((one) => one.stats.disconnects === 1);
});

test("editing a pool in use moves its rigs to the new session and disconnects none", async () => {
  house = new House();
  const before = house.pool();
  const after = house.pool({ extranonce2Size: 6 });
  const pool = house.addPool(before);
  house.setHouse(house.addProfile([pool]));
  const rig = house.rig("farm.r1");
  await rig.mineShare();
  must(house.control.pools.update(pool.id, { port: after.port, username: "other" }, null));
  house.hub.configChanged();
  await after.until((stats) => stats.authorized === 1);
  await house.until(() => after.connections.size === 1 && (rig.work?.coinb1.length ?? 0) > 0);
  while (after.stats.accepted === 0) await rig.mineShare();
  expect(rig.stats).toMatchObject({ disconnects: 0, rejected: 0 });
  expect([...after.stats.workers.keys()]).toEqual(["other"]);
});

test("a pool that refuses the account is misconfigured, and its rigs go to the next", async () => {
  house = new House();
  const refusing = house.pool({ authorizes: () => false });
  const good = house.pool();
  const [one, two] = [house.addPool(refusing), house.addPool(good)];
  house.setHouse(house.addProfile([one, two]));
  const rig = house.rig("farm.r1");
  expect((await rig.mineShare()).accepted).toBe(true);
  expect(house.hub.pool(one.no)?.state).toBe("misconfigured");
  expect(good.stats.accepted).toBe(1);
});

test("a frozen pool: the rig hears our verdict after three seconds, and a late verdict is recorded as its own", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("farm.r1");
  await rig.mineShare();
  pool.freeze();
  const answered = rig.mineShare();
  await house.until(() => rig.stats.submitted === 2);
  await new Promise((resolve) => setImmediate(resolve));
  house.laterMs = 3_500;
  expect((await answered).accepted).toBe(true);
  expect(house.ledger.rows.at(-1)).toMatchObject({ hubVerdict: "accepted", poolVerdict: "unanswered" });
  pool.thaw();
  await house.until(() => house.ledger.late.length === 1);
  expect(house.ledger.late[0]).toMatchObject({ sequence: 2, poolVerdict: "accepted" });
});

test("with {rig} in the user name each rig is authorized under its own name on one session", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool, { username: "acct.{rig}" })]));
  const rigs = ["a1", "a2", "a3"].map((name) => house.rig(`farm.${name}`));
  await Promise.all(rigs.map((rig) => rig.mineShare()));
  expect(pool.stats.connections).toBe(1);
  expect(
    [...pool.stats.workers.entries()]
      .filter(([, worker]) => worker.accepted === 1)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(["acct.a1", "acct.a2", "acct.a3"]);
});

test("mode per-rig: one session each, at the pool's own difficulty", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool, { mode: "per-rig", username: "acct.{rig}" })]));
  const rigs = ["a1", "a2"].map((name) => house.rig(`farm.${name}`));
  const answers = await Promise.all(rigs.map((rig) => rig.mineShare()));
  expect(answers.every((answer) => answer.accepted)).toBe(true);
  expect(pool.stats.connections).toBe(3);
  expect(rigs.every((rig) => rig.work?.difficulty === 1e-8)).toBe(true);
});
