import { afterEach, expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import type { Profile } from "../../src/control/profiles.ts";
import { House, must } from "../support/house.ts";
import { rawRig } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { ScriptedPool } from "../support/scripted-pool.ts";

let house: House;
const pools = new Map<string, ScriptedPool>();
const rows = new Map<string, Pool>();
afterEach(() => {
  house.close();
  pools.clear();
  rows.clear();
});

function poolOf(name: string): ScriptedPool {
  const pool = pools.get(name);
  if (pool === undefined) throw new Error(`no pool ${name}`);
  return pool;
}

function rowOf(name: string): Pool {
  const row = rows.get(name);
  if (row === undefined) throw new Error(`no pool ${name}`);
  return row;
}

/** A house that mines at `house`, and pools of customers, each with an account of its own name. */
async function open(names: readonly string[], greeting: ScriptedPool["greeting"] = {}): Promise<void> {
  house = new House();
  for (const [at, name] of ["house", ...names].entries()) {
    const pool = new ScriptedPool({ extranonce1: `aabbcc${at.toString(16).padStart(2, "0")}`, ...(name === "house" ? {} : greeting) });
    house.after(() => pool.stop());
    pools.set(name, pool);
    rows.set(name, house.addPool(pool, { name, username: `${name}-account` }));
  }
  house.setHouse(house.addProfile([rowOf("house")]));
  await house.until(() => house.hub.pool(rowOf("house").no)?.state === "live");
}

function profile(returnAfterS: number, ...names: string[]): Profile {
  return house.addProfile(names.map(rowOf), returnAfterS);
}

function serve(contractNo: number, { no }: Profile, ...rigs: string[]): void {
  house.hub.applyMoves(rigs.map((name) => ({ rigNo: house.knownRig(name).no, to: { contractNo, profileNo: no } })));
}

/** Whose job the rig holds: the owner's number and the pool's name. */
function servedBy(rig: string): string {
  const fact = house.hub.rig(house.knownRig(rig).no);
  return `${fact?.contractNo} ${[...rows].find(([, row]) => row.no === fact?.poolNo)?.[0] ?? "nowhere"}`;
}

async function pass(ms: number, miners: readonly RawMiner[] = [], until: () => boolean = () => false): Promise<number> {
  for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
    if (until()) return passedMs;
    if (passedMs % 30_000 === 0) for (const pool of pools.values()) pool.newJob();
    if (passedMs % 5_000 === 0) for (const miner of miners) miner.submit();
    await house.pass(1_000);
  }
  return ms;
}

function told(type: string): Record<string, unknown>[] {
  return house.events.filter((event) => event.type === type).map(({ data }) => data ?? {});
}

test("sessions to a contract's pools stand before its first rig comes, which finds a job in one write", async () => {
  await open(["main", "spare", "third"]);
  const seven = profile(60, "main", "spare", "third");
  house.hub.holdContracts([{ contractNo: 7, profileNo: seven.no }]);
  await house.until(() => poolOf("main").connections === 1 && poolOf("spare").connections === 1);
  await house.until(() => house.hub.pool(rowOf("main").no)?.state === "live");
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, seven, "r1");
  expect(servedBy("r1")).toBe("7 main");
  await miner.job();
  expect(await miner.ask()).toMatchObject({ result: true });
  expect([...house.hub.contracts()]).toEqual([{ contractNo: 7, profileNo: seven.no, activePoolNo: rowOf("main").no, poolsDownSinceMs: null, rigs: 1 }]);
  // It was asked while nobody knew whether the spare would answer.
  await pass(170_000);
  expect(poolOf("third").connections).toBe(0);
  house.hub.holdContracts([]);
  serve(0, profile(60, "house"), "r1");
  await house.pass(200_000);
  expect(poolOf("main").connections).toBe(0);
});

