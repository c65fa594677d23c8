import { afterEach, beforeEach, expect, test } from "bun:test";
import { silentLog } from "../../src/log.ts";
import type { SimulatedPool } from "../../src/simulate/pool.ts";
import type { SimulatedRig } from "../../src/simulate/rig.ts";
import { Watch } from "../../src/watch/watch.ts";
import { House, must } from "../support/house.ts";

const hps = 1e6;
let house: House;
let watch: Watch;
let mine: SimulatedPool;
let his: SimulatedPool;
let rigs: Map<string, SimulatedRig>;

beforeEach(async () => {
  house = new House();
  mine = house.pool();
  his = house.pool();
  house.setHouse(house.addProfile([house.addPool(mine)]));
  const fleet = house.control.fleets.all()[0];
  must(house.control.fleets.update(fleet?.id ?? "", { disconnectGraceS: 1 }, null));
  rigs = new Map(["r1", "r2", "r3"].map((name) => [name, house.rig(name, { password: `h=${hps}` })]));
  for (const rig of rigs.values()) await rig.mineShare();
  watch = new Watch({
    control: house.control,
    hub: {
      rigs: () => house.hub.rigs(),
      contracts: () => house.hub.contracts(),
      contractsAccepted: () => house.hub.contractsAccepted(),
      houseServes: (rigNo) => house.hub.houseServes(rigNo),
      applyMoves: (moves) => house.hub.applyMoves(moves),
      holdContracts: (destinations) => house.hub.holdContracts(destinations),
      setPaces: (paces) => house.hub.setPaces(paces),
      now: () => house.hub.now(),
      wallOf: (ms) => house.hub.wallOf(ms),
    },
    memory: { read: () => null, write: () => Promise.resolve() },
    log: silentLog,
    now: () => Date.now(),
    startGraceMs: 0,
    tasks: [],
  });
  house.presence = (rigNo, connected) => watch.onPresence(rigNo, connected);
  await watch.round();
});

afterEach(async () => {
  await watch.stop();
  house.close();
});

function sell(promisedHps: number) {
  const customer = must(house.control.customers.create({ name: "Ada" }));
  const profile = house.addProfile([house.addPool(his, { username: "ada" })]);
  const terms = { customerNo: customer.no, fleetNo: 1, method: "threshold", promise: { promisedHps }, profileNo: profile.no, by: "user:u" } as const;
  const contract = must(house.control.contracts.create(terms));
  house.hub.configChanged();
  watch.configChanged();
  return contract;
}

const servingOf = (contractNo: number) => house.control.allocations.open().filter((row) => row.contractNo === contractNo);
const nameOf = (rigNo: number | undefined) => house.control.rigs.byNo(rigNo ?? 0)?.name ?? "";
const hubSees = (contractNo: number, name: string) => house.hub.rig(house.knownRig(name).no)?.contractNo === contractNo;

/** A share or two may still be of the job before. */
async function mineFor(pool: SimulatedPool, name: string): Promise<void> {
  const before = pool.stats.accepted;
  for (let share = 0; share < 3 && pool.stats.accepted === before; share += 1) expect((await rigs.get(name)?.mineShare())?.accepted).toBe(true);
  expect(pool.stats.accepted).toBeGreaterThan(before);
}

test("a rig's socket closes: after the grace a spare holds the customer's job within a second, on record with both names", async () => {
  const contract = sell(hps);
  await house.until(() => servingOf(contract.no).length === 1);
  const first = nameOf(servingOf(contract.no)[0]?.rigNo);
  await house.until(() => hubSees(contract.no, first));
  await mineFor(his, first);
  rigs.get(first)?.stop();
  await house.until(() => house.hub.rig(house.knownRig(first).no)?.sessions.length === 0);
  const leftMs = Date.now();
  await house.until(() => nameOf(servingOf(contract.no)[0]?.rigNo) !== first);
  const decidedMs = Date.now();
  const spare = nameOf(servingOf(contract.no)[0]?.rigNo);
  await house.until(() => hubSees(contract.no, spare));
  expect(decidedMs - leftMs).toBeWithin(900, 2_500);
  expect(Date.now() - decidedMs).toBeLessThan(1_000);
  expect(servingOf(contract.no)[0]?.reason.text).toContain(`${spare} replaces ${first}`);
  await mineFor(his, spare);
  for (const [name, rig] of rigs) if (name !== first) expect(rig.stats.disconnects).toBe(0);
});

test("half a rig more is a part of a rig: it works for the customer and for the house in turns, without a reconnect", async () => {
  const contract = sell(1.5 * hps);
  await house.until(() => servingOf(contract.no).length === 2);
  const parts = servingOf(contract.no).map(({ fraction }) => fraction);
  expect(Math.min(...parts)).toBeWithin(0.5, 0.52);
  expect(Math.max(...parts)).toBe(1);
  const sliced = servingOf(contract.no).find(({ fraction }) => fraction < 1);
  const name = nameOf(sliced?.rigNo);
  const seen = new Set<number>();
  const clock = Date.now;
  try {
    for (let minute = 0; minute < 6; minute += 1) {
      Date.now = () => clock() + minute * 60_000;
      watch.second();
      await rigs.get(name)?.mineShare();
      seen.add(house.hub.rig(sliced?.rigNo ?? 0)?.contractNo ?? -1);
    }
  } finally {
    Date.now = clock;
  }
  expect([...seen].sort()).toEqual([0, contract.no]);
  expect(rigs.get(name)?.stats.disconnects).toBe(0);
  expect(servingOf(contract.no)).toHaveLength(2);
});

test("a contract that is suspended gives its rigs back to the house, and gets them again when it goes on", async () => {
  const contract = sell(2 * hps);
  await house.until(() => servingOf(contract.no).length === 2);
  must(house.control.contracts.suspend(contract.id, { reason: "unpaid", by: "user:u" }));
  watch.configChanged();
  await house.until(() => servingOf(contract.no).length === 0);
  await house.until(() => ["r1", "r2", "r3"].every((name) => hubSees(0, name)));
  must(house.control.contracts.resume(contract.id, { by: "user:u" }));
  watch.configChanged();
  await house.until(() => servingOf(contract.no).length === 2);
});
