import { afterEach, expect, test } from "bun:test";
import { House, must } from "../support/house.ts";

let house: House;
afterEach(() => house.close());

test("a worker that was renamed is the same rig: its new name is claimed, or the rig it made is merged, and it stays connected", async () => {
  house = new House();
  house.setHouse(house.addProfile([house.addPool(house.pool())]));
  const before = house.rig("farm.old-name");
  await before.mineShare();
  const { no, id } = house.knownRig("old-name");
  must(house.control.rigs.claimWorker(id, "claimed"));
  house.hub.configChanged();
  const claimed = house.rig("farm.claimed");
  await claimed.mineShare();
  expect(house.ledger.rows.at(-1)?.rigNo).toBe(no);

  const swapped = house.rig("farm.new-board");
  await swapped.mineShare();
  const second = house.knownRig("new-board");
  expect(house.ledger.rows.at(-1)?.rigNo).toBe(second.no);
  must(house.control.rigs.merge(second.id, id));
  house.hub.configChanged();
  await swapped.mineShare();
  expect(house.ledger.rows.at(-1)?.rigNo).toBe(no);
  expect(swapped.stats).toMatchObject({ connects: 1, disconnects: 0, rejected: 0 });
  expect(house.hub.rig(no)?.sessions.map(({ worker }) => worker)).toEqual(["farm.old-name", "farm.claimed", "farm.new-board"]);
  expect(house.hub.rig(second.no)?.sessions ?? []).toEqual([]);

  const back = house.rig("farm.new-board");
  await back.mineShare();
  expect(house.ledger.rows.at(-1)?.rigNo).toBe(no);
  expect(house.control.rigs.all()).toHaveLength(1);
});

test("a rig that is removed while it mines is one that nobody knows: it enrols anew without a disconnect, and its work is booked to what is seen", async () => {
  house = new House();
  house.setHouse(house.addProfile([house.addPool(house.pool())]));
  const rig = house.rig("farm.a");
  await rig.mineShare();
  const { id, no } = house.knownRig("a");
  must(house.control.rigs.remove(id, null));
  house.hub.configChanged();
  house.hub.configChanged();
  await house.until(() => house.control.rigs.all().length === 1);
  const fresh = house.knownRig("a");
  expect(fresh.no).not.toBe(no);
  await rig.mineShare();
  expect(house.ledger.rows.at(-1)?.rigNo).toBe(fresh.no);
  expect(house.hub.rig(fresh.no)?.sessions.map(({ worker }) => worker)).toEqual(["farm.a"]);
  expect(house.control.rigs.all()).toHaveLength(1);
  house.hub.configChanged();
  expect(house.hub.rig(no)).toBeNull();
  expect(rig.stats).toMatchObject({ connects: 1, disconnects: 0, rejected: 0 });
});

test("a rig that is back before its dead connection is known to be dead: that one goes once the other has worked for long enough", async () => {
  house = new House();
  house.setHouse(house.addProfile([house.addPool(house.pool())]));
  const lost = house.rig("farm.a");
  for (let share = 0; share < 6; share++) {
    await lost.mineShare();
    await house.pass(5_000);
  }
  const { no } = house.knownRig("a");
  await house.pass(20_000);
  const back = house.rig("farm.a");
  for (let share = 0; share < 30; share++) {
    await back.mineShare();
    expect(house.hub.rig(no)?.sessions).toHaveLength(2);
    await house.pass(5_000);
  }
  for (let share = 0; share < 4; share++) {
    await back.mineShare();
    await house.pass(5_000);
  }
  await house.until(() => lost.stats.disconnects === 1);
  expect(back.stats).toMatchObject({ connects: 1, disconnects: 0, rejected: 0 });
});
