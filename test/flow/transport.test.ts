import { afterEach, expect, test } from "bun:test";
import type { Listener, ListenerInput } from "../../src/control/listeners.ts";
import { certificateFiles, selfSigned } from "../support/certificate.ts";
import { House, must } from "../support/house.ts";
import { type RawEnd, rawRig } from "../support/raw-ends.ts";
import { codeOf, RawMiner } from "../support/raw-miner.ts";

const easy = 1e-12;

let house: House;
afterEach(() => house.close());

async function openHouse(): Promise<ReturnType<House["pool"]>> {
  house = new House();
  const pool = house.pool({ difficulty: easy });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  await house.until(() => [...house.hub.pools()][0]?.state === "live");
  return pool;
}

function listenOn(fields: Partial<ListenerInput> = {}): Listener {
  const fleetNo = house.control.fleets.all()[0]?.no ?? 0;
  const row = must(house.control.listeners.create({ bind: "127.0.0.1:0", fleetNo, ...fields }));
  house.hub.configChanged();
  return row;
}

function tlsListener(): Listener {
  const files = certificateFiles();
  house.after(files.remove);
  return listenOn({ tls: { certFile: files.certFile, keyFile: files.keyFile } });
}

function addressOf(name: string): string | undefined {
  return house.hub.rig(house.knownRig(name).no)?.sessions[0]?.address;
}

function refuses(port: number): Promise<boolean> {
  return rawRig(port).then(
    (end) => {
      end.hangUp();
      return false;
    },
    () => true,
  );
}

test("a rig mines over TLS", async () => {
  await openHouse();
  const rig = house.rig("farm.tls", { port: house.portOf(tlsListener().no), tls: true });
  for (let share = 0; share < 3; share++) expect((await rig.mineShare()).accepted).toBe(true);
  rig.stop();
  await house.until(() => house.hub.sessionCount() === 0);
});

test("what is no TLS on a TLS port is closed and leaves nothing behind, silence included", async () => {
  await openHouse();
  const port = house.portOf(tlsListener().no);
  const talks = await rawRig(port);
  talks.say({ id: 1, method: "mining.subscribe", params: [] });
  await talks.untilClosed();
  await house.until(() => house.closeReasons().length === 1);
  expect(house.closeReasons()[0]).toStartWith("no TLS");
  const silent = await rawRig(port);
  const half = await rawRig(port);
  half.say(Buffer.from("1603010200010001fc0303", "hex"));
  await house.until(() => house.hub.sessionCount() === 2);
  house.laterMs = 16_000;
  await Promise.all([silent.untilClosed(), half.untilClosed()]);
  await house.until(() => house.hub.sessionCount() === 0);
});

test("a listener whose certificate cannot be read says so, and the others listen", async () => {
  await openHouse();
  const row = listenOn({ tls: { certFile: "/nonexistent/cert.pem", keyFile: "/nonexistent/key.pem" } });
  expect(house.hub.ports().find(({ listenerNo }) => listenerNo === row.no)).toMatchObject({ address: null, fault: expect.stringMatching(/.+/) });
  expect(house.logged.filter(({ event }) => event === "listener.failed")).toHaveLength(1);
  expect((await house.rig("farm.r1").mineShare()).accepted).toBe(true);
});

test("a pool behind TLS: its own certificate is used with a warning; a plain pool under TLS fails in words", async () => {
  house = new House();
  const pool = house.pool({ difficulty: easy, tls: selfSigned() });
  const plain = house.pool({ difficulty: easy });
  const [secret, open, wrong] = [
    house.addPool(pool, { tls: true }),
    house.addPool(plain, { tls: true, name: "tls to plain" }),
    house.addPool(pool, { name: "plain to tls" }),
  ];
  house.setHouse(house.addProfile([open, wrong, secret]));
  expect((await house.rig("farm.r1").mineShare()).accepted).toBe(true);
  expect(pool.stats.accepted).toBe(1);
  expect(house.hub.pool(secret.no)).toMatchObject({ state: "live", warnings: [expect.stringContaining("certificate")] });
  house.laterMs = 16_000;
  await house.until(() => house.hub.pool(open.no)?.state === "failing" && house.hub.pool(wrong.no)?.state === "failing");
  expect(house.hub.pool(open.no)?.reason).toContain("may be for stratum+tcp");
  expect(house.hub.pool(wrong.no)?.reason).toContain("must begin with stratum+ssl");
});