test("all pools of a contract dead: its rigs mine for the house five seconds later, and go back when one has been well for long enough", async () => {
  await open(["main", "spare"]);
  const seven = profile(120, "main", "spare");
  const miners = [await RawMiner.login(house.port, "farm.r1"), await RawMiner.login(house.port, "farm.r2")];
  serve(7, seven, "r1");
  await house.until(() => servedBy("r1") === "7 main");
  await pass(60_000, miners);
  const downAtMs = house.hub.now();
  for (const name of ["main", "spare"]) {
    poolOf(name).greets = false;
    poolOf(name).hangUpAll();
  }
  await house.until(() => told("pool.all-down").length === 1);
  expect(servedBy("r1")).toStartWith("7 ");
  expect(await pass(30_000, miners, () => servedBy("r1") === "0 house")).toBeWithin(4_000, 7_000);
  expect([...house.hub.contracts()]).toMatchObject([{ contractNo: 7, activePoolNo: null, rigs: 1 }]);
  expect(Math.abs(([...house.hub.contracts()][0]?.poolsDownSinceMs ?? 0) - downAtMs)).toBeLessThan(2_000);
  await pass(60_000, miners);
  expect(house.ledger.rows.at(-1)).toMatchObject({ contractNo: 0, hubVerdict: "accepted", poolVerdict: "accepted" });
  poolOf("spare").greets = true;
  expect(await pass(20 * 60_000, miners, () => servedBy("r1") === "7 spare")).toBeWithin(115_000, 240_000);
  const [down] = told("contract.pools-down");
  const [up] = told("contract.pools-up");
  expect(down).toMatchObject({ contract_no: 7, contract_id: "ctr_7", rigs: 1 });
  expect(up).toMatchObject({ contract_no: 7, contract_id: "ctr_7", rigs: 1, from_ms: down?.["from_ms"] });
  expect(Number(up?.["to_ms"]) - Number(up?.["from_ms"])).toBeWithin(180_000, 320_000);
  expect([...house.hub.contracts()]).toMatchObject([{ contractNo: 7, activePoolNo: rowOf("spare").no, poolsDownSinceMs: null }]);
  expect(house.closeReasons()).toEqual([]);
  expect(servedBy("r2")).toBe("0 house");
});

test("a pool that is back within five seconds gets its rigs back at once, and nobody is told of an outage", async () => {
  await open(["main"]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(120, "main"), "r1");
  await miner.job();
  await pass(30_000, [miner]);
  poolOf("main").hangUpAll();
  await house.until(() => told("pool.all-down").length === 1);
  await pass(8_000, [miner]);
  expect(servedBy("r1")).toBe("7 main");
  expect(told("contract.pools-down")).toEqual([]);
  expect(house.ledger.rows.every(({ contractNo }) => contractNo === 7)).toBe(true);
});

test("the only pool of a contract refuses its shares: the rigs mine for the house, and it is tried again later each time", async () => {
  await open(["main"]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(60, "main"), "r1");
  await house.until(() => servedBy("r1") === "7 main");
  poolOf("main").verdicts = "refuse";
  await pass(120_000, [miner], () => servedBy("r1") === "0 house");
  expect(servedBy("r1")).toBe("0 house");
  await pass(30 * 60_000, [miner]);
  // After 1, 2, 4, 8 minutes: some nine shares each.
  expect(poolOf("main").shares).toBeWithin(27, 51);
  poolOf("main").verdicts = "accept";
  await pass(60 * 60_000, [miner], () => servedBy("r1") === "7 main");
  expect(servedBy("r1")).toBe("7 main");
}, 20_000);

test("the house dead too: the last job is answered true for a minute and never delivered, then the rigs are let go", async () => {
  await open(["main"]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(60, "main"), "r1");
  await house.until(() => servedBy("r1") === "7 main");
  for (const pool of pools.values()) pool.stop();
  await house.until(() => told("pool.all-down").length === 2);
  await house.pass(50_000);
  expect(await miner.ask()).toMatchObject({ result: true });
  expect(house.ledger.rows.at(-1)).toMatchObject({ contractNo: 7, hubVerdict: "accepted", poolVerdict: "orphaned" });
  await house.pass(15_000);
  await miner.end.untilClosed();
  expect(house.closeReasons()).toEqual(["no pool to work for: its own backup pool may take over"]);
});

test("the house dead while it shelters a contract's rigs: their last job too is answered true for a minute", async () => {
  await open(["main"]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(60, "main"), "r1");
  await house.until(() => servedBy("r1") === "7 main");
  poolOf("main").stop();
  await pass(10_000, [miner]);
  expect(servedBy("r1")).toBe("0 house");
  poolOf("house").stop();
  await house.until(() => told("pool.all-down").length === 2);
  await house.pass(50_000);
  expect(await miner.ask()).toMatchObject({ result: true });
  expect(house.ledger.rows.at(-1)).toMatchObject({ contractNo: 0, hubVerdict: "accepted", poolVerdict: "orphaned" });
});

