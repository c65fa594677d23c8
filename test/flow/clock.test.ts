import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";

let house: House;
afterEach(() => house.close());

for (const hours of [1, -1]) {
  test(`the machine's clock is set by ${hours} h: no session ends, to pools or rigs, and rows carry the new time`, async () => {
    house = new House();
    const pool = house.pool();
    const second = house.pool();
    const row = house.addPool(pool);
    house.setHouse(house.addProfile([row, house.addPool(second)]));
    const rig = house.rig("farm.r1");
    await rig.mineShare();
    const before = house.ledger.rows.at(-1)?.atMs ?? 0;
    house.wallSetMs = hours * 3_600_000;
    await house.pass(10_000);
    expect((await rig.mineShare()).accepted).toBe(true);
    const after = house.ledger.rows.at(-1)?.atMs ?? 0;
    expect(Math.abs(after - before - hours * 3_600_000)).toBeLessThan(30_000);
    expect(house.ledger.rows.at(-1)).toMatchObject({ poolVerdict: "accepted" });
    expect(house.closeReasons()).toEqual([]);
    expect(rig.stats).toMatchObject({ disconnects: 0, rejected: 0 });
    expect([pool.stats.connectionsEver, second.stats.connectionsEver]).toEqual([1, 1]);
    expect(house.hub.pool(row.no)).toMatchObject({ state: "live", rigs: 1 });
    expect(house.hub.rig(house.knownRig("r1").no)?.lastAcceptedAtMs).toBeLessThan(house.hub.now() + 1);
  });
}
