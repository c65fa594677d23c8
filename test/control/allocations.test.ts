import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Allocation } from "../../src/control/allocations.ts";
import { must, startMs, testControl } from "./test-control.ts";

const reason = { code: "test", text: "because" };
const whole = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 500 };

type Step = { advanceMs: number; moves: { rig: number; contractNo: number | null; fraction: number }[] };

const step: fc.Arbitrary<Step> = fc.record({
  // Clocks are set back now and then.
  advanceMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: -30, max: 0 })),
  moves: fc.array(
    fc.record({ rig: fc.integer({ min: 0, max: 3 }), contractNo: fc.option(fc.integer({ min: 1, max: 3 })), fraction: fc.constantFrom(1, 0.25) }),
    {
      maxLength: 5,
    },
  ),
});

/** Runs the steps against the table and against a plain list of what was in force from when. */
function play(steps: Step[]) {
  const { control, clock } = testControl();
  const rigs = control.rigs.enrol(["a", "b", "c", "d"].map((name) => ({ fleetNo: 1, name, nominalHps: null })));
  const model = new Map(rigs.map(({ no }) => [no, [{ fromMs: startMs, contractNo: null as number | null, fraction: 1 }]]));
  for (const { advanceMs, moves } of steps) {
    clock.nowMs += advanceMs;
    const list = moves.map(({ rig, contractNo, fraction }) => ({ rigNo: rigs[rig]?.no ?? 0, contractNo, fraction, reason, decidedBy: "planner" }));
    const answered = control.allocations.assign(list);
    expect(answered.map(({ rigNo, contractNo, fraction }) => ({ rigNo, contractNo, fraction }))).toEqual(
      list.map(({ rigNo, contractNo, fraction }) => ({ rigNo, contractNo, fraction })),
    );
    for (const { rigNo, contractNo, fraction } of list) {
      const last = model.get(rigNo)?.at(-1);
      if (last === undefined || (last.contractNo === contractNo && last.fraction === fraction)) continue;
      model.get(rigNo)?.push({ fromMs: Math.max(clock.nowMs, last.fromMs), contractNo, fraction });
    }
  }
  return { control, model, rigs, endMs: Math.max(clock.nowMs, startMs) + 100 };
}

describe("any sequence of assignments", () => {
  test("leaves no gap and no overlap, and exactly one open allocation per rig", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { control, rigs } = play(steps);
        expect(
          control.allocations
            .open()
            .map(({ rigNo }) => rigNo)
            .sort(),
        ).toEqual(rigs.map(({ no }) => no).sort());
        for (const { no } of rigs) {
          const rows = must(control.allocations.range({ ...whole, rigNos: [no] })).rows;
          expect(rows[0]?.fromMs).toBe(startMs);
          expect(rows.at(-1)?.toMs).toBeNull();
          for (const [index, row] of rows.slice(1).entries()) expect(rows[index]?.toMs).toBe(row.fromMs);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("is answered by at() as a plain list would", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, part) => {
        const { control, model, endMs } = play(steps);
        const atMs = startMs + Math.floor((endMs - startMs) * part);
        const expected = [...model].map(([rigNo, entries]) => {
          const inForce = entries.findLast(({ fromMs }) => fromMs <= atMs);
          return { rigNo, contractNo: inForce?.contractNo ?? null, fraction: inForce?.fraction ?? 0 };
        });
        expect(control.allocations.at(atMs).map(({ rigNo, contractNo, fraction }) => ({ rigNo, contractNo, fraction }))).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});

describe("allocations", () => {
  test("a rig that is there already keeps its row and its first reason", () => {
    const { control, clock } = testControl();
    const [rig] = control.rigs.enrol([{ fleetNo: 1, name: "a", nominalHps: null }]);
    clock.nowMs += 1_000;
    const [kept] = control.allocations.assign([{ rigNo: rig?.no ?? 0, reason, decidedBy: "planner" }]);
    expect(kept).toMatchObject({ fromMs: startMs, toMs: null, reason: { code: "enrolled" } });
  });

  test("all of a list or nothing of it", () => {
    const { control } = testControl();
    const [rig] = control.rigs.enrol([{ fleetNo: 1, name: "a", nominalHps: null }]);
    const list = [rig?.no ?? 0, 4_711].map((rigNo) => ({ rigNo, contractNo: 9, reason, decidedBy: "planner" }));
    expect(() => control.allocations.assign(list)).toThrow(/FOREIGN KEY/);
    expect(control.allocations.openOf(rig?.no ?? 0)?.contractNo).toBeNull();
  });

  test("range() gives what was in force at any moment of the window, page by page, half-open at both ends", () => {
    const { control, clock } = testControl();
    const [rig] = control.rigs.enrol([{ fleetNo: 1, name: "a", nominalHps: null }]);
    for (const contractNo of [1, 2, 3, 4]) {
      clock.nowMs += 10;
      control.allocations.assign([{ rigNo: rig?.no ?? 0, contractNo, reason, decidedBy: "planner" }]);
    }
    const contracts = (rows: Allocation[]) => rows.map(({ contractNo }) => contractNo);
    const window = { fromMs: startMs + 10, toMs: startMs + 30 };
    expect(contracts(must(control.allocations.range({ ...window, limit: 10 })).rows)).toEqual([1, 2]);
    expect(contracts(must(control.allocations.range({ ...window, contractNo: 2, limit: 10 })).rows)).toEqual([2]);
    const first = must(control.allocations.range({ ...whole, limit: 3 }));
    expect(contracts(first.rows)).toEqual([null, 1, 2]);
    const second = must(control.allocations.range({ ...whole, limit: 3, cursor: first.next }));
    expect(contracts(second.rows)).toEqual([3, 4]);
    expect(second.next).toBeNull();
    expect(control.allocations.range({ ...whole, cursor: "x" })).toMatchObject({ ok: false, field: "cursor" });
  });
});

test("replacements of a contract are counted since a moment, those of rigs that left again too", () => {
  const { control, clock } = testControl();
  const rigs = control.rigs.enrol(["a", "b", "c"].map((name) => ({ fleetNo: 1, name, nominalHps: null })));
  const [a = 0, b = 0, c = 0] = rigs.map(({ no }) => no);
  const give = (rigNo: number, contractNo: number | null, code: string) => {
    clock.nowMs += 1_000;
    control.allocations.assign([{ rigNo, contractNo, reason: { code, text: "x" }, decidedBy: "planner" }]);
  };
  give(a, 1, "replaces");
  const sinceMs = clock.nowMs + 1;
  give(b, 1, "replaces");
  give(b, null, "replaced");
  give(c, 1, "replaces");
  give(a, 2, "replaces");
  expect([control.allocations.replacementsSince(1, sinceMs), control.allocations.replacementsSince(1, 0)]).toEqual([2, 3]);
});

test("a rig that was entered and has never come has served nobody, and its nominal is none of the fleet's yet", () => {
  const { control } = testControl();
  const [came] = control.rigs.enrol([{ fleetNo: 1, name: "came", nominalHps: 100 }]);
  must(control.rigs.create({ fleetNo: 1, name: "ordered", nominalHps: 900 }, "user:u"));
  const range = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, afterRigNo: 0, limit: 10 };
  expect(control.allocations.rigsBetween(range)).toEqual([came?.no ?? 0]);
  expect(control.rigs.countByFleet().map(({ count, nominalHps, unseen }) => ({ count, nominalHps, unseen }))).toEqual([
    { count: 1, nominalHps: null, unseen: 1 },
    { count: 1, nominalHps: 100, unseen: 0 },
  ]);
});
