import { afterEach, expect, test } from "bun:test";
import type { Profile } from "../../src/control/profiles.ts";
import type { SimulatedPool } from "../../src/simulate/pool.ts";
import { House, must } from "../support/house.ts";
import { codeOf, RawMiner } from "../support/raw-miner.ts";
import { ScriptedPool } from "../support/scripted-pool.ts";

let house: House;
afterEach(() => house.close());

function twoHouses(
  first: number,
  second: number,
  extranonce = { e1Bytes: 1, e2Bytes: 3 },
): { a: SimulatedPool; b: SimulatedPool; profileA: Profile; profileB: Profile } {
  house = new House((control) => {
    const listener = control.listeners.all()[0];
    if (listener !== undefined) must(control.listeners.update(listener.id, { extranonce }, null));
  });
  const a = house.pool({ extranonce2Size: first });
  const b = house.pool({ extranonce2Size: second });
  const profileA = house.addProfile([house.addPool(a)]);
  const profileB = house.addProfile([house.addPool(b)]);
  house.setHouse(profileA);
  return { a, b, profileA, profileB };
}

function send(name: string, profile: Profile): void {
  house.hub.applyMoves([{ rigNo: house.knownRig(name).no, to: { contractNo: 0, profileNo: profile.no } }]);
}

const layouts = [
  { a: 8, b: 8, extranonce: { e1Bytes: 1, e2Bytes: 3 } },
  { a: 8, b: 4, extranonce: { e1Bytes: 1, e2Bytes: 3 } },
  { a: 6, b: 4, extranonce: { e1Bytes: 1, e2Bytes: 3 } },
  { a: 4, b: 4, extranonce: { e1Bytes: 1, e2Bytes: 3 } },
  { a: 8, b: 6, extranonce: { e1Bytes: 2, e2Bytes: 2 } },
  { a: 8, b: 8, extranonce: { e1Bytes: 4, e2Bytes: 4 } },
];

for (const { a: first, b: second, extranonce } of layouts) {
  test(`six moves between pools of extranonce2 size ${first} and ${second} with ${extranonce.e1Bytes}+${extranonce.e2Bytes} bytes: no disconnect, no set_extranonce, every share at the pool whose job it solves`, async () => {
    const { a, b, profileA, profileB } = twoHouses(first, second, extranonce);
    const rig = house.rig("farm.r1", { versionRolling: true });
    expect((await rig.mineShare()).accepted).toBe(true);
    for (let move = 0; move < 6; move++) {
      const to = move % 2 === 0 ? profileB : profileA;
      const fact = () => house.hub.rig(house.knownRig("r1").no);
      send("r1", to);
      await house.until(() => fact()?.poolNo === to.poolNos[0]);
      for (let share = 0; share < 5; share++) expect((await rig.mineShare()).accepted).toBe(true);
    }
    expect(rig.stats).toMatchObject({ disconnects: 0, connects: 1, extranonceChanges: 0, rejected: 0 });
    expect(a.stats.rejected + b.stats.rejected).toBe(0);
    const poolA = profileA.poolNos[0];
    expect(house.ledger.rows.filter((row) => row.poolNo === poolA)).toHaveLength(a.stats.accepted);
    expect(house.ledger.rows.filter((row) => row.poolNo !== poolA)).toHaveLength(b.stats.accepted);
    expect(house.ledger.rows).toHaveLength(31);
  });
}

test("a share of the old job that comes after the move goes to the old pool and is recorded there", async () => {
  const { a, b, profileA, profileB } = twoHouses(8, 8);
  const rig = house.rig("farm.r1");
  await rig.mineShare();
  await house.until(() => b.stats.authorized === 1 || [...house.hub.pools()].length === 2);
  const answered = rig.mineShare();
  send("r1", profileB);
  expect((await answered).accepted).toBe(true);
  const last = house.ledger.rows.at(-1);
  const total = a.stats.accepted + b.stats.accepted;
  expect(total).toBe(2);
  expect(last?.poolNo).toBe(a.stats.accepted === 2 ? profileA.poolNos[0] : profileB.poolNos[0]);
});

test("a rig that comes back within one pool job gets new ground: nothing is found twice", async () => {
  const { a, profileA, profileB } = twoHouses(4, 8);
  const rig = house.rig("farm.r1");
  for (let round = 0; round < 4; round++) {
    expect((await rig.mineShare()).accepted).toBe(true);
    send("r1", profileB);
    await house.until(() => house.hub.rig(house.knownRig("r1").no)?.poolNo === profileB.poolNos[0]);
    send("r1", profileA);
    await house.until(() => house.hub.rig(house.knownRig("r1").no)?.poolNo === profileA.poolNos[0]);
  }
  expect(a.stats.byReason.duplicate).toBe(0);
  expect(rig.stats.rejected).toBe(0);
});

