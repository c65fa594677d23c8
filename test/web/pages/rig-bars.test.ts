import { describe, expect, test } from "bun:test";
import { rigBarMs, rigBars, rigStripOf } from "../../../src/web/pages/rig-bars.ts";
import type { WorkDay } from "../../../src/web/work-book.ts";

const lastMs = Date.UTC(2026, 10, 30, 12);
const fromMs = lastMs - rigBars * rigBarMs;
const hps = 1_000;
const dueHashes = (hps * rigBarMs) / 1_000;
const rig = { no: 5, nominalHps: hps, firstSeenMs: 0, lifecycle: "active" } as const;

/** A day that ends `agoMs` before the running hour does, in which rig 5 did all that was due but for its last hours, oldest first. */
function dayOf(parts: readonly number[], { agoMs = 1, gaps = [] as WorkDay["gaps"] } = {}): WorkDay {
  const works = new Float64Array(rigBars + 1).fill(dueHashes);
  parts.forEach((part, at) => {
    works[rigBars + 1 - parts.length + at] = part * dueHashes;
  });
  return { fromMs, asOfMs: lastMs + rigBarMs - agoMs, of: (no) => (no === 5 ? works : null), gaps };
}
const lastOf = (day: WorkDay, asked: Parameters<typeof rigStripOf>[1] = rig, count = 3) => rigStripOf(day, asked, 0.8).bars.slice(-count);
const delivered = (part: number, isShort = false) => ({ kind: "delivered" as const, part: expect.closeTo(part, 5), isShort });

describe("the strip of a rig", () => {
  test("is a bar for each hour of a day, over its nominal; short below what counts as degraded", () => {
    const strip = rigStripOf(dayOf([0.9, 0.7, 0]), rig, 0.8);
    expect([strip.bars.length, strip.by, strip.shortBelow]).toEqual([24, "nominal", 0.8]);
    expect(strip.bars.slice(-4)).toEqual([delivered(1), delivered(0.9), delivered(0.7, true), delivered(0, true)]);
  });

  test("a rig without a nominal is measured by its own best hour, and one that did nothing by nothing", () => {
    const strip = rigStripOf(dayOf([2, 1, 1]), { ...rig, nominalHps: null }, 0.8);
    expect([strip.by, ...strip.bars.slice(-4)]).toEqual(["best", delivered(0.5, true), delivered(1), delivered(0.5, true), delivered(0.5, true)]);
    expect(rigStripOf(dayOf([]), { ...rig, no: 6, nominalHps: null }, 0.8).bars.at(-1)).toEqual(delivered(0, true));
  });

  test("has no bar before the rig was known, and the hour in which it came is measured from then on", () => {
    const firstSeenMs = lastMs - rigBarMs / 2;
    expect(lastOf(dayOf([1, 0.5, 1]), { ...rig, firstSeenMs })).toEqual([{ kind: "none" }, delivered(1), delivered(1)]);
    expect(lastOf(dayOf([0, 0, 0]), { ...rig, firstSeenMs: null })).toEqual([{ kind: "none" }, { kind: "none" }, { kind: "none" }]);
  });

  test("where no hub was running there is no data, and an hour of which half is covered is measured by that half", () => {
    const gaps = [{ fromMs: lastMs - 2 * rigBarMs, toMs: lastMs - rigBarMs / 2 }];
    expect(lastOf(dayOf([0, 0.5, 1], { gaps }))).toEqual([{ kind: "no-data" }, delivered(1), delivered(1)]);
  });

  test("the hour that runs is drawn from two minutes on, and coloured from ten minutes on, for until then it is luck", () => {
    const runningFor = (minutes: number) => lastOf(dayOf([(0.7 * minutes) / 60], { agoMs: rigBarMs - minutes * 60_000 }), rig, 1);
    expect([1.9, 2, 9.9, 10].map((minutes) => runningFor(minutes)[0])).toEqual([{ kind: "early" }, delivered(0.7), delivered(0.7), delivered(0.7, true)]);
  });

  test("a rig out of use that did nothing has no bar, and one that worked has", () => {
    expect(lastOf(dayOf([1, 0, 0]), { ...rig, lifecycle: "maintenance" })).toEqual([delivered(1), { kind: "none" }, { kind: "none" }]);
  });
});
