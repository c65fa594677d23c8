import { afterEach, expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import type { SimulatedRig } from "../../src/simulate/rig.ts";
import { House, must } from "../support/house.ts";
import { RawPool } from "../support/raw-ends.ts";
import { greet, notify } from "../support/raw-pool-script.ts";

let house: House;
afterEach(() => house.close());

function openHouse(): void {
  house = new House((control) => {
    const listener = control.listeners.all()[0];
    if (listener !== undefined) must(control.listeners.update(listener.id, { extranonce: { e1Bytes: 1, e2Bytes: 4 } }, null));
  });
}

function rawPool(): RawPool {
  const pool = new RawPool();
  house.after(() => pool.stop());
  return pool;
}

function warnedOf(pool: Pool): boolean {
  return house.hub.pool(pool.no)?.warnings.some((warning) => warning.includes("every session the same extranonce1")) === true;
}

/** The bytes of coinbase in which a rig searches. */
function groundOf({ work }: SimulatedRig): string {
  return work === null ? "none" : Buffer.concat([work.coinb1, work.fixed]).toString("hex");
}

test("more rigs than extranonce1 values at a pool that gives all sessions the same one and leaves no room for their layout: said, and no two search the same", async () => {
  openHouse();
  const raw = rawPool();
  const pool = house.addPool(raw);
  house.setHouse(house.addProfile([pool]));
  await greet(await raw.visitor(), { extranonce2Bytes: 5, difficulty: 1 });
  await house.until(() => house.hub.pool(pool.no)?.state === "live");
  const rigs = Array.from({ length: 257 }, (_, at) => house.rig(`farm.r${at}`));
  const second = await raw.visitor();
  await greet(second, { extranonce2Bytes: 5, difficulty: 1 });
  await second.untilClosed();
  await house.until(() => warnedOf(pool) && rigs.filter(({ work }) => work !== null).length >= 256);
  const grounds = rigs.map(groundOf).filter((ground) => ground !== "none");
  expect(new Set(grounds).size).toBe(grounds.length);
  expect(grounds).toHaveLength(256);
  expect(house.hub.pool(pool.no)?.sessions).toBe(1);
});

test("a rig whose layout is too long for a pool without a seat for a shorter one is told nothing, and its shares count where it is", async () => {
  openHouse();
  const roomy = house.pool();
  const raw = rawPool();
  const [home, narrow] = [house.addPool(roomy), house.addPool(raw)];
  const [homeProfile, narrowProfile] = [house.addProfile([home]), house.addProfile([narrow])];
  house.setHouse(homeProfile);
  const small = house.rig("farm.small", { agent: "NerdMinerV2" });
  const rig = house.rig("farm.r1", { extranonceSubscribe: true });
  await Promise.all([small.mineShare(), rig.mineShare()]);
  const send = (name: string) => house.hub.applyMoves([{ rigNo: house.knownRig(name).no, to: { contractNo: 0, profileNo: narrowProfile.no } }]);
  send("small");
  const first = await raw.visitor();
  await greet(first, { extranonce2Bytes: 4 });
  await house.until(() => house.hub.rig(house.knownRig("small").no)?.poolNo === narrow.no);
  send("r1");
  first.say(notify({ job: "j2", prevHash: "33".repeat(32) }));
  await small.nextJob();
  const job = rig.nextJob();
  roomy.newJob();
  await job;
  expect(rig.stats.extranonceChanges).toBe(0);
  expect((await rig.mineShare()).accepted).toBe(true);
  expect(house.ledger.rows.at(-1)).toMatchObject({ poolNo: home.no, hubVerdict: "accepted" });
});

test("a share of a job from before set_extranonce counts with the length that it was given", async () => {
  openHouse();
  const [roomy, tight] = [house.pool(), house.pool({ extranonce2Size: 4 })];
  const home = house.addPool(roomy);
  const [homeProfile, tightProfile] = [house.addProfile([home]), house.addProfile([house.addPool(tight)])];
  house.setHouse(homeProfile);
  const rig = house.rig("farm.r1", { extranonceSubscribe: true });
  await rig.mineShare();
  const before = rig.nextAnswer();
  const moved = rig.until(({ stats }) => stats.extranonceChanges === 1);
  house.hub.applyMoves([{ rigNo: house.knownRig("r1").no, to: { contractNo: 0, profileNo: tightProfile.no } }]);
  await rig.mineShare();
  expect((await before).accepted).toBe(true);
  await moved;
  await house.until(() => house.hub.rig(house.knownRig("r1").no)?.poolNo !== home.no);
  expect((await rig.mineShare()).accepted).toBe(true);
  expect([roomy.stats.rejected, tight.stats.rejected]).toEqual([0, 0]);
});
