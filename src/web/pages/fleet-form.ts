import type { FormState } from "../../../views/parts/form.tsx";
import { type Fleet, methods, periods } from "../../control/fleets.ts";
import { type HealthMeaning, meaningInPieces } from "../../health/health-meaning.ts";
import { type HealthKnobs, healthDefaults, healthLimits, settingsOf } from "../../health/health-settings.ts";
import { algorithmNames } from "../../work/algorithm.ts";
import type { FleetEntry } from "../actions/fleets.ts";
import type { Faults } from "../faults.ts";
import type { FormValues } from "./form-body.ts";

/** A percentage without noise: 8460 is `84.6`. */
const percentOf = (hundredths: number): string => String(hundredths / 100);

export function valuesOf(fleet: Fleet, houseId: string | null): Record<string, string> {
  return {
    name: fleet.name,
    algorithm: fleet.algorithm,
    site_id: fleet.siteId ?? "",
    house_profile_id: houseId ?? "",
    method: fleet.method,
    tolerance: percentOf(fleet.toleranceBp),
    alarm_threshold: percentOf(fleet.alarmThresholdBp),
    reserve: percentOf(fleet.reserveBp),
    shares_per_minute: String(fleet.sharesPerMinute),
    period: fleet.period,
    degraded_below: percentOf(fleet.degradedBelowBp),
    disconnect_grace_s: String(fleet.disconnectGraceS),
  };
}

export const newFleetForm: FormState = Object.freeze({
  values: {
    algorithm: "sha256d",
    method: "threshold",
    tolerance: "10",
    alarm_threshold: "30",
    reserve: "0",
    shares_per_minute: String(healthDefaults.sharesPerMinute),
    period: healthDefaults.period,
    degraded_below: percentOf(healthDefaults.degradedBelowBp),
    disconnect_grace_s: "15",
  },
  errors: {},
});

type Range = { min: number; max: number; unit: string; why?: string };

/** In the form's own units; the rows' rules are in hundredths of a percent, which nobody types. */
const ranges: Readonly<Record<"degraded_below" | "shares_per_minute" | "disconnect_grace_s" | "alarm_threshold" | "tolerance" | "reserve", Range>> =
  Object.freeze({
    degraded_below: {
      min: healthLimits.degradedBelowBpMin / 100,
      max: healthLimits.degradedBelowBpMax / 100,
      unit: " %",
      why: "; nearer to the 95 % that a healthy rig may do, no statistics tell them apart",
    },
    shares_per_minute: { min: healthLimits.sharesPerMinuteMin, max: healthLimits.sharesPerMinuteMax, unit: "" },
    disconnect_grace_s: { min: 0, max: 3_600, unit: " seconds" },
    alarm_threshold: { min: 0.01, max: 100, unit: " %" },
    tolerance: { min: 1, max: 50, unit: " %" },
    reserve: { min: 0, max: 100, unit: " %" },
  });

type Numbers = Readonly<Partial<Record<keyof typeof ranges, number>>>;

/** A number as people type it, with a point or a comma; NaN where it is none. */
export function typedNumber(text: string): number {
  return /^-?\d{1,18}(?:[.,]\d{1,9})?$/.test(text) ? Number(text.replace(",", ".")) : Number.NaN;
}

/** The numbers that were typed, without those that are out of their range. */
function numbersOf(values: FormValues, faults: Faults): Numbers {
  const read = Object.entries(ranges).map(([name, range]) => ({ name, range, value: typedNumber(values[name] ?? "") }));
  const isFit = ({ range: { min, max }, value }: (typeof read)[number]) => value >= min && value <= max;
  for (const one of read) {
    const { min, max, unit, why = "" } = one.range;
    if (!isFit(one)) faults.note(one.name, `must be a number from ${min} to ${max}${unit}${why}`);
  }
  return Object.fromEntries(read.filter(isFit).map(({ name, value }) => [name, value]));
}

const oneOf = <T extends string>(words: readonly T[], typed: string | undefined, usual: T): T => words.find((word) => word === typed) ?? usual;
const bp = (percent: number): number => Math.round(percent * 100);

/** What was typed, as the entry that a script would send, as far as it can be read. */
export function entryOf(values: FormValues, faults: Faults): FleetEntry & { name: string } {
  const { tolerance, alarm_threshold, reserve, shares_per_minute, degraded_below, disconnect_grace_s } = numbersOf(values, faults);
  return {
    name: values["name"] ?? "",
    algorithm: oneOf(algorithmNames, values["algorithm"], "sha256d"),
    // A form without the field has no site to choose from.
    ...(values["site_id"] !== undefined && { site_id: values["site_id"] || null }),
    house_profile_id: values["house_profile_id"] || null,
    method: oneOf(methods, values["method"], "threshold"),
    period: oneOf(periods, values["period"], "normal"),
    ...(tolerance !== undefined && { tolerance_bp: bp(tolerance) }),
    ...(alarm_threshold !== undefined && { alarm_threshold_bp: bp(alarm_threshold) }),
    ...(reserve !== undefined && { reserve_bp: bp(reserve) }),
    ...(shares_per_minute !== undefined && { shares_per_minute }),
    ...(degraded_below !== undefined && { degraded_below_bp: bp(degraded_below) }),
    ...(disconnect_grace_s !== undefined && { disconnect_grace_s: Math.round(disconnect_grace_s) }),
  };
}

export const formFields: Readonly<Record<string, string>> = Object.freeze({
  tolerance_bp: "tolerance",
  alarm_threshold_bp: "alarm_threshold",
  reserve_bp: "reserve",
  degraded_below_bp: "degraded_below",
});

/** What the knobs come to, worked out a piece at a time: the same loop answers rigs. Null where one is out of its range. */
export async function meaningFor(knobs: HealthKnobs): Promise<HealthMeaning | null> {
  const pieces = piecesOf(knobs);
  if (pieces === null) return null;
  let piece = pieces.next();
  while (piece.done !== true) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    piece = pieces.next();
  }
  return piece.value;
}

function piecesOf(knobs: HealthKnobs): ReturnType<typeof meaningInPieces> | null {
  try {
    return meaningInPieces(settingsOf(knobs));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