test("more rigs than a pool without room has extranonce1 values: more sessions, all of them work", async () => {
  house = new House();
  const pool = house.pool({ extranonce2Size: 4 });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rigs = Array.from({ length: 300 }, (_, at) => house.rig(`farm.r${at}`));
  await Promise.all(rigs.map((rig) => rig.until((one) => one.work !== null)));
  expect(pool.stats.connections).toBeGreaterThanOrEqual(2);
  const answers = await Promise.all(rigs.map((rig) => rig.mineShare()));
  expect(answers.filter((answer) => !answer.accepted)).toEqual([]);
  expect(pool.stats.byReason.duplicate).toBe(0);
});

test("a listener's layout of 4 and 4 bytes at a pool of 4: whether they follow set_extranonce or not, rigs are asked to reconnect and fit then", async () => {
  const { b, profileB } = twoHouses(8, 4, { e1Bytes: 4, e2Bytes: 4 });
  const rigs = [house.rig("farm.r0", { extranonceSubscribe: true, reconnect: true }), house.rig("farm.r1", { reconnect: true })];
  await Promise.all(rigs.map((rig) => rig.mineShare()));
  for (const name of ["r0", "r1"]) must(house.control.rigs.update(house.knownRig(name).id, { pinnedProfileNo: profileB.no }, null));
  house.hub.configChanged();
  await Promise.all(rigs.map((rig) => rig.until(({ stats }) => stats.disconnects === 1)));
  for (const name of ["r0", "r1"]) await house.until(() => house.hub.rig(house.knownRig(name).no)?.poolNo === profileB.poolNos[0]);
  for (const rig of rigs) expect((await rig.mineShare()).accepted).toBe(true);
  expect(rigs.map(({ stats }) => [stats.disconnects, stats.extranonceChanges, stats.rejected])).toEqual([
    [1, 0, 0],
    [1, 0, 0],
  ]);
  expect(b.stats.rejected).toBe(0);
}, 20_000);

test("a pool with 3 bytes: rigs that follow get set_extranonce, the others are asked to reconnect and fit then", async () => {
  const { b, profileB } = twoHouses(8, 3);
  const follows = house.rig("farm.follows", { extranonceSubscribe: true });
  const stays = house.rig("farm.stays", { reconnect: true });
  await Promise.all([follows.mineShare(), stays.mineShare()]);
  send("follows", profileB);
  await follows.until((rig) => rig.stats.extranonceChanges === 1);
  await house.until(() => house.hub.rig(house.knownRig("follows").no)?.poolNo === profileB.poolNos[0]);
  expect((await follows.mineShare()).accepted).toBe(true);
  expect(follows.stats.disconnects).toBe(0);
  must(house.control.rigs.update(house.knownRig("stays").id, { pinnedProfileNo: profileB.no }, null));
  house.hub.configChanged();
  await stays.until((rig) => rig.stats.disconnects === 1);
  await house.until(() => house.hub.rig(house.knownRig("stays").no)?.poolNo === profileB.poolNos[0]);
  expect((await stays.mineShare()).accepted).toBe(true);
  expect(b.stats.rejected).toBe(0);
}, 15_000);

test("a rig that claims to follow set_extranonce and does not, though its shares were right before, is asked back and fits then", async () => {
  house = new House();
  const [wide, narrow] = [new ScriptedPool(), new ScriptedPool({ extranonce2Bytes: 3 })];
  for (const pool of [wide, narrow]) house.after(() => pool.stop());
  const profile = house.addProfile([house.addPool(narrow)]);
  house.setHouse(house.addProfile([house.addPool(wide)]));
  const miner = await RawMiner.login(house.port, "farm.r1");
  miner.end.say({ id: 9, method: "mining.extranonce.subscribe", params: [] });
  await miner.end.answer(9);
  expect(await miner.ask()).toMatchObject({ result: true });
  send("r1", profile);
  await miner.end.method("mining.set_extranonce");
  await miner.job();
  for (let share = 0; share < 3; share++) expect(codeOf(await miner.ask())).toBe(20);
  await miner.end.method("client.reconnect");
  const anew = await RawMiner.login(house.port, "farm.r1");
  expect(anew.extranonce2Bytes).toBe(2);
  expect(await anew.ask()).toMatchObject({ result: true });
});
