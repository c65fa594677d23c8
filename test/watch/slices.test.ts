import { expect, test } from "bun:test";
import { Slices } from "../../src/watch/slices.ts";

const cycleMs = 300_000;

const part = { contractNo: 7, fraction: 0.5 };

/** Whom the rig serves through one cycle, looked at each second. */
function turnsOf(houseServes: boolean): Set<number> {
  const slices = new Slices(() => houseServes);
  const served = new Set([slices.agree(1, part, 0)]);
  for (let atMs = 0; atMs <= cycleMs; atMs += 1_000) for (const { contractNo } of slices.due(atMs)) served.add(contractNo);
  return served;
}

/** A moment at which it is the house's turn. */
function atHouse(slices: Slices): number {
  let atMs = 0;
  while (slices.agree(1, part, atMs) !== 0 && atMs < cycleMs) atMs += 1_000;
  return atMs;
}

test("a rig that serves in part has turns at its contract and at the house", () => {
  expect(turnsOf(true)).toEqual(new Set([0, 7]));
});

test("a house that loses its pools gives the rig back at once, and one without a pool gets no turn, also of a part that is agreed anew", () => {
  let houseServes = true;
  const slices = new Slices(() => houseServes);
  const atMs = atHouse(slices);
  expect(slices.agree(1, part, atMs)).toBe(0);
  houseServes = false;
  expect(slices.due(atMs)).toEqual([{ rigNo: 1, contractNo: 7 }]);
  expect(slices.due(atMs)).toEqual([]);
  expect(slices.agree(1, part, atMs)).toBe(7);
  houseServes = true;
  expect(slices.due(atMs)).toEqual([{ rigNo: 1, contractNo: 0 }]);
});
