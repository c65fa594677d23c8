import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  contractDetectionMinutes,
  contractSettingsOf,
  newContractHealth,
  newPlaceHealth,
  placeDetectionMinutes,
  placeSettingsOf,
  stepContract,
  stepPlace,
} from "../../src/health/contract-detector.ts";
import { seeded, seedOfRun } from "../support/seeded.ts";
import { poisson } from "../support/virtual-rig.ts";

const counted = (expected: number, accepted: number) => ({ expected, accepted, ms: 10_000 });

/** Median minutes until a contract of `rigs` rigs at 12 a minute is short. */
function shortAfter(rigs: number, ratio: number, period: "quick" | "normal"): number {
  const random = seeded(seedOfRun());
  const knobs = { sharesPerMinute: 12 * rigs, period };
  const settings = contractSettingsOf(knobs);
  const minutes = Array.from({ length: 60 }, () => {
    const state = newContractHealth();
    for (let step = 0; step < 60; step++) stepContract(state, counted(2 * rigs, poisson(2 * rigs, random)), settings);
    for (let step = 1; ; step++) if (stepContract(state, counted(2 * rigs, poisson(2 * rigs * ratio, random)), settings) !== null) return step / 6;
  });
  return minutes.sort((one, other) => one - other)[30] ?? 0;
}

/** Median minutes until a contract of 20 rigs at 12 a minute that was found short is full again, once it is. */
function fullAfter(foundAt: number): number {
  const random = seeded(seedOfRun());
  const settings = contractSettingsOf({ sharesPerMinute: 240, period: "normal" });
  const minutes = Array.from({ length: 60 }, () => {
    const state = newContractHealth();
    while (!state.short) stepContract(state, counted(40, poisson(40 * foundAt, random)), settings);
    for (let step = 1; ; step++) if (stepContract(state, counted(40, poisson(40, random)), settings) !== null) return step / 6;
  });
  return minutes.sort((one, other) => one - other)[30] ?? 0;
}

describe("a contract", () => {
  test("what was found to be much is seen to be over within minutes of its repair; what was little takes longer", () => {
    expect(fullAfter(0.36)).toBeWithin(1, 3);
    expect(fullAfter(0.92)).toBeWithin(3, 15);
  });

  test("the design's figures: 20 rigs show a tenth missing in about 12 minutes, 200 in 1.4", () => {
    expect(shortAfter(20, 0.9, "quick")).toBeWithin(9, 15);
    expect(shortAfter(200, 0.9, "quick")).toBeWithin(1, 2.2);
  });

  test("the time it is said to take is the time it takes", () => {
    for (const rigs of [5, 20]) {
      const ratio = contractDetectionMinutes({ sharesPerMinute: 12 * rigs, period: "normal" }, 0.9) / shortAfter(rigs, 0.9, "normal");
      expect(ratio).toBeWithin(0.75, 1.3);
    }
  });

  test("it says what is missing, and that it is full again", () => {
    const settings = contractSettingsOf({ sharesPerMinute: 240, period: "normal" });
    const state = newContractHealth();
    let verdict = null;
    for (let step = 0; step < 200 && verdict === null; step++) verdict = stepContract(state, counted(40, 34), settings);
    expect(verdict).toEqual({
      short: true,
      reason: {
        code: "below-promise",
        text: "about 85 % of the promise over the last 10 min: 1,972 shares where 2,320 were expected (evidence beyond the limit of 14.8)",
      },
    });
    expect(stepContract(state, counted(40, 34), settings)).toBeNull();
    for (let step = 0; step < 2_000 && state.short; step++) verdict = stepContract(state, counted(40, 41), settings);
    expect(verdict).toMatchObject({ short: false, reason: { code: "promise-met" } });
  });

  test("delivery in full is never short, however long", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 0, max: 40 }), (perStep, more) => {
        const settings = contractSettingsOf({ sharesPerMinute: perStep * 6, period: "quick" });
        const state = newContractHealth();
        for (let step = 0; step < 500; step++) expect(stepContract(state, counted(perStep, perStep + more), settings)).toBeNull();
      }),
      { seed: seedOfRun(), numRuns: 30 },
    );
  });
});

describe("a place", () => {
  const knobs = { toleranceBp: 2_000, sharesPerMinute: 12, period: "normal" } as const;

  test("a rig 30 % down is replaced once, with the tolerance in words; one 10 % down is not", () => {
    const settings = placeSettingsOf(knobs);
    const state = newPlaceHealth();
    const reasons = Array.from({ length: 400 }, () => stepPlace(state, counted(10, 7), settings)).filter((reason) => reason !== null);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]?.code).toBe("below-tolerance");
    expect(reasons[0]?.text).toMatch(/^about 70 % of nominal over the last \d+ (s|min): \d+ shares where \d+ were expected \(tolerance 20 %, limit 11\.\d\)$/);
    const other = newPlaceHealth();
    for (let step = 0; step < 5_000; step++) expect(stepPlace(other, counted(10, 9), settings)).toBeNull();
  });

  test("a tolerance out of range is refused by name, and its price can be told", () => {
    expect(() => placeSettingsOf({ ...knobs, toleranceBp: 500 })).toThrow("toleranceBp must be a number from 800 to 5000, not 500");
    expect(placeDetectionMinutes({ ...knobs, toleranceBp: 500 }, 500)).toBeNull();
    expect(placeDetectionMinutes({ ...knobs, toleranceBp: 600 }, 600)).toBeGreaterThan(300);
    expect(placeDetectionMinutes(knobs, 2_000)).toBeWithin(60, 130);
    expect(placeDetectionMinutes(knobs, 1_000)).toBeNull();
  });

  test("a wider tolerance and a greater loss are found sooner", () => {
    const tight = placeDetectionMinutes({ ...knobs, toleranceBp: 800 }, 800) ?? 0;
    const wide = placeDetectionMinutes({ ...knobs, toleranceBp: 3_000 }, 3_000) ?? 0;
    expect(wide).toBeLessThan(tight);
    expect(placeDetectionMinutes(knobs, 5_000) ?? 0).toBeLessThan(placeDetectionMinutes(knobs, 3_000) ?? 0);
  });
});
