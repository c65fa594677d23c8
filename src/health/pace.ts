import { evidence } from "./cusum.ts";
import type { HealthSettings } from "./health-settings.ts";
import type { RigHealth } from "./rig-health.ts";

/** For whom the rig works now. */
export type PaceRole = "house" | "contract";

/** Factors on the fleet's shares per minute. With these a lost board of three is found in 9 minutes at 12 per minute, on a calm house rig in 12. */
export const paces = Object.freeze({ vetting: 4, suspected: 4, usual: 1, calmHouse: 0.75 });

/**
 * Evidence of either CUSUM that begins and ends a suspicion, and how long there must be none until a house rig may send fewer shares.
 * A healthy rig is suspected five times a day; at 4 it would be 18 times, at 6 twice, and a lost board takes 8 or 11 minutes.
 */
export const suspicion = Object.freeze({ from: 5, until: 1, calmAfterMs: 15 * 60_000 });

/** Keeps `suspected` and `calmMs`, with hysteresis, so that difficulty does not flap. */
export function noteSuspicion(state: RigHealth, settings: HealthSettings, elapsedMs: number): void {
  const most = state.vetting || state.degraded !== null ? 0 : Math.max(evidence(settings.severe, state.severe), evidence(settings.mild, state.mild));
  if (most >= suspicion.from) state.suspected = true;
  else if (most <= suspicion.until) state.suspected = false;
  const calm = !(state.suspected || state.vetting || state.degraded !== null);
  state.calmMs = calm ? state.calmMs + elapsedMs : 0;
}

/**
 * How many shares per minute are wanted of this rig, as a factor on its fleet's: more while something is to be found out, fewer of a
 * house rig that has been well for long.
 */
export function paceOf(state: RigHealth, role: PaceRole): number {
  if (state.status === "offline" || state.status === "quarantined") return paces.usual;
  if (state.vetting) return paces.vetting;
  if (state.suspected) return paces.suspected;
  return role === "house" && state.calmMs >= suspicion.calmAfterMs ? paces.calmHouse : paces.usual;
}
