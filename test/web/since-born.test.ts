import { expect, test } from "bun:test";
import { sinceBorn } from "../../src/web/live-figures.ts";

/** Half past a minute: a window of 900 s begins with the minute before, so it is one of 930. */
const nowMs = 1_800_000_030_000;
const ago = (fromS: number, toS: number) => ({ fromMs: nowMs - fromS * 1_000, toMs: nowMs - toS * 1_000 });
const over = (ageS: number | null, gaps: ReturnType<typeof ago>[] = []) => ({
  ...{ seconds: 900, bornMs: ageS === null ? null : nowMs - ageS * 1_000, nowMs, gaps },
});

test("a rig that came 93 s ago did all its work in them", () => {
  expect(sinceBorn(10, over(93))).toBe(100);
});

test("at a hub that is younger than the window, the rate is one of its time already: a rig as old as the hub has that rate", () => {
  expect(sinceBorn(10, over(465, [ago(90_000, 465)]))).toBe(10);
  expect(sinceBorn(10, over(93, [ago(90_000, 465)]))).toBe(50);
});

test("a time in which no hub ran is taken off the rig's time, too", () => {
  expect(sinceBorn(10, over(300, [ago(200, 50)]))).toBe((10 * (930 - 150)) / 150);
  expect(sinceBorn(10, over(300, [ago(299, 0)]))).toBeNull();
});

test("from the age of the window on, and where nobody knows when it came, the rate is the rate", () => {
  expect([929, 930, 86_400, null].map((ageS) => sinceBorn(10, over(ageS)))).toEqual([(10 * 930) / 929, 10, 10, 10]);
});

test("a rate of seconds is none, nor is no data", () => {
  expect([sinceBorn(10, over(59)), sinceBorn(null, over(300)), sinceBorn(10, over(-5))]).toEqual([null, null, null]);
});
