import { badFor, type Counted, type Cusum, clear, rise, riseBack, slopesOf } from "./cusum.ts";
import { detectionMinutes } from "./detection-time.ts";
import { cusumAround, cusumFor, falsePerYear, healthLimits, mustLie, type Period } from "./health-settings.ts";
import { count, decimal, duration, percent, shares } from "./reason-words.ts";
import { backLimit, dwellMs } from "./rig-degraded.ts";
import { emptyTally, type StatusReason, type Tally } from "./rig-health.ts";
import { limitOf, minutesPerYear } from "./run-length.ts";

/** Whether a contract's rigs, together, send what was promised. Plain data, changed in place. */
export type ContractHealth = { short: boolean; sinceMs: number; severe: Tally; mild: Tally; low: Tally; back: Tally };

export type ContractHealthSettings = { severe: Cusum; mild: Cusum };

export type ContractVerdict = { short: boolean; reason: StatusReason };

/** The pool of many rigs is exact where one rig's nominal is not: all of the promise against 95 % of it (reliability.md 1.5). */
const contractGood = 1;
const contractBad = 0.95;
const severeBad = 0.45;
const severePart = 3 / 8;
/**
 * Full again is asked against what was found, but against no less than this: a tenth missing is as likely to be called the one as the other.
 * Against 95 %, which answers so little per share, a repaired contract of 20 rigs stayed short for 16 minutes (median).
 */
const backBadMin = badFor(contractGood, 0.9);

export function newContractHealth(): ContractHealth {
  return { short: false, sinceMs: 0, severe: emptyTally(), mild: emptyTally(), low: emptyTally(), back: emptyTally() };
}

const knownContracts = new Map<string, ContractHealthSettings>();
/** Rates this near to each other share their settings; the limit differs by less than a tenth. */
const rateStep = 1.1;

/**
 * @param knobs.sharesPerMinute of all its rigs together; it may change with each call, as rigs come and go
 * @param knobs.period what a false alarm a year the contract's owner puts up with; `quick` gives the detection times of the design
 */
export function contractSettingsOf({ sharesPerMinute, period }: { sharesPerMinute: number; period: Period }): ContractHealthSettings {
  const exponent = Math.ceil(Math.log(Math.max(1, sharesPerMinute)) / Math.log(rateStep));
  const key = `${exponent} ${period}`;
  const before = knownContracts.get(key);
  if (before !== undefined) return before;
  const rate = rateStep ** exponent;
  const falseYearly = falsePerYear[period];
  const slopes = slopesOf(contractGood, contractBad);
  const limit = limitOf(slopes, 1, (rate * minutesPerYear) / (falseYearly * (1 - severePart)));
  const settings = { severe: cusumFor(severeBad, falseYearly * severePart, rate), mild: { good: contractGood, bad: contractBad, ...slopes, limit } };
  knownContracts.set(key, settings);
  return settings;
}

/** Minutes (median) until it shows that the contract's rigs together send only `ratio` of the promise. */
export function contractDetectionMinutes(knobs: { sharesPerMinute: number; period: Period }, ratio: number): number {
  const { severe, mild } = contractSettingsOf(knobs);
  const course = { ratio, sharesPerMinute: knobs.sharesPerMinute };
  return Math.min(detectionMinutes(severe, course), detectionMinutes(mild, course));
}

/**
 * One step of a contract. `counted.expected`: the pooled expected shares of its rigs (`countedOf` of each, times its fraction) x
 * min(1, promised hashrate / sum of their nominal x fraction), so that a spare more than promised is none; `accepted` whole.
 * A contract that has no rigs at all sends nothing to judge: that it is short says the planner.
 */
export function stepContract(state: ContractHealth, counted: Counted, settings: ContractHealthSettings): ContractVerdict | null {
  state.sinceMs += counted.ms;
  if (state.short) return fullAgain(state, counted);
  const severe = rise(state.severe, counted, settings.severe);
  const mild = rise(state.mild, counted, settings.mild);
  if (!severe && !mild) return null;
  const by = severe && (!mild || state.severe.expected < state.mild.expected) ? "severe" : "mild";
  Object.assign(state.low, state[by]);
  turn(state, true);
  const limit = decimal(settings[by].limit, 1);
  return { short: true, reason: { code: "below-promise", text: `${ofPromise(state.low)} (evidence beyond the limit of ${limit})` } };
}

