import type { RigHealth } from "./rig-health.ts";

/** For whom the rig works now. */
export type PaceRole = "house" | "contract";

/** Factors on the fleet's shares per minute. */
export const paces = Object.freeze({ vetting: 4, suspected: 4, usual: 1, calmHouse: 0.5 });

/** No evidence against a rig for so long: a house rig may then send fewer shares. */
export const calmAfterMs = 15 * 60_000;

/**
 * How many shares per minute are wanted of this rig, as a factor on its fleet's: more while something is to be found out, fewer of a
 * house rig that has been well for long. The memory behind it (`suspected`, `calmMs`) has hysteresis, so that difficulty does not flap.
 */
export function paceOf(state: RigHealth, role: PaceRole): number {
  if (state.status === "offline" || state.status === "quarantined") return paces.usual;
  if (state.vetting) return paces.vetting;
  if (state.suspected) return paces.suspected;
  return role === "house" && state.calmMs >= calmAfterMs ? paces.calmHouse : paces.usual;
}
