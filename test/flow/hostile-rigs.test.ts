import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";
import { type RawEnd, RawPool, rawRig } from "../support/raw-ends.ts";
import { codeOf, RawMiner, type RawShare } from "../support/raw-miner.ts";

/** Every hash meets it. */
const easy = 1e-12;
/** No hash meets it. */
const hard = 1e9;

let house: House;
afterEach(() => house.close());

async function openHouse(difficulty = easy): Promise<ReturnType<House["pool"]>> {
  house = new House();
  const pool = house.pool({ difficulty });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  await house.until(() => [...house.hub.pools()][0]?.state === "live");
  return pool;
}

/** The hub ends it, says why once, and keeps nothing of it. */
async function expectClosed(end: RawEnd, reason: string | RegExp): Promise<void> {
  await end.untilClosed();
  await house.until(() => house.hub.sessionCount() === 0);
  expect(house.closeReasons()).toHaveLength(1);
  expect(house.closeReasons()[0]).toMatch(reason);
}

const http = "GET / HTTP/1.1\r\nHost: hub\r\n\r\n";
const tlsHello = Buffer.from(`16030100c8010000c40303${"5a".repeat(32)}20${"a5".repeat(32)}`, "hex");

const closedAtOnce: [name: string, bytes: string | Uint8Array, reason: RegExp][] = [
  ["HTTP on the port", http, /JSON/],
  ["TLS on a plain port", Buffer.concat([tlsHello, Buffer.from("\n")]), /TLS, which this port does not speak/],
  ["binary", Buffer.from([0, 1, 2, 0xff, 0xfe, 0x0a, 0x7b]), /JSON/],
  ["a line of more than 32 KiB", `{"id":1,"method":"mining.subscribe","params":["${"a".repeat(40_000)}"]}\n`, /too long/],
  ["8 KiB without a line end before its login", `{"id":1,${" ".repeat(8_192)}`, /too long/],
];

for (const [name, bytes, reason] of closedAtOnce) {
  test(`closed at once: ${name}`, async () => {
    await openHouse();
    const end = await rawRig(house.port);
    end.say(bytes);
    await expectClosed(end, reason);
  });
}

/** Who is closed when, in the order of the moments. */
const tooLate: [name: string, say: (end: RawEnd) => unknown, afterMs: number, reason: RegExp][] = [
  ["says nothing at all", () => {}, 16_000, /silent for its first 15 s/],
  ["TLS bytes without a line end", (end) => end.say(tlsHello), 16_000, /began a line and did not end it/],
  ["half a line", (end) => end.say('{"id":1,"method":"mining.subs'), 16_000, /began a line and did not end it/],
  ["talks, and never subscribes", (end) => ask(end, { id: 1, method: "mining.ping", params: [] }), 21_000, /no mining.subscribe/],
  ["subscribes, and never authorizes", (end) => ask(end, { id: 1, method: "mining.subscribe", params: [] }), 41_000, /no accepted mining.authorize/],
];

function ask(end: RawEnd, request: Record<string, unknown>): Promise<unknown> {
  end.say(request);
  return end.answer(request["id"]);
}

test("who does not get on with the handshake is closed, each at its time and with its reason", async () => {
  await openHouse();
  const miner = await RawMiner.login(house.port, "farm.quiet");
  const ends: RawEnd[] = [];
  for (const [, say] of tooLate) {
    const end = await rawRig(house.port);
    ends.push(end);
    await say(end);
  }
  await house.until(() => house.hub.sessionCount() === 6);
  house.laterMs = 12_000;
  // Longer than all connections take to be looked at once.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(ends.filter((end) => end.closed)).toEqual([]);
  for (const [at, [, , afterMs]] of tooLate.entries()) {
    house.laterMs = afterMs;
    await ends[at]?.untilClosed();
    expect(ends.slice(at + 1).some((end, later) => end.closed && (tooLate[at + 1 + later]?.[2] ?? 0) > afterMs)).toBe(false);
  }
  const reasons = house.closeReasons();
  expect(reasons).toHaveLength(tooLate.length);
  for (const [, , , reason] of tooLate) expect(reasons.some((text) => reason.test(text))).toBe(true);
  // It logged in and has said nothing since: a slow rig finds no share for minutes.
  expect(miner.end.closed).toBe(false);
  expect(house.hub.sessionCount()).toBe(1);
});

