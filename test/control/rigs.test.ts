import { describe, expect, test } from "bun:test";
import { EnrolmentError } from "../../src/control/enrolments.ts";
import type { RigFilter, RigPage } from "../../src/control/rig-list.ts";
import { addProfile, failureOf, must, refused, startMs, testControl } from "./test-control.ts";

const enrolment = (name: string, nominalHps: number | null = null) => ({ fleetNo: 1, name, nominalHps });

describe("light questions about many rigs", () => {
  test("counts by status and numbers by fleet leave removed rigs out", () => {
    const { control } = testControl();
    const fleetNo = control.fleets.all()[0]?.no ?? 0;
    const other = must(control.fleets.create({ name: "other" }));
    expect(control.rigs.countByStatus()).toEqual({ vetting: 0, online: 0, degraded: 0, offline: 0, rejecting: 0, flapping: 0, quarantined: 0 });
    const [a, b, c] = control.rigs.enrol(["a", "b", "c"].map((name) => ({ fleetNo, name, nominalHps: null })));
    const [d] = control.rigs.enrol([{ fleetNo: other.no, name: "d", nominalHps: null }]);
    control.rigs.setStatus([{ rigNo: b?.no ?? 0, status: "online", reason: { code: "vetted", text: "" } }]);
    must(control.rigs.remove(c?.id ?? "", null));
    expect(control.rigs.countByStatus()).toMatchObject({ vetting: 2, online: 1, offline: 0 });
    expect(control.rigs.numbersOfFleet(fleetNo)).toEqual([a?.no ?? 0, b?.no ?? 0]);
    expect(control.rigs.numbersOfFleet(other.no)).toEqual([d?.no ?? 0]);
    expect(control.rigs.numbersOfFleet(99)).toEqual([]);
  });
});

describe("enrolling", () => {
  test("gives each unknown rig a row, an allocation to the house and an event; known names give the known rig", () => {
    const { control } = testControl();
    const [a] = control.rigs.enrol([enrolment("a", 1e14)]);
    const rigs = control.rigs.enrol([enrolment("b"), enrolment("a"), enrolment("b")]);
    expect(rigs.map(({ name }) => name)).toEqual(["b", "a", "b"]);
    expect(rigs[1]).toEqual(a as never);
    expect(rigs[0]).toBe(rigs[2] as never);
    expect(control.rigs.all()).toHaveLength(2);
    expect(a).toMatchObject({ status: "vetting", lifecycle: "active", nominalHps: 1e14, nominalSource: "hint", firstSeenMs: startMs });
    expect(control.allocations.open().map(({ rigNo, contractNo, profileNo }) => ({ rigNo, contractNo, profileNo }))).toEqual(
      control.rigs.all().map(({ no }) => ({ rigNo: no, contractNo: null, profileNo: null })),
    );
    expect(control.events.latest(9).map(({ type, data }) => [type, data["name"]])).toEqual([
      ["rig.enrolled", "b"],
      ["rig.enrolled", "a"],
    ]);
  });

  test("what it answers is what is stored", () => {
    const { control } = testControl();
    for (const rig of control.rigs.enrol([enrolment("a", 5e13), enrolment("b")])) expect(control.rigs.byNo(rig.no)).toEqual(rig);
  });

  test("does not move a known rig back to the house", () => {
    const { control } = testControl();
    const [rig] = control.rigs.enrol([enrolment("a")]);
    control.allocations.assign([{ rigNo: rig?.no ?? 0, contractNo: 7, reason: { code: "x", text: "x" }, decidedBy: "planner" }]);
    control.rigs.enrol([enrolment("a"), enrolment("b")]);
    expect(control.allocations.openOf(rig?.no ?? 0)?.contractNo).toBe(7);
  });

  test.each(["", "a b", "ä", "a/b", "<b>", "x".repeat(65), "a\u0000"])("refuses the name %j, and the whole batch with it", (name) => {
    const { control } = testControl();
    expect(() => control.rigs.enrol([enrolment("fine"), enrolment(name)])).toThrow(EnrolmentError);
    expect(control.rigs.all()).toEqual([]);
    expect(refused(control.rigs.create({ fleetNo: 1, name }, "user:x"))).toBe("invalid name");
  });
});

