import { expect, test } from "bun:test";
import fc from "fast-check";
import { fractionAtLeast, sliceLimits, sliceTurn } from "../../src/schedule/sliced-rig.ts";
import { seedOfRun } from "../support/seeded.ts";

const seed = seedOfRun();
const quarterHourMs = 900_000;

/** Milliseconds of [fromMs, toMs) that a contract is served, turn by turn. */
function servedMs(rigNo: number, parts: { contractNo: number; fraction: number }[], range: { fromMs: number; toMs: number; contractNo: number }): number {
  let sum = 0;
  for (let atMs = range.fromMs; atMs < range.toMs; ) {
    const turn = sliceTurn(rigNo, parts, atMs);
    expect(turn.untilMs).toBeGreaterThan(atMs);
    const untilMs = Math.min(turn.untilMs, range.toMs);
    if (turn.contractNo === range.contractNo) sum += untilMs - atMs;
    atMs = untilMs;
  }
  return sum;
}

test("over any quarter of an hour each gets its part, to the second, wherever it begins", () => {
  const cases = fc.record({
    rigNo: fc.integer({ min: 1, max: 100_000 }),
    seconds: fc.integer({ min: 30, max: 270 }),
    fromMs: fc.integer({ min: 0, max: 2 ** 41 }),
  });
  fc.assert(
    fc.property(cases, ({ rigNo, seconds, fromMs }) => {
      const parts = [{ contractNo: 4, fraction: seconds / 300 }];
      expect(servedMs(rigNo, parts, { fromMs, toMs: fromMs + quarterHourMs, contractNo: 4 })).toBe(3 * seconds * 1000);
      expect(servedMs(rigNo, parts, { fromMs, toMs: fromMs + quarterHourMs, contractNo: 0 })).toBe(quarterHourMs - 3 * seconds * 1000);
    }),
    { seed },
  );
});

test("a rig that serves one alone never switches", () => {
  expect(sliceTurn(1, [], 5)).toEqual({ contractNo: 0, untilMs: Number.POSITIVE_INFINITY });
  expect(sliceTurn(1, [{ contractNo: 3, fraction: 1 }], 5)).toEqual({ contractNo: 3, untilMs: Number.POSITIVE_INFINITY });
});

test("parts that make more than a rig are refused", () => {
  expect(() =>
    sliceTurn(
      1,
      [
        { contractNo: 3, fraction: 0.6 },
        { contractNo: 4, fraction: 0.6 },
      ],
      5,
    ),
  ).toThrow(RangeError);
});

test("rigs do not switch at once", () => {
  const turns = new Set(Array.from({ length: 100 }, (_, at) => sliceTurn(at, [{ contractNo: 1, fraction: 0.5 }], 0).untilMs));
  expect(turns.size).toBeGreaterThan(90);
});

test("a part is whole seconds, no slice is shorter than 30 s, and none is less than was wanted", () => {
  expect([0.001, 0.1, 0.5, 0.5001, 0.9, 0.9001, 1.2].map(fractionAtLeast)).toEqual([0.1, 0.1, 0.5, 151 / 300, 0.9, 1, 1]);
  expect(fractionAtLeast(0.1) * sliceLimits.cycleMs).toBe(sliceLimits.sliceMsMin);
});
