import { expect, test } from "bun:test";
import { type CapacityAsk, capacityFor } from "../../src/schedule/capacity.ts";
import { contractFact, fleetFact, minersFact, nowMs, rigFact, th, world } from "./plan-world.ts";

const ask: CapacityAsk = { fleetNo: 1, customerNo: 0, startsAtMs: nowMs, endsAtMs: null, place: null, exceptContractNo: 0 };
const rigs = (count: number) => Array.from({ length: count }, (_, at) => rigFact(at + 1));
const day = 86_400_000;

test("what rigs make, less promises, less the reserve", () => {
  const facts = world({ rigs: rigs(10), contracts: [contractFact(1, { promisedHps: 250 * th })], fleets: [fleetFact(1, { reserveBp: 1000 })] });
  const { availableHps, availableRigs } = capacityFor(facts, ask);
  expect(availableHps / th).toBeCloseTo(650, 3);
  expect(availableRigs).toBe(6);
});

test("promises count at the fullest moment of the term, not as a sum", () => {
  const contracts = [
    contractFact(1, { promisedHps: 300 * th, endsAtMs: nowMs + day }),
    contractFact(2, { promisedHps: 400 * th, startsAtMs: nowMs + day }),
    contractFact(3, { promisedHps: 500 * th, startsAtMs: nowMs + 9 * day }),
  ];
  const facts = world({ rigs: rigs(10), contracts });
  expect(capacityFor(facts, { ...ask, endsAtMs: nowMs + day }).availableHps / th).toBeCloseTo(700, 3);
  expect(capacityFor(facts, { ...ask, endsAtMs: nowMs + 9 * day }).availableHps / th).toBeCloseTo(600, 3);
  expect(capacityFor(facts, ask).availableHps / th).toBeCloseTo(100, 3);
  expect(capacityFor(facts, { ...ask, exceptContractNo: 3 }).availableHps / th).toBeCloseTo(600, 3);
});

test.each([
  ["offline", { status: "offline" }],
  ["degraded", { status: "degraded" }],
  ["draining", { draining: true }],
  ["parked", { parked: true }],
  ["pinned to a profile", { pin: { to: "profile" } }],
  ["of another fleet", { fleetNo: 2 }],
  ["in storage", { lifecycle: "storage" }],
  ["another customer's, not lent", { ownerCustomerNo: 7 }],
  ["another customer's, lent to the house only", { ownerCustomerNo: 7, lend: "house" }],
] as const)("a rig that is %s promises nothing", (_name, more) => {
  expect(capacityFor(world({ rigs: [rigFact(1), rigFact(2, more)] }), ask)).toMatchObject({ availableRigs: 1 });
});

test("a customer's own rigs serve his promises first, and are there for him alone", () => {
  const own = [rigFact(1, { ownerCustomerNo: 7 }), rigFact(2, { ownerCustomerNo: 7 }), rigFact(3)];
  const facts = world({ rigs: own, contracts: [contractFact(1, { customerNo: 7, promisedHps: 150 * th })] });
  expect(capacityFor(facts, ask).availableHps / th).toBeCloseTo(100, 3);
  expect(capacityFor(facts, { ...ask, customerNo: 7 }).availableHps / th).toBeCloseTo(150, 3);
});

test("a rig pinned to a contract serves that promise and no other", () => {
  const facts = world({ rigs: [rigFact(1, { pin: { to: "contract", contractNo: 1 } }), rigFact(2)], contracts: [contractFact(1, { promisedHps: 150 * th })] });
  expect(capacityFor(facts, ask).availableHps / th).toBeCloseTo(50, 3);
});

test("places are counted in rigs that are similar and not needed elsewhere", () => {
  const mixed = [...rigs(4), rigFact(5, { nominalHps: 50 * th }), rigFact(6, { nominalHps: 50 * th })];
  const place = { nominalHps: 100 * th, toleranceBp: 2000 };
  expect(capacityFor(world({ rigs: mixed }), { ...ask, place }).availableRigs).toBe(4);
  expect(capacityFor(world({ rigs: mixed, contracts: [minersFact(1, 1)] }), { ...ask, place }).availableRigs).toBe(3);
  // 100 TH/s are made by the two that fit no place.
  expect(capacityFor(world({ rigs: mixed, contracts: [contractFact(1, { promisedHps: 100 * th })] }), { ...ask, place }).availableRigs).toBe(4);
  expect(capacityFor(world({ rigs: mixed, contracts: [contractFact(1, { promisedHps: 150 * th })] }), { ...ask, place }).availableRigs).toBe(3);
});

test("more promised than there is leaves nothing, not less", () => {
  const facts = world({ rigs: rigs(1), contracts: [contractFact(1)] });
  expect(capacityFor(facts, { ...ask, place: { nominalHps: 100 * th, toleranceBp: 2000 } })).toMatchObject({ availableHps: 0, availableRigs: 0 });
});
