import { expect, test } from "bun:test";
import { AnswerTimes } from "../../src/health/answer-times.ts";

const minuteMs = 60_000;
const nowMs = Date.UTC(2026, 10, 30, 12, 3);
const windowMs = Date.UTC(2026, 10, 30, 11, 5);

function timesOf(answers: readonly number[], atMs = nowMs): AnswerTimes {
  const times = new AnswerTimes();
  for (const ms of answers) times.note(ms, atMs);
  return times;
}

test("half and 99 of 100 of the answers came within so many milliseconds", () => {
  const answers = Array.from({ length: 200 }, (_, at) => (at < 197 ? 7 : 12));
  expect(timesOf(answers).over(nowMs)).toEqual({ count: 200, p50Ms: 7, p99Ms: 12, sinceMs: windowMs });
  expect(timesOf([0]).over(nowMs)).toMatchObject({ count: 1, p50Ms: 0, p99Ms: 0 });
  expect(timesOf([]).over(nowMs)).toBeNull();
});

test("a longer time is told at most 6 % too long, never too short", () => {
  for (let ms = 1; ms <= 3_000; ms++) {
    const told = timesOf([ms]).over(nowMs)?.p50Ms ?? 0;
    expect(told).toBeGreaterThanOrEqual(ms);
    expect(told).toBeLessThanOrEqual(ms <= 17 ? ms : ms * 1.06);
  }
});

test("what was not answered in time is slower than all that was", () => {
  expect(timesOf([...Array<number>(99).fill(20), -1]).over(nowMs)).toMatchObject({ count: 100, p99Ms: 20 });
  expect(timesOf([...Array<number>(98).fill(20), -1, 3_200]).over(nowMs)).toMatchObject({ count: 100, p50Ms: 20, p99Ms: null });
});

test("what is older than an hour is forgotten by five minutes, also where nothing came meanwhile", () => {
  const times = timesOf([5], nowMs);
  times.note(9, nowMs + 20 * minuteMs);
  expect(times.over(nowMs + 56 * minuteMs)).toMatchObject({ count: 2, p99Ms: 9 });
  expect(times.over(nowMs + 57 * minuteMs)).toMatchObject({ count: 1, p50Ms: 9 });
  expect(times.over(nowMs + 90 * minuteMs)).toBeNull();
  times.note(3, nowMs + 600 * minuteMs);
  expect(times.over(nowMs + 600 * minuteMs)).toMatchObject({ count: 1, p50Ms: 3 });
});
