import { expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";

function farm(nominalHps: number | null = 1e14) {
  const control = openControl(":memory:", { now: () => 1_000, log: silentLog });
  const [rig] = control.rigs.enrol([{ fleetNo: 1, name: "r1", nominalHps }]);
  if (rig === undefined) throw new Error("not enrolled");
  const row = () => control.rigs.byNo(rig.no);
  const told = () => control.events.ofSubject(rig.id, 10).filter(({ type }) => type === "rig.status-changed");
  return { control, rig, row, told };
}

test("a rig is quarantined with its reason and an event, once; released it is vetted anew", () => {
  const { control, rig, row, told } = farm();
  const edits = control.rigs.edits();
  for (let time = 0; time < 2; time += 1) expect(control.rigs.say(rig.id, { word: "quarantine", why: "quarantined by kari" }).ok).toBe(true);
  expect(row()).toMatchObject({ status: "quarantined", statusReason: { code: "quarantined", text: "quarantined by kari" }, version: 2 });
  expect(edits()).toEqual([rig.no]);
  control.rigs.say(rig.id, { word: "release", why: "released by kari" });
  expect(row()).toMatchObject({ status: "vetting", statusReason: { code: "released" } });
  expect(told().map(({ data }) => [data["from"], data["to"]])).toEqual([
    ["quarantined", "vetting"],
    ["vetting", "quarantined"],
  ]);
});

test("a rig is passed out of vetting; one without a nominal, or that is offline, is not", () => {
  const { control, rig, row } = farm();
  expect(control.rigs.say(rig.id, { word: "pass", why: "passed by kari" }).ok).toBe(true);
  expect(row()).toMatchObject({ status: "online", statusReason: { code: "passed" } });
  control.rigs.setStatus([{ rigNo: rig.no, status: "offline", reason: { code: "x", text: "x" } }]);
  expect(control.rigs.say(rig.id, { word: "pass", why: "" })).toMatchObject({ problem: "conflict", rule: "is offline, not in vetting" });
  const unrated = farm(null);
  expect(unrated.control.rigs.say(unrated.rig.id, { word: "pass", why: "" })).toMatchObject({
    problem: "conflict",
    rule: expect.stringContaining("no nominal"),
  });
  expect(unrated.row()?.status).toBe("vetting");
});

test("who asks which rigs were edited hears of none that was rolled back, and of others only once they are on disk", () => {
  const { control, rig } = farm();
  const edits = control.rigs.edits();
  expect(() =>
    control.transaction(() => {
      control.rigs.update(rig.id, { parked: true }, null);
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(edits()).toEqual([]);
  control.transaction(() => {
    control.rigs.update(rig.id, { parked: true }, null);
    expect(edits()).toEqual([]);
  });
  expect(edits()).toEqual([rig.no]);
});
