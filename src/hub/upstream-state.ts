import type { PoolState } from "../health/facts.ts";
import type { PoolFault } from "../health/pool-fault.ts";
import type { Redial } from "./redial.ts";

export type UpstreamStanding = {
  /** Some session of the present configuration is authorized and holds a job. */
  upToDate: boolean;
  role: "active" | "warm" | "off";
  /** Let go because of a fault and not ready since. */
  probing: boolean;
  redial: Pick<Redial, "misconfigured" | "attempts">;
  watch: { readonly fault: PoolFault | null };
};

/** The state of one owner's account at one pool, as people read it. */
export function stateOf({ upToDate, role, probing, redial, watch }: UpstreamStanding): PoolState {
  // Rigs may work for a pool at fault, where there is no better one.
  if (upToDate && role === "active") return "live";
  if (upToDate) return watch.fault === null ? "warm" : "ejected";
  if (redial.misconfigured) return "misconfigured";
  if (role === "off") return "unused";
  if (probing) return "ejected";
  return redial.attempts > 0 ? "failing" : "connecting";
}
