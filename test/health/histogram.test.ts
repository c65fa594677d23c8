import { expect, test } from "bun:test";
import { Histogram } from "../../src/health/histogram.ts";

test("a value falls into the first bucket whose bound it does not exceed", () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0, 1, 1.5, 2, 3, -1, Number.NaN]) histogram.note(value);
  expect(histogram.counts).toEqual([2, 2, 1]);
  expect(histogram.sum).toBe(7.5);
});
