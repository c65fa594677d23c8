/** The planner's own numbers; the unit is last. */
export const planLimits = Object.freeze({
  /** A contract is filled up to this part of its promise where rigs allow it, and never knowingly beyond by more than the last rig. */
  fillSlackBp: 100,
  /** Above it, rigs are released. */
  releaseAboveBp: 10_400,
  /** A contract that has a rig in part is kept closer: above it the part is agreed anew. */
  partAboveBp: 10_200,
  /** Optional moves: a rig stays this long where it is. */
  dwellMs: 600_000,
  optionalMovesPerRigHourMax: 2,
  /** Optional moves of a fleet per minute: this many, or 1 % of its rigs. */
  optionalMovesPerMinuteMin: 10,
  optionalMovesPerMinuteBp: 100,
  /** Rigs with a maintenance window are replaced this long before it begins. */
  maintenanceLeadMs: 600_000,
  /** Before a rig is given back to the one it belongs to; doubled with each flap. */
  holdDownMs: 900_000,
  holdDownMsMax: 14_400_000,
  /** Spares that are compared for being near the failed rig, in a fill to a hashrate. */
  nearbyComparedMax: 48,
  /** Exchanges tried for one contract that finds no spare. */
  exchangesTriedMax: 12,
  /** What the worse off must gain at least of rigs that are moved between contracts for it. */
  levelGainMinBp: 500,
  /** Contracts that one which lacks a little tries to trade with, and how many of a rank find nothing before the rest is left as it is. */
  tradersMax: 3,
  tradesFailedMax: 4,
  /** Rigs of which lots are made that may change hands together. */
  lotsFromMax: 12,
});

/** How long a rig that came back is held down before it is given back. `flaps`: times it fell again soon after it was back. */
export function holdDownMs(flaps: number): number {
  return Math.min(planLimits.holdDownMsMax, planLimits.holdDownMs * 2 ** Math.max(0, Math.min(16, Math.floor(flaps))));
}
