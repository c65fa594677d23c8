import type { FarmMember } from "../simulate/farm.ts";

/** Everything the demo makes shorter or smaller than life. Printed at its start. */
export const demoPlan = Object.freeze({
  /** Shares per rig and minute, instead of 12: figures settle in seconds. */
  sharesPerMinute: 60,
  /** A pool must be well for so long before its rigs return to it, instead of 120. */
  returnAfterS: 10,
  jobEveryMs: 5_000,
  /** About one share in 4,300 hashes: what the pools ask for. Test pools may ask for less than 1. */
  poolDifficulty: 1e-6,
  settleMs: 30_000,
  betweenMs: 15_000,
  poolDeadMs: 15_000,
  rigs: 20,
});

/** The two pools: the second one gives four bytes of extranonce2 where the first gives eight, and rigs notice nothing. */
export const demoPools = Object.freeze([
  { name: "demo primary", extranonce2Size: 8 },
  { name: "demo backup", extranonce2Size: 4 },
] as const);

/** Twenty rigs of three kinds, 4.9 kH/s together, which is some hundredths of a core. */
export function demoMembers(): FarmMember[] {
  const kinds = [
    { model: "s19", hashrateHps: 200 },
    { model: "s21", hashrateHps: 350 },
    { model: "m50", hashrateHps: 180 },
  ];
  return Array.from({ length: demoPlan.rigs }, (_, at): FarmMember => {
    const { model, hashrateHps } = kinds[at % kinds.length] ?? { model: "s19", hashrateHps: 200 };
    return { worker: `demo.${model}-${String(at + 1).padStart(2, "0")}`, password: `h=${hashrateHps}`, hashrateHps };
  });
}
