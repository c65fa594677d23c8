import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { classifyReject, type RejectClass } from "../../src/stratum/v1/error-codes.ts";
import { type Firmware, firmwareOf } from "../../src/stratum/v1/firmware.ts";
import { accountOf, passwordHints, rigNameOf } from "../../src/stratum/v1/worker-names.ts";

describe("the rig's name in a worker string", () => {
  const cases: [string, string | null][] = [
    ["rig", "rig"],
    ["acct.rig1", "rig1"],
    ["acct.farm.rig-1_A", "rig-1_A"],
    ["acct_worker", "acct_worker"],
    ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
    ["acct.", "acct"],
    [".rig", "rig"],
    [" acct . rig ", "rig"],
    ["", null],
    ["...", null],
    ["  ", null],
  ];
  for (const [worker, name] of cases) test(JSON.stringify(worker.slice(0, 50)), () => expect(rigNameOf(worker)).toBe(name));

  const changed: [string, RegExp][] = [
    ["acct.a/b<c>", /^a_b_c_-[0-9a-f]{6}$/],
    ["acct.räg", /^r_g-[0-9a-f]{6}$/],
    ["acct.😀", /^_-[0-9a-f]{6}$/],
    ["acct.\u0000x", /^_x-[0-9a-f]{6}$/],
    [`acct.${"x".repeat(100)}`, /^x{57}-[0-9a-f]{6}$/],
  ];
  for (const [worker, name] of changed) test(`${JSON.stringify(worker.slice(0, 50))} is marked as changed`, () => expect(rigNameOf(worker)).toMatch(name));

  test("two workers never become one rig", () => {
    const workers = ["名前", "名称", "x y", "x_y", "x-y", "naïve", "naive", "r".repeat(70), "r".repeat(71), "r".repeat(64)];
    expect(new Set(workers.map(rigNameOf)).size).toBe(workers.length);
  });

  test("is safe whatever the worker string is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (worker) => expect(rigNameOf(worker) ?? "x").toMatch(/^[A-Za-z0-9._-]{1,64}$/)),
    );
  });

  test("the account is what comes before the first dot", () => {
    expect(["acct.rig.1", "acct", ""].map(accountOf)).toEqual(["acct", "acct", ""]);
  });
});

describe("password hints", () => {
  const cases: [password: string, difficulty: number | null, nominalHps: number | null, unread?: string][] = [
    ["x", null, null],
    ["", null, null],
    ["d=8192", 8192, null],
    ["x,d=0.001,h=100T", 0.001, 100e12],
    ["d=1e-9;h=1.5k", 1e-9, 1500],
    ["h=500 d=4", 4, 500],
    ["D=16,H=2p", 16, 2e15],
    ["h=.5G", null, 5e8],
    ["h=100TH/s", null, 100e12],
    ["x h=100 TH/s d=64k", 64_000, 100e12],
    ["d=8192 x", 8192, null],
    ["d=8192,123", 8192, null],
    ["d=8,192", null, null, "d"],
    ["h=12 bananas", null, null, "h"],
    ["h=12bananas,d=4", 4, null, "h"],
    ["h=100,5T", null, null, "h"],
    ["d=12 TH/s", null, null, "d"],
    ["d=0,h=0", null, null, "dh"],
    ["d=-5,h=abc", null, null, "dh"],
    ["h=-5T", null, null, "h"],
    ["h=1e400,d=1e400", null, null, "dh"],
    ["h=1e30", null, null, "h"],
    ["d=1e99999,h=1TT", null, null, "dh"],
    ["md=4,xd=8", null, null],
    ["d=1,d=2", 2, null],
    ["d=NaN,h=Infinity", null, null, "dh"],
    ["d=1e19,h=1E", null, 1e18, "d"],
    ["d=2E", null, null, "d"],
    ["d=9e-13", null, null, "d"],
    ["d=4,d=2e18", 4, null, "d"],
    ["h=", null, null, "h"],
    [`${"x".repeat(250)},h=100T`, null, null],
  ];
  for (const [password, difficulty, nominalHps, unread = ""] of cases)
    test(JSON.stringify(password.slice(-40)), () => {
      const read = passwordHints(password);
      expect(read).toMatchObject({ difficulty, nominalHps });
      expect(
        read.unread
          .map((rule) => rule[0])
          .sort()
          .join(""),
      ).toBe(unread);
    });

  test("what is said of one that cannot be read does not repeat it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), (text) => {
        const said = passwordHints(`h=secret${text}`).unread.join();
        expect(said.includes("secret")).toBe(false);
      }),
    );
  });

  test("takes any password in bounded time", () => expect(passwordHints(",".repeat(100_000))).toEqual({ difficulty: null, nominalHps: null, unread: [] }));
});

