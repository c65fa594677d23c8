import { expect, test } from "bun:test";
import { deliveredBand } from "../../../src/web/pages/scope-chart.ts";

const point = { atMs: 0, effectiveHps: 1_410, deliveredHps: 1_303, lowerHps: 1_324, upperHps: 1_504 };

test("the band of what was delivered holds what was delivered, however much pools refused", () => {
  const band = deliveredBand(point, 1_303);
  expect(band?.lowerHps).toBeCloseTo(1_223.5, 1);
  expect(band?.upperHps).toBeCloseTo(1_389.9, 1);
  expect(deliveredBand({ ...point, effectiveHps: 0, lowerHps: 0, upperHps: 12 }, 0)).toEqual({ lowerHps: 0, upperHps: 12 });
  expect(deliveredBand({ ...point, effectiveHps: null }, 1)).toBeNull();
});