describe("changing a rig", () => {
  test("works at the version that was seen, and only there", () => {
    const { control, clock } = testControl();
    const rig = must(control.rigs.create({ fleetNo: 1, name: "a", model: "S19", nominalHps: 95e12 }, "user:x"));
    expect(rig).toMatchObject({ version: 1, status: "offline", statusReason: { code: "never-connected" }, nominalSource: "declared" });
    clock.nowMs += 5;
    const changed = must(control.rigs.update(rig.id, { location: { building: "A", row: "1", rack: null, position: "7" }, notes: "two\nlines" }, 1));
    expect(changed).toEqual({
      ...rig,
      version: 2,
      updatedAtMs: startMs + 5,
      location: { building: "A", row: "1", rack: null, position: "7" },
      notes: "two\nlines",
    });
    expect(failureOf(control.rigs.update(rig.id, { model: "S21" }, 1))).toMatchObject({ problem: "stale", current: 2 });
    expect(must(control.rigs.update(rig.id, { model: "S21" }, null)).version).toBe(3);
    expect(refused(control.rigs.update("rig_nobody", {}, null))).toBe("missing");
  });

  test.each([
    ["invalid name", { name: "a b" }],
    ["taken name", { name: "other" }],
    ["taken assetCode", { assetCode: "AM-1" }],
    ["invalid fleetNo", { fleetNo: 99 }],
    ["invalid nominalHps", { nominalHps: Number.NaN }],
    ["invalid nominalHps", { nominalHps: 0 }],
    ["invalid nominalHps", { nominalHps: Number.POSITIVE_INFINITY }],
    ["invalid notes", { notes: "\u001b[2J" }],
    ["invalid model", { model: "a\u202eb" }],
    ["invalid location.rack", { location: { building: null, row: null, rack: "", position: null } }],
    ["invalid siteId", { siteId: "sit_x" }],
    ["invalid pinnedProfileNo", { pinnedProfileNo: 4_711 }],
  ])("refuses what breaks a rule: %s", (expected, patch) => {
    const { control } = testControl();
    must(control.rigs.create({ fleetNo: 1, name: "other", assetCode: "AM-1" }, "user:x"));
    const rig = must(control.rigs.create({ fleetNo: 1, name: "a" }, "user:x"));
    expect(refused(control.rigs.update(rig.id, patch, 1))).toBe(expected);
    expect(control.rigs.byId(rig.id)).toEqual(rig);
  });

  test("keeps a rig with its algorithm: neither another fleet's nor another profile's", () => {
    const { control } = testControl();
    const rig = must(control.rigs.create({ fleetNo: 1, name: "a" }, "user:x"));
    const scrypt = must(control.fleets.create({ name: "doge", algorithm: "scrypt" }));
    expect(refused(control.rigs.update(rig.id, { fleetNo: scrypt.no }, null))).toBe("invalid fleetNo");
    expect(refused(control.rigs.update(rig.id, { pinnedProfileNo: addProfile(control, "s", "scrypt").profile.no }, null))).toBe("invalid pinnedProfileNo");
    expect(must(control.rigs.update(rig.id, { pinnedProfileNo: addProfile(control).profile.no }, null)).pinnedProfileNo).toBe(2);
  });
});

describe("removing a rig", () => {
  test("is refused while it serves a contract; afterwards its name is free and its history stays", () => {
    const { control } = testControl();
    const [rig] = control.rigs.enrol([enrolment("a")]);
    const { no = 0, id = "" } = rig ?? {};
    const assign = (contractNo: number | null) =>
      control.allocations.assign([{ rigNo: no, contractNo, reason: { code: "x", text: "x" }, decidedBy: "planner" }]);
    assign(3);
    expect(failureOf(control.rigs.remove(id, 1))).toMatchObject({ problem: "in-use", count: 1, usedBy: [{ kind: "contract" }] });
    assign(null);
    must(control.rigs.remove(id, 1));
    expect(control.rigs.byId(id)).toBeNull();
    expect(control.rigs.all()).toEqual([]);
    expect(control.rigs.byNo(no)?.name).toBe("a");
    expect(control.allocations.openOf(no)).toBeNull();
    const [again] = control.rigs.enrol([enrolment("a")]);
    expect(again?.no).toBeGreaterThan(no);
  });
});

