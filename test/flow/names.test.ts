import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";
import { type Line, type RawEnd, RawPool } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { greet } from "../support/raw-pool-script.ts";

let house: House;
afterEach(() => house.close());

/** How a pool takes names beside the one of the login. */
type Manners = { authorize: "silence" | "refuse" };

type Visit = { end: RawEnd; asked: string[]; submitted: string[] };

/** Grants the login; shares of any other name are refused as ckpool does. */
async function serve(end: RawEnd, visit: Visit, login: string, manners: Manners): Promise<void> {
  await greet(end);
  for (;;) {
    const line = await end.next(({ method }) => method === "mining.authorize" || method === "mining.submit");
    const [name = ""] = line["params"] as string[];
    if (line["method"] === "mining.authorize") {
      visit.asked.push(name);
      if (manners.authorize === "refuse") end.say({ id: line["id"], result: false, error: [24, "unknown worker", null] });
    } else {
      visit.submitted.push(name);
      end.say({ id: line["id"], ...verdictOn(name, login) });
    }
  }
}

function verdictOn(name: string, login: string): Line {
  return name === login ? { result: true, error: null } : { result: false, error: "Worker mismatch" };
}

async function open(username: string, manners: Manners): Promise<{ no: number; visit: Visit }> {
  house = new House();
  const pool = new RawPool();
  house.after(() => pool.stop());
  const row = house.addPool({ port: pool.port }, { username });
  house.setHouse(house.addProfile([row]));
  const end = await pool.visitor();
  const visit: Visit = { end, asked: [], submitted: [] };
  void serve(end, visit, username.replaceAll("{rig}", "hub"), manners).catch(() => {});
  await house.until(() => house.hub.pool(row.no)?.state === "live");
  return { no: row.no, visit };
}

test("a pool that takes one name per connection, as ckpool: its shares go up under the name of the login, none is lost, and the page says so", async () => {
  const { no, visit } = await open("acct.{rig}", { authorize: "silence" });
  const miner = await RawMiner.login(house.port, "farm.r1");
  expect(await miner.end.answer(miner.submit())).toMatchObject({ result: true });
  expect(await miner.end.answer(miner.submit())).toMatchObject({ result: true });
  const second = await RawMiner.login(house.port, "farm.r2");
  expect(await second.end.answer(second.submit())).toMatchObject({ result: true });
  expect(visit.asked).toEqual(["acct.r1"]);
  expect(visit.submitted).toEqual(["acct.r1", "acct.hub", "acct.hub", "acct.hub"]);
  expect(house.ledger.rows.map(({ poolVerdict }) => poolVerdict)).toEqual(["accepted", "accepted", "accepted"]);
  expect(house.hub.pool(no)?.warnings).toEqual([expect.stringContaining("one worker name per connection")]);
});

test("a name that the pool refuses: that rig's shares go up under the name of the login", async () => {
  const { no, visit } = await open("acct.{rig}", { authorize: "refuse" });
  const miner = await RawMiner.login(house.port, "farm.r1");
  expect(await miner.end.answer(miner.submit())).toMatchObject({ result: true });
  expect(visit.asked).toEqual(["acct.r1"]);
  expect(visit.submitted.at(-1)).toBe("acct.hub");
  expect(house.ledger.rows).toHaveLength(1);
  expect(house.hub.pool(no)?.warnings).toEqual([]);
});

test("where the rig's name is the account, its work is not put down to another", async () => {
  const { visit } = await open("{rig}", { authorize: "silence" });
  const miner = await RawMiner.login(house.port, "farm.r1");
  expect(await miner.end.answer(miner.submit())).toMatchObject({ error: [20, "Worker mismatch", null] });
  expect(visit.submitted).toEqual(["r1"]);
  expect(house.ledger.rows).toMatchObject([{ hubVerdict: "accepted", poolVerdict: "rejected", reason: "Worker mismatch" }]);
});
