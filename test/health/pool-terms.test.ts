import { expect, test } from "bun:test";
import { JobGaps } from "../../src/health/pool-silence.ts";
import { FloodWatch, Held, sharesInTwoMinutes } from "../../src/health/pool-terms.ts";
import { quantile } from "../../src/health/quantile.ts";

test("shares in two minutes: 100 TH/s at the difficulty of one share a minute sees two", () => {
  const oneAMinute = (100e12 * 60) / 2 ** 32;
  expect(sharesInTwoMinutes(100e12, oneAMinute, 2 ** 32)).toBeCloseTo(2, 9);
});

const gaps: [name: string, everyMs: number[], deadAfterMs: number][] = [
  ["without jobs", [], 90_000],
  ["with too few jobs to tell", Array(8).fill(60_000), 90_000],
  ["with a job each 20 s", Array(40).fill(20_000), 90_000],
  ["with a job each 45 s", Array(40).fill(45_000), 135_000],
  ["with a job each 80 s", Array(40).fill(80_000), 180_000],
  ["with one long gap among many", [...Array(60).fill(10_000), 170_000], 90_000],
];
for (const [name, everyMs, deadAfterMs] of gaps) {
  test(`a pool ${name} is dead after ${deadAfterMs / 1_000} s of silence`, () => {
    const learned = new JobGaps();
    let nowMs = 1_000_000;
    for (const gapMs of everyMs) {
      nowMs += gapMs;
      learned.note(nowMs, false);
    }
    expect(learned.deadAfterMs()).toBe(deadAfterMs);
  });
}

test("the time before a session's first job is no gap", () => {
  const learned = new JobGaps();
  for (let at = 1; at <= 20; at++) learned.note(at * 3_600_000, true);
  expect(learned.deadAfterMs()).toBe(90_000);
});

test("jobs are a flood above 20 a second, for as long as they come", () => {
  const watch = new FloodWatch();
  const at = (nowMs: number, jobs: number) => watch.look(nowMs, jobs);
  expect([at(1_000, 0), at(6_000, 100), at(11_000, 201), at(12_000, 201), at(16_000, 202)]).toEqual([false, false, true, true, false]);
});

test("a condition counts when it holds without a break", () => {
  const held = new Held(100);
  expect([held.look(1, true), held.look(50, false), held.look(60, true), held.look(159, true), held.look(160, true)]).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});

test("quantiles are values that occurred", () => {
  expect([quantile([], 0.5), quantile([7], 0.95), quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 1), quantile([3, 1, 2], 0)]).toEqual([null, 7, 2, 3, 1]);
});
