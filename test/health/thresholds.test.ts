import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { badFor, type Cusum, rise, slopesOf } from "../../src/health/cusum.ts";
import { alarmsPerYear, detectionMinutes } from "../../src/health/detection-time.ts";
import { falsePerYear, healthLimits, periods, settingsOf } from "../../src/health/health-settings.ts";
import { emptyTally } from "../../src/health/rig-health.ts";
import { limitOf, meanRunLength, minutesPerYear } from "../../src/health/run-length.ts";
import { seeded, seedOfRun } from "../support/seeded.ts";
import { poisson } from "../support/virtual-rig.ts";

const random = seeded(seedOfRun());
const normal = { sharesPerMinute: 12, period: "normal", degradedBelowBp: 8_460 } as const;

/** Expected shares until the alarm, looked for after each `stepExpected` of them, over so many runs. */
function runLengths(cusum: Cusum, { ratio, stepExpected, runs }: { ratio: number; stepExpected: number; runs: number }): number[] {
  return Array.from({ length: runs }, () => {
    const tally = emptyTally();
    for (let steps = 1; ; steps++) {
      if (rise(tally, { expected: stepExpected, accepted: poisson(ratio * stepExpected, random), ms: 0 }, cusum)) return steps * stepExpected;
    }
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

describe("the mean run length", () => {
  test.each([
    [0.45, 0.95, 4],
    [0.45, 0.6, 6],
    [0.75, 0.9, 3],
    [0.75, 2 / 3, 8],
  ])("bad %d, ratio %d, limit %d: as simulated share by share", (bad, ratio, limit) => {
    const cusum = { good: 0.95, bad, ...slopesOf(0.95, bad), limit };
    // Steps small enough to be as good as a look at every instant.
    const simulated = mean(runLengths(cusum, { ratio, stepExpected: 0.05, runs: 600 }));
    const computed = meanRunLength(cusum, ratio, limit);
    expect(simulated / computed).toBeGreaterThan(0.88);
    expect(simulated / computed).toBeLessThan(1.12);
  });

  test("the limit is its inverse", () => {
    const slopes = slopesOf(0.95, 0.75);
    expect(meanRunLength(slopes, 1, limitOf(slopes, 1, 1e8))).toBeCloseTo(1e8, -6);
  });
});

describe("settings", () => {
  test("twelve shares a minute and normal give the design's limits", () => {
    const { severe, mild } = settingsOf(normal);
    expect(severe.limit).toBeCloseTo(15, 0);
    expect(mild.limit).toBeGreaterThan(10.3);
    expect(mild.limit).toBeLessThan(10.8);
    expect(mild.bad).toBeCloseTo(0.75, 2);
  });

  test("asked again they are the same object", () => {
    expect(settingsOf({ ...normal })).toBe(settingsOf({ ...normal }));
  });

  test("more patience, more shares, or a threshold farther down never lower a limit", () => {
    const knob = fc.record({
      sharesPerMinute: fc.double({ min: 1, max: 119, noNaN: true }),
      degradedBelowBp: fc.integer({ min: healthLimits.degradedBelowBpMin, max: healthLimits.degradedBelowBpMax }),
    });
    fc.assert(
      fc.property(knob, (knobs) => {
        const limits = periods.map((period) => settingsOf({ ...knobs, period }));
        const faster = settingsOf({ ...knobs, sharesPerMinute: knobs.sharesPerMinute + 1, period: "quick" });
        const [quick, usual, sure] = limits;
        if (quick === undefined || usual === undefined || sure === undefined) throw new Error("three periods");
        for (const by of ["severe", "mild"] as const) {
          expect(quick[by].limit).toBeLessThan(usual[by].limit);
          expect(usual[by].limit).toBeLessThan(sure[by].limit);
          expect(faster[by].limit).toBeGreaterThanOrEqual(quick[by].limit);
        }
        expect(usual.mild.perExpected / usual.mild.perAccepted).toBeCloseTo(knobs.degradedBelowBp / 10_000, 6);
      }),
      { seed: seedOfRun(), numRuns: 40 },
    );
  });

  test("a knob out of range is named with its rule", () => {
    expect(() => settingsOf({ ...normal, degradedBelowBp: 9_500 })).toThrow("degradedBelowBp must be a number from 5000 to 9200, not 9500");
    expect(() => settingsOf({ ...normal, sharesPerMinute: Number.NaN })).toThrow("sharesPerMinute must be a number from 1 to 120, not NaN");
  });

  test("the threshold is where a CUSUM is drawn neither way", () => {
    expect(badFor(0.95, 0.846)).toBeCloseTo(0.75, 3);
  });
});

describe("how long it takes", () => {
  test.each([
    [0.5, "severe"],
    [2 / 3, "mild"],
  ] as const)("%d of nominal by the %s test: the median as simulated by steps of ten seconds", (ratio, name) => {
    const cusum = settingsOf(normal)[name];
    const simulated = median(runLengths(cusum, { ratio, stepExpected: 2, runs: 400 })) / 12;
    const computed = detectionMinutes(cusum, { ratio, sharesPerMinute: 12 });
    // The computed one begins with the little evidence that every rig has.
    expect(computed / simulated).toBeGreaterThan(0.85);
    expect(computed / simulated).toBeLessThan(1.05);
  });

  test("the design's figures: a lost board of three in 18.7 minutes at 12 a minute, at most 12 at 20", () => {
    expect(detectionMinutes(settingsOf(normal).mild, { ratio: 2 / 3, sharesPerMinute: 12 })).toBeCloseTo(18.7, 0);
    const faster = settingsOf({ ...normal, sharesPerMinute: 20 });
    expect(detectionMinutes(faster.mild, { ratio: 2 / 3, sharesPerMinute: 20 })).toBeLessThan(12);
  });

  test("a smaller loss takes longer, the 95th percentile longer than the median", () => {
    const { mild } = settingsOf(normal);
    const minutes = [0, 0.25, 0.5, 0.7, 0.8, 0.9].map((ratio) => detectionMinutes(mild, { ratio, sharesPerMinute: 12 }));
    expect(minutes).toEqual([...minutes].sort((one, other) => one - other));
    expect(detectionMinutes(mild, { ratio: 0.7, sharesPerMinute: 12 }, 0.95)).toBeGreaterThan(detectionMinutes(mild, { ratio: 0.7, sharesPerMinute: 12 }));
  });

  test("false alarms by steps are a little fewer than the run length says, and never more than the period allows", () => {
    for (const period of periods) {
      const { severe, mild, sharesPerMinute } = settingsOf({ ...normal, period });
      const yearly = [severe, mild].map((cusum) => alarmsPerYear(cusum, { ratio: 1, sharesPerMinute }));
      const bound = [severe, mild].map((cusum) => (sharesPerMinute * minutesPerYear) / meanRunLength(cusum, 1, cusum.limit));
      expect((yearly[0] ?? 1) / (bound[0] ?? 1)).toBeGreaterThan(0.3);
      expect((yearly[1] ?? 1) / (bound[1] ?? 1)).toBeGreaterThan(0.5);
      expect((yearly[0] ?? 1) + (yearly[1] ?? 1)).toBeLessThan(falsePerYear[period]);
    }
  });

  test("at a low limit they come as often as simulated", () => {
    const cusum = { ...settingsOf(normal).mild, limit: 3 };
    const simulated = (12 * minutesPerYear) / mean(runLengths(cusum, { ratio: 1, stepExpected: 2, runs: 300 }));
    const computed = alarmsPerYear(cusum, { ratio: 1, sharesPerMinute: 12 });
    expect(computed / simulated).toBeGreaterThan(0.8);
    expect(computed / simulated).toBeLessThan(1.2);
  });
});
