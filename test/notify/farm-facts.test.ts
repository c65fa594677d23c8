import { expect, test } from "bun:test";
import type { ContractPools, PoolFact } from "../../src/health/facts.ts";
import { alarmFactsOf, type Farm } from "../../src/notify/farm-facts.ts";

const fleet = { no: 1, id: "flt_1", name: "main", alarmThresholdBp: 3_000, houseProfileNo: 1 };
const contractAt = (no: number, profileNo: number, code: string) => ({
  contract: { no, id: `ctr_${no}`, number: `C-${no}`, fleetNo: 1, profileNo },
  fact: { state: "down", reason: { code, text: "why" } },
});
const farm = (more: object): Farm => {
  const profiles = [1, 2].map((no) => ({ no, id: `prf_${no}`, name: `P${no}`, poolNos: [no] }));
  return { nowMs: 0, fleets: [fleet], profiles, rigs: [], contracts: [], pools: [], contractPools: [], hub: [], ...more } as unknown as Farm;
};
const poolsOf = (contractNo: number, profileNo: number, poolsDownSinceMs: number | null): ContractPools => {
  return { contractNo, profileNo, activePoolNo: null, poolsDownSinceMs, rigs: 1 };
};

test("a rig that has no connection is down before its status says so", () => {
  const rigs = [
    { fleetNo: 1, status: "online", connected: true },
    { fleetNo: 1, status: "online", connected: false },
    { fleetNo: 1, status: "rejecting", connected: true },
    { fleetNo: 1, status: "degraded", connected: true },
  ];
  expect(alarmFactsOf(farm({ rigs })).fleets).toMatchObject([{ rigs: 4, down: 2 }]);
});

test("a contract says its profile, and whether it is a matter of its pools", () => {
  const { contracts } = alarmFactsOf(farm({ contracts: [contractAt(1, 2, "customer-pool"), contractAt(2, 1, "short")] }));
  expect(contracts).toMatchObject([
    { id: "ctr_1", profileId: "prf_2", isOfPools: true },
    { id: "ctr_2", profileId: "prf_1", isOfPools: false },
  ]);
});

test("a profile that several use is down as soon as it is for one of them, in whatever order they come", () => {
  const contracts = [contractAt(1, 2, "short"), contractAt(2, 2, "short")];
  const pools = [{ poolNo: 1, state: "live" }] as PoolFact[];
  const rigs = [{ fleetNo: 1, status: "online", connected: true }];
  for (const contractPools of [
    [poolsOf(1, 2, 5), poolsOf(2, 2, null)],
    [poolsOf(1, 2, null), poolsOf(2, 2, 5)],
  ]) {
    expect(alarmFactsOf(farm({ contracts, pools, rigs, contractPools })).routes).toEqual([
      { profileId: "prf_1", name: "P1", fleetNo: 1, allDown: false, pools: 1 },
      { profileId: "prf_2", name: "P2", fleetNo: 1, allDown: true, pools: 1 },
    ]);
  }
});
