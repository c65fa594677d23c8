import { afterEach, expect, test } from "bun:test";
import { House, must } from "../support/house.ts";
import { rawRig } from "../support/raw-ends.ts";
import { codeOf, RawMiner } from "../support/raw-miner.ts";

let house: House;
afterEach(() => house.close());

/** A second fleet of scrypt rigs with its own port, beside the SHA-256d one. */
async function openHouse(difficulty: number): Promise<{ pool: ReturnType<House["pool"]>; port: number }> {
  house = new House();
  const pool = house.pool({ algorithm: "scrypt", difficulty, extranonce2Size: 4 });
  const row = house.addPool(pool, { algorithm: "scrypt" });
  const fleet = must(house.control.fleets.create({ name: "doge", algorithm: "scrypt", houseProfileNo: house.addProfile([row]).no }));
  const listener = must(house.control.listeners.create({ bind: "127.0.0.1:0", fleetNo: fleet.no }));
  house.hub.configChanged();
  await house.until(() => house.hub.pool(row.no)?.state === "live");
  return { pool, port: house.portOf(listener.no) };
}

test("scrypt rigs mine side by side: hashed on other threads, each share one row with the pool's verdict", async () => {
  const { pool, port } = await openHouse(1e-4);
  const rigs = ["a", "b", "c"].map((name) => house.rig(`farm.${name}`, { port, algorithm: "scrypt" }));
  const answers = await Promise.all(rigs.map(async (rig) => [await rig.mineShare(), await rig.mineShare(), await rig.mineShare()]));
  expect(answers.flat().every(({ accepted }) => accepted)).toBe(true);
  expect(pool.stats).toMatchObject({ accepted: 9, rejected: 0 });
  expect(house.ledger.rows).toHaveLength(9);
  for (const row of house.ledger.rows) expect(row).toMatchObject({ algorithm: "scrypt", hubVerdict: "accepted", poolVerdict: "accepted" });
});

test("many shares at once: each is judged by its own bytes, the same one twice is a duplicate, and a rig that left leaves its rows", async () => {
  const { pool, port } = await openHouse(1e-9);
  const miner = await RawMiner.login(port, "farm.many");
  const ids = Array.from({ length: 60 }, (_, at) =>
    miner.submit({
      nonce: Math.floor(at / 2)
        .toString(16)
        .padStart(8, "0"),
    }),
  );
  const codes = await Promise.all(ids.map(async (id) => codeOf(miner.end.lines.find((line) => line["id"] === id) ?? (await answered(miner, id)))));
  expect(codes.filter((code) => code === null)).toHaveLength(30);
  expect(codes.filter((code) => code === 22)).toHaveLength(30);
  expect(pool.stats).toMatchObject({ accepted: 30, rejected: 0 });
  for (let nonce = 100; nonce < 120; nonce++) miner.submit({ nonce: nonce.toString(16).padStart(8, "0") });
  await house.until(() => house.ledger.rows.length > 60);
  miner.end.hangUp();
  await house.until(() => house.hub.sessionCount() === 0 && house.ledger.rows.length === 80);
  expect(house.ledger.rows.slice(60).every((row) => row.hubVerdict === "accepted")).toBe(true);
});

async function answered(miner: RawMiner, id: number) {
  await house.until(() => miner.end.lines.some((line) => line["id"] === id));
  return miner.end.lines.find((line) => line["id"] === id) ?? {};
}

test("a rig of the SHA-256d fleet is refused on the scrypt port, in words", async () => {
  const { port } = await openHouse(1e-4);
  const sha = house.pool({ difficulty: 1e-12 });
  house.setHouse(house.addProfile([house.addPool(sha)]));
  expect(await (await RawMiner.login(house.port, "farm.sha")).ask()).toMatchObject({ result: true });
  const end = await rawRig(port);
  end.say({ id: 1, method: "mining.subscribe", params: [] }, { id: 2, method: "mining.authorize", params: ["farm.sha", "x"] });
  const answer = await end.answer(2);
  expect(codeOf(answer)).toBe(24);
  expect(JSON.stringify(answer)).toContain("scrypt");
});
