import type { FarmMember } from "../simulate/farm.ts";

/** Everything the demo makes shorter or smaller than life. Printed at its start. */
export const demoPlan = Object.freeze({
  /** Shares per rig and minute, instead of 12: figures settle in seconds. */
  sharesPerMinute: 60,
  /** A pool must be well for so long before its rigs return to it, instead of 120. */
  returnAfterS: 10,
  jobEveryMs: 5_000,
  /** One share in about 43,000 hashes is what the pools ask for; the hub asks each rig for less, and forwards what the pools want. */
  poolDifficulty: 1e-5,
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

/** Twenty rigs of three kinds, 134 kH/s together, which takes about a tenth of a core. */
export function demoMembers(): FarmMember[] {
  const kinds = [
    { model: "s19", hashrateHps: 5_000 },
    { model: "s21", hashrateHps: 9_000 },
    { model: "m50", hashrateHps: 6_000 },
  ];
  return Array.from({ length: demoPlan.rigs }, (_, at): FarmMember => {
    const { model, hashrateHps } = kinds[at % kinds.length] ?? { model: "s19", hashrateHps: 5_000 };
    return { worker: `demo.${model}-${String(at + 1).padStart(2, "0")}`, password: `h=${hashrateHps}`, hashrateHps };
  });
}

/** What the whole story takes, with some room. */
const storyMinutes = 3;

/** What will happen, and when it ends: after `minutes`, or only at Ctrl-C when that is null. */
export function announcement(minutes: number | null): string {
  const when = minutes === null || minutes >= storyMinutes ? "In the next three minutes" : "In three minutes, of which it plays the beginning";
  const end = minutes === null ? "Ctrl-C ends it." : `It ends after ${minutes} minute${minutes === 1 ? "" : "s"}; Ctrl-C ends it sooner.`;
  return `${when}: rigs enrol and their hashrate settles; one rig loses power and becomes offline;
meanwhile the primary pool dies and its rigs go on at the backup; it comes back and they return. ${end}`;
}