test("a rig that sends a byte now and then is closed all the same; one whose chunks only end in the middle of lines is not", async () => {
  await openHouse();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const end = await rawRig(house.port);
  const half = '{"id":7,"method":"mining.pi';
  miner.end.say(half);
  for (let second = 0; second < 16; second += 4) {
    house.laterMs = second * 1_000;
    end.say(" {");
    // Each chunk ends one line and begins the next, as in a busy proxy's stream.
    miner.end.say(`ng","params":[]}\n${half}`);
    expect(await miner.end.answer(7)).toMatchObject({ result: "pong" });
  }
  house.laterMs = 17_000;
  await end.untilClosed();
  expect(miner.end.closed).toBe(false);
  miner.end.say('ng","params":[]}\n');
  expect(await miner.end.answer(7)).toMatchObject({ result: "pong" });
  expect(house.closeReasons()).toHaveLength(1);
});

/** What an unusable line is answered with; the connection goes on. */
const unusable: [name: string, line: string, id: unknown][] = [
  ["no JSON", '{"id":5,"method":', null],
  ["NaN", '{"id":5,"method":"mining.suggest_difficulty","params":[NaN]}', null],
  ["1e999", '{"id":5,"method":"mining.suggest_difficulty","params":[1e999]}', 5],
  ["a negative difficulty", '{"id":5,"method":"mining.suggest_difficulty","params":[-1]}', 5],
  ["an infinite id", '{"id":1e999,"method":"mining.ping","params":[]}', null],
  ["an object as id", '{"id":{},"method":"mining.ping","params":[]}', null],
  ["an array", '[{"id":5,"method":"mining.ping"}]', null],
  ["a number as method", '{"id":5,"method":7,"params":[]}', 5],
  ["params of text", '{"id":5,"method":"mining.submit","params":"a"}', 5],
  ["a number as user", '{"id":5,"method":"mining.authorize","params":[5]}', 5],
  ["extensions of text", '{"id":5,"method":"mining.configure","params":["version-rolling"]}', 5],
  ["10,000 brackets", `${'{"id":5,"method":"x","params":'}${"[".repeat(10_000)}`, null],
  ["a submit of too few", '{"id":5,"method":"mining.submit","params":["a","b"]}', 5],
  ["a job id of null", '{"id":5,"method":"mining.submit","params":["a",null,"000000","00000000","00000000"]}', 5],
  ["letters for extranonce2", '{"id":5,"method":"mining.submit","params":["a","b","zzzzzz","00000000","00000000"]}', 5],
  ["an empty extranonce2", '{"id":5,"method":"mining.submit","params":["a","b","","00000000","00000000"]}', 5],
  ["a number for ntime", '{"id":5,"method":"mining.submit","params":["a","b","000000",0,"00000000"]}', 5],
  ["nine digits of nonce", '{"id":5,"method":"mining.submit","params":["a","b","000000","00000000","000000000"]}', 5],
  ["bits that are no hex", '{"id":5,"method":"mining.submit","params":["a","b","000000","00000000","00000000","xyz"]}', 5],
  ["a method nobody knows", '{"id":5,"method":"__proto__","params":[]}', 5],
];

test("each unusable line is answered with error 20 and its own id, and the rig mines on", async () => {
  await openHouse();
  const miner = await RawMiner.login(house.port, "farm.r1");
  for (const [name, line, id] of unusable) {
    miner.end.say(`${line}\n`);
    const answer = await miner.end.next((heard) => "error" in heard);
    expect([name, answer["id"], codeOf(answer)]).toEqual([name, id, 20]);
    expect(await miner.ask()).toMatchObject({ result: true });
  }
  // Of a name given twice the last counts, as in every JSON reader.
  miner.end.say('{"id":5,"id":6,"method":"mining.submit","method":"mining.ping","params":[1],"params":[]}\n');
  expect(await miner.end.answer(6)).toMatchObject({ result: "pong" });
  // Unknown and without id: nothing to answer.
  miner.end.say('{"method":"mining.hello"}\n\r\n   \n{"id":"x","result":true,"error":null}\n', { id: 8, method: "mining.ping" });
  expect(await miner.end.next()).toMatchObject({ id: 8, result: "pong" });
  expect(house.closeReasons()).toEqual([]);
  // A submit that cannot be read is a share lost, so it is on record.
  const verdicts = house.ledger.rows.map((row) => row.hubVerdict);
  expect(verdicts.filter((verdict) => verdict === "accepted")).toHaveLength(unusable.length);
  expect(verdicts.filter((verdict) => verdict === "invalid")).toHaveLength(unusable.filter(([, line]) => line.includes("mining.submit")).length);
});

