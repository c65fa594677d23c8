import { expect, test } from "bun:test";
import fc from "fast-check";
import { TipHistory } from "../../src/health/pool-tips.ts";

test("a pool on a block that two others of its chain have left is left behind since the second one went", () => {
  const tips = new TipHistory();
  for (const pool of ["a", "b", "c"]) tips.note(pool, "p1", 0);
  tips.note("b", "p2", 1_000);
  expect(tips.leftBehindSinceMs("a", "p1")).toBeNull();
  tips.note("c", "p2", 3_000);
  expect(tips.leftBehindSinceMs("a", "p1")).toBe(3_000);
  tips.note("b", "p3", 9_000);
  expect(tips.leftBehindSinceMs("a", "p1")).toBe(3_000);
  expect(tips.leftBehindSinceMs("c", "p2")).toBeNull();
  tips.note("a", "p3", 10_000);
  expect(tips.leftBehindSinceMs("a", "p3")).toBeNull();
});

test("others that return to the block are on it again", () => {
  const tips = new TipHistory();
  for (const pool of ["a", "b", "c"]) tips.note(pool, "p1", 0);
  for (const pool of ["b", "c"]) tips.note(pool, "p2", 1_000);
  tips.note("b", "p1", 2_000);
  expect(tips.leftBehindSinceMs("a", "p1")).toBeNull();
});

test("a pool that falls back to an old block is behind those who have not", () => {
  const tips = new TipHistory();
  for (const tip of ["p1", "p2"]) for (const pool of ["a", "b", "c"]) tips.note(pool, tip, 1_000);
  tips.note("a", "p1", 5_000);
  expect(tips.leftBehindSinceMs("a", "p1")).toBe(1_000);
});

test("pools of another chain are never held against a pool, whatever comes in whatever order", () => {
  const step = fc.record({ pool: fc.constantFrom("a", "b", "c", "d"), height: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const tips = new TipHistory();
      tips.note("mine", "mine/1", 0);
      for (const [at, { pool, height }] of steps.entries()) tips.note(pool, `other/${height}`, at);
      expect(tips.leftBehindSinceMs("mine", "mine/1")).toBeNull();
    }),
  );
});

test("remembers a bounded number of blocks", () => {
  const tips = new TipHistory();
  for (const pool of ["a", "b", "c"]) tips.note(pool, "p0", 0);
  for (let height = 1; height < 1_000; height++) for (const pool of ["b", "c"]) tips.note(pool, `p${height}`, height);
  expect(tips.leftBehindSinceMs("a", "p0")).toBeNull();
  expect(tips.leftBehindSinceMs("a", "p990")).toBe(991);
});
