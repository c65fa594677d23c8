import type { Counted } from "./cusum.ts";
import type { Period } from "./health-settings.ts";
import { emptyTally, type StatusReason, type Tally } from "./rig-health.ts";

/** Whether a contract's rigs, together, send what was promised. Plain data, changed in place. */
export type ContractHealth = { short: boolean; severe: Tally; mild: Tally; low: Tally; back: Tally };

export type ContractHealthSettings = { sharesPerMinute: number; period: Period };

export type ContractVerdict = { short: boolean; reason: StatusReason };

export function newContractHealth(): ContractHealth {
  return { short: false, severe: emptyTally(), mild: emptyTally(), low: emptyTally(), back: emptyTally() };
}

/** `sharesPerMinute`: of all its rigs together; it may change with each call. */
export function contractSettingsOf(knobs: { sharesPerMinute: number; period: Period }): ContractHealthSettings {
  return knobs;
}

/**
 * One step of a contract. `counted.expected`: the pooled expected shares of its rigs (`countedOf` of each, times its fraction) x
 * min(1, promised hashrate / sum of their nominal x fraction), so that a spare more than promised hides no loss and is none.
 */
export function stepContract(state: ContractHealth, counted: Counted, settings: ContractHealthSettings): ContractVerdict | null {
  void counted;
  void settings;
  return state.short ? null : null;
}

/** One place of a `miners` contract: has its rig fallen more than the tolerance below its nominal? Begin anew with each rig. */
export type PlaceHealth = { lost: boolean; tally: Tally };
export type PlaceSettings = { toleranceBp: number; sharesPerMinute: number; period: Period };

export function newPlaceHealth(): PlaceHealth {
  return { lost: false, tally: emptyTally() };
}

export const placeLimits = Object.freeze({ toleranceBpMin: 800, toleranceBpMax: 5_000 });

/** RangeError where the tolerance is not from 800 to 5000. */
export function placeSettingsOf(knobs: { toleranceBp: number; sharesPerMinute: number; period: Period }): PlaceSettings {
  return knobs;
}

/** The reason once the rig is to be replaced for what it lost; null before and after. */
export function stepPlace(state: PlaceHealth, counted: Counted, settings: PlaceSettings): StatusReason | null {
  void counted;
  void settings;
  return state.lost ? null : null;
}

/**
 * How many minutes (median) it takes to see that a rig has lost `lostBp` of its nominal, at this tolerance; null where no statistics
 * can serve: below the least tolerance, or a loss that this tolerance puts up with.
 */
export function placeDetectionMinutes(settings: PlaceSettings, lostBp: number): number | null {
  void settings;
  return lostBp > 0 ? null : null;
}
