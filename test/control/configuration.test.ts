import { describe, expect, test } from "bun:test";
import { parsePoolUrl, poolUrl } from "../../src/control/pools.ts";
import { addProfile, failureOf, must, refused, testControl } from "./test-control.ts";

const account = { name: "main pool", host: "pool.example", port: 3333, username: "acct.{rig}" };

describe("pools", () => {
  test("keep what was given, and never show the password by accident", () => {
    const { control } = testControl();
    const pool = must(control.pools.create({ ...account, password: "hunter2", mode: "per-rig", tls: true }));
    expect(pool).toMatchObject({ ...account, algorithm: "sha256d", mode: "per-rig", tls: true, customerId: null, version: 1 });
    for (const shown of [JSON.stringify(pool), `${pool.password}`, Bun.inspect(pool), String(Object.entries(pool))]) {
      expect(shown).toContain("<redacted>");
      expect(shown).not.toContain("hunter2");
    }
    const renamed = must(control.pools.update(pool.id, { name: "other" }, 1));
    expect(renamed.password.reveal()).toBe("hunter2");
    expect(must(control.pools.update(pool.id, { password: "new" }, 2)).password.reveal()).toBe("new");
  });

  test.each([
    ["invalid name", { name: "" }],
    ["invalid name", { name: " a" }],
    ["invalid name", { name: "a\nb" }],
    ["invalid host", { host: "no host" }],
    ["invalid host", { host: "1.2.3" }],
    ["invalid host", { host: "pool.example/path" }],
    ["invalid port", { port: 0 }],
    ["invalid port", { port: 65_536 }],
    ["invalid port", { port: 1.5 }],
    ["invalid username", { username: "" }],
    ["invalid password", { password: 'a"\n' }],
    ["invalid algorithm", { algorithm: "x11" as never }],
    ["invalid mode", { mode: "both" as never }],
    ["invalid customerId", { customerId: "cus_1" }],
  ])("refuse %s", (expected, patch) => {
    const { control } = testControl();
    expect(refused(control.pools.create({ ...account, ...patch }))).toBe(expected);
    const pool = must(control.pools.create(account));
    expect(refused(control.pools.update(pool.id, patch, 1))).toBe(expected);
    expect(control.pools.byId(pool.id)?.version).toBe(1);
  });

  test("stay while a profile contains them, and keep their algorithm so long", () => {
    const { control } = testControl();
    const { pool, profile } = addProfile(control);
    expect(failureOf(control.pools.remove(pool.id, 1))).toMatchObject({ problem: "in-use", usedBy: [{ kind: "profile", id: profile.id, name: "house" }] });
    expect(refused(control.pools.update(pool.id, { algorithm: "scrypt" }, 1))).toBe("invalid algorithm");
    must(control.profiles.remove(profile.id, 1));
    must(control.pools.remove(pool.id, 1));
    expect(control.pools.all()).toEqual([]);
    expect(control.pools.byNo(pool.no)?.name).toBe("house");
  });

  test.each([
    ["stratum+tcp://pool.example:3333", { host: "pool.example", port: 3333, tls: false }],
    ["stratum+ssl://pool.example:443/", { host: "pool.example", port: 443, tls: true }],
    ["stratum+tcp://[2001:db8::1]:3333", { host: "2001:db8::1", port: 3333, tls: false }],
  ])("their address %s is read and written", (url, parts) => {
    expect(must(parsePoolUrl(url))).toEqual(parts);
    expect(poolUrl(parts)).toBe(url.replace(/\/$/, ""));
  });

  test.each([
    "",
    "pool.example:3333",
    "constructor://pool.example:80",
    "http://pool.example:80",
    "stratum+tcp://pool.example",
    "stratum+tcp://u:p@pool.example:1",
    "stratum+tcp://h:99999",
    "stratum+tcp://h:1/x",
  ])("their address cannot be %j", (url) => expect(refused(parsePoolUrl(url))).toBe("invalid url"));
});

