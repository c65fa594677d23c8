import { describe, expect, test } from "bun:test";
import type { Control } from "../../src/control/control.ts";
import type { Rig } from "../../src/control/rig-row.ts";
import { addProfile, failureOf, must, refused, startMs, testControl } from "./test-control.ts";

const enrol = (control: Control, name: string, fleetNo = 1): Rig => {
  const [rig] = control.rigs.enrol([{ fleetNo, name, nominalHps: null }]);
  if (rig === undefined) throw new Error("not enrolled");
  return rig;
};
const serve = (control: Control, rigNo: number, contractNo: number | null) =>
  control.allocations.assign([{ rigNo, contractNo, reason: { code: "x", text: "x" }, decidedBy: "planner" }]);

describe("a worker name", () => {
  test("that a rig claimed leads to it, however often it logs in; given away again it makes a rig of its own", () => {
    const { control } = testControl();
    const rig = enrol(control, "a");
    expect(must(control.rigs.claimWorker(rig.id, "b"))).toEqual(rig);
    must(control.rigs.claimWorker(rig.id, "b"));
    must(control.rigs.claimWorker(rig.id, "a"));
    expect(control.rigs.workerNames(rig.no)).toEqual(["b"]);
    expect(control.rigs.aliases()).toEqual([{ fleetNo: 1, name: "b", rigNo: rig.no }]);
    expect(control.rigs.enrol(["c", "b", "a"].map((name) => ({ fleetNo: 1, name, nominalHps: null }))).map(({ name }) => name)).toEqual(["c", "a", "a"]);
    must(control.rigs.releaseWorker(rig.id, "b"));
    must(control.rigs.releaseWorker(rig.id, "b"));
    expect(enrol(control, "b").no).not.toBe(rig.no);
  });

  test("is one rig's alone", () => {
    const { control } = testControl();
    const [a, b] = [enrol(control, "a"), enrol(control, "b")];
    must(control.rigs.claimWorker(a.id, "c"));
    expect(failureOf(control.rigs.claimWorker(b.id, "a"))).toMatchObject({ problem: "taken", field: "name", rule: expect.stringContaining("merge") });
    expect(failureOf(control.rigs.claimWorker(b.id, "c"))).toMatchObject({ problem: "taken", rule: "is a worker name of rig a" });
    expect(refused(control.rigs.create({ name: "c", fleetNo: 1 }, "user:x"))).toBe("taken name");
    expect(refused(control.rigs.update(b.id, { name: "c" }, null))).toBe("taken name");
    expect(refused(control.rigs.claimWorker(b.id, "no.dot"))).toBe("invalid name");
    expect(refused(control.rigs.releaseWorker(a.id, "a"))).toBe("invalid name");
    expect(refused(control.rigs.claimWorker("rig_nobody", "x"))).toBe("missing");
    must(control.rigs.remove(a.id, null));
    expect(enrol(control, "c").no).toBeGreaterThan(b.no);
  });

  test("stays with a rig that people rename, for the machine knows nothing of it", () => {
    const { control } = testControl();
    const rig = enrol(control, "a");
    must(control.rigs.update(rig.id, { name: "S21-031" }, null));
    expect(control.rigs.workerNames(rig.no)).toEqual(["a"]);
    expect(enrol(control, "a").no).toBe(rig.no);
    must(control.rigs.update(rig.id, { name: "a" }, null));
    expect(control.rigs.workerNames(rig.no)).toEqual(["S21-031"]);
    expect(refused(control.rigs.update(rig.id, { name: "b", serial: "\u0007" }, null))).toBe("invalid serial");
    expect(control.rigs.workerNames(rig.no)).toEqual(["S21-031"]);
  });

  test("can be claimed 32 times and no more", () => {
    const { control } = testControl();
    const rig = enrol(control, "a");
    for (let count = 0; count < 32; count++) must(control.rigs.claimWorker(rig.id, `n${count}`));
    expect(refused(control.rigs.claimWorker(rig.id, "one-more"))).toBe("invalid name");
    must(control.rigs.claimWorker(rig.id, "n7"));
  });
});

describe("merging", () => {
  test("keeps one row with the names of both, and every number's history leads to it", () => {
    const { control, clock } = testControl();
    const kept = must(control.rigs.create({ name: "a", fleetNo: 1, model: "S19" }, "user:x"));
    clock.nowMs += 1_000;
    const gone = enrol(control, "b");
    must(control.rigs.update(gone.id, { serial: "SN1", model: "S21", location: { building: "A", row: "1", rack: null, position: null } }, null));
    must(control.rigs.claimWorker(gone.id, "c"));
    clock.nowMs += 1_000;
    const survivor = must(control.rigs.merge(gone.id, kept.id));
    expect(survivor).toMatchObject({
      no: kept.no,
      name: "a",
      model: "S19",
      serial: "SN1",
      location: { building: "A", row: "1" },
      firstSeenMs: startMs + 1_000,
    });
    expect(control.rigs.all().map(({ no }) => no)).toEqual([kept.no]);
    expect(control.rigs.workerNames(kept.no)).toEqual(["b", "c"]);
    expect(enrol(control, "b").no).toBe(kept.no);
    expect(control.rigs.numbersOf(kept.no)).toEqual([kept.no, gone.no]);
    expect(control.rigs.merged()).toEqual(new Map([[gone.no, kept.no]]));
    expect(control.rigs.survivorOf(gone.id)).toEqual(survivor);
    expect(control.allocations.openOf(gone.no)).toBeNull();
    expect(must(control.rigs.merge(gone.id, kept.id))).toEqual(survivor);
    const third = enrol(control, "third");
    must(control.rigs.merge(kept.id, third.id));
    expect(control.rigs.merged()).toEqual(
      new Map([
        [kept.no, third.no],
        [gone.no, third.no],
      ]),
    );
    expect(control.rigs.workerNames(third.no)).toEqual(["a", "b", "c"]);
  });

  test("is refused into itself, into nobody, of nobody, and of a rig that serves a contract; then nothing has changed", () => {
    const { control } = testControl();
    const [a, b] = [enrol(control, "a"), enrol(control, "b")];
    serve(control, a.no, 3);
    expect(refused(control.rigs.merge(b.id, b.id))).toBe("invalid into");
    expect(refused(control.rigs.merge(b.id, "rig_nobody"))).toBe("invalid into");
    expect(refused(control.rigs.merge("rig_nobody", b.id))).toBe("missing");
    expect(refused(control.rigs.merge(a.id, b.id))).toBe("in-use");
    expect(control.rigs.all()).toEqual([a, b]);
    must(control.rigs.merge(b.id, a.id));
    expect(control.allocations.openOf(a.no)?.contractNo).toBe(3);
  });
});

test("a rig goes into storage or is retired only when it serves nobody", () => {
  const { control } = testControl();
  const rig = enrol(control, "a");
  serve(control, rig.no, 3);
  expect(refused(control.rigs.update(rig.id, { lifecycle: "storage" }, null))).toBe("in-use");
  must(control.rigs.update(rig.id, { lifecycle: "maintenance" }, null));
  serve(control, rig.no, null);
  must(control.rigs.update(rig.id, { pinnedProfileNo: addProfile(control).profile.no }, null));
  expect(refused(control.rigs.update(rig.id, { lifecycle: "retired" }, null))).toBe("invalid lifecycle");
  must(control.rigs.update(rig.id, { pinnedProfileNo: null }, null));
  expect(must(control.rigs.update(rig.id, { lifecycle: "retired" }, null)).lifecycle).toBe("retired");
});