test("called home while the house is dead, a rig works for the contract no longer: it is let go as any that has no work", async () => {
  await open(["main"]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(60, "main"), "r1");
  await house.until(() => servedBy("r1") === "7 main");
  poolOf("house").stop();
  await house.until(() => told("pool.all-down").length === 1);
  await pass(10_000, [miner]);
  house.hub.applyMoves([{ rigNo: house.knownRig("r1").no, to: null }]);
  await pass(5_000, [miner]);
  expect(house.hub.pool(rowOf("main").no)?.rigs).toBe(0);
  await pass(65_000, [miner]);
  await miner.end.untilClosed();
  expect(house.closeReasons()).toEqual(["no pool to work for: its own backup pool may take over"]);
});

test("where there has been no pool for a minute a login is refused, so that the rig's own backup takes over; with the pool it is taken again", async () => {
  await open([]);
  poolOf("house").greets = false;
  poolOf("house").hangUpAll();
  await house.until(() => told("pool.all-down").length === 1);
  await house.pass(50_000);
  const early = await rawRig(house.port);
  early.say({ id: 1, method: "mining.subscribe", params: [] }, { id: 2, method: "mining.authorize", params: ["farm.r1", "x"] });
  expect(await early.answer(2)).toMatchObject({ result: true });
  await house.pass(15_000);
  const late = await rawRig(house.port);
  late.say({ id: 1, method: "mining.subscribe", params: [] }, { id: 2, method: "mining.authorize", params: ["farm.r2", "x"] });
  const { error } = await late.answer(2);
  expect(error).toMatchObject([24, expect.stringContaining("no pool to work for"), null]);

  poolOf("house").greets = true;
  await pass(120_000, [], () => house.hub.pool(rowOf("house").no)?.state === "live");
  expect(await (await RawMiner.login(house.port, "farm.r2")).ask()).toMatchObject({ result: true });
});

test("the house's pool fails over with the guests that it has", async () => {
  await open(["main", "house-two"]);
  house.setHouse(profile(60, "house", "house-two"));
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(120, "main"), "r1");
  await house.until(() => servedBy("r1") === "7 main");
  poolOf("main").stop();
  await house.pass(7_000);
  expect(servedBy("r1")).toBe("0 house");
  poolOf("house").stop();
  await house.until(() => servedBy("r1") === "0 house-two");
  expect(await miner.ask()).toMatchObject({ result: true });
  expect(miner.end.closed).toBe(false);
});

test("two contracts at one pool: each has its own state and events, and work goes up under the name of whose it is", async () => {
  await open(["main", "seven", "eight"]);
  const [seven, eight] = [profile(60, "main", "seven"), profile(60, "main", "eight")];
  const miners = [await RawMiner.login(house.port, "farm.r1"), await RawMiner.login(house.port, "farm.r2")];
  serve(7, seven, "r1");
  serve(8, eight, "r2");
  await house.until(() => servedBy("r1") === "7 main" && servedBy("r2") === "8 main");
  expect(house.hub.pool(rowOf("main").no)).toMatchObject({ state: "live", rigs: 2, sessions: 2 });
  await pass(60_000, miners);
  poolOf("main").stop();
  await house.until(() => servedBy("r1") === "7 seven" && servedBy("r2") === "8 eight");
  await pass(120_000, miners);
  const mains = house.events.filter(({ type, subjectId }) => type === "pool.state-changed" && subjectId === rowOf("main").id).map(({ data }) => data ?? {});
  for (const contractNo of [7, 8]) {
    const states = mains.filter((data) => data["contract_no"] === contractNo).map(({ to }) => to);
    expect(states.filter((to) => to === "live")).toHaveLength(1);
    expect(states.at(-1)).toBe("failing");
  }
  expect(mains.length).toBeLessThan(10);
  for (const [name, pool] of pools) expect([...pool.names]).toEqual(pool.names.size === 0 ? [] : [`${name}-account`]);
  expect(house.ledger.rows.filter(({ contractNo, poolNo }) => contractNo === 7 && poolNo === rowOf("eight").no)).toEqual([]);
});

