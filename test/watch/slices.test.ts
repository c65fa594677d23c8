import { expect, test } from "bun:test";
import { Slices } from "../../src/watch/slices.ts";

const cycleMs = 300_000;

/** Whom the rig serves through one cycle, looked at each second. */
function turnsOf(houseServes: () => boolean): Set<number> {
  const slices = new Slices();
  const served = new Set([slices.agree(1, { contractNo: 7, fraction: 0.5 }, 0)]);
  for (let atMs = 0; atMs <= cycleMs; atMs += 1_000) for (const { contractNo } of slices.due(atMs, houseServes)) served.add(contractNo);
  return served;
}

test("a rig that serves in part has turns at its contract and at the house", () => {
  expect(turnsOf(() => true)).toEqual(new Set([0, 7]));
});

test("a house without a pool gets no turn, and one that loses its pools gives the rig back at once", () => {
  const slices = new Slices();
  const part = { contractNo: 7, fraction: 0.5 };
  let atMs = 0;
  while (slices.agree(1, part, atMs) !== 0 && atMs < cycleMs) atMs += 1_000;
  expect(slices.agree(1, part, atMs)).toBe(0);
  expect(slices.due(atMs, () => false)).toEqual([{ rigNo: 1, contractNo: 7 }]);
  expect(slices.due(atMs, () => false)).toEqual([]);
  expect(slices.due(atMs, () => true)).toEqual([{ rigNo: 1, contractNo: 0 }]);
});
