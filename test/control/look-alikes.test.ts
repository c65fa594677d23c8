import { describe, expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import { type Absent, likenessOf, type Newcomer, similarNames } from "../../src/control/rig-likeness.ts";
import { silentLog } from "../../src/log.ts";

const minute = 60_000;
const came = 10_000 * minute;
const connection = { address: "10.1.4.42", agent: "cgminer/4.12.1" };
const newcomer = (more: Partial<Newcomer> = {}): Newcomer => ({
  name: "S19-0042-new",
  assetCode: null,
  model: null,
  hps: 1.41e14,
  connection,
  firstSeenMs: came,
  ...more,
});
const absent = (more: Partial<Absent> = {}): Absent => ({
  name: "S19-0042",
  assetCode: null,
  model: null,
  hps: 1.4e14,
  connection,
  lastSeenMs: came - 4 * minute,
  ...more,
});

describe("likeness", () => {
  test("says by what, in words", () => {
    expect(likenessOf(newcomer(), absent())).toEqual({
      score: 125,
      reasons: ["same address 10.1.4.42", "same agent", "same size", "went 4 min before this one came", "similar name"],
    });
  });

  test.each([
    ["both were there at once", {}, { lastSeenMs: came + 10 * minute }],
    ["they are of another size", {}, { hps: 0.9e14 }],
    ["they are of another model", { model: "S19" }, { model: "M50" }],
    ["nothing but the address is the same", { hps: null }, { connection: { address: "10.1.4.42", agent: "x" }, lastSeenMs: 0, name: "other-9" }],
    ["nothing but size and agent is the same", {}, { connection: { address: "10.9.9.9", agent: connection.agent }, lastSeenMs: 0, name: "other-9" }],
  ] as const)("is none where %s", (_why, one, other) => {
    expect(likenessOf(newcomer(one), absent(other))).toBeNull();
  });

  test.each([
    ["the address came back at once", { name: "z", connection: { address: "10.1.4.42", agent: "" }, hps: null }, 65],
    ["it went a moment ago, with the same agent and size", { name: "z", connection: { address: "10.9.9.9", agent: connection.agent } }, 60],
    ["it was entered under a similar name and never came", { connection: null, lastSeenMs: null }, 55],
  ])("is enough where %s", (_why, other, score) => {
    expect(likenessOf(newcomer(), absent(other))?.score).toBe(score);
  });

  test("is enough where the worker is named by what stands on the sticker, and nothing else is known", () => {
    const unknown = { hps: null, connection: null };
    const stickered = absent({ ...unknown, name: "z", assetCode: "AM-S19XP-000123", lastSeenMs: 0 });
    expect(likenessOf(newcomer({ ...unknown, name: "am-s19xp-000123" }), stickered)).toEqual({ score: 60, reasons: ["its name is the asset code"] });
    expect(likenessOf(newcomer({ ...unknown, name: "am-s19xp-000124" }), stickered)).toBeNull();
  });

  test.each([
    ["s19-0042", "S19-0042-new", true],
    ["s19-0042", "farm_s19-0042", true],
    ["S19_42", "s19-0042", true],
    ["s19-0042", "s19-0043", false],
    ["s19-004", "s19-0042", false],
    ["a1", "a1-b", false],
    ["rig", "board", false],
  ])("the names %s and %s: %p", (one, other, alike) => {
    expect([similarNames(one, other), similarNames(other, one)]).toEqual([alike, alike]);
  });
});

describe("look-alikes", () => {
  function farm() {
    let nowMs = came;
    const control = openControl(":memory:", { now: () => nowMs, log: silentLog });
    const enrol = (name: string, address: string) => {
      const [rig] = control.rigs.enrol([{ fleetNo: 1, name, nominalHps: 1e14 }]);
      if (rig === undefined) throw new Error("not enrolled");
      control.connections.note([{ rigNo: rig.no, connection: { address, agent: "bmminer" } }]);
      return rig;
    };
    const fall = (no: number) => {
      control.rigs.setSeen([{ rigNo: no, atMs: nowMs }]);
      control.connections.note([{ rigNo: no, connection: null }]);
      control.rigs.setStatus([{ rigNo: no, status: "offline", reason: { code: "x", text: "x" } }]);
    };
    const pass = (ms: number) => {
      nowMs += ms;
    };
    return { control, enrol, fall, pass };
  }

  test("a machine that comes back under another name is found, by its address without the port; merged, it is nobody's any more", () => {
    const { control, enrol, fall, pass } = farm();
    const old = enrol("old-7", "10.0.0.7:4711");
    const other = enrol("old-8", "10.0.0.8:4712");
    pass(9 * 86_400_000);
    fall(old.no);
    fall(other.no);
    pass(3 * minute);
    const fresh = enrol("fresh", "10.0.0.7:9999");
    expect(control.lookAlikes.of(fresh).map(({ rig, reasons }) => [rig.id, reasons[0]])).toEqual([
      [old.id, "same address 10.0.0.7"],
      [other.id, "same agent"],
    ]);
    expect(control.lookAlikes.latest().map(({ rig, like }) => [rig.id, like.rig.id])).toEqual([[fresh.id, old.id]]);
    control.rigs.merge(fresh.id, old.id);
    expect(control.lookAlikes.latest()).toEqual([]);
    expect(control.lookAlikes.of(old)).toEqual([]);
  });

  test("one that has an asset code, is offline itself, or came a week ago is no newcomer", () => {
    const { control, enrol, fall, pass } = farm();
    const old = enrol("old-7", "10.0.0.7");
    fall(old.no);
    const fresh = enrol("fresh", "10.0.0.7");
    const now = () => control.rigs.byId(fresh.id) ?? fresh;
    expect(control.lookAlikes.of(now())).toHaveLength(1);
    control.rigs.update(fresh.id, { assetCode: "A-1" }, null);
    expect([control.lookAlikes.of(now()), control.lookAlikes.latest()]).toEqual([[], []]);
    control.rigs.update(fresh.id, { assetCode: null }, null);
    pass(8 * 86_400_000);
    expect(control.lookAlikes.of(now())).toEqual([]);
  });

  test("the newest newcomers are those that came last, whatever the numbers of other fleets' rigs", () => {
    const { control, enrol, fall, pass } = farm();
    const old = enrol("s19-7", "10.0.0.7");
    fall(old.no);
    pass(3 * minute);
    const other = control.fleets.create({ name: "other" });
    const fleetNo = other.ok ? other.value.no : 0;
    control.rigs.enrol(Array.from({ length: 60 }, (_, at) => ({ fleetNo, name: `b${at}`, nominalHps: null })));
    pass(1_000);
    const fresh = enrol("s19-7-new", "10.0.0.7");
    expect(fresh.no).toBeLessThan(60);
    expect(control.lookAlikes.latest().map(({ rig }) => rig.name)).toEqual(["s19-7-new"]);
  });
});
