import { badFor, type Cusum, slopesOf } from "./cusum.ts";
import { limitOf, minutesPerYear } from "./run-length.ts";

/** How much evidence a verdict needs, by the false `degraded` it allows in a year of a healthy rig. */
export const periods = Object.freeze(["quick", "normal", "sure"] as const);
export type Period = (typeof periods)[number];

export type HealthKnobs = {
  sharesPerMinute: number;
  period: Period;
  /** A rig below this much of its nominal, in hundredths of a percent, is degraded. */
  degradedBelowBp: number;
};

/** What the knobs come to. One object for each setting of the knobs, however often it is asked for. */
export type HealthSettings = HealthKnobs & { severe: Cusum; mild: Cusum; rejectLimit: number };

/** The rules of the knobs, for forms and the API. */
export const healthLimits = Object.freeze({
  sharesPerMinuteMin: 1,
  sharesPerMinuteMax: 120,
  degradedBelowBpMin: 5_000,
  /** Nearer to the 95 % that a healthy rig may do, no statistics tell them apart. */
  degradedBelowBpMax: 9_200,
});

export const healthDefaults: Readonly<HealthKnobs> = Object.freeze({ sharesPerMinute: 12, period: "normal", degradedBelowBp: 8_460 });

export const falsePerYear: Readonly<Record<Period, number>> = Object.freeze({ quick: 1, normal: 0.1, sure: 0.01 });

/** A rig at 95 % of its nominal is well: the nominal is never exact, and a textbook test of 100 % cries wolf weekly (reliability.md 1.4). */
const good = 0.95;
const severeBad = 0.45;
/** Of the false alarms that the period allows; the mild test gains more by its part. With these, 12 shares per minute and `normal` give 15.0 and 10.6. */
const severePart = 3 / 8;

/** The CUSUM with bad = `bad` that cries wolf `falseYearly` times in a year of a rig at its nominal, at `sharesPerMinute`. */
export function cusumFor(bad: number, falseYearly: number, sharesPerMinute: number): Cusum {
  const slopes = slopesOf(good, bad);
  return { good, bad, ...slopes, limit: limitOf(slopes, 1, (sharesPerMinute * minutesPerYear) / falseYearly) };
}

/** The CUSUM around `threshold` (a ratio below 0.95). */
export function cusumAround(threshold: number, falseYearly: number, sharesPerMinute: number): Cusum {
  return cusumFor(badFor(good, threshold), falseYearly, sharesPerMinute);
}

const known = new Map<string, HealthSettings>();
/** Far more than there are fleets and contracts with knobs of their own. */
const knownMax = 4_096;

/** The detector's settings for these knobs. RangeError with the knob and its rule where one is out of range. */
export function settingsOf({ sharesPerMinute, period, degradedBelowBp }: HealthKnobs): HealthSettings {
  const key = `${sharesPerMinute} ${period} ${degradedBelowBp}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  mustLie("sharesPerMinute", sharesPerMinute, [healthLimits.sharesPerMinuteMin, healthLimits.sharesPerMinuteMax]);
  mustLie("degradedBelowBp", degradedBelowBp, [healthLimits.degradedBelowBpMin, healthLimits.degradedBelowBpMax]);
  const falseYearly = falsePerYear[period];
  const settings: HealthSettings = Object.freeze({
    sharesPerMinute,
    period,
    degradedBelowBp,
    severe: cusumFor(severeBad, falseYearly * severePart, sharesPerMinute),
    mild: cusumAround(degradedBelowBp / 10_000, falseYearly * (1 - severePart), sharesPerMinute),
    rejectLimit: rejectLimitFor(falseYearly, sharesPerMinute),
  });
  if (known.size >= knownMax) known.clear();
  known.set(key, settings);
  return settings;
}

export function mustLie(name: string, value: number, [min, max]: [min: number, max: number]): void {
  if (!(value >= min && value <= max)) throw new RangeError(`${name} must be a number from ${min} to ${max}, not ${value}`);
}

/** The reject statistic alarms about `0.02 x shares x e^-limit` times where 1 % is refused (by simulation: test/health/rejecting.test.ts). */
function rejectLimitFor(falseYearly: number, sharesPerMinute: number): number {
  return Math.log((0.02 * sharesPerMinute * minutesPerYear) / falseYearly);
}
