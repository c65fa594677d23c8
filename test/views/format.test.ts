import { describe, expect, test } from "bun:test";
import { basisPoints, clockTime, count, difficulty, duration, hashrateText, latency, percent, plural, utcTitle, workText } from "../../views/format.ts";

describe("hashrate", () => {
  const cases: [number | null, string][] = [
    [null, "–"],
    [Number.NaN, "–"],
    [0, "0 H/s"],
    [1, "1.000 H/s"],
    [999.94, "999.9 H/s"],
    // Rounding carries into the next prefix instead of printing 1000.0.
    [999.96, "1.000 kH/s"],
    [50_000, "50.00 kH/s"],
    [2.03e14, "203.0 TH/s"],
    [1.1439e16, "11.44 PH/s"],
    [3e26, "300000 ZH/s"],
  ];
  for (const [hps, text] of cases) test(`${hps} is ${text}`, () => expect(hashrateText(hps)).toBe(text));
});

test("what is unknown is a dash, never a zero", () => {
  expect([percent(null), basisPoints(null), latency(null), latency(-1), difficulty(null), difficulty(0)]).toEqual(["–", "–", "–", "–", "–", "–"]);
  expect(percent(0)).toBe("0.0 %");
});

test("difficulty prints fractions of test pools and large ones of real pools", () => {
  expect([1e-9, 0.5, 512, 65_536, 1.2e12].map(difficulty)).toEqual(["1.00e-9", "0.5", "512", "65.54 k", "1.200 T"]);
});

test("counts, work and durations", () => {
  expect(count(1_234_567)).toBe("1 234 567");
  expect(workText(0n)).toBe("0");
  expect(workText(5_184_000_000_000_000_000_000n)).toBe("5.184 ZH");
  expect([0, 59_999, 60_000, 3_599_000, 7_200_000, 200_000_000, -5].map(duration)).toEqual(["0 s", "59 s", "1 min", "59 min", "2 h", "2 d", "0 s"]);
});

describe("a moment on the farm's clock", () => {
  const nowMs = Date.UTC(2026, 10, 22, 22, 30);
  test("the farm's day decides what is today, not UTC's", () => {
    // In Oslo it is 23:30 on the 22nd; 00:30 UTC of the 22nd was 01:30 there, on the same day.
    expect(clockTime(Date.UTC(2026, 10, 22, 0, 30, 5), nowMs, "Europe/Oslo")).toBe("01:30:05");
    expect(clockTime(Date.UTC(2026, 10, 21, 22, 59), nowMs, "Europe/Oslo")).toBe("21 Nov 23:59");
    expect(clockTime(Date.UTC(2025, 11, 31, 12), nowMs, "Europe/Oslo")).toBe("31 Dec 2025");
  });
  test("the title is UTC", () => expect(utcTitle(nowMs)).toBe("2026-11-22 22:30:00 UTC"));
});

test("one of something is no plural, and many have their thousands apart", () => {
  expect([plural(1, "rig"), plural(0, "rig"), plural(12_000, "rig")]).toEqual(["1 rig", "0 rigs", "12 000 rigs"]);
  expect([plural(1, "entry is", "entries are"), plural(2, "entry is", "entries are")]).toEqual(["1 entry is", "2 entries are"]);
});
