import { describe, expect, test } from "bun:test";
import type { MaintenanceSubject } from "../../src/control/maintenance.ts";
import { failureOf, must, refused, startMs, testControl } from "./test-control.ts";

const hourMs = 3_600_000;
const later = { fromMs: startMs + hourMs, toMs: startMs + 2 * hourMs, reason: "new switch" };

/** Two sites; `far` is a fleet at the second with one rig; the rig `visitor` of `main` stands at the second as well. */
function farm() {
  const { control, clock } = testControl();
  const [here, there] = ["here", "there"].map((name) => must(control.sites.create({ name })));
  if (here === undefined || there === undefined) throw new Error("no sites");
  const main = control.fleets.ensureMain();
  must(control.fleets.update(main.id, { siteId: here.id }, null));
  const far = must(control.fleets.create({ name: "far", siteId: there.id }));
  const rig = (name: string, more: object = {}) => must(control.rigs.create({ name, fleetNo: main.no, ...more }, "user:x"));
  const inRack = (row: string | null, rack: string | null) => ({ location: { building: "A", row, rack, position: null } });
  const rigs = {
    a: rig("a", inRack("1", "7")),
    b: rig("b", inRack("2", "7")),
    c: rig("c"),
    visitor: rig("visitor", { siteId: there.id, ...inRack("1", "7") }),
    far: rig("far", { fleetNo: far.no }),
  };
  return { control, clock, here, there, main, far, rigs };
}

describe("a maintenance window", () => {
  test("means the rigs of its subject as they are when one asks", () => {
    const { control, here, there, main, rigs } = farm();
    const names = (subject: MaintenanceSubject) =>
      control.maintenance
        .rigsOf(subject)
        .map((no) => control.rigs.byNo(no)?.name)
        .sort();
    const rack = { kind: "rack", siteId: here.id, building: null, row: null, rack: "7" } as const;
    expect(names({ kind: "fleet", fleetNo: main.no })).toEqual(["a", "b", "c", "visitor"]);
    expect(names({ kind: "site", siteId: here.id })).toEqual(["a", "b", "c"]);
    expect(names({ kind: "site", siteId: there.id })).toEqual(["far", "visitor"]);
    expect(names(rack)).toEqual(["a", "b"]);
    expect(names({ ...rack, row: "2" })).toEqual(["b"]);
    expect(names({ ...rack, building: "B" })).toEqual([]);
    const both: MaintenanceSubject = { kind: "rigs", rigNos: [rigs.a.no, rigs.b.no] };
    expect(names(both)).toEqual(["a", "b"]);
    must(control.rigs.merge(rigs.a.id, rigs.c.id));
    expect(names(both)).toEqual(["b", "c"]);
    must(control.rigs.remove(rigs.b.id, null));
    expect(names(both)).toEqual(["c"]);
  });

  test("is told to the planner while it is on and as long before as he asks", () => {
    const { control, main } = farm();
    const window = must(control.maintenance.create({ ...later, subject: { kind: "fleet", fleetNo: main.no } }));
    const told = (nowMs: number, aheadMs: number) => control.maintenance.activeOrSoon(nowMs, aheadMs).map(({ no, rigNos }) => [no, rigNos.length]);
    expect(told(startMs, hourMs)).toEqual([]);
    expect(told(startMs, hourMs + 1)).toEqual([[window.no, 4]]);
    expect(told(later.fromMs, 0)).toEqual([[window.no, 4]]);
    expect(told(later.toMs - 1, 0)).toEqual([[window.no, 4]]);
    expect(told(later.toMs, hourMs)).toEqual([]);
    must(control.maintenance.remove(window.id, 1));
    expect(told(later.fromMs, 0)).toEqual([]);
  });

  test("keeps its site and its fleet until it is over", () => {
    const { control, clock } = testControl();
    const site = must(control.sites.create({ name: "s" }));
    const fleet = must(control.fleets.create({ name: "f" }));
    must(control.maintenance.create({ ...later, subject: { kind: "site", siteId: site.id } }));
    must(control.maintenance.create({ ...later, subject: { kind: "fleet", fleetNo: fleet.no } }));
    expect(failureOf(control.sites.remove(site.id, 1))).toMatchObject({ problem: "in-use", usedBy: [{ kind: "maintenance", name: "new switch" }] });
    expect(refused(control.fleets.remove(fleet.id, 1))).toBe("in-use");
    clock.nowMs = later.toMs;
    must(control.sites.remove(site.id, 1));
    must(control.fleets.remove(fleet.id, 1));
  });

  test.each([
    ["invalid to", { toMs: later.fromMs }],
    ["invalid to", { toMs: later.fromMs + 90 * 86_400_000 + 1 }],
    ["invalid reason", { reason: "" }],
    ["invalid subject.fleet_id", { subject: { kind: "fleet", fleetNo: 99 } as const }],
    ["invalid subject.site_id", { subject: { kind: "site", siteId: "sit_x" } as const }],
    ["invalid subject.rig_ids", { subject: { kind: "rigs", rigNos: [] } as const }],
    ["invalid subject.rig_ids", { subject: { kind: "rigs", rigNos: [99] } as const }],
  ])("refuses %s", (expected, patch) => {
    const { control, main } = farm();
    const fine = { ...later, subject: { kind: "fleet", fleetNo: main.no } as const };
    expect(refused(control.maintenance.create({ ...fine, ...patch } as never))).toBe(expected);
    const window = must(control.maintenance.create(fine));
    expect(refused(control.maintenance.update(window.id, patch as never, 1))).toBe(expected);
    expect(control.maintenance.byId(window.id)).toEqual(window);
  });
});