test("a change that changes nothing leaves version and time, in every table; one that does raises the version", () => {
  const { control, clock } = testControl();
  const { pool, profile } = addProfile(control);
  const fleet = control.fleets.ensureMain();
  const [rig] = control.rigs.enrol([{ fleetNo: fleet.no, name: "a", nominalHps: 1e14 }]);
  if (rig === undefined) throw new Error("not enrolled");
  const listener = must(control.listeners.create({ bind: "127.0.0.1:4444", fleetNo: fleet.no }));
  clock.nowMs += 1_000;
  expect(must(control.pools.update(pool.id, { name: pool.name, password: pool.password.reveal() }, 1))).toEqual(pool);
  expect(must(control.profiles.update(profile.id, { poolNos: [pool.no] }, 1))).toEqual(profile);
  expect(must(control.fleets.update(fleet.id, {}, fleet.version))).toEqual(fleet);
  expect(must(control.rigs.update(rig.id, { name: "a", location: { ...rig.location } }, 1))).toEqual(rig);
  expect(must(control.listeners.update(listener.id, { proxyFrom: [] }, 1))).toEqual(listener);
  const second = must(control.pools.create({ ...account, name: "second" }));
  expect(must(control.profiles.update(profile.id, { poolNos: [second.no] }, 1))).toMatchObject({ version: 2, poolNos: [second.no], updatedAtMs: clock.nowMs });
  expect(must(control.pools.update(pool.id, { password: "another" }, 1))).toMatchObject({ version: 2 });
  expect(refused(control.pools.update(pool.id, { password: "another" }, 1))).toBe("stale");
});

describe("profiles", () => {
  test("keep the order of their pools", () => {
    const { control } = testControl();
    const nos = ["a", "b", "c"].map((name) => must(control.pools.create({ ...account, name })).no);
    const [a = 0, b = 0, c = 0] = nos;
    const profile = must(control.profiles.create({ name: "p", poolNos: [c, a] }));
    expect(profile).toMatchObject({ poolNos: [c, a], returnAfterS: 120, algorithm: "sha256d" });
    const next = must(control.profiles.update(profile.id, { poolNos: [b, c, a] }, 1));
    expect(next).toMatchObject({ poolNos: [b, c, a], version: 2 });
    expect(control.profiles.all()).toEqual([next]);
  });

  test("refuse no pools, six pools, one pool twice, strangers and a mixture of algorithms", () => {
    const { control } = testControl();
    const sha = Array.from({ length: 6 }, (_, index) => must(control.pools.create({ ...account, name: `p${index}` })).no);
    const scrypt = must(control.pools.create({ ...account, algorithm: "scrypt" })).no;
    const [first = 0] = sha;
    for (const poolNos of [[], sha, [4_711], [first, scrypt]]) expect(refused(control.profiles.create({ name: "q", poolNos }))).toBe("invalid poolNos");
    expect(refused(control.profiles.create({ name: "q", poolNos: [first, first] }))).toBe("invalid poolNos.1");
    expect(control.profiles.all()).toEqual([]);
  });

  test("a refused change leaves the pools as they were", () => {
    const { control } = testControl();
    const { profile } = addProfile(control);
    expect(refused(control.profiles.update(profile.id, { poolNos: [4_711] }, 1))).toBe("invalid poolNos");
    expect(control.profiles.byId(profile.id)).toEqual(profile);
  });

  test("stay while they are a fleet's house, or a rig is pinned to them or works through them", () => {
    const { control } = testControl();
    const { profile } = addProfile(control);
    const main = control.fleets.ensureMain();
    const [rig] = control.rigs.enrol([{ fleetNo: main.no, name: "a", nominalHps: null }]);
    must(control.fleets.update(main.id, { houseProfileNo: profile.no }, null));
    must(control.rigs.update(rig?.id ?? "", { pinnedProfileNo: profile.no }, null));
    expect(failureOf(control.profiles.remove(profile.id, null))).toMatchObject({
      usedBy: [
        { kind: "fleet", name: "main" },
        { kind: "rig", name: "a" },
      ],
    });
    expect(control.profiles.useOf(profile.no)).toEqual({ names: ["fleet main"], rigs: 1 });
    must(control.fleets.update(main.id, { houseProfileNo: null }, null));
    must(control.rigs.update(rig?.id ?? "", { pinnedProfileNo: null }, null));
    expect(control.profiles.useOf(profile.no)).toEqual({ names: [], rigs: 0 });
    control.allocations.assign([{ rigNo: rig?.no ?? 0, profileNo: profile.no, reason: { code: "x", text: "x" }, decidedBy: "planner" }]);
    expect(failureOf(control.profiles.remove(profile.id, null))).toMatchObject({ count: 1, usedBy: [{ kind: "rig", name: "a" }] });
    expect(control.profiles.useOf(profile.no)).toEqual({ names: [], rigs: 1 });
    control.allocations.assign([{ rigNo: rig?.no ?? 0, reason: { code: "x", text: "x" }, decidedBy: "planner" }]);
    must(control.profiles.remove(profile.id, null));
  });
});