function fullAgain(state: ContractHealth, counted: Counted): ContractVerdict | null {
  const found = state.low.accepted / state.low.expected;
  const slopes = slopesOf(contractGood, Math.min(contractBad, Math.max(backBadMin, found)));
  if (!riseBack(state.back, counted, { slopes, limit: backLimit }) || state.sinceMs < dwellMs) return null;
  const reason = { code: "promise-met", text: `full again, ${ofPromise(state.back)} (evidence ${backLimit} or more)` };
  turn(state, false);
  return { short: false, reason };
}

function turn(state: ContractHealth, short: boolean): void {
  state.short = short;
  state.sinceMs = 0;
  for (const tally of [state.severe, state.mild, state.back]) clear(tally);
}

function ofPromise({ expected, accepted, ms }: Tally): string {
  return `about ${percent(accepted, expected)} of the promise over the last ${duration(ms)}: ${shares(accepted)} where ${count(expected)} were expected`;
}

/** One place of a `miners` contract: has its rig fallen more than the tolerance below its nominal? Begin anew with each rig. */
export type PlaceHealth = { lost: boolean; tally: Tally };
export type PlaceSettings = { toleranceBp: number; sharesPerMinute: number; period: Period; mild: Cusum };

export function newPlaceHealth(): PlaceHealth {
  return { lost: false, tally: emptyTally() };
}

export const placeLimits = Object.freeze({ toleranceBpMin: 800, toleranceBpMax: 5_000 });

const knownPlaces = new Map<string, PlaceSettings>();
const knownPlacesMax = 4_096;

/** RangeError that names the knob and its rule where the tolerance is not from 800 to 5000, or the rate is out of range. */
export function placeSettingsOf(knobs: { toleranceBp: number; sharesPerMinute: number; period: Period }): PlaceSettings {
  const { toleranceBp, sharesPerMinute, period } = knobs;
  const key = `${toleranceBp} ${sharesPerMinute} ${period}`;
  const before = knownPlaces.get(key);
  if (before !== undefined) return before;
  mustLie("toleranceBp", toleranceBp, [placeLimits.toleranceBpMin, placeLimits.toleranceBpMax]);
  mustLie("sharesPerMinute", sharesPerMinute, [healthLimits.sharesPerMinuteMin, healthLimits.sharesPerMinuteMax]);
  const settings = { toleranceBp, sharesPerMinute, period, mild: cusumAround(1 - toleranceBp / 10_000, falsePerYear[period], sharesPerMinute) };
  if (knownPlaces.size >= knownPlacesMax) knownPlaces.clear();
  knownPlaces.set(key, settings);
  return settings;
}

/** The reason once the rig is to be replaced for what it lost; null before and after. */
export function stepPlace(state: PlaceHealth, counted: Counted, settings: PlaceSettings): StatusReason | null {
  if (state.lost || !rise(state.tally, counted, settings.mild)) return null;
  state.lost = true;
  const { expected, accepted, ms } = state.tally;
  const numbers = `about ${percent(accepted, expected)} of nominal over the last ${duration(ms)}: ${shares(accepted)} where ${count(expected)} were expected`;
  return { code: "below-tolerance", text: `${numbers} (tolerance ${decimal(settings.toleranceBp / 100, 1)} %, limit ${decimal(settings.mild.limit, 1)})` };
}

/**
 * What a tolerance costs, for the form and for a refusal: minutes (median) until a rig that has lost `lostBp` of its nominal is
 * replaced. Any tolerance from 0 to 10000 may be asked for; null where no statistics can serve it: a healthy rig may do 95 % of its
 * nominal, so from there on there is nothing to tell apart, and what the tolerance puts up with is not looked for. A loss of just the tolerance takes longest; more is found sooner.
 */
export function placeDetectionMinutes(knobs: { toleranceBp: number; sharesPerMinute: number; period: Period }, lostBp: number): number | null {
  const { toleranceBp, sharesPerMinute, period } = knobs;
  if (toleranceBp <= toleranceBpImpossible || toleranceBp >= 10_000 || lostBp < toleranceBp || lostBp > 10_000) return null;
  const mild = cusumAround(1 - toleranceBp / 10_000, falsePerYear[period], sharesPerMinute);
  return detectionMinutes(mild, { ratio: 1 - lostBp / 10_000, sharesPerMinute });
}

/** 95 % and what is so near to it that even the arithmetic ends. */
const toleranceBpImpossible = 550;
