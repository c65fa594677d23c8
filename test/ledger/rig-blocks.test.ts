import { expect, test } from "bun:test";
import fc from "fast-check";
import { blockRigs, blocksOf } from "../../src/ledger/rig-blocks.ts";

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 6 * blockRigs }), { maxLength: 3_000 });

test("blocks and the rigs left are all counted rigs that are asked for, each once, and no other", () => {
  let withBlocks = 0;
  const check = (counted: number[], asked: number[]) => {
    const found = blocksOf(asked, counted.join(","));
    if (found === null) return;
    withBlocks += 1;
    const inBlocks = counted.filter((no) => found.blocks.includes(Math.floor(no / blockRigs)));
    expect([...inBlocks, ...found.rest].sort()).toEqual(counted.filter((no) => asked.includes(no)).sort());
  };
  // A fleet that enrolled in one go has a range, with neighbours of others at its ends.
  const range = fc.tuple(fc.nat(3 * blockRigs), fc.nat(4 * blockRigs)).map(([first, length]) => Array.from({ length }, (_, index) => first + index));
  fc.assert(fc.property(numbers, fc.oneof(range, numbers), check), { numRuns: 60 });
  expect(withBlocks).toBeGreaterThan(0);
});

test("a rig of a block that is not asked for leaves the block's others to be read one by one", () => {
  const all = Array.from({ length: 4 * blockRigs }, (_, index) => index);
  expect(blocksOf(all, all.join(","))).toEqual({ blocks: [0, 1, 2, 3], rest: [] });
  const asked = all.filter((no) => no !== 5);
  // Too many of them to be worth it.
  expect(blocksOf(asked, all.join(","))).toBeNull();
  expect(blocksOf(asked, all.filter((no) => no < 10 || no >= blockRigs).join(","))).toEqual({ blocks: [1, 2, 3], rest: [0, 1, 2, 3, 4, 6, 7, 8, 9] });
});

test("nothing counted, or nothing asked, is no block", () => {
  expect(blocksOf([1, 2], "")).toBeNull();
  expect(blocksOf([], "1,2")).toBeNull();
});
