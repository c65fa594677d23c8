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

test("a storm is collected after once more when it is over, though its last thousand was just then", () => {
  const { arrivals, come, collections } = counted();
  come(1_000);
  arrivals.tick();
  expect(collections()).toBe(1);
  arrivals.tick();
  expect(collections()).toBe(2);
  arrivals.tick();
  expect(collections()).toBe(2);
});

test("the rest of a storm is collected after once nobody has come for a second, and only once", () => {
  const { arrivals, come, collections } = counted();
  come(400);
  arrivals.tick();
  expect(collections()).toBe(0);
  come(100);
  arrivals.tick();
  expect(collections()).toBe(0);
  arrivals.tick();
  expect(collections()).toBe(1);
  arrivals.tick();
  arrivals.tick();
  expect(collections()).toBe(1);
});

test("a few rigs that come and go are no reason to collect", () => {
  const { arrivals, come, collections } = counted();
  come(99);
  arrivals.tick();
  arrivals.tick();
  expect(collections()).toBe(0);
});
