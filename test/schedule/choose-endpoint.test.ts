import { expect, test } from "bun:test";
import fc from "fast-check";
import { chooseEndpoint, type EndpointChoice, endpointsToHold } from "../../src/schedule/choose-endpoint.ts";

const terms = { nowMs: 10_000_000, returnAfterMs: 120_000, switches: 0, hasRefuge: false, inRefuge: false, justChanged: false };

type State = "usable" | "pending" | "down" | "poor" | "useless";

function pool(poolNo: number, state: State, more: Partial<EndpointChoice> & { wellForMs?: number } = {}): EndpointChoice {
  const { wellForMs = 0, ...rest } = more;
  const fault = state === "poor" || state === "useless" ? state : null;
  const usable = state === "usable" || fault !== null;
  const always = { jobs: 2, failures: 0, lastJobAtMs: 0, pending: state === "pending" };
  return { poolNo, usable, fault, wellSinceMs: terms.nowMs - wellForMs, ...always, ...rest };
}

const cases: [name: string, endpoints: EndpointChoice[], current: number | null, expected: number | null, more?: Partial<typeof terms>][] = [
  ["the first of a fresh start", [pool(1, "usable"), pool(2, "usable")], null, 1],
  ["nothing yet, while the first is being dialled", [pool(1, "pending"), pool(2, "usable")], null, null],
  ["the second, when the first has failed", [pool(1, "down"), pool(2, "usable")], null, 2],
  ["nothing, when all are down", [pool(1, "down"), pool(2, "down")], 1, null],
  ["the next, when the one in use dies, whoever is being dialled", [pool(1, "down"), pool(2, "usable"), pool(3, "pending")], 1, 2],
  ["the one in use, while an earlier one is not well for long enough", [pool(1, "usable", { wellForMs: 119_999 }), pool(2, "usable")], 2, 2],
  ["back to the earlier one, once it has been well for long enough", [pool(1, "usable", { wellForMs: 120_000 }), pool(2, "usable")], 2, 1],
  ["the one in use, while the earlier one has given one job only", [pool(1, "usable", { wellForMs: 999_999, jobs: 1 }), pool(2, "usable")], 2, 2],
  ["the one in use, while the earlier one's hold-down is doubled", [pool(1, "usable", { wellForMs: 239_999, failures: 2 }), pool(2, "usable")], 2, 2],
  ["back to the earlier one after the doubled hold-down", [pool(1, "usable", { wellForMs: 240_000, failures: 2 }), pool(2, "usable")], 2, 1],
  ["the one in use, when these rigs have been moved three times", [pool(1, "usable", { wellForMs: 999_999 }), pool(2, "usable")], 2, 2, { switches: 3 }],
  ["the one in use, never a later one", [pool(1, "usable"), pool(2, "usable", { wellForMs: 999_999 })], 1, 1],
  ["the first usable, when the one in use is no longer in the list", [pool(1, "usable"), pool(2, "usable")], 9, 1],
  ["a good one, when the one in use is poor", [pool(1, "poor"), pool(2, "usable")], 1, 2],
  ["a proven one before one on trial", [pool(1, "down"), pool(2, "usable", { failures: 1 }), pool(3, "usable")], 1, 3],
  ["one on trial, when there is no other", [pool(1, "down"), pool(2, "usable", { failures: 1 })], 1, 2],
  ["one on trial before a poor one", [pool(1, "poor"), pool(2, "usable", { failures: 1 })], 1, 2],
  ["the bad one in use, when these rigs went round among bad ones four times", [pool(1, "useless"), pool(2, "usable", { failures: 1 })], 1, 1, { switches: 4 }],
  [
    "the bad one in use, even when one that failed lately has been well for long",
    [pool(1, "useless"), pool(2, "usable", { failures: 1, wellForMs: 999_999 })],
    1,
    1,
    { switches: 4 },
  ],
  ["a good one all the same", [pool(1, "useless"), pool(2, "usable")], 1, 2, { switches: 4 }],
  ["a poor one before one where work is lost", [pool(1, "useless"), pool(2, "poor")], 1, 2],
  ["the one in use, when all are equally bad", [pool(1, "useless"), pool(2, "useless", { lastJobAtMs: 9 })], 1, 1],
  ["the freshest of those equally bad", [pool(1, "useless"), pool(2, "useless", { lastJobAtMs: 9 })], null, 2],
  ["nothing of a list where work is lost, when the rigs have a refuge", [pool(1, "useless"), pool(2, "down")], 1, null, { hasRefuge: true }],
  ["a poor one, even with a refuge", [pool(1, "poor"), pool(2, "down")], 1, 1, { hasRefuge: true }],
  ["nothing, from the refuge, while none has been well for long enough", [pool(1, "usable", { wellForMs: 119_999 })], null, null, { inRefuge: true }],
  ["the one that people have put first, at once", [pool(1, "usable", { jobs: 1 }), pool(2, "usable")], 2, 1, { justChanged: true, switches: 4 }],
  ["the one in use, where the one put first has failed", [pool(1, "usable", { failures: 1 }), pool(2, "usable")], 2, 2, { justChanged: true }],
  ["one that people have put into the list, from the refuge", [pool(1, "down"), pool(2, "usable")], null, 2, { inRefuge: true, justChanged: true }],
  ["the first that has, from the refuge", [pool(1, "usable"), pool(2, "usable", { wellForMs: 120_000 })], null, 2, { inRefuge: true }],
];

for (const [name, endpoints, current, expected, more] of cases) {
  test(`chooses ${name}`, () => {
    expect(chooseEndpoint(endpoints, current, { ...terms, ...more })).toBe(expected);
  });
}

test("a list with a usable pool is never exhausted, the same facts give the same choice, and it is stable", () => {
  const state = fc.constantFrom<State>("usable", "down", "poor", "useless");
  const one = fc.record({ state, wellForMs: fc.nat(500_000), jobs: fc.nat(3), failures: fc.nat(6), lastJobAtMs: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 5 }), fc.option(fc.integer({ min: 1, max: 6 })), fc.nat(5), (list, current, switches) => {
      const endpoints = list.map(({ state: how, ...more }, at) => pool(at + 1, how, more));
      const chosen = chooseEndpoint(endpoints, current, { ...terms, switches });
      expect(chosen === null).toBe(!endpoints.some((endpoint) => endpoint.usable));
      expect(chooseEndpoint(endpoints, current, { ...terms, switches })).toBe(chosen);
      const after = chooseEndpoint(endpoints, chosen, { ...terms, switches: 4 });
      expect(after).toBe(chosen);
    }),
  );
});

test("holds the pools up to the one in use and the first good one after it", () => {
  const five = [pool(1, "down"), pool(2, "usable"), pool(3, "poor"), pool(4, "usable"), pool(5, "usable")];
  expect(endpointsToHold(five, 2)).toEqual([1, 2, 3, 4]);
  expect(endpointsToHold(five.slice(1), 2)).toEqual([2, 3, 4]);
  expect(endpointsToHold(five, null)).toEqual([1, 2, 3, 4, 5]);
});
