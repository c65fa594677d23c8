import type { Contract } from "../control/contract-row.ts";
import type { Fleet } from "../control/fleets.ts";
import type { Profile } from "../control/profiles.ts";
import type { ContractPools, PoolFact } from "../health/facts.ts";
import type { AlarmFacts, ContractAlarmFact, HubAlarmFact, RouteAlarmFact } from "./alarm-facts.ts";

/** What the rooms know of the farm at one moment. */
export type Farm = {
  nowMs: number;
  fleets: readonly Fleet[];
  profiles: readonly Profile[];
  /** Rigs that count, each with its fleet. */
  rigs: Iterable<{ fleetNo: number; status: string; connected: boolean }>;
  contracts: readonly { contract: Contract; fact: { state: ContractAlarmFact["health"]; reason: { code: string; text: string } } }[];
  pools: Iterable<PoolFact>;
  contractPools: Iterable<ContractPools>;
  hub: readonly HubAlarmFact[];
};

const downStatuses: ReadonlySet<string> = new Set(["offline", "rejecting", "quarantined"]);
const usableStates: ReadonlySet<string> = new Set(["live", "warm"]);

/** The same as the alarms want it. */
export function alarmFactsOf(farm: Farm): AlarmFacts {
  const counts = new Map<number, { rigs: number; down: number }>();
  for (const { fleetNo, status, connected } of farm.rigs) {
    const count = counts.get(fleetNo) ?? { rigs: 0, down: 0 };
    counts.set(fleetNo, { rigs: count.rigs + 1, down: count.down + (!connected || downStatuses.has(status) ? 1 : 0) });
  }
  const profileIds = new Map(farm.profiles.map(({ no, id }) => [no, id]));
  return {
    nowMs: farm.nowMs,
    fleets: farm.fleets.map(({ no, id, name, alarmThresholdBp, houseProfileNo }) => ({
      ...{ no, id, name, alarmThresholdBp },
      ...(counts.get(no) ?? { rigs: 0, down: 0 }),
      houseProfileId: profileIds.get(houseProfileNo ?? 0) ?? null,
    })),
    contracts: Array.from(farm.contracts, ({ contract: { id, number, fleetNo, profileNo }, fact }) => ({
      ...{ id, label: number, fleetNo, profileId: profileIds.get(profileNo) ?? "" },
      health: fact.state,
      isOfPools: fact.reason.code === "customer-pool",
      text: fact.reason.text,
    })),
    routes: routesOf(farm, counts),
    hub: farm.hub,
  };
}

/** House profiles of fleets with rigs, and profiles of contracts in force; one that several use is down as soon as it is for one of them. */
function routesOf(farm: Farm, counts: ReadonlyMap<number, { rigs: number }>): RouteAlarmFact[] {
  const profiles = new Map(farm.profiles.map((profile) => [profile.no, profile]));
  const usable = new Set(Array.from(farm.pools).flatMap(({ poolNo, state }) => (usableStates.has(state) ? [poolNo] : [])));
  const fleetOf = new Map(Array.from(farm.contracts, ({ contract }) => [contract.no, contract.fleetNo]));
  const routes = new Map<string, RouteAlarmFact>();
  const add = (profileNo: number | null, fleetNo: number | undefined, allDown: (profile: Profile) => boolean) => {
    const profile = profileNo === null ? undefined : profiles.get(profileNo);
    if (profile === undefined || fleetNo === undefined) return;
    const before = routes.get(profile.id);
    const isDown = before?.allDown === true || allDown(profile);
    routes.set(profile.id, { profileId: profile.id, name: profile.name, fleetNo: before?.fleetNo ?? fleetNo, allDown: isDown, pools: profile.poolNos.length });
  };
  for (const { no, houseProfileNo } of farm.fleets) {
    if ((counts.get(no)?.rigs ?? 0) > 0) add(houseProfileNo, no, ({ poolNos }) => !poolNos.some((poolNo) => usable.has(poolNo)));
  }
  for (const { contractNo, profileNo, poolsDownSinceMs } of farm.contractPools) add(profileNo, fleetOf.get(contractNo), () => poolsDownSinceMs !== null);
  return [...routes.values()];
}