test("a pool that is live for one contract says whose session there was ejected, and why", async () => {
  await open(["main", "spare"]);
  const both = profile(60, "main", "spare");
  const miner = await RawMiner.login(house.port, "farm.r1");
  await RawMiner.login(house.port, "farm.r2");
  serve(7, both, "r1");
  serve(8, both, "r2");
  await house.until(() => servedBy("r1") === "7 main" && servedBy("r2") === "8 main");
  expect(house.hub.pool(rowOf("main").no)?.warnings).toEqual([]);
  poolOf("main").verdicts = "refuse";
  const ejection = () => house.hub.pool(rowOf("main").no)?.warnings.find((text) => text.startsWith("ejected")) ?? "";
  // Each share is refused before the next is sent: how fast the machine is makes no difference.
  for (let sent = 0; sent < 40 && ejection() === ""; sent++) {
    await house.pass(3_000);
    const { length } = house.ledger.rows;
    miner.submit();
    await house.until(() => house.ledger.rows.length > length);
  }
  expect(ejection()).toMatch(/^ejected for contract no\. 7: refused \d+ of \d+ shares/);
  expect(house.hub.pool(rowOf("main").no)).toMatchObject({ state: "live", reason: "" });
});

test("two contracts at a pool that gives everybody one extranonce1 and no room: no ground is searched twice; who finds no seat mines for the house, and it is said", async () => {
  await open(["main"], { extranonce2Bytes: 4 });
  const [seven, eight] = [profile(60, "main"), house.addProfile([rowOf("main"), rowOf("main")].slice(0, 1), 61)];
  const names = Array.from({ length: 300 }, (_, at) => `r${at}`);
  const miners = await Promise.all(names.map((name) => RawMiner.login(house.port, `farm.${name}`)));
  serve(7, seven, ...names.slice(0, 150));
  serve(8, eight, ...names.slice(150));
  await house.pass(20_000);
  const owners = names.map((name) => servedBy(name));
  expect(owners.filter((owner) => owner === "nowhere")).toEqual([]);
  expect(owners.filter((owner) => owner.endsWith("main"))).toHaveLength(256);
  expect(owners.filter((owner) => owner === "0 house")).toHaveLength(44);
  const searched = miners.filter((_, at) => owners[at]?.endsWith("main")).map(({ extranonce1 }) => extranonce1);
  expect(new Set(searched).size).toBe(256);
  expect(house.hub.pool(rowOf("main").no)?.warnings.join()).toContain("the same extranonce1");
  expect(house.closeReasons()).toEqual([]);
}, 20_000);

test("thrown out again and again right after the login, a pool has failed once: it is taken up after its usual time", async () => {
  await open(["main", "spare"]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(60, "main", "spare"), "r1");
  await house.until(() => servedBy("r1") === "7 main");
  await pass(60_000, [miner]);
  for (let time = 0; time < 6; time++) {
    await house.until(() => poolOf("main").connections > 0);
    poolOf("main").hangUpAll();
    await pass(4_000, [miner]);
  }
  expect(servedBy("r1")).toBe("7 spare");
  expect(await pass(150_000, [miner], () => servedBy("r1") === "7 main")).toBeWithin(40_000, 90_000);
}, 20_000);

test("an earlier pool that rigs must go to because theirs has failed is told with that pool's fault, not as a return", async () => {
  await open(["main", "spare"]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, profile(600, "main", "spare"), "r1");
  await house.until(() => servedBy("r1") === "7 main");
  poolOf("main").hangUpAll();
  await house.until(() => servedBy("r1") === "7 spare");
  await pass(20_000, [miner]);
  poolOf("spare").stop();
  await house.until(() => servedBy("r1") === "7 main");
  const texts = house.events.filter(({ type }) => type === "pool.failover" || type === "pool.returned").map(({ type, text }) => `${type} ${text}`);
  expect(texts).toHaveLength(2);
  expect(texts[1]).toMatch(/^pool\.failover spare: the pool closed the connection\. 1 rig of contract no\. 7 went on at main in \d+ ms\.$/);
});

