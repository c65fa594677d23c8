import type { StatusReason } from "../health/rig-health.ts";
import type { Plan } from "../schedule/plan.ts";

export type ContractHealthState = "delivering" | "degraded" | "down";
/** What is known of a contract in force at this moment. */
export type ContractFact = { state: ContractHealthState; reason: StatusReason; expectedHps: number; activePoolNo: number | null };

export type ContractTerms = { no: number; number: string; promisedHps: number; toleranceBp: number };
/** What the hub sees of a contract's pools. */
export type ContractPools = { activePoolNo: number | null; poolsDownSinceMs: number | null };
/** `short`: why its rigs together send too little; `holds`: some rig still has a job of its. */
type ContractSight = { pools: ContractPools | null; short: string | null; holds: boolean };

/** Below it a contract is not merely degraded; as in design/measurement-and-money.md "Promise, shortfall, credit". */
const downBelowBp = 5_000;

/** One that is back is not taken up before its hold-down is over. */
const poolsDown = "none of the customer's pools is usable, or not for long enough yet";

/** How a contract stands: by its pools first, then by what is expected of its rigs, then by what they send. */
export function contractFact(terms: ContractTerms, plan: Plan["contracts"][number] | null, { pools, short, holds }: ContractSight): ContractFact {
  const expectedHps = plan?.expectedHps ?? 0;
  const activePoolNo = pools?.activePoolNo ?? null;
  const known = { expectedHps, activePoolNo };
  const stands = (state: ContractHealthState, code: string, text: string): ContractFact => ({ state, reason: { code, text }, ...known });
  if (pools !== null && pools.poolsDownSinceMs !== null)
    return stands("down", "customer-pool", `${poolsDown}; its rigs ${holds ? "go to the house" : "mine for the house meanwhile"}`);
  const fillBp = plan?.fillBp ?? 0;
  const expected = `${(fillBp / 100).toFixed(1)} % of the promise is expected of its rigs`;
  if (fillBp < downBelowBp) return stands("down", "short", expected);
  if (fillBp < 10_000 - terms.toleranceBp) return stands("degraded", "short", `${expected}, below the tolerance of ${terms.toleranceBp / 100} %`);
  if (short !== null) return stands("degraded", "measured", short);
  return stands("delivering", "filled", expected);
}