test("the right code for each wrong share: 25, 24, 21, 20, 22", async () => {
  const pool = await openHouse();
  const end = await rawRig(house.port);
  const share = { id: 1, method: "mining.submit", params: ["farm.r1", "00000001", "000000", "00000000", "00000001"] };
  end.say(share);
  expect(codeOf(await end.answer(1))).toBe(25);
  end.say({ id: 2, method: "mining.subscribe", params: [] });
  await end.answer(2);
  end.say({ ...share, id: 3 });
  expect(codeOf(await end.answer(3))).toBe(24);
  const miner = await RawMiner.login(house.port, "farm.r1", { end });
  const later = (seconds: number) => (Number.parseInt(miner.ntime, 16) + seconds).toString(16).padStart(8, "0");
  const wrong: [RawShare, number][] = [
    [{ job: "ffffffff" }, 21],
    [{ extranonce2: "00".repeat(miner.extranonce2Bytes - 1) }, 20],
    [{ extranonce2: "00".repeat(miner.extranonce2Bytes + 1) }, 20],
    [{ ntime: later(-1) }, 20],
    [{ ntime: later(601) }, 20],
    [{ ntime: "ffffffff" }, 20],
  ];
  for (const [fields, code] of wrong) expect([fields, codeOf(await miner.ask(fields))]).toEqual([fields, code]);
  expect(pool.stats.accepted + pool.stats.rejected).toBe(0);
  expect(await miner.ask({ ntime: later(600), nonce: "000000ff" })).toMatchObject({ result: true });
  expect(codeOf(await miner.ask({ ntime: later(600), nonce: "000000ff" }))).toBe(22);
  expect(codeOf(await miner.ask({ ntime: later(600), nonce: "000000FF" }))).toBe(22);
  expect(pool.stats).toMatchObject({ accepted: 1, rejected: 0 });
  const verdicts = house.ledger.rows.map((row) => row.hubVerdict);
  expect(verdicts).toEqual(["unauthorized", "unauthorized", "expired", ...Array(5).fill("invalid"), "accepted", "duplicate", "duplicate"]);
});

test("too little work is 23, earns nothing and never reaches the pool", async () => {
  const pool = await openHouse(hard);
  const miner = await RawMiner.login(house.port, "farm.r1");
  expect(codeOf(await miner.ask())).toBe(23);
  expect(house.ledger.rows).toHaveLength(1);
  expect(house.ledger.rows[0]).toMatchObject({ hubVerdict: "low-difficulty", poolVerdict: "not-forwarded" });
  expect(pool.stats.accepted + pool.stats.rejected).toBe(0);
});

test("a job of another rig is unknown to this one", async () => {
  await openHouse();
  const [one, two] = [await RawMiner.login(house.port, "farm.r1"), await RawMiner.login(house.port, "farm.r2")];
  expect(one.jobId).not.toBe(two.jobId);
  expect(codeOf(await one.ask({ job: two.jobId }))).toBe(21);
  expect(await two.ask()).toMatchObject({ result: true });
});

test("after a new block a share of the old one is 21 and not forwarded; after a mere new job it still counts", async () => {
  const pool = await openHouse();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const { jobId: first, ntime } = miner;
  pool.newJob({ clean: false });
  await miner.job();
  expect(await miner.ask({ job: first, ntime })).toMatchObject({ result: true });
  const { jobId: second, ntime: secondNtime } = miner;
  pool.newJob({ clean: true });
  const notify = await miner.job();
  expect(notify.at(-1)).toBe(true);
  expect(codeOf(await miner.ask({ job: second, ntime: secondNtime }))).toBe(21);
  expect(house.ledger.rows.at(-1)).toMatchObject({ hubVerdict: "stale", poolVerdict: "not-forwarded" });
  expect(pool.stats).toMatchObject({ accepted: 1, rejected: 0 });
});

