import { describe, expect, test } from "bun:test";
import { numberOf, positionIn } from "../../src/control/rack-position.ts";
import { failureOf, must, refused, testControl } from "./test-control.ts";

const size = { levels: 4, slots: 6 };

describe("a position in a rack", () => {
  test.each([
    ["3-2", 3, 2],
    ["3/2", 3, 2],
    ["3.2", 3, 2],
    ["3 2", 3, 2],
    ["L3S2", 3, 2],
    ["l3-s2", 3, 2],
    ["03-02", 3, 2],
    ["1", 1, 1],
    ["6", 1, 6],
    ["7", 2, 1],
    ["017", 3, 5],
    ["24", 4, 6],
  ])("%s is level %i, slot %i", (text, level, slot) => expect(positionIn(size, text)).toEqual({ level, slot }));

  test.each(["0", "25", "5-1", "1-7", "0-1", "1-0", "L12", "S2", "front", "", "3-2-1", "-3", "1e1", "3--2", "9".repeat(30)])("%p is none", (text) =>
    expect(positionIn(size, text)).toBeNull(),
  );

  test("counts along each level", () => {
    for (let no = 1; no <= 24; no += 1) expect(numberOf(size, positionIn(size, String(no)) ?? { level: 0, slot: 0 })).toBe(no);
  });
});

const place = (rack: string | null, position: string | null, more = {}) => ({ location: { building: "B1", row: "R3", rack, position, ...more } });

function row() {
  const { control } = testControl();
  const site = must(control.sites.create({ name: "Linz" }));
  const rack = must(control.racks.create({ siteId: site.id, building: "B1", row: "R3", name: "K1", ...size }));
  const rig = must(control.rigs.create({ name: "a", fleetNo: 1, siteId: site.id }, "user:x"));
  return { control, site, rack, rig };
}

describe("racks", () => {
  test("have one name in a row, whatever the case, and may have it in another", () => {
    const { control, site, rack } = row();
    const twin = { siteId: site.id, building: "b1", row: "r3", name: "k1", levels: 1, slots: 1 };
    expect(refused(control.racks.create(twin))).toBe("taken name");
    const other = must(control.racks.create({ ...twin, row: "R4" }));
    expect(refused(control.racks.update(other.id, { row: "R3" }, null))).toBe("taken name");
    must(control.racks.create({ ...twin, siteId: null }));
    must(control.racks.remove(rack.id, 1));
    must(control.racks.update(other.id, { row: "R3" }, null));
  });

  test.each([
    ["invalid levels", { levels: 0 }],
    ["invalid levels", { levels: 51 }],
    ["invalid slots", { slots: 1.5 }],
    ["invalid name", { name: "" }],
    ["invalid building", { building: "" }],
    ["invalid siteId", { siteId: "sit_none" }],
  ])("refuse %s", (expected, more) => {
    const { control, rack } = row();
    expect(refused(control.racks.update(rack.id, more, null))).toBe(expected);
  });

  test("keep their site", () => {
    const { control, site, rack, rig } = row();
    must(control.rigs.update(rig.id, { siteId: null }, null));
    expect(failureOf(control.sites.remove(site.id, null))).toMatchObject({ problem: "in-use", usedBy: [{ kind: "rack", id: rack.id, name: "K1" }] });
  });
});

describe("a rig", () => {
  test("is put where the rack has a place, and told what it has where not", () => {
    const { control, rig } = row();
    const failure = failureOf(control.rigs.update(rig.id, place("K1", "5-1"), null));
    expect(failure).toMatchObject({ problem: "invalid", field: "location.position" });
    expect(failure.rule).toContain("rack K1 (levels 1 to 4 from the floor up, slots 1 to 6 from the left)");
    expect(failure.rule).toContain("a number from 1 to 24");
    expect(must(control.rigs.update(rig.id, place("k1", "L3S2"), null)).location).toMatchObject({ rack: "k1", position: "L3S2" });
    expect(refused(control.rigs.tryFields(null, { name: "b", fleetNo: 1, siteId: rig.siteId, ...place("K1", "x") }))).toBe("invalid location.position");
  });

  test("says in free words where it stands while no rack of that name is described", () => {
    const { control, rig } = row();
    must(control.rigs.update(rig.id, place("K2", "behind the door"), null));
    must(control.rigs.update(rig.id, place("K1", "behind the door", { row: "R4" }), null));
    must(control.rigs.update(rig.id, place("K1", null), null));
  });

  test("that stood somewhere before its rack was described can still be changed, but not moved to another place that is none", () => {
    const { control, site, rig } = row();
    must(control.rigs.update(rig.id, place("K2", "door"), null));
    must(control.racks.create({ siteId: site.id, building: "B1", row: "R3", name: "K2", ...size }));
    expect(must(control.rigs.update(rig.id, { notes: "fan", ...place("K2", "door") }, null)).notes).toBe("fan");
    expect(refused(control.rigs.update(rig.id, place("K2", "window"), null))).toBe("invalid location.position");
  });
});