describe("a refusal", () => {
  const cases: [number, string, RejectClass][] = [
    [21, "", "stale"],
    [22, "whatever", "duplicate"],
    [23, "", "low-difficulty"],
    [24, "", "unauthorized"],
    [25, "", "unauthorized"],
    [37, "", "stale"],
    [27, "", "invalid"],
    [-5, "", "low-difficulty"],
    [20, "Stale", "stale"],
    [20, "Invalid JobID", "stale"],
    [20, "job not found", "stale"],
    [20, "unknown-work", "stale"],
    [20, "Duplicate", "duplicate"],
    [-1, "low difficulty share (0.1)", "low-difficulty"],
    [20, "Above target", "low-difficulty"],
    [20, "high-hash", "low-difficulty"],
    [20, "Worker mismatch", "unauthorized"],
    [20, "unauthorized worker", "unauthorized"],
    [20, "Invalid version mask", "invalid"],
    [20, "Ntime out of range", "invalid"],
    [20, "No nonce", "invalid"],
    [20, "incorrect size of ntime", "invalid"],
    [20, "worker not allowed", "other"],
    [20, "", "other"],
    [9999, "constructor", "other"],
  ];
  for (const [code, text, meaning] of cases) test(`${code} ${text} is ${meaning}`, () => expect(classifyReject({ code, text })).toBe(meaning));
});

describe("an agent string", () => {
  const plain: Firmware = { layout: null, fractionalDifficulty: false, followsExtranonce: false, difficultyMin: 0 };
  const twoBytes = { e1Bytes: 2, e2Bytes: 2 };
  const cases: [string, Partial<Firmware>][] = [
    ["cgminer/4.11.1", { fractionalDifficulty: true }],
    ["cpuminer/2.5.1", { fractionalDifficulty: true }],
    ["bfgminer/5.5.0", { fractionalDifficulty: true }],
    ["bitaxe/BM1370/v2.13.0", { fractionalDifficulty: true }],
    ["bmminer/2.0.0", { followsExtranonce: true }],
    ["Antminer S9/x", { followsExtranonce: true }],
    ["Antminer S19j Pro/Fri Oct 15 11:25:11 CST 2021", {}],
    ["Antminer S21/x", {}],
    ["NerdMinerV2/V1.7.0", { layout: twoBytes, fractionalDifficulty: true }],
    ["HAN_SOLOminer/1", { layout: twoBytes, fractionalDifficulty: true }],
    ["NerdQAxe++/BM1370/v1.0.35", { followsExtranonce: true }],
    ["NerdOCTAXE-γ/BM1370", { followsExtranonce: true }],
    ["NiceHash/1.0.0", { difficultyMin: 524_288 }],
    ["2026-02-13-0-db69f9bc-26.01-plus;bosminer-plus-tuner 0.9.0-db69f9bc", {}],
    ["whatsminer/v1.1", {}],
    ["btccom-agent/2.0.0-mu", {}],
    ["", {}],
    ["my-own/1", {}],
  ];
  for (const [agent, facts] of cases) test(`${agent || "(none)"} says what the hub must know`, () => expect(firmwareOf(agent)).toEqual({ ...plain, ...facts }));
});