const proxyV1 = "PROXY TCP4 203.0.113.7 127.0.0.1 51000 3333\r\n";
const proxyV2 = Buffer.concat([Buffer.from("0d0a0d0a000d0a515549540a2111000c", "hex"), Buffer.of(198, 51, 100, 9, 127, 0, 0, 1, 0xc7, 0x38, 0x0d, 0x05)]);
const headers: [version: string, bytes: Buffer, address: string][] = [
  ["v1", Buffer.from(proxyV1), "203.0.113.7"],
  ["v2", proxyV2, "198.51.100.9"],
  ["v1 UNKNOWN", Buffer.from("PROXY UNKNOWN\r\n"), "127.0.0.1"],
];

test("a PROXY header from a trusted address says where the rig is, also when it comes in pieces", async () => {
  await openHouse();
  const port = house.portOf(listenOn({ proxyFrom: ["127.0.0.0/8"] }).no);
  for (const [at, [version, bytes, address]] of headers.entries()) {
    const whole = await rawRig(port);
    whole.say(bytes);
    await RawMiner.login(port, `farm.whole${at}`, { end: whole });
    const pieces = await rawRig(port);
    for (const byte of bytes) {
      pieces.say(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const miner = await RawMiner.login(port, `farm.pieces${at}`, { end: pieces });
    expect([version, addressOf(`whole${at}`), addressOf(`pieces${at}`)]).toEqual([version, address, address]);
    expect(await miner.ask()).toMatchObject({ result: true });
  }
  await RawMiner.login(port, "farm.direct");
  expect(addressOf("direct")).toBe("127.0.0.1");
});

test("a PROXY header from anybody else is garbage; a broken or a missing one from a trusted address ends with its reason", async () => {
  await openHouse();
  const stranger = await rawRig(house.portOf(listenOn({ proxyFrom: ["192.0.2.0/24"] }).no));
  stranger.say(proxyV1);
  await stranger.untilClosed();
  expect(house.closeReasons()).toEqual([expect.stringContaining("JSON")]);
  const port = house.portOf(listenOn({ proxyFrom: ["127.0.0.1"] }).no);
  const broken = await rawRig(port);
  broken.say("PROXY TCP4 999.1.1.1 127.0.0.1 1 2\r\n");
  await broken.untilClosed();
  const endless = await rawRig(port);
  endless.say(`PROXY TCP4 ${"1".repeat(200)}`);
  await endless.untilClosed();
  const silent = await rawRig(port);
  // Once another one that came later is let in, this one is in, too.
  await RawMiner.login(port, "farm.later");
  house.laterMs = 16_000;
  await silent.untilClosed();
  const refusals = house.logged.filter(({ event }) => event === "rig.refused").map((line) => line["text"]);
  expect(refusals).toEqual([expect.stringContaining("source address"), expect.stringContaining("107"), expect.stringContaining("15 s")]);
  expect(house.hub.sessionCount()).toBe(1);
});

test("listeners come, move and go with the control database; rigs that are connected stay", async () => {
  await openHouse();
  const row = listenOn();
  const first = house.portOf(row.no);
  const miner = await RawMiner.login(first, "farm.r1");
  must(house.control.listeners.update(row.id, { bind: "127.0.0.2:0" }, null));
  house.hub.configChanged();
  expect(house.hub.ports().find(({ listenerNo }) => listenerNo === row.no)?.address).toStartWith("127.0.0.2:");
  expect(await refuses(first)).toBe(true);
  expect(await miner.ask()).toMatchObject({ result: true });
  must(house.control.listeners.remove(row.id, null));
  house.hub.configChanged();
  expect(house.hub.ports()).toHaveLength(1);
  expect(await miner.ask()).toMatchObject({ result: true });
  expect((await house.rig("farm.r2").mineShare()).accepted).toBe(true);
});

test("several workers on one connection: each has its own rows, and is online while the connection lasts", async () => {
  await openHouse();
  const miner = await RawMiner.login(house.port, "farm.one");
  for (const [id, user] of [
    ["second", "farm.two"],
    ["third", "farm.three"],
  ]) {
    miner.end.say({ id, method: "mining.authorize", params: [user, "x"] });
    expect(await miner.end.answer(id)).toMatchObject({ result: true });
  }
  const submit = (worker: string, nonce: string) => {
    miner.end.say({ id: nonce, method: "mining.submit", params: [worker, miner.jobId, "000000", miner.ntime, nonce] });
    return miner.end.answer(nonce);
  };
  expect(await submit("farm.two", "00000001")).toMatchObject({ result: true });
  expect(await submit("farm.three", "00000002")).toMatchObject({ result: true });
  expect(await submit("farm.one", "00000003")).toMatchObject({ result: true });
  // Nobody logged in under this name; the connection's own rig answers for it.
  expect(await submit("farm.four", "00000004")).toMatchObject({ result: true });
  const [one, two, three] = ["one", "two", "three"].map((name) => house.knownRig(name).no);
  expect(house.ledger.rows.map((row) => row.rigNo)).toEqual([two, three, one, one] as number[]);
  expect(house.hub.rig(two ?? 0)?.sessions).toHaveLength(1);
  miner.end.hangUp();
  await house.until(() => house.hub.sessionCount() === 0);
  for (const no of [one, two, three]) expect(house.hub.rig(no ?? 0)).toMatchObject({ sessions: [], disconnectedAtMs: expect.any(Number) });
});

test("a rig that another fleet knows works there, whatever port it comes in on, and that is an event", async () => {
  await openHouse();
  await (await RawMiner.login(house.port, "farm.known")).ask();
  const fleet = must(house.control.fleets.create({ name: "second" }));
  house.hub.configChanged();
  const port = house.portOf(listenOn({ fleetNo: fleet.no }).no);
  const miner = await RawMiner.login(port, "farm.known");
  expect(await miner.ask()).toMatchObject({ result: true });
  expect(house.control.rigs.all()).toHaveLength(1);
  expect(house.events.filter(({ type }) => type === "rig.wrong-listener")).toHaveLength(1);
});

test.each(["storage", "retired"] as const)(
  "a rig in the lifecycle %s that logs in mines for the house, stays what it is, and is told of once per connection",
  async (lifecycle) => {
    await openHouse();
    const first = await RawMiner.login(house.port, "farm.known");
    first.end.hangUp();
    await house.until(() => house.hub.sessionCount() === 0);
    const { id, version } = house.knownRig("known");
    must(house.control.rigs.update(id, { lifecycle }, version));
    house.hub.configChanged();
    const told = () => house.events.filter(({ type }) => type === "rig.resting-login");
    expect(told()).toEqual([]);
    const miner = await RawMiner.login(house.port, "farm.known");
    expect(await miner.ask()).toMatchObject({ result: true });
    miner.end.say({ id: "again", method: "mining.authorize", params: ["farm.known", "x"] });
    expect(await miner.end.answer("again")).toMatchObject({ result: true });
    expect(told()).toMatchObject([{ subjectKind: "rig", subjectId: id, data: { lifecycle } }]);
    expect(house.ledger.rows.at(-1)).toMatchObject({ contractNo: 0, hubVerdict: "accepted" });
    expect(house.knownRig("known").lifecycle).toBe(lifecycle);
    await RawMiner.login(house.port, "farm.known");
    expect(told()).toHaveLength(2);
  },
);

test("where rigs do not enrol themselves, an unknown one hears 24 and a known one works", async () => {
  await openHouse();
  await (await RawMiner.login(house.port, "farm.known")).ask();
  const port = house.portOf(listenOn({ enrol: false }).no);
  const end: RawEnd = await rawRig(port);
  end.say({ id: 1, method: "mining.subscribe", params: [] }, { id: 2, method: "mining.authorize", params: ["farm.unknown", "x"] });
  const answer = await end.answer(2);
  expect(codeOf(answer)).toBe(24);
  expect(JSON.stringify(answer)).toContain("unknown");
  expect(house.control.rigs.all()).toHaveLength(1);
  expect(await (await RawMiner.login(port, "farm.known")).ask()).toMatchObject({ result: true });
});

test("a pinned rig comes back to its pin after a reconnect", async () => {
  await openHouse();
  const pool = house.pool({ difficulty: easy });
  const row = house.addPool(pool);
  const profile = house.addProfile([row]);
  const before = await RawMiner.login(house.port, "farm.pinned");
  must(house.control.rigs.update(house.knownRig("pinned").id, { pinnedProfileNo: profile.no }, null));
  house.hub.configChanged();
  await before.job();
  expect(await before.ask()).toMatchObject({ result: true });
  before.end.hangUp();
  await house.until(() => house.hub.sessionCount() === 0);
  const after = await RawMiner.login(house.port, "farm.pinned");
  expect(await after.ask()).toMatchObject({ result: true });
  expect(pool.stats.accepted).toBe(2);
});

test("a move to a profile that the hub has not heard of yet takes the rig there", async () => {
  await openHouse();
  const miner = await RawMiner.login(house.port, "farm.r1");
  const pool = house.pool({ difficulty: easy });
  const profile = house.addProfile([house.addPool(pool)]);
  house.hub.applyMoves([{ rigNo: house.knownRig("r1").no, to: { contractNo: 0, profileNo: profile.no } }]);
  await miner.job();
  expect(await miner.ask()).toMatchObject({ result: true });
  expect(pool.stats.accepted).toBe(1);
});

test("two rigs under one worker name both work, and their rows are one rig's", async () => {
  const pool = await openHouse();
  const twins = [await RawMiner.login(house.port, "farm.twin"), await RawMiner.login(house.port, "farm.twin")];
  for (const twin of twins) for (let share = 0; share < 3; share++) expect(await twin.ask()).toMatchObject({ result: true });
  const { no } = house.knownRig("twin");
  expect(house.hub.rig(no)?.sessions).toHaveLength(2);
  expect(pool.stats).toMatchObject({ accepted: 6, rejected: 0 });
  expect(new Set(house.ledger.rows.map((row) => row.rigNo))).toEqual(new Set([no]));
  expect(new Set(house.ledger.rows.map((row) => row.sessionNo)).size).toBe(2);
  twins[0]?.end.hangUp();
  await house.until(() => house.hub.rig(no)?.sessions.length === 1);
  expect(house.hub.rig(no)?.disconnectedAtMs).toBeNull();
  expect(await twins[1]?.ask()).toMatchObject({ result: true });
});

test("a listener at any free port that is edited keeps the port that its rigs know", async () => {
  await openHouse();
  const row = listenOn();
  const port = house.portOf(row.no);
  must(house.control.listeners.update(row.id, { enrol: false }, null));
  house.hub.configChanged();
  expect(house.portOf(row.no)).toBe(port);
  expect(await refuses(port)).toBe(false);
  must(house.control.listeners.update(row.id, { enrol: true }, null));
  house.hub.configChanged();
  expect(house.portOf(row.no)).toBe(port);
});

test("a listener that is told of a certificate that is not there says so and goes on with the one that it has", async () => {
  await openHouse();
  const row = tlsListener();
  const port = house.portOf(row.no);
  must(house.control.listeners.update(row.id, { tls: { certFile: "/nowhere.crt", keyFile: "/nowhere.key" } }, null));
  house.hub.configChanged();
  const state = () => house.hub.ports().find(({ listenerNo }) => listenerNo === row.no);
  expect(state()).toMatchObject({ address: `127.0.0.1:${port}`, fault: expect.stringContaining("/nowhere.crt") });
  const rig = house.rig("farm.tls", { port, tls: true });
  expect((await rig.mineShare()).accepted).toBe(true);
  must(house.control.listeners.update(row.id, { tls: null }, null));
  house.hub.configChanged();
  expect(state()).toMatchObject({ address: `127.0.0.1:${port}`, fault: null });
});

test("a certificate that is no plain file is not waited for", async () => {
  await openHouse();
  for (const path of ["/dev/zero", "/dev/null", "/"]) {
    const row = listenOn({ tls: { certFile: path, keyFile: path } });
    const state = house.hub.ports().find(({ listenerNo }) => listenerNo === row.no);
    expect(state).toMatchObject({ address: null, fault: `${path} must be a file of at most 1000000 bytes` });
  }
  expect((await house.rig("farm.r1").mineShare()).accepted).toBe(true);
});

test("a listener whose port another program has says which port it is", async () => {
  await openHouse();
  const other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const bind = `127.0.0.1:${other.port}`;
  const row = listenOn({ bind });
  const state = () => house.hub.ports().find(({ listenerNo }) => listenerNo === row.no);
  expect(state()).toMatchObject({ address: null, fault: `${bind} is taken by another program` });
  other.stop(true);
  house.hub.configChanged();
  expect(state()).toMatchObject({ address: bind, fault: null });
});
