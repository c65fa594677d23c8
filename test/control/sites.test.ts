import { describe, expect, test } from "bun:test";
import { holdAt } from "../../src/control/fleets.ts";
import { failureOf, must, refused, startMs, testControl } from "./test-control.ts";

describe("sites", () => {
  test("are named by fleets and rigs, and stay while they are", () => {
    const { control } = testControl();
    const site = must(control.sites.create({ name: "Linz", timezone: "Europe/Vienna" }));
    expect(site).toMatchObject({ name: "Linz", timezone: "Europe/Vienna", version: 1 });
    const main = control.fleets.ensureMain();
    must(control.fleets.update(main.id, { siteId: site.id }, null));
    const rig = must(control.rigs.create({ name: "a", fleetNo: main.no, siteId: site.id }, "user:x"));
    expect(failureOf(control.sites.remove(site.id, 1))).toMatchObject({
      problem: "in-use",
      usedBy: [
        { kind: "fleet", id: main.id, name: "main" },
        { kind: "rig", id: rig.id, name: "a" },
      ],
    });
    must(control.fleets.update(main.id, { siteId: null }, null));
    must(control.rigs.update(rig.id, { siteId: null }, null));
    must(control.sites.remove(site.id, 1));
    expect(control.sites.all()).toEqual([]);
    expect(refused(control.fleets.update(main.id, { siteId: site.id }, null))).toBe("invalid siteId");
    expect(refused(control.rigs.update(rig.id, { siteId: site.id }, null))).toBe("invalid siteId");
  });

  test.each([
    ["taken name", { name: "Linz" }],
    ["taken name", { name: "LINZ" }],
    ["taken name", { name: "øst" }],
    ["invalid name", { name: "" }],
    ["invalid timezone", { name: "x", timezone: "Atlantis/Capital" }],
    ["invalid timezone", { name: "x", timezone: "+01:00" }],
  ])("refuse %s", (expected, input) => {
    const { control } = testControl();
    must(control.sites.create({ name: "Linz" }));
    must(control.sites.create({ name: "Øst" }));
    expect(refused(control.sites.create(input))).toBe(expected);
  });

  test("may write their own name another way", () => {
    const { control } = testControl();
    const site = must(control.sites.create({ name: "Linz" }));
    expect(must(control.sites.update(site.id, { name: "LINZ" }, null)).name).toBe("LINZ");
  });
});

test("a held fleet is held until then, and not a moment longer", () => {
  const { control, clock } = testControl();
  const { id } = control.fleets.ensureMain();
  expect(refused(control.fleets.hold(id, { untilMs: startMs, reason: "x" }))).toBe("invalid held.untilMs");
  expect(refused(control.fleets.hold(id, { untilMs: startMs + 1, reason: "" }))).toBe("invalid held.reason");
  const held = must(control.fleets.hold(id, { untilMs: startMs + 1_000, reason: "new switch" }));
  expect(must(control.fleets.hold(id, { untilMs: startMs + 1_000, reason: "new switch" })).version).toBe(held.version);
  expect(holdAt(held, startMs + 999)).toEqual({ untilMs: startMs + 1_000, reason: "new switch" });
  expect(holdAt(held, startMs + 1_000)).toBeNull();
  clock.nowMs += 500;
  expect(must(control.fleets.hold(id, null)).held).toBeNull();
});
