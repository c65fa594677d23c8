import { expect, test } from "bun:test";
import { Exposure, exposureLimits } from "../../src/health/exposure.ts";

const hashes = 1_000;

function working(seconds: number, hashesPerShare = hashes): Exposure {
  const exposure = new Exposure();
  exposure.work(0, hashesPerShare);
  for (let second = 1; second <= seconds; second++) exposure.work(second * 1_000, hashesPerShare);
  return exposure;
}

test("a minute at one hash a second and 1,000 hashes a share is 0.06 of a share", () => {
  expect(working(60).perHps).toBeCloseTo(0.06, 9);
});

test("vardiff does not disturb it: each stretch counts at its own difficulty", () => {
  const exposure = working(30);
  exposure.work(30_000, 4 * hashes);
  exposure.work(50_000, 4 * hashes);
  expect(exposure.perHps).toBeCloseTo(0.03 + 0.005, 9);
});

test("without a pool nothing is expected, and no share counts", () => {
  const exposure = working(10);
  exposure.work(10_000, 0);
  exposure.noteAccepted(11_000);
  exposure.noteRefused(11_000);
  exposure.work(20_000, hashes);
  expect(exposure).toMatchObject({ accepted: 0, refused: 0 });
  expect(exposure.perHps).toBeCloseTo(0.01, 12);
});

test("a freeze drops expected and counted shares alike, and ends by itself", () => {
  const exposure = working(10);
  exposure.freeze(10_000, exposureLimits.afterMoveMs);
  exposure.noteAccepted(15_000);
  exposure.work(19_000, hashes);
  expect(exposure.accepted).toBe(0);
  expect(exposure.perHps).toBeCloseTo(0.01, 12);
  exposure.noteAccepted(21_000);
  expect(exposure.perHps).toBeCloseTo(0.011, 9);
  expect(exposure.accepted).toBe(1);
  expect(exposure.perHpsAtAccepted).toBe(exposure.perHps);
});

test("a blocked loop of two seconds is real time, a jump of the clock is not", () => {
  const exposure = working(10);
  exposure.work(12_000, hashes);
  expect(exposure.perHps).toBeCloseTo(0.012, 9);
  exposure.work(3_612_000, hashes);
  expect(exposure.perHps).toBeCloseTo(0.012, 9);
  exposure.work(3_613_000, hashes);
  expect(exposure.perHps).toBeCloseTo(0.013, 9);
});

test("a clock that is set back neither takes time away nor freezes for an hour", () => {
  const exposure = working(10);
  exposure.freeze(10_000, 10_000);
  exposure.work(-3_590_000, hashes);
  expect(exposure.perHps).toBeCloseTo(0.01, 12);
  for (let second = 0; second <= 60; second++) exposure.work(-3_590_000 + second * 1_000, hashes);
  expect(exposure.perHps).toBeCloseTo(0.01 + 0.03, 9);
});