describe("fleets", () => {
  test("begin with the defaults of their method", () => {
    const { control } = testControl();
    expect(must(control.fleets.create({ name: "a", method: "miners" }))).toMatchObject({
      toleranceBp: 2_000,
      degradedBelowBp: 8_460,
      sharesPerMinute: 12,
      period: "normal",
    });
    expect(must(control.fleets.create({ name: "b" })).toleranceBp).toBe(1_000);
  });

  test.each([
    ["taken name", { name: "main" }],
    ["taken name", { name: "Main" }],
    ["invalid toleranceBp", { toleranceBp: 50 }],
    ["invalid alarmThresholdBp", { alarmThresholdBp: 0 }],
    ["invalid sharesPerMinute", { sharesPerMinute: 0 }],
    ["invalid degradedBelowBp", { degradedBelowBp: 4_000 }],
    ["invalid houseProfileNo", { houseProfileNo: 4_711 }],
    ["invalid held.reason", { held: { untilMs: 1, reason: "" } }],
  ])("refuse %s", (expected, patch) => {
    const { control } = testControl();
    control.fleets.ensureMain();
    expect(refused(control.fleets.create({ name: "second", ...patch }))).toBe(expected);
  });

  test("take a house of their own algorithm only", () => {
    const { control } = testControl();
    const { profile } = addProfile(control, "s", "scrypt");
    const main = control.fleets.ensureMain();
    expect(refused(control.fleets.update(main.id, { houseProfileNo: profile.no }, null))).toBe("invalid houseProfileNo");
    expect(must(control.fleets.update(main.id, { houseProfileNo: addProfile(control).profile.no }, null)).houseProfileNo).toBe(2);
  });

  test("take no house of a customer's, nor one with a customer's pool, and say whose it is", () => {
    const { control } = testControl();
    const main = control.fleets.ensureMain();
    const anna = must(control.customers.create({ name: "Anna" }));
    const his = must(control.pools.create({ ...account, name: "Anna's", customerId: anna.id }));
    const ours = addProfile(control);
    const profiles = [{ customerId: anna.id, poolNos: [ours.pool.no] }, { poolNos: [ours.pool.no, his.no] }];
    const rules = ["profile 0 belongs to customer Anna", "profile 1 contains pool Anna's of customer Anna"];
    for (const [at, fields] of profiles.entries()) {
      const { no } = must(control.profiles.create({ name: `profile ${at}`, ...fields }));
      const failure = failureOf(control.fleets.update(main.id, { houseProfileNo: no }, null));
      expect(failure).toMatchObject({ problem: "invalid", field: "houseProfileNo", rule: `must name a profile of the house; ${rules[at]}` });
    }
    must(control.fleets.update(main.id, { houseProfileNo: ours.profile.no }, null));
    expect(failureOf(control.profiles.update(ours.profile.id, { poolNos: [his.no] }, null))).toMatchObject({
      field: "poolNos",
      rule: "cannot be this while fleet main works through the profile: it contains pool Anna's of customer Anna",
    });
    expect(refused(control.profiles.update(ours.profile.id, { customerId: anna.id }, null))).toBe("invalid customerId");
    expect(failureOf(control.pools.update(ours.pool.id, { customerId: anna.id }, null)).rule).toBe(
      "cannot be this customer while fleet main works with the pool",
    );
    expect(control.profiles.byNo(ours.profile.no)).toMatchObject({ poolNos: [ours.pool.no], customerId: null });
  });

  test("stay while they have rigs or listeners", () => {
    const { control } = testControl();
    const fleet = must(control.fleets.create({ name: "second" }));
    must(control.listeners.create({ bind: "0.0.0.0:4444", fleetNo: fleet.no }));
    must(control.rigs.create({ fleetNo: fleet.no, name: "a" }, "user:x"));
    expect(failureOf(control.fleets.remove(fleet.id, 1))).toMatchObject({ count: 2, usedBy: [{ kind: "rig" }, { kind: "listener", name: "0.0.0.0:4444" }] });
    expect(refused(control.fleets.update(fleet.id, { algorithm: "scrypt" }, 1))).toBe("invalid algorithm");
  });

  test("are held and released by a change", () => {
    const { control } = testControl();
    const held = { untilMs: 99, reason: "moving house" };
    const fleet = must(control.fleets.update(control.fleets.ensureMain().id, { held }, null));
    expect(fleet.held).toEqual(held);
    expect(must(control.fleets.update(fleet.id, { held: null }, fleet.version)).held).toBeNull();
  });
});

