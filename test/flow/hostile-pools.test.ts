import { afterEach, expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import { House } from "../support/house.ts";
import { type RawEnd, RawPool } from "../support/raw-ends.ts";
import { codeOf, RawMiner } from "../support/raw-miner.ts";
import { easyDifficulty, greet, notify, setDifficulty, submitted } from "../support/raw-pool-script.ts";

let house: House;
let pool: RawPool;
let row: Pool;
afterEach(() => house.close());

function openHouse(): Promise<RawEnd> {
  house = new House();
  pool = new RawPool();
  house.after(() => pool.stop());
  row = house.addPool(pool);
  house.setHouse(house.addProfile([row]));
  return pool.visitor();
}

function state(): string | undefined {
  return house.hub.pool(row.no)?.state;
}

function live(): Promise<void> {
  return house.until(() => state() === "live");
}

/** One share from the rig to the pool and back. */
async function shareThrough(miner: RawMiner, end: RawEnd): Promise<void> {
  const id = miner.submit();
  const share = await submitted(end);
  expect(share.job).toBeTruthy();
  end.say({ id: share.id, result: true, error: null });
  expect(await miner.end.answer(id)).toMatchObject({ result: true });
}

const broken: [name: string, say: (end: RawEnd) => void, reason: RegExp][] = [
  ["says HTTP", (end) => end.say("HTTP/1.1 400 Bad Request\r\n\r\n"), /JSON/],
  ["says bytes", (end) => end.say(Buffer.from([0x16, 3, 1, 0, 0x0a])), /JSON/],
  ["sends a line of 2 MB", (end) => end.say(`{"id":null,"method":"${"x".repeat(2_000_000)}"}\n`), /over 1048576 bytes/],
  ["asks to reconnect", (end) => end.say({ id: null, method: "client.reconnect", params: [] }), /asked to reconnect/],
  [
    "asks to reconnect to its own host by text port",
    (end) => end.say({ id: null, method: "client.reconnect", params: ["127.0.0.1", "3333", "5"] }),
    /asked to reconnect/,
  ],
  ["hangs up", (end) => end.hangUp(), /closed the connection/],
];

for (const [name, say, reason] of broken) {
  test(`a pool that ${name}: the session ends with that reason, another follows, no rig is disconnected`, async () => {
    const first = await openHouse();
    await greet(first);
    const miner = await RawMiner.login(house.port, "farm.r1");
    await shareThrough(miner, first);
    say(first);
    await first.untilClosed();
    await house.until(() => reason.test(house.hub.pool(row.no)?.reason ?? ""));
    expect(house.events.filter((event) => event.type === "pool.state-changed" && reason.test(event.text))).toHaveLength(1);
    house.laterMs = 2_000;
    const second = await pool.visitor();
    await greet(second);
    await live();
    await miner.job();
    await shareThrough(miner, second);
    expect(house.closeReasons()).toEqual([]);
  });
}

test("a handshake in single bytes is understood", async () => {
  const end = await openHouse();
  const lines = [
    { id: 1, result: { "version-rolling": true, "version-rolling.mask": "1fffe000" }, error: null },
    { id: 2, result: [[], "aabbccdd", 4], error: null },
    { id: 3, result: true, error: null },
    setDifficulty(easyDifficulty),
    notify(),
  ];
  for (const [at, line] of lines.entries()) {
    if (at < 3) await end.next();
    for (const byte of Buffer.from(`${JSON.stringify(line)}\r\n`)) {
      end.say(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await live();
  await shareThrough(await RawMiner.login(house.port, "farm.r1"), end);
});

test("difficulty and job may come before the subscribe reply, and ids may come back as texts", async () => {
  const end = await openHouse();
  await end.method("mining.configure");
  end.say({ id: "1", result: { "version-rolling": false }, error: null });
  await end.method("mining.subscribe");
  end.say(setDifficulty(easyDifficulty), notify({ job: "early" }), { id: "2", result: [[], "aabbccdd", 8], error: null });
  await end.method("mining.authorize");
  end.say({ id: "3", result: true, error: null });
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const id = miner.submit();
  const share = await submitted(end);
  expect(share).toMatchObject({ job: "early", bits: undefined });
  end.say({ id: String(share.id), result: true, error: null });
  expect(await miner.end.answer(id)).toMatchObject({ result: true });
  expect(house.ledger.rows[0]).toMatchObject({ poolVerdict: "accepted" });
});

test("a pool that never answers its login is given up after 15 s and tried again", async () => {
  const end = await openHouse();
  await end.method("mining.configure");
  end.say({ id: 1, result: {}, error: null });
  await end.method("mining.subscribe");
  house.laterMs = 15_500;
  await end.untilClosed();
  expect(state()).toBe("failing");
  expect(house.hub.pool(row.no)?.reason).toContain("subscribing");
  house.laterMs = 18_000;
  await pool.visitor();
});

test("a subscribe refused with an agent is asked without; a login answered with null is a refusal", async () => {
  const end = await openHouse();
  await end.method("mining.configure");
  end.say({ id: 1, result: null, error: [20, "Not supported."] });
  expect((await end.method("mining.subscribe"))["params"]).toEqual(["stratum-hub/test"]);
  end.say({ id: 2, result: null, error: { code: -1, message: "bad agent" } });
  expect((await end.method("mining.subscribe"))["params"]).toEqual([]);
  end.say({ id: 2, result: [[], "aabbccdd", 8], error: null });
  await end.method("mining.authorize");
  end.say({ id: 3, result: null, error: null });
  await end.untilClosed();
  expect(state()).toBe("misconfigured");
});

test("a pool that hangs up on configure is asked without it; once it lets us in and is lost, configure is tried again", async () => {
  const first = await openHouse();
  await first.method("mining.configure");
  first.hangUp();
  await first.untilClosed();
  house.laterMs = 2_000;
  const second = await pool.visitor();
  expect(await second.next()).toMatchObject({ method: "mining.subscribe" });
  await greetFromSubscribe(second);
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1", { rolls: true });
  expect(miner.end.lines.find((line) => line["method"] === "mining.set_version_mask")?.["params"]).toEqual(["00000000"]);
  const id = miner.submit();
  const share = await submitted(second);
  expect(share.bits).toBeUndefined();
  second.say({ id: share.id, result: true, error: null });
  await miner.end.answer(id);
  second.hangUp();
  await second.untilClosed();
  house.laterMs = 5_000;
  const third = await pool.visitor();
  // It may have been a restart that cost us the first one; version rolling is not given up for good.
  expect(await third.next()).toMatchObject({ method: "mining.configure" });
});

async function greetFromSubscribe(end: RawEnd): Promise<void> {
  end.say({ id: 2, result: [[], "aabbccdd", 8], error: null });
  await end.method("mining.authorize");
  end.say({ id: 3, result: true, error: null }, setDifficulty(easyDifficulty), notify());
}

test("a difficulty alone changes nothing; with the next job rigs get it, and lower pools' difficulties pull theirs down", async () => {
  const end = await openHouse();
  await greet(end, { difficulty: 4096 });
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1", { password: "d=4096" });
  expect(miner.difficulties).toEqual([4096]);
  end.say(setDifficulty(100), { id: 77, method: "mining.ping", params: [] });
  await end.answer(77);
  expect(miner.difficulties).toEqual([4096]);
  end.say(notify({ job: "j2", coinb2: "aa" }));
  await miner.job();
  expect(miner.difficulties).toEqual([4096, 100]);
});

test("job ids that come again with other work are other jobs", async () => {
  const end = await openHouse();
  await greet(end, { job: { job: "7", coinb2: "aa" } });
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const { jobId: first, ntime } = miner;
  end.say(notify({ job: "7", coinb2: "bb", ntime: "67000010" }));
  await miner.job();
  const old = miner.submit({ job: first, ntime });
  const one = await submitted(end);
  end.say({ id: one.id, result: true, error: null });
  await miner.end.answer(old);
  await shareThrough(miner, end);
  expect(one).toMatchObject({ job: "7", ntime: "67000000" });
});

for (const extranonce2Bytes of [4, 8]) {
  test(`the same work sent again (extranonce2 of ${extranonce2Bytes}): a new job id and new ground, whatever the pool calls it`, async () => {
    const end = await openHouse();
    await greet(end, { extranonce2Bytes });
    await live();
    const miner = await RawMiner.login(house.port, "farm.r1");
    const seen = new Set<string>();
    const ids = new Set<string>();
    for (let round = 0; round < 5; round++) {
      ids.add(miner.jobId);
      const id = miner.submit({ nonce: "00000001" });
      const share = await submitted(end);
      seen.add(`${share.extranonce2} ${share.ntime}`);
      end.say({ id: share.id, result: true, error: null });
      expect(await miner.end.answer(id)).toMatchObject({ result: true });
      end.say(notify({ job: round % 2 === 0 ? "j1" : `again${round}` }));
      await miner.job();
    }
    expect(ids.size).toBe(5);
    expect(seen.size).toBe(5);
  });
}

test("work that a pool takes up again after other work of the same block is new ground too, where there is no room for a prefix", async () => {
  const end = await openHouse();
  await greet(end, { extranonce2Bytes: 4 });
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const ntimes = [miner.ntime];
  for (const coinb2 of ["aa", "ffffffff", "aa", "ffffffff"]) {
    end.say(notify({ job: coinb2, coinb2 }));
    await miner.job();
    ntimes.push(miner.ntime);
  }
  expect(new Set([ntimes[0], ntimes[2], ntimes[4]]).size).toBe(3);
});

test("set_extranonce in mid-session: the next job is folded with the new one and the share has its length", async () => {
  const end = await openHouse();
  await greet(end, { extranonce2Bytes: 8 });
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1");
  end.say({ id: null, method: "mining.set_extranonce", params: ["0102030405", 4] }, notify({ job: "j2", coinb2: "aa" }));
  const params = await miner.job();
  expect(String(params[2]).endsWith("0102030405")).toBe(true);
  const id = miner.submit();
  const share = await submitted(end);
  expect(share.extranonce2).toHaveLength(8);
  end.say({ id: share.id, result: true, error: null });
  expect(await miner.end.answer(id)).toMatchObject({ result: true });
});

test("set_extranonce with less room than the rigs have: who follows is told, who does not is asked to come back", async () => {
  const end = await openHouse();
  await greet(end, { extranonce2Bytes: 8 });
  await live();
  const follows = await RawMiner.login(house.port, "farm.follows", { agent: "bmminer/2.0.0" });
  const stays = await RawMiner.login(house.port, "farm.stays", { agent: "whatsminer/v1.0" });
  end.say({ id: null, method: "mining.set_extranonce", params: ["0102030405", 3] }, notify({ job: "j2", coinb2: "aa" }));
  const [, size] = (await follows.end.method("mining.set_extranonce"))["params"] as [string, number];
  expect(size).toBe(2);
  await follows.job();
  const id = follows.submit({ extranonce2: "0000" });
  const share = await submitted(end);
  expect(share.extranonce2).toHaveLength(6);
  end.say({ id: share.id, result: true, error: null });
  expect(await follows.end.answer(id)).toMatchObject({ result: true });
  await stays.end.method("client.reconnect");
  house.laterMs = 6_000;
  await stays.end.untilClosed();
  const back = await RawMiner.login(house.port, "farm.stays", { agent: "whatsminer/v1.0" });
  expect(back.extranonce2Bytes).toBe(2);
});

test("set_version_mask from the pool reaches the rigs that roll, before the next job; none of it goes to the others", async () => {
  const end = await openHouse();
  await greet(end);
  await live();
  const rolls = await RawMiner.login(house.port, "farm.rolls", { rolls: true });
  const plain = await RawMiner.login(house.port, "farm.plain");
  end.say({ id: null, method: "mining.set_version_mask", params: ["00ffe000"] }, notify({ job: "j2", coinb2: "aa" }));
  await Promise.all([rolls.job(), plain.job()]);
  const masks = (miner: RawMiner) => miner.end.lines.filter((line) => line["method"] === "mining.set_version_mask").map((line) => line["params"]);
  expect(masks(rolls)).toEqual([["00ffe000"]]);
  expect(masks(plain)).toEqual([]);
  // Bits in the job's own version are not the rig's to roll: replace, OR and XOR must agree.
  end.say(notify({ job: "j3", coinb2: "bb", version: "20006000" }));
  await rolls.job();
  expect(masks(rolls).at(-1)).toEqual(["00ff8000"]);
});

test("a share of a job from before the pool narrowed its mask goes up with all the bits that it was solved with", async () => {
  const end = await openHouse();
  await greet(end);
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1", { rolls: true });
  const before = miner.jobId;
  for (const mask of ["00ffe000", "00000000"]) {
    end.say({ id: null, method: "mining.set_version_mask", params: [mask] }, notify({ job: mask, coinb2: mask }));
    await miner.job();
    miner.submit({ job: before, bits: "1f002000" });
    expect(await submitted(end)).toMatchObject({ job: "j1", bits: "1f002000" });
  }
  miner.submit({ bits: "1f002000" });
  expect((await submitted(end)).bits).toBeUndefined();
});

test("a share of a job from before the pool widened its mask goes up with the bits that the job's version has in the new one", async () => {
  const end = await openHouse();
  await greet(end, { mask: "0000e000", job: { version: "20100000" } });
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1", { rolls: true });
  const before = miner.jobId;
  end.say({ id: null, method: "mining.set_version_mask", params: ["1fffe000"] }, notify({ job: "j2", coinb2: "aa" }));
  await miner.job();
  miner.submit({ job: before, bits: "00002000" });
  // Such a pool takes all bits of its mask from here: 20002000 would be another header than 20102000.
  expect(await submitted(end)).toMatchObject({ job: "j1", bits: "00102000" });
});

test("a new previous hash is a clean job for the rigs, whatever the pool's flag says", async () => {
  const end = await openHouse();
  await greet(end);
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const { jobId: old } = miner;
  end.say(notify({ job: "j2", prevHash: "33".repeat(32), clean: false }));
  const params = await miner.job();
  expect(params.at(-1)).toBe(true);
  expect(codeOf(await miner.ask({ job: old }))).toBe(21);
});

test("reconnect to another host is not followed; ping and get_version are answered; strange lines are passed over", async () => {
  const end = await openHouse();
  await greet(end);
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const strange = [
    { id: null, method: "client.reconnect", params: ["evil.example", 3333, 0] },
    { id: null, method: "client.show_message", params: [{}] },
    { id: null, method: "mining.set_difficulty", params: [-1] },
    { id: null, method: "mining.set_difficulty", params: ["1"] },
    { id: null, method: "mining.set_extranonce", params: ["zz", 99] },
    { id: null, method: "mining.set_version_mask", params: [7] },
    { id: null, method: "mining.notify", params: ["x"] },
    { id: null, method: "mining.notify", params: ["x", "11", "01", "02", [], "1", "1", "1", true] },
    { id: null, method: "mining.whatever", params: {} },
    { id: 123_456, result: true, error: null },
    { id: -1, result: null, error: [21, "stale"] },
    { id: 16, result: true, error: null },
    { result: "no id" },
  ];
  end.say(...strange, '{"id":null,"method":"mining.set_difficulty","params":[1e999]}\n', '{"id":\n', `${"[".repeat(5_000)}\n`, "\n \r\n");
  end.say({ id: 42, method: "mining.ping", params: [] }, { id: 43, method: "client.get_version", params: [] });
  expect(await end.answer(42)).toMatchObject({ result: "pong" });
  expect(await end.answer(43)).toMatchObject({ result: "stratum-hub/test" });
  await shareThrough(miner, end);
  expect(miner.difficulties).toEqual([easyDifficulty]);
  expect(pool.ends).toHaveLength(1);
  expect(house.hub.pool(row.no)?.warnings.join()).toContain("not followed");
});

const verdicts: [name: string, answer: Record<string, unknown>, reason: string][] = [
  ["an error of two elements", { result: null, error: [21, "stale"] }, "stale"],
  ["result null and no error", { result: null, error: null }, "code 20"],
  ["result false and a reject-reason", { result: false, error: null, "reject-reason": "Above target" }, "Above target"],
  ["an error of text", { result: null, error: "unknown-work" }, "unknown-work"],
  ["an error without result", { error: { code: 23, message: "low" } }, "low"],
  ["a result of text", { result: "true", error: null }, "code 20"],
  ["an error of numbers", { result: null, error: [1e300, 5] }, "code 20"],
];

test("every form of refusal is a refusal with its reason, once; a second answer to the same share is nothing", async () => {
  const end = await openHouse();
  await greet(end);
  await live();
  const miner = await RawMiner.login(house.port, "farm.r1");
  for (const [name, answer, reason] of verdicts) {
    const id = miner.submit();
    const share = await submitted(end);
    end.say({ ...answer, id: share.id }, { id: share.id, result: true, error: null });
    const told = await miner.end.answer(id);
    expect([name, told["result"], typeof codeOf(told)]).toEqual([name, null, "number"]);
    expect([name, house.ledger.rows.at(-1)?.poolVerdict, house.ledger.rows.at(-1)?.reason]).toEqual([name, "rejected", reason]);
  }
  await shareThrough(miner, end);
  expect(house.ledger.rows).toHaveLength(verdicts.length + 1);
  expect(house.ledger.late).toEqual([]);
});
