import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";

let house: House;
afterEach(() => house.close());

test("a rig nobody knows enrols, mines, and every share is one row with both verdicts", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("farm.S21-001");
  for (let share = 0; share < 20; share++) expect((await rig.mineShare()).accepted).toBe(true);
  expect(pool.stats.accepted).toBe(20);
  expect(rig.stats.disconnects).toBe(0);
  const known = house.knownRig("S21-001");
  expect(known.status).toBe("vetting");
  expect(house.ledger.rows).toHaveLength(20);
  for (const row of house.ledger.rows) expect(row).toMatchObject({ rigNo: known.no, hubVerdict: "accepted", poolVerdict: "accepted", contractNo: 0 });
});

test("the rig hears true only when its share is on disk", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("a.b");
  house.ledger.held = true;
  const answered = rig.mineShare();
  await pool.until((stats) => stats.accepted === 1);
  await house.until(() => house.ledger.rows.length === 1);
  expect(rig.stats.accepted).toBe(0);
  house.ledger.release();
  expect((await answered).accepted).toBe(true);
});

test("a full disk refuses with error 20 and loses no word of it", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("a.b");
  house.ledger.full = true;
  const answer = await rig.mineShare();
  expect(answer.accepted).toBe(false);
  expect(answer.code).toBe(20);
  expect(answer.text).toContain("not recorded");
});

test("what the pool refuses is recorded with its reason and told to the rig", async () => {
  house = new House();
  const pool = house.pool({ rejectRatio: 1 });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const answer = await house.rig("a.b").mineShare();
  expect(answer.accepted).toBe(false);
  expect(house.ledger.rows[0]).toMatchObject({ hubVerdict: "accepted", poolVerdict: "rejected" });
  expect(house.ledger.rows[0]?.reason).toBeTruthy();
});