describe("listeners", () => {
  test("the flag's listener follows the flag and keeps the rest", () => {
    const { control } = testControl();
    const first = must(control.listeners.ensurePrimary("0.0.0.0:3333"));
    expect(first).toMatchObject({ primary: true, enrol: true, fleetNo: 1, extranonce: { e1Bytes: 1, e2Bytes: 3 }, tls: null, proxyFrom: [] });
    must(control.listeners.update(first.id, { enrol: false, proxyFrom: ["10.0.0.0/8", "::1"] }, 1));
    expect(must(control.listeners.ensurePrimary("127.0.0.1:0"))).toMatchObject({
      no: first.no,
      bind: "127.0.0.1:0",
      enrol: false,
      proxyFrom: ["10.0.0.0/8", "::1"],
    });
    expect(must(control.listeners.ensurePrimary("127.0.0.1:0")).version).toBe(3);
    expect(failureOf(control.listeners.remove(first.id, null))).toMatchObject({ problem: "in-use", usedBy: [{ kind: "flag", name: "--stratum" }] });
  });

  test("a listener that has the flag's new address takes the place of the old one", () => {
    const { control } = testControl();
    must(control.listeners.ensurePrimary("0.0.0.0:3333"));
    const other = must(control.listeners.create({ bind: "0.0.0.0:4444", fleetNo: 1, enrol: false }));
    expect(must(control.listeners.ensurePrimary("0.0.0.0:4444"))).toMatchObject({ no: other.no, primary: true, enrol: false });
    expect(control.listeners.all().map(({ bind }) => bind)).toEqual(["0.0.0.0:4444"]);
  });

  test.each([
    ["taken bind", { bind: "0.0.0.0:3333" }],
    ["invalid bind", { bind: "3333" }],
    ["invalid bind", { bind: "::1:3333" }],
    ["invalid bind", { bind: "0.0.0.0:70000" }],
    ["invalid bind", { bind: "127.0.0.1:33x33" }],
    ["invalid fleetNo", { fleetNo: 99 }],
    ["invalid proxyFrom.1", { proxyFrom: ["10.0.0.0/8", "10.0.0.0/33"] }],
    ["invalid proxyFrom.0", { proxyFrom: ["example.org"] }],
    ["invalid proxyFrom", { proxyFrom: ["10.0.0.0/8"], tls: { certFile: "c.pem", keyFile: "k.pem" } }],
    ["invalid tls.keyFile", { tls: { certFile: "c.pem", keyFile: "" } }],
    ["invalid extranonce.e2Bytes", { extranonce: { e1Bytes: 1, e2Bytes: 1 } }],
  ])("refuse %s", (expected, patch) => {
    const { control } = testControl();
    must(control.listeners.ensurePrimary("0.0.0.0:3333"));
    expect(refused(control.listeners.create({ bind: "[::]:4444", fleetNo: 1, ...patch }))).toBe(expected);
  });
});
