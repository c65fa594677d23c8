import { expect, test } from "bun:test";
import { TurnShare } from "../../src/hub/turn-share.ts";

function after(...tookMs: number[]): number {
  const share = new TurnShare({ min: 8, max: 64 });
  for (const ms of tookMs) share.took(ms);
  return share.pieces;
}

test("portions begin small, grow while they are short work, and never beyond their bounds", () => {
  expect(after()).toBe(8);
  expect(after(1)).toBe(16);
  expect(after(1, 1, 1)).toBe(64);
  expect(after(1, 1, 1, 1)).toBe(64);
});

test("a portion that took long halves the next; one in between leaves it", () => {
  expect(after(1, 1, 20)).toBe(16);
  expect(after(1, 1, 4)).toBe(32);
  expect(after(20, 20, 20)).toBe(8);
});