describe("what the hub notes", () => {
  test("a status begins when it changes, with an event; a new reason alone is silent; nobody's edit goes stale", () => {
    const { control, clock } = testControl();
    const [rig] = control.rigs.enrol([enrolment("a")]);
    const { no = 0, id = "" } = rig ?? {};
    clock.nowMs += 60_000;
    control.rigs.setStatus([{ rigNo: no, status: "online", reason: { code: "sprt", text: "enough shares" } }]);
    clock.nowMs += 60_000;
    control.rigs.setStatus([
      { rigNo: no, status: "online", reason: { code: "sprt", text: "still" } },
      { rigNo: 4_711, status: "online", reason: { code: "x", text: "nobody" } },
    ]);
    expect(control.rigs.byId(id)).toMatchObject({ status: "online", statusSinceMs: startMs + 60_000, statusReason: { text: "still" }, version: 1 });
    expect(control.events.ofSubject(id, 9).map(({ type }) => type)).toEqual(["rig.status-changed", "rig.enrolled"]);
  });

  test("last seen never goes back; a declared nominal hashrate stays", () => {
    const { control } = testControl();
    const rig = must(control.rigs.create({ fleetNo: 1, name: "a", nominalHps: 1e13 }, "user:x"));
    control.rigs.setSeen([
      { rigNo: rig.no, atMs: 20 },
      { rigNo: rig.no, atMs: 10 },
    ]);
    control.rigs.setNominal([{ rigNo: rig.no, nominalHps: 5, source: "learned" }]);
    expect(control.rigs.byNo(rig.no)).toMatchObject({ firstSeenMs: 20, lastSeenMs: 20, nominalHps: 1e13, version: 1 });
  });
});

describe("lists", () => {
  test("pages in the order of names, each rig once, though rigs come and go meanwhile", () => {
    const { control } = testControl();
    const names = Array.from({ length: 25 }, (_, index) => `rig-${index}`);
    control.rigs.enrol(names.map((name) => enrolment(name)));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: RigPage = must(control.rigs.list({ cursor, limit: 7 }));
      seen.push(...page.rows.map(({ name }) => name));
      cursor = page.next;
      control.rigs.enrol([enrolment(`a-late-${seen.length}`)]);
      const gone = control.rigs.byName(1, seen.at(-1) ?? "");
      if (gone !== null) must(control.rigs.remove(gone.id, null));
    } while (cursor !== null);
    expect(seen).toEqual([...names].sort());
    expect(refused(control.rigs.list({ cursor: "'; --", limit: 1 }))).toBe("invalid cursor");
  });

  const narrowed: [RigFilter, string[]][] = [
    [{}, ["a", "b", "c"]],
    [{ fleetNo: 2 }, ["c"]],
    [{ statuses: ["vetting"] }, ["a"]],
    [{ lifecycles: ["storage", "retired"] }, ["b"]],
    [{ parked: true }, ["b"]],
    [{ draining: false, fleetNo: 1 }, ["a", "b"]],
    [{ pinned: true }, ["c"]],
    [{ text: "s19%" }, ["b"]],
    [{ text: "_" }, []],
    [{ updatedSinceMs: startMs + 1 }, []],
  ];
  test.each(narrowed)("narrowed to %j", (filter, names) => {
    const { control } = testControl();
    const second = must(control.fleets.create({ name: "second" }));
    control.rigs.enrol([enrolment("a")]);
    must(control.rigs.create({ fleetNo: 1, name: "b", model: "S19% Pro", lifecycle: "storage", parked: true }, "user:x"));
    must(control.rigs.create({ fleetNo: second.no, name: "c", pinnedProfileNo: addProfile(control).profile.no }, "user:x"));
    expect(must(control.rigs.list({ limit: 9, filter })).rows.map(({ name }) => name)).toEqual(names);
  });
});
