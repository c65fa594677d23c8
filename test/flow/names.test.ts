import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";
import { type Line, type RawEnd, RawPool } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { greet } from "../support/raw-pool-script.ts";

let house: House;
afterEach(() => house.close());

/** How a pool takes names beside the one of the login; `grant` when a test says so. */
type Manners = { authorize: "silence" | "refuse" | "grant"; refusal?: Line };

type Visit = { end: RawEnd; asked: string[]; submitted: string[]; granted: Set<string>; grant: () => void };

/** Grants the login; shares of any other name are refused as ckpool does. */
async function serve(end: RawEnd, visit: Visit, manners: Manners): Promise<void> {
  await greet(end);
  for (;;) {
    const line = await end.next(({ method }) => method === "mining.authorize" || method === "mining.submit");
    const [name = ""] = line["params"] as string[];
    if (line["method"] === "mining.authorize") {
      visit.asked.push(name);
      if (manners.authorize === "refuse") end.say({ id: line["id"], result: false, error: [24, "unknown worker", null] });
      visit.grant = () => {
        visit.granted.add(name);
        end.say({ id: line["id"], result: true, error: null });
      };
    } else {
      visit.submitted.push(name);
      end.say({ id: line["id"], ...(manners.refusal ?? verdictOn(name, visit.granted)) });
    }
  }
}

function verdictOn(name: string, granted: ReadonlySet<string>): Line {
  return granted.has(name) ? { result: true, error: null } : { result: false, error: "Worker mismatch" };
}

async function open(username: string, manners: Manners): Promise<{ no: number; visit: Visit }> {
  house = new House();
  const pool = new RawPool();
  house.after(() => pool.stop());
  const row = house.addPool({ port: pool.port }, { username });
  house.setHouse(house.addProfile([row]));
  const end = await pool.visitor();
  const visit: Visit = { end, asked: [], submitted: [], granted: new Set([username.replaceAll("{rig}", "hub")]), grant: () => {} };
  void serve(end, visit, manners).catch(() => {});
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

test("a pool that is slow to grant a name has it used from then on, and is not said to take one alone", async () => {
  const { no, visit } = await open("acct.{rig}", { authorize: "grant" });
  const miner = await RawMiner.login(house.port, "farm.r1");
  expect(await miner.end.answer(miner.submit())).toMatchObject({ result: true });
  expect(house.hub.pool(no)?.warnings).toHaveLength(1);
  visit.grant();
  await house.until(() => house.hub.pool(no)?.warnings.length === 0);
  expect(await miner.end.answer(miner.submit())).toMatchObject({ result: true });
  const second = await RawMiner.login(house.port, "farm.r2");
  const answer = second.end.answer(second.submit());
  await house.until(() => visit.asked.length === 2);
  visit.grant();
  expect(await answer).toMatchObject({ result: true });
  expect(visit.submitted.slice(0, 3)).toEqual(["acct.r1", "acct.hub", "acct.r1"]);
  expect(visit.asked).toEqual(["acct.r1", "acct.r2"]);
});

test("a name that was granted is not to blame for what the pool refuses later", async () => {
  const manners: Manners = { authorize: "grant" };
  const { visit } = await open("acct.{rig}", manners);
  const miner = await RawMiner.login(house.port, "farm.r1");
  const first = miner.end.answer(miner.submit());
  await house.until(() => visit.asked.length === 1);
  visit.grant();
  await first;
  expect(await miner.end.answer(miner.submit())).toMatchObject({ result: true });
  const before = visit.submitted.length;
  manners.refusal = { result: false, error: [24, "unauthorized worker", null] };
  expect(await miner.end.answer(miner.submit())).toMatchObject({ error: [24, "unauthorized worker", null] });
  expect(visit.submitted.slice(before)).toEqual(["acct.r1"]);
});

test("a rig waits no longer for the second name than for any answer", async () => {
  const { visit } = await open("acct.{rig}", { authorize: "silence", refusal: { method: "mining.ping", params: [] } });
  const miner = await RawMiner.login(house.port, "farm.r1");
  const answer = miner.end.answer(miner.submit());
  await house.until(() => visit.submitted.length === 1);
  const { id } = visit.end.lines.find(({ method }) => method === "mining.submit") ?? {};
  house.laterMs += 2_900;
  visit.end.say({ id, result: false, error: "Worker mismatch" });
  await house.until(() => visit.submitted.length === 2);
  expect(house.ledger.rows).toHaveLength(0);
  house.laterMs += 200;
  await house.until(() => house.ledger.rows.length === 1);
  expect(house.ledger.rows).toMatchObject([{ hubVerdict: "accepted", poolVerdict: "unanswered" }]);
  expect(await answer).toMatchObject({ result: true });
});

test.each(["{rig}", "farm{rig}"])("where the rig's name is the account (%s), its work is not put down to another", async (username) => {
  const { visit } = await open(username, { authorize: "silence" });
  const miner = await RawMiner.login(house.port, "farm.r1");
  expect(await miner.end.answer(miner.submit())).toMatchObject({ error: [20, "Worker mismatch", null] });
  expect(visit.submitted).toEqual([username.replace("{rig}", "r1")]);
  expect(house.ledger.rows).toMatchObject([{ hubVerdict: "accepted", poolVerdict: "rejected", reason: "Worker mismatch" }]);
});