test("200 bad shares in a row close the connection with one word of it; 199 and a good one do not", async () => {
  await openHouse();
  const miner = await RawMiner.login(house.port, "farm.r1");
  for (let round = 0; round < 2; round++) {
    for (let bad = 0; bad < 198; bad++) miner.submit({ extranonce2: "00" });
    expect(codeOf(await miner.ask({ extranonce2: "00" }))).toBe(20);
    expect(await miner.ask()).toMatchObject({ result: true });
  }
  for (let bad = 0; bad < 230; bad++) miner.submit({ extranonce2: "00" });
  await expectClosed(miner.end, /200 unusable messages in a row/);
  expect(house.ledger.rows.filter((row) => row.hubVerdict === "invalid")).toHaveLength(2 * 199 + 200);
});

test("a rig that reads nothing is closed at 256 KiB, and the others get every job", async () => {
  house = new House();
  const pool = new RawPool();
  house.after(() => pool.stop());
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const upstream = await pool.visitor();
  const notify = answerHandshake(upstream);
  await house.until(() => [...house.hub.pools()][0]?.state === "live");
  const deaf = await RawMiner.login(house.port, "farm.deaf");
  const good = await RawMiner.login(house.port, "farm.good");
  deaf.end.stopReading();
  let jobs = 0;
  while (house.closeReasons().length === 0 && jobs < 400) {
    upstream.say(notify(++jobs));
    await good.job();
  }
  expect(house.closeReasons()).toEqual([expect.stringMatching(/does not read/)]);
  expect(house.hub.sessionCount()).toBe(1);
  expect(good.end.closed).toBe(false);
});

/** Plays a pool's handshake; returns how to write its jobs, each of some 100 kB. */
function answerHandshake(end: RawEnd): (jobNo: number) => Record<string, unknown> {
  const notify = (jobNo: number) => ({
    id: null,
    method: "mining.notify",
    params: [
      `j${jobNo}`,
      "11".repeat(32),
      "01".repeat(60),
      `${jobNo.toString(16).padStart(8, "0")}${"02".repeat(50_000)}`,
      [],
      "20000000",
      "18148edf",
      "67000000",
      false,
    ],
  });
  end.say(
    { id: 1, result: { "version-rolling": false }, error: null },
    { id: 2, result: [[], "aabbccdd", 8], error: null },
    { id: 3, result: true, error: null },
    { id: null, method: "mining.set_difficulty", params: [easy] },
    notify(0),
  );
  return notify;
}

test("5,000 connections of garbage while a rig mines: its answers stay quick, nothing stays behind", async () => {
  await openHouse();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const garbage = [http, tlsHello, Buffer.from([0x7b, 0xff, 0x0a]), '{"id":1,"method":"mining.subscribe"}\n', "\n\n\n"];
  const waits: number[] = [];
  for (let round = 0; round < 50; round++) {
    const guests = await Promise.all(Array.from({ length: 100 }, () => rawRig(house.port)));
    for (const [at, guest] of guests.entries()) guest.say(garbage[at % garbage.length] ?? "");
    const before = performance.now();
    expect(await miner.ask()).toMatchObject({ result: true });
    waits.push(performance.now() - before);
    for (const guest of guests) guest.hangUp();
  }
  await house.until(() => house.hub.sessionCount() === 1);
  expect(waits.toSorted((a, b) => a - b)[25]).toBeLessThan(50);
  expect(await miner.ask()).toMatchObject({ result: true });
  expect(house.closeReasons().every((reason) => /JSON/.test(reason))).toBe(true);
});

test("a client that sends and leaves in the same breath leaves nothing behind", async () => {
  await openHouse();
  for (let round = 0; round < 20; round++) {
    const end = await rawRig(house.port);
    end.say({ id: 1, method: "mining.subscribe", params: [] }, { id: 2, method: "mining.authorize", params: [`farm.quick${round}`, "x"] });
    end.hangUp();
  }
  await house.until(() => house.hub.sessionCount() === 0);
  await house.until(() => [...house.hub.pools()][0]?.rigs === 0);
  const miner = await RawMiner.login(house.port, "farm.r1");
  expect(await miner.ask()).toMatchObject({ result: true });
});
