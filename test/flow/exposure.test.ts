import { afterEach, expect, test } from "bun:test";
import { exposureLimits } from "../../src/health/exposure.ts";
import { House } from "../support/house.ts";

let house: House;
afterEach(() => house.close());

test("shares count, and are expected, from half a minute after a rig connected, and not of a pool that is gone", async () => {
  house = new House();
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("r1");
  await rig.mineShare();
  const { no } = house.knownRig("r1");
  const exposure = () => house.hub.rig(no)?.exposure ?? { perHps: Number.NaN, accepted: Number.NaN, counts: () => null };
  expect(exposure()).toMatchObject({ perHps: 0, accepted: 0 });
  house.laterMs += exposureLimits.afterConnectMs;
  await rig.mineShare();
  expect(exposure().accepted).toBe(1);
  await house.until(() => exposure().perHps > 0);
  pool.stop();
  await house.until(() => [...house.hub.pools()][0]?.state === "failing");
  await rig.mineShare();
  expect(house.ledger.rows.at(-1)?.poolVerdict).toBe("orphaned");
  expect(exposure().accepted).toBe(1);
  await house.until(() => exposure().counts(Date.now() + house.laterMs) === false);
});

test("what we find good and only its pool refuses is not held against the rig", async () => {
  house = new House();
  const pool = house.pool({ rejectRatio: 1 });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("r1");
  await rig.until(({ work }) => work !== null);
  house.laterMs += exposureLimits.afterConnectMs;
  expect(await rig.mineShare()).toMatchObject({ accepted: false, text: expect.stringContaining("Refused by chance") });
  expect(house.hub.rig(house.knownRig("r1").no)?.exposure).toMatchObject({ accepted: 1, refused: 0 });
});
