import type { Pool } from "../control/pools.ts";
import type { PoolFact, PoolState } from "../health/facts.ts";
import type { ContractName } from "./switch-events.ts";
import type { Upstream } from "./upstream.ts";

/** The best state that any owner has at a pool stands for it. */
const order: readonly PoolState[] = ["live", "warm", "misconfigured", "failing", "ejected", "connecting", "unused"];

/** What is known of a pool endpoint over all its owners. `sinceMs`: start of the hub, since when nobody uses it unless it was added later. */
export function factOfPool(pool: Pool, upstreams: readonly Upstream[], when: { nowMs: number; sinceMs: number; nameOf: ContractName }): PoolFact {
  const face = upstreams.map((upstream) => upstream.face).find((session) => session?.ready) ?? upstreams[0]?.face ?? null;
  const shown = upstreams.toSorted((a, b) => order.indexOf(a.state()) - order.indexOf(b.state()))[0];
  const size = face === null || face.free === 0 ? null : face.free;
  return {
    poolNo: pool.no,
    algorithm: pool.algorithm,
    state: shown?.state() ?? "unused",
    stateSinceMs: shown?.stateSinceMs ?? Math.max(when.sinceMs, pool.createdAtMs),
    reason: shown?.reason ?? "",
    extranonce2Size: size,
    difficulty: face === null || face.difficulty === 0 ? null : face.difficulty,
    sessions: upstreams.reduce((sum, upstream) => sum + upstream.sessions.length, 0),
    rigs: upstreams.reduce((sum, upstream) => sum + upstream.rigs, 0),
    lastJobAtMs: face === null || face.lastJobAtMs === 0 ? null : face.lastJobAtMs,
    answerMs: finite(face?.pending.answerMs(0.5)),
    warnings: [
      ...new Set(upstreams.flatMap((upstream) => upstream.warnings(when.nowMs))),
      ...sizeWarnings(size),
      ...ejectedWarnings(upstreams, shown, when.nameOf),
    ],
  };
}

const finite = (ms: number | null | undefined): number | null => (ms != null && Number.isFinite(ms) ? ms : null);

/** Whose sessions are at fault here while another's stands for the pool: its state says nothing of them. */
function ejectedWarnings(upstreams: readonly Upstream[], shown: Upstream | undefined, nameOf: ContractName): string[] {
  const ejected = upstreams.filter((upstream) => upstream !== shown && upstream.state() === "ejected");
  return ejected.map(({ contractNo, reason }) => {
    const owner = contractNo === 0 ? "the house" : (nameOf(contractNo)?.name ?? `contract ${contractNo}`);
    return `ejected for ${owner}${reason === "" ? "" : `: ${reason}`}`;
  });
}

/** What an operator should know before he sends rigs to a pool that leaves so few bytes. */
export function sizeWarnings(free: number | null): string[] {
  if (free === null || free >= 4) return [];
  if (free === 3) return ["gives 3 bytes of extranonce2: rigs that connected before need set_extranonce or a reconnect to work here"];
  return [`gives ${free} bytes of extranonce2: too few for rigs behind a hub; use another port of the pool, or mode per-rig with a pool of at least 3`];
}
