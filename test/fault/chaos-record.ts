import type { Account, ChaosHub, HubContract, HubRig } from "./chaos-hub.ts";
import type { ChaosPool } from "./chaos-pool.ts";
import type { ChaosRig, RealMiner } from "./chaos-rig.ts";

/** `what`: `rig NAME` or `pool NAME`; `toMs` 0 = it is harmed now. */
export type Harmed = { what: string; harm: string; fromMs: number; toMs: number };

/** What the hub said at one moment, and who was harmed then. */
export type Sample = { atMs: number; contracts: HubContract[]; rigs: HubRig[]; harms: string[] };

/** What this program did and saw. */
export type ChaosRecord = {
  hub: ChaosHub;
  pools: ReadonlyMap<string, ChaosPool>;
  rigs: readonly ChaosRig[];
  accounts: readonly Account[];
  harmed: readonly Harmed[];
  samples: readonly Sample[];
  miner: RealMiner | null;
  startedMs: number;
};
