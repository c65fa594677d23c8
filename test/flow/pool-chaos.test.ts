import { afterEach, expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import { House } from "../support/house.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { ScriptedPool } from "../support/scripted-pool.ts";
import { oneOf, seeded, seedOfRun } from "../support/seeded.ts";

let house: House;
afterEach(() => house.close());

type Stand = { name: string; pool: ScriptedPool; row: Pool };

const harms: readonly [name: string, harm: (pool: ScriptedPool) => void][] = [
  ["hangs up", (pool) => pool.hangUpAll()],
  [
    "dies",
    (pool) => {
      pool.greets = false;
      pool.hangUpAll();
    },
  ],
  [
    "freezes",
    (pool) => {
      pool.greets = false;
      pool.verdicts = "silent";
    },
  ],
  ["refuses all", (pool) => Object.assign(pool, { verdicts: "refuse" })],
  ["refuses a third", (pool) => Object.assign(pool, { verdicts: (shareNo: number) => shareNo % 3 !== 0 })],
  ["talks rubbish", (pool) => pool.sayToAll("HTTP/1.1 400 Bad Request\r\n\r\n")],
];

function heal(pool: ScriptedPool): void {
  if (!pool.greets) pool.hangUpAll();
  pool.greets = true;
  pool.verdicts = "accept";
}

const profiles: readonly (readonly [owner: number, pools: readonly string[]])[] = [
  [0, ["house", "backup"]],
  [7, ["main", "spare"]],
  [8, ["main", "other"]],
];
const rigs = Array.from({ length: 12 }, (_, at) => `r${at}`);
/** Whom each rig serves. */
const owners = [7, 8, 7, 8, 7, 8, 7, 8, 0, 0, 0, 0];

async function open(): Promise<{ stands: Stand[]; miners: RawMiner[] }> {
  house = new House();
  const stands = ["house", "backup", "main", "spare", "other"].map((name, at): Stand => {
    const pool = new ScriptedPool({ extranonce1: `aabbcc0${at}` });
    house.after(() => pool.stop());
    return { name, pool, row: house.addPool(pool, { name, username: `${name}-account` }) };
  });
  const rowsOf = (names: readonly string[]) => stands.filter(({ name }) => names.includes(name)).map(({ row }) => row);
  const rows = profiles.map(([contractNo, names]) => ({ contractNo, profile: house.addProfile(rowsOf(names), 20) }));
  const [own, ...contracts] = rows;
  if (own !== undefined) house.setHouse(own.profile);
  house.hub.holdContracts(contracts.map(({ contractNo, profile }) => ({ contractNo, profileNo: profile.no })));
  await house.until(() => house.hub.pool(stands[0]?.row.no ?? 0)?.state === "live");
  const miners = await Promise.all(rigs.map((name) => RawMiner.login(house.port, `farm.${name}`)));
  for (const { contractNo, profile } of contracts) {
    const his = rigs.filter((_, at) => owners[at] === contractNo);
    house.hub.applyMoves(his.map((name) => ({ rigNo: house.knownRig(name).no, to: { contractNo, profileNo: profile.no } })));
  }
  return { stands, miners };
}

/** A share a second; how many there were. */
async function harmAndMine(seconds: number, { stands, miners, random }: { stands: Stand[]; miners: RawMiner[]; random: () => number }): Promise<number> {
  for (let second = 0; second < seconds; second++) {
    if (second % 20 === 0) {
      for (const { pool } of stands) pool.newJob();
      const harmed = oneOf(random, stands);
      // The house always has its backup.
      if (harmed.name !== "backup") oneOf(random, harms)[1](harmed.pool);
      heal(oneOf(random, stands).pool);
    }
    oneOf(random, miners).submit();
    await house.pass(1_000, () => {}, 500);
  }
  return seconds;
}

test("a quarter of an hour of pools that hang up, die, freeze, refuse and talk rubbish in random order: no rig is closed while the house has a pool, each share is one row, of its own owner and pool, and all are well again in the end", async () => {
  const seed = seedOfRun();
  console.log(`pools: seed ${seed}`);
  const { stands, miners } = await open();
  const shares = await harmAndMine(900, { stands, miners, random: seeded(seed) });
  expect(house.closeReasons()).toEqual([]);
  await house.until(() => house.ledger.rows.length === shares);
  const allowed = new Map(profiles);
  const nameOf = new Map(stands.map(({ name, row }) => [row.no, name]));
  const wrong = house.ledger.rows.filter(({ contractNo, poolNo }) => poolNo !== 0 && allowed.get(contractNo)?.includes(nameOf.get(poolNo) ?? "") !== true);
  expect(wrong).toEqual([]);
  for (const { name, pool } of stands) expect([...pool.names].filter((account) => account !== `${name}-account`)).toEqual([]);
  expect(house.events.filter(({ type }) => type === "pool.failover").length).toBeGreaterThan(3);

  for (const { pool } of stands) heal(pool);
  for (let second = 0; second < 3_700; second += 10) {
    for (const { pool } of stands) pool.newJob();
    if (second % 60 === 0) for (const miner of miners) miner.submit();
    await house.pass(10_000, () => {}, 2_000);
  }
  expect([...house.hub.contracts()].map(({ poolsDownSinceMs }) => poolsDownSinceMs)).toEqual([null, null]);
  expect(rigs.map((name) => house.hub.rig(house.knownRig(name).no)?.contractNo)).toEqual(owners);
  const told = (type: string) => house.events.filter((event) => event.type === type).length;
  expect(told("contract.pools-up")).toBe(told("contract.pools-down"));
}, 60_000);
