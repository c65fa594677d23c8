/** What is wrong with a pool that can be talked to; `refuses`, `stuck`, `stale` and `flood` make work done for it useless. */
export type PoolFaultKind = "refuses" | "stuck" | "stale" | "flood" | "slow" | "difficulty";
export type PoolFault = { kind: PoolFaultKind; text: string };

const useless: ReadonlySet<PoolFaultKind> = new Set<PoolFaultKind>(["refuses", "stuck", "stale", "flood"]);

/** `useless`: work done for the pool is lost; `poor`: it counts, but another pool is better. */
export function weightOf(fault: PoolFault | null): "useless" | "poor" | null {
  if (fault === null) return null;
  return useless.has(fault.kind) ? "useless" : "poor";
}
