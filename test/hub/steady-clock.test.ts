import { expect, test } from "bun:test";
import { steadyClock } from "../../src/hub/steady-clock.ts";

test("goes on evenly when the wall clock is set, and tells the wall's time for records", () => {
  let wall = 1_700_000_000_000;
  let monotonic = 5_000.7;
  const clock = steadyClock({ wallMs: () => wall, monotonicMs: () => monotonic });
  const start = clock.now();
  expect(start).toBe(1_700_000_000_000);
  for (const set of [3_600_000, -7_200_000]) {
    wall += set;
    clock.follow();
    expect(clock.now()).toBe(start);
    expect(clock.wallOf(start)).toBe(wall);
  }
  wall += 1_500;
  monotonic += 1_500;
  clock.follow();
  expect(clock.now() - start).toBe(1_500);
  expect(clock.wallOf(clock.now())).toBe(wall);
});

test("the noise of two clocks moves no record", () => {
  let wall = 1_700_000_000_000;
  const clock = steadyClock({ wallMs: () => wall, monotonicMs: () => 0 });
  wall += 999;
  clock.follow();
  expect(clock.wallOf(1)).toBe(1);
});
