import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DuplicateSet } from "../../src/work/duplicate-set.ts";

const hashOf = (low: number, high: number) => Uint32Array.of(low, high, 0, 0, 0, 0, 0, 0);

describe("DuplicateSet", () => {
  test("says what a Set says, also where hashes crowd and while it grows", () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0xffffffff, 0xfffffffe, 0x80000000));
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 1000, size: "max" }), (pairs) => {
        const set = new DuplicateSet();
        const model = new Set<string>();
        for (const [low, high] of pairs) {
          const key = low === 0 && high === 0 ? "0/1" : `${low}/${high}`;
          if (set.add(hashOf(low, high)) === model.has(key)) throw new Error(`wrong about ${key}`);
          model.add(key);
        }
        expect(set.size).toBe(model.size);
      }),
      { numRuns: 40 },
    );
  });

  test("knows every one of 100,000 again, at any moment of its growth", () => {
    const set = new DuplicateSet();
    const spread = (i: number) => hashOf(Math.imul(i, 0x9e3779b1) >>> 0, i);
    for (let i = 0; i < 100_000; i++) {
      if (!set.add(spread(i))) throw new Error(`${i} is new`);
      if (set.add(spread(Math.floor(i / 2)))) throw new Error(`${Math.floor(i / 2)} was forgotten at ${i}`);
    }
    expect(set.size).toBe(100_000);
  });

  test("does not keep the caller's hash, which is reused", () => {
    const set = new DuplicateSet();
    const hash = hashOf(1, 2);
    set.add(hash);
    hash[0] = 3;
    expect(set.add(hash)).toBe(true);
    expect(set.add(hashOf(1, 2))).toBe(false);
  });

  test("forgets when cleared, also in the middle of growing", () => {
    const set = new DuplicateSet();
    for (let i = 0; i < 44; i++) set.add(hashOf(i, 7));
    set.clear();
    expect(set.size).toBe(0);
    for (let i = 0; i < 44; i++) expect(set.add(hashOf(i, 7))).toBe(true);
  });
});
