import { expect, test } from "bun:test";
import { sinceBorn } from "../../src/web/live-figures.ts";

/** Half past a minute: a window of 900 s begins with the minute before, so it is one of 930. */
const nowMs = 1_800_000_030_000;
const over = (ageS: number | null) => ({ seconds: 900, bornMs: ageS === null ? null : nowMs - ageS * 1_000, nowMs });

test("a rig that came 93 s ago did all its work in them", () => {
  expect(sinceBorn(10, over(93))).toBe(100);
});

test("from the age of the window on, and where nobody knows when it came, the rate is the rate", () => {
  expect([929, 930, 86_400, null].map((ageS) => sinceBorn(10, over(ageS)))).toEqual([(10 * 930) / 929, 10, 10, 10]);
});

test("a rate of seconds is none, nor is no data", () => {
  expect([sinceBorn(10, over(59)), sinceBorn(null, over(300)), sinceBorn(10, over(-5))]).toEqual([null, null, null]);
});
