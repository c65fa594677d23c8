import { expect, test } from "bun:test";
import { RateTable } from "../../src/ledger/rate-table.ts";

test("a table of rates is read like a map of lists", () => {
  const table = new RateTable(Float64Array.of(7, 1, 300), [Float64Array.of(0.5, 0, 2e15), null]);
  const same = new Map([
    [7, [0.5, null]],
    [1, [0, null]],
    [300, [2e15, null]],
  ]);
  expect(new Map(table)).toEqual(same);
  expect(new Map(table.entries())).toEqual(same);
  expect([...table.keys()]).toEqual([...same.keys()]);
  expect([...table.values()]).toEqual([...same.values()]);
  const seen = new Map();
  table.forEach((rates, no) => {
    seen.set(no, rates);
  });
  expect(seen).toEqual(same);
  for (const no of [-1, 0, 1, 6, 7, 8, 300, 301, 1.5, Number.NaN]) {
    expect(table.get(no)).toEqual(same.get(no));
    expect(table.has(no)).toBe(same.has(no));
  }
  expect(table.size).toBe(3);
  expect(new Map(new RateTable(new Float64Array(), [])).size).toBe(0);
});
