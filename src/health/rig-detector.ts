import type { Counted } from "./cusum.ts";
import type { HealthSettings } from "./health-settings.ts";
import type { RigHealth, RigStep, RigVerdict, StatusReason } from "./rig-health.ts";

/**
 * One step of the judge for one rig, about every ten seconds: takes what was seen since the step before into `state` (changed in place)
 * and says the new status with its reason, or null while it stays. Constant time.
 */
export function stepRig(state: RigHealth, step: RigStep, settings: HealthSettings): RigVerdict | null {
  state.statusMs += step.elapsedMs;
  void settings;
  return null;
}

/** The present status with the rule and the numbers as they are now, for pages and after a restart. */
export function reasonNow(state: RigHealth, settings: HealthSettings): StatusReason {
  void settings;
  return { code: state.status, text: state.status };
}

/** The nominal to note in the rig's row as learned, where it differs from `notedHps` by half a percent or more; else null. */
export function nominalToNote(state: RigHealth, notedHps: number | null): number | null {
  void notedHps;
  return state.learnedHps > 0 ? null : null;
}

/** `nominal x this` is what the planner may expect of the rig; 0 while offline. Changes by events, never by the luck of a short window. */
export function effectiveRatio(state: RigHealth): number {
  return state.offline === null ? state.plannedRatio : 0;
}

/** After a restart: clocks of disconnects and silence begin anew, as nobody was listening meanwhile. */
export function resume(state: RigHealth): void {
  state.goneMs = 0;
  state.silentExpected = 0;
  state.silentMs = 0;
}

/** What the step adds to the counts of the rig's contract or place, in shares; null while the rig's counts are dropped or it has no nominal. */
export function countedOf(state: RigHealth, step: RigStep): Counted | null {
  if (step.frozen || state.nominalHps === 0) return null;
  return { expected: step.exposurePerHps * state.nominalHps, accepted: step.accepted, ms: step.elapsedMs };
}
