import { expect, test } from "bun:test";
import { Arrivals } from "../../src/hub/arrivals.ts";

function counted(): { arrivals: Arrivals; come: (count: number) => void; collections: () => number } {
  let collections = 0;
  const arrivals = new Arrivals(() => {
    collections++;
  });
  const come = (count: number) => {
    for (let rig = 0; rig < count; rig++) arrivals.note();
  };
  return { arrivals, come, collections: () => collections };
}

test("every thousand arrivals are collected after", () => {
  const { come, collections } = counted();
  come(999);
  expect(collections()).toBe(0);
  come(1);
  expect(collections()).toBe(1);
  come(2_000);
  expect(collections()).toBe(3);
});

test("a storm is collected after when it is over, though its last thousand was just then, and when the judge has been through it twice", () => {
  const { arrivals, come, collections } = counted();
  come(1_000);
  const after = Array.from({ length: 40 }, () => {
    arrivals.tick();
    return collections();
  });
  expect(after.map((count, at) => (count === (after[at - 1] ?? 1) ? null : at)).filter((at) => at !== null)).toEqual([1, 13, 25]);
});

test("while rigs still come a storm is not over, and what came between two is one storm", () => {
  const { arrivals, come, collections } = counted();
  for (let second = 0; second < 5; second++) {
    come(100);
    arrivals.tick();
  }
  expect(collections()).toBe(0);
  arrivals.tick();
  expect(collections()).toBe(1);
});

test("one rig that comes after a storm begins no new one, and the one before is still seen through", () => {
  const { arrivals, come, collections } = counted();
  come(500);
  for (let second = 0; second < 40; second++) arrivals.tick();
  expect(collections()).toBe(3);
  come(1);
  for (let second = 0; second < 40; second++) arrivals.tick();
  expect(collections()).toBe(3);
});

test("a few rigs that come and go are no reason to collect", () => {
  const { arrivals, come, collections } = counted();
  come(99);
  for (let second = 0; second < 40; second++) arrivals.tick();
  expect(collections()).toBe(0);
});
