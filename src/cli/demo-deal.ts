import type { SimulatedPool } from "../simulate/pool.ts";
import type { DemoApi, Row } from "./demo-api.ts";
import { demoContracts, demoCustomer, demoPlan, demoPools } from "./demo-plan.ts";

/** A contract as the API gives it, as far as the story looks at it. */
export type Deal = { threshold: Row; miners: Row };

export const urlOf = ({ host, port }: SimulatedPool): string => `stratum+tcp://${host}:${port}`;

/**
 * The customer and his two contracts, both at his own two pools, through the API. In a data folder that an earlier demo has left they are
 * there already, and only his pools have other ports.
 */
export async function makeDeal(api: DemoApi, fleetId: unknown, pools: readonly [first: SimulatedPool, next: SimulatedPool]): Promise<Deal> {
  const known = await api.find(`/contracts/by-ref/${demoContracts.threshold.external_ref}`);
  const threshold = known ?? (await sellHashrate(api, fleetId, pools));
  const profile = await api.get(`/profiles/${threshold["profile_id"]}`);
  if (known !== null) await moveTo(api, profile, pools);
  await api.patch(`/profiles/${profile["id"]}`, profile, { return_after_s: demoPlan.returnAfterS });
  const sold = await api.find(`/contracts/by-ref/${demoContracts.miners.external_ref}`);
  const { customer_id, profile_id } = threshold;
  const miners = sold ?? (await api.post("/contracts", { ...demoContracts.miners, customer_id, profile_id, fleet_id: fleetId }));
  return { threshold, miners };
}

/** One request makes the customer, his pools and the contract. */
function sellHashrate(api: DemoApi, fleetId: unknown, [first, next]: readonly [SimulatedPool, SimulatedPool]): Promise<Row> {
  return api.post("/contracts", {
    ...demoContracts.threshold,
    customer: demoCustomer,
    fleet_id: fleetId,
    pools: [
      { url: urlOf(first), username: "customer.{rig}", password: "x", name: demoPools.first.name },
      { url: urlOf(next), username: "customer.{rig}", password: "x", name: demoPools.next.name },
    ],
  });
}

async function moveTo(api: DemoApi, profile: Row, pools: readonly SimulatedPool[]): Promise<void> {
  const ids = Array.isArray(profile["pool_ids"]) ? profile["pool_ids"] : [];
  for (const [at, pool] of pools.entries()) {
    const path = `/pools/${ids[at]}`;
    await api.patch(path, await api.get(path), { url: urlOf(pool) });
  }
}
