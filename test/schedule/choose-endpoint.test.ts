import { expect, test } from "bun:test";
import { chooseEndpoint, type EndpointChoice, endpointsToHold } from "../../src/schedule/choose-endpoint.ts";

const when = { nowMs: 1_000_000, returnAfterMs: 120_000 };

function pool(poolNo: number, state: "usable" | "pending" | "down", usableForMs = 0): EndpointChoice {
  return { poolNo, usable: state === "usable", usableSinceMs: when.nowMs - usableForMs, pending: state === "pending" };
}

const cases: [string, EndpointChoice[], number | null, number | null][] = [
  ["the first of a fresh start", [pool(1, "usable"), pool(2, "usable")], null, 1],
  ["nothing yet, while the first is being dialled", [pool(1, "pending"), pool(2, "usable")], null, null],
  ["the second, when the first has failed", [pool(1, "down"), pool(2, "usable")], null, 2],
  ["nothing, when all are down", [pool(1, "down"), pool(2, "down")], 1, null],
  ["the next, when the one in use dies, whoever is being dialled", [pool(1, "down"), pool(2, "usable"), pool(3, "pending")], 1, 2],
  ["the one in use, while an earlier one is not well for long enough", [pool(1, "usable", 119_999), pool(2, "usable")], 2, 2],
  ["back to the earlier one, once it has been well for long enough", [pool(1, "usable", 120_000), pool(2, "usable")], 2, 1],
  ["the one in use, never a later one", [pool(1, "usable"), pool(2, "usable", 999_999)], 1, 1],
  ["the first usable, when the one in use is no longer in the list", [pool(1, "usable"), pool(2, "usable")], 9, 1],
];

for (const [name, endpoints, current, expected] of cases) {
  test(`chooses ${name}`, () => {
    expect(chooseEndpoint(endpoints, current, when)).toBe(expected);
  });
}

test("holds the pools up to the one in use and the first usable one after it", () => {
  const five = [pool(1, "down"), pool(2, "usable"), pool(3, "down"), pool(4, "usable"), pool(5, "usable")];
  expect(endpointsToHold(five, 2)).toEqual([1, 2, 3, 4]);
  expect(endpointsToHold(five.slice(1), 2)).toEqual([2, 3, 4]);
  expect(endpointsToHold(five, null)).toEqual([1, 2, 3, 4, 5]);
});
