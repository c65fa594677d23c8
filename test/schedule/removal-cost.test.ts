import { expect, test } from "bun:test";
import { plannedRigsMax, removalCost } from "../../src/schedule/removal-cost.ts";
import { contractFact, rigFact, th, world } from "./plan-world.ts";

const serves = (rigNo: number, contractNo: number, fraction = 1) => ({ rigNo, contractNo, fraction });

test("what contracts lose, and what they lack once the spares have stepped in", () => {
  const rigs = [1, 2, 3, 4, 5, 6].map((no) => rigFact(no));
  const contracts = [contractFact(1, { promisedHps: 200 * th }), contractFact(2, { promisedHps: 200 * th })];
  const facts = world({ rigs, contracts, allocations: [serves(1, 1), serves(2, 1), serves(3, 2), serves(4, 2)] });
  const one = removalCost(facts, new Set([1]));
  expect(one).toMatchObject({ rigs: 1, idleRigs: 0, servingRigs: 1, contracts: [{ contractNo: 1, rigs: 1, missingHps: 0 }] });
  expect(one.lostHps / th).toBeCloseTo(100, 3);
  expect(one.spareHps / th).toBeCloseTo(200, 3);
  const most = removalCost(facts, new Set([1, 2, 3, 6]));
  expect(most.contracts.map(({ contractNo, rigs: count, lostHps }) => [contractNo, count, Math.round(lostHps / th)])).toEqual([
    [1, 2, 200],
    [2, 1, 100],
  ]);
  // Two rigs are left for 400 TH/s, beside the one that stays where it is.
  expect(Math.round(most.contracts.reduce((sum, { missingHps }) => sum + (missingHps ?? 0), 0) / th)).toBe(200);
});

test("rigs that are offline anyway cost nothing, spares cost nobody anything, and unknown numbers are none", () => {
  const rigs = [rigFact(1, { status: "offline" }), rigFact(2, { gone: true }), rigFact(3)];
  const facts = world({ rigs, contracts: [contractFact(1, { promisedHps: 100 * th })], allocations: [serves(1, 1)] });
  expect(removalCost(facts, new Set([1, 2, 3, 99]))).toMatchObject({ rigs: 3, idleRigs: 2, servingRigs: 1, lostHps: 0 });
  expect(removalCost(facts, new Set([3]))).toEqual({ rigs: 1, idleRigs: 0, servingRigs: 0, lostHps: 0, spareHps: 0, contracts: [] });
});

test("of a rig that serves for a part only that part is lost, and places are told as places", () => {
  const place = { no: 1, nominalHps: 100 * th, rigNo: null, model: null };
  const contracts = [contractFact(1, { promisedHps: 50 * th }), contractFact(2, { method: "miners", promisedHps: 100 * th, places: [place] })];
  const facts = world({ rigs: [rigFact(1), rigFact(2)], contracts, allocations: [serves(1, 1, 0.5), serves(2, 2)] });
  expect(Math.round(removalCost(facts, new Set([1])).lostHps / th)).toBe(50);
  expect(removalCost(facts, new Set([1, 2])).contracts).toMatchObject([{ contractNo: 1 }, { contractNo: 2, missingPlaces: 1 }]);
});

test("of very many rigs the loss and the spares are told, and no plan is made", () => {
  const rigs = Array.from({ length: plannedRigsMax + 2 }, (_, at) => rigFact(at + 1));
  const allocations = rigs.slice(0, -1).map(({ no }) => serves(no, 1));
  const facts = world({ rigs, contracts: [contractFact(1, { promisedHps: (plannedRigsMax + 1) * 100 * th })], allocations });
  const cost = removalCost(facts, new Set(allocations.map(({ rigNo }) => rigNo)));
  expect(cost).toMatchObject({ servingRigs: plannedRigsMax + 1, contracts: [{ contractNo: 1, missingHps: null, missingPlaces: null }] });
  expect(cost.spareHps / th).toBeCloseTo(100, 3);
});