test("the hub's own end is no outage: it tells of no pool that is down, and dials none", async () => {
  await open(["main", "spare"]);
  house.hub.holdContracts([{ contractNo: 7, profileNo: profile(60, "main", "spare").no }]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  await house.until(() => [...pools.values()].every(({ connections }) => connections === 1));
  await house.pass(3_000, () => {}, 500);
  const before = house.events.length;
  const dialled = [...pools.values()].map(({ connectionsEver }) => connectionsEver);
  await house.hub.stop(0);
  await miner.end.untilClosed();
  await house.until(() => [...pools.values()].every(({ connections }) => connections === 0));
  expect(house.events.slice(before)).toEqual([]);
  expect([...pools.values()].map(({ connectionsEver }) => connectionsEver)).toEqual(dialled);
});

test("two hundred rigs return in waves of 5 % and 25 %; a pool that fails again stops them", async () => {
  await open(["main", "spare"]);
  const seven = profile(60, "main", "spare");
  const names = Array.from({ length: 200 }, (_, at) => `r${at}`);
  await Promise.all(names.map((name) => RawMiner.login(house.port, `farm.${name}`)));
  serve(7, seven, ...names);
  await house.until(() => house.hub.pool(rowOf("main").no)?.rigs === 200);
  const back = () => house.hub.pool(rowOf("main").no)?.rigs ?? 0;
  poolOf("main").hangUpAll();
  await house.until(() => house.hub.pool(rowOf("spare").no)?.rigs === 200);
  expect(await pass(300_000, [], () => back() > 0)).toBeWithin(58_000, 65_000);
  expect(back()).toBe(10);
  await pass(121_000, []);
  expect(back()).toBe(50);
  poolOf("main").hangUpAll();
  await house.until(() => house.hub.pool(rowOf("spare").no)?.rigs === 200);
  expect(await pass(600_000, [], () => back() > 0)).toBeWithin(118_000, 130_000);
  await pass(245_000, []);
  expect(back()).toBe(200);
  expect(house.closeReasons()).toEqual([]);
}, 30_000);

test("three hundred contracts whose pools come up at once: fifty connections a second, and none is called down while it waits for its turn", async () => {
  await open(["main"]);
  const destinations = Array.from({ length: 300 }, (_, at) => ({ contractNo: at + 1, profileNo: profileNamed(`c${at}`).no }));
  const before = poolOf("main").connectionsEver;
  const fromMs = house.hub.now();
  house.hub.holdContracts(destinations);
  await house.pass(750);
  // What one second allows, and one more for each second that has begun.
  const seconds = 2 + Math.floor((house.hub.now() - fromMs) / 1_000);
  expect(poolOf("main").connectionsEver - before).toBeWithin(1, 50 * seconds + 1);
  await house.pass(7_000);
  await house.until(() => poolOf("main").connections === 300);
  expect(told("contract.pools-down")).toEqual([]);
});

function profileNamed(name: string): Profile {
  return must(house.control.profiles.create({ name, poolNos: [rowOf("main").no], returnAfterS: 60 }));
}

test("a customer's own rig that he does not lend never mines for the house: through his profile, else it has no work until its own backup takes over", async () => {
  await open(["his"]);
  const customer = must(house.control.customers.create({ name: "Anna" }));
  const miners = await Promise.all(["a", "b", "c"].map((name) => RawMiner.login(house.port, name)));
  expect(["a", "b", "c"].map(servedBy)).toEqual(["0 house", "0 house", "0 house"]);
  const own = (name: string, lend: "none" | "house") => must(house.control.rigs.update(house.knownRig(name).id, { ownerCustomerId: customer.id, lend }, null));
  own("a", "none");
  own("b", "house");
  house.hub.configChanged();
  await pass(70_000, miners.slice(1));
  expect(["b", "c"].map(servedBy)).toEqual(["0 house", "0 house"]);
  expect(house.closeReasons()).toEqual(["no pool to work for: its own backup pool may take over"]);

  const his = must(house.control.profiles.create({ name: "Anna's", poolNos: [rowOf("his").no], customerId: customer.id }));
  house.hub.configChanged();
  await RawMiner.login(house.port, "a");
  expect(["a", "b", "c"].map(servedBy)).toEqual(["0 his", "0 house", "0 house"]);
  expect([...poolOf("his").names]).toEqual(["his-account"]);

  serve(1, profile(1, "his"), "a", "c");
  await house.until(() => servedBy("a") === "1 his" && servedBy("c") === "1 his");
  must(house.control.profiles.remove(his.id, null));
  house.hub.configChanged();
  poolOf("his").greets = false;
  poolOf("his").hangUpAll();
  await pass(10_000, miners.slice(1));
  // The house takes its own rig in, not Anna's.
  expect(servedBy("c")).toBe("0 house");
  expect(servedBy("a")).toBe("1 his");
});

test("an owner who takes the loan back is obeyed at once, also while his rig is sheltered at the house", async () => {
  await open(["his"]);
  const customer = must(house.control.customers.create({ name: "Anna" }));
  const [a, b] = await Promise.all([RawMiner.login(house.port, "a"), RawMiner.login(house.port, "b")]);
  const lend = (to: "none" | "house") => {
    must(house.control.rigs.update(house.knownRig("a").id, { ownerCustomerId: customer.id, lend: to }, null));
    house.hub.configChanged();
  };
  lend("house");
  serve(1, profile(60, "his"), "a", "b");
  await house.until(() => servedBy("a") === "1 his" && servedBy("b") === "1 his");
  poolOf("his").greets = false;
  poolOf("his").hangUpAll();
  await pass(10_000, [a, b]);
  const atHouse = () => house.hub.pool(rowOf("house").no)?.rigs;
  expect(atHouse()).toBe(2);

  lend("none");
  expect(atHouse()).toBe(1);
  await pass(10_000, [a, b]);
  expect(atHouse()).toBe(1);
  lend("house");
  expect(atHouse()).toBe(2);

  lend("none");
  await pass(70_000, [a, b]);
  expect(house.closeReasons()).toEqual(["no pool to work for: its own backup pool may take over"]);
  expect(atHouse()).toBe(1);
}, 20_000);

test("a guest that still waits for a seat at the house is not taken away from its own pool later", async () => {
  await open(["main"]);
  const miners = await Promise.all(["farm.own", "farm.r1"].map((name) => RawMiner.login(house.port, name)));
  serve(7, profile(1, "main"), "r1");
  const atMain = () => house.hub.pool(rowOf("main").no)?.rigs;
  await house.until(() => atMain() === 1);
  must(house.control.pools.update(rowOf("house").id, { mode: "per-rig" }, null));
  house.hub.configChanged();
  await pass(5_000, miners);
  // The house's pool lets nobody else in for now: the guest's own session there has to wait.
  poolOf("house").greets = false;
  poolOf("main").greets = false;
  poolOf("main").hangUpAll();
  await pass(8_000, miners);
  expect(told("contract.pools-down")).toHaveLength(1);
  poolOf("main").greets = true;
  await pass(40_000, miners, () => atMain() === 1);
  expect(atMain()).toBe(1);

  poolOf("house").greets = true;
  await pass(90_000, miners);
  expect(servedBy("r1")).toBe("7 main");
  expect(atMain()).toBe(1);
  expect(house.closeReasons()).toEqual([]);
}, 20_000);

test("the order that people give a list acts at once; a pool of it that failed lately still waits for its hold-down", async () => {
  await open(["main", "spare"]);
  const seven = profile(600, "main", "spare");
  house.hub.holdContracts([{ contractNo: 7, profileNo: seven.no }]);
  await house.until(() => house.hub.pool(rowOf("spare").no)?.state === "warm");
  const miner = await RawMiner.login(house.port, "farm.r1");
  serve(7, seven, "r1");
  await miner.job();
  await pass(2_000);
  const order = (...names: string[]) => {
    must(house.control.profiles.update(seven.id, { poolNos: names.map((name) => rowOf(name).no) }, null));
    house.hub.configChanged();
  };
  order("spare", "main");
  expect(servedBy("r1")).toBe("7 spare");
  expect(house.events.find(({ type }) => type === "pool.returned")?.text).toMatch(
    /^spare comes before main in the list as it was changed: 1 rig of .+ went over to it\.$/,
  );
  // The failure is later than the word: from here on the pool has to prove itself.
  poolOf("spare").hangUpAll();
  await house.until(() => servedBy("r1") === "7 main");
  await house.until(() => house.hub.pool(rowOf("spare").no)?.state === "warm");
  order("main", "spare");
  order("spare", "main");
  expect(await pass(700_000, [miner], () => servedBy("r1") === "7 spare")).toBeWithin(590_000, 640_000);
});

test("a pool that people put into the list of a contract without a usable one is worked for as soon as it is logged into", async () => {
  await open(["main", "spare"]);
  const seven = profile(600, "main");
  house.hub.holdContracts([{ contractNo: 7, profileNo: seven.no }]);
  const miner = await RawMiner.login(house.port, "farm.r1");
  await house.until(() => house.hub.pool(rowOf("main").no)?.state === "live");
  serve(7, seven, "r1");
  await miner.job();
  poolOf("main").stop();
  expect(await pass(20_000, [miner], () => servedBy("r1") === "0 house")).toBeLessThan(10_000);
  must(house.control.profiles.update(seven.id, { poolNos: [rowOf("main").no, rowOf("spare").no] }, null));
  house.hub.configChanged();
  expect(await pass(60_000, [miner], () => servedBy("r1") === "7 spare")).toBeLessThan(10_000);
});
