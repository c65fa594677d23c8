import { expect, test } from "bun:test";
import fc from "fast-check";
import { gateRule, holdDownMs, LastHour, mayReturn, waveSize } from "../../src/health/pool-gate.ts";

test("the hold-down doubles with each failure of the last hour after the first, up to 30 minutes", () => {
  expect([0, 1, 2, 3, 4, 5, 60].map((failures) => holdDownMs(120_000, failures) / 1_000)).toEqual([120, 120, 240, 480, 960, 1_800, 1_800]);
  expect(holdDownMs(7_200_000, 5)).toBe(7_200_000);
  expect(holdDownMs(0, 9)).toBe(0);
});

test("whatever happens, four switches an hour at most where each return is followed by a leave", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1_000, max: 900_000 }), { maxLength: 200 }), (waits) => {
      const hour = new LastHour();
      const moments: number[] = [];
      let nowMs = 0;
      let away = false;
      for (const wait of waits) {
        nowMs += wait;
        if (away && !mayReturn(hour.count(nowMs))) continue;
        away = !away;
        hour.note(nowMs);
        moments.push(nowMs);
        expect(moments.filter((atMs) => nowMs - atMs < 3_600_000).length).toBeLessThanOrEqual(4);
      }
    }),
  );
});

test("two hundred rigs and more return in waves of 5 %, 25 %, all", () => {
  expect([0, 119_999, 120_000, 239_999, 240_000].map((sinceMs) => waveSize(1_000, sinceMs))).toEqual([50, 50, 250, 250, null]);
  expect(waveSize(199, 0)).toBeNull();
  expect(waveSize(200, 0)).toBe(10);
});

test("failures that follow each other within seconds are one", () => {
  const failures = new LastHour(gateRule.sameFailureMs);
  for (let second = 0; second < 36; second += 5) failures.note(second * 1_000);
  expect(failures.count(36_000)).toBe(3);
  expect(holdDownMs(1_000, failures.count(36_000))).toBe(4_000);
});
