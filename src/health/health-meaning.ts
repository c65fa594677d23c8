import type { HealthSettings } from "./health-settings.ts";

/** What a setting of the knobs means, to be shown beside them. Minutes are medians: half of the losses are found sooner. */
export type HealthMeaning = {
  /** False `degraded` of 1,000 healthy rigs in 30 days, at most. */
  falseAlarmsPer1000RigMonths: number;
  deadMinutes: number;
  minus50Minutes: number;
  /** One board of three. */
  minus33Minutes: number;
  minus20Minutes: number;
};

export function meaningOf(settings: HealthSettings): HealthMeaning {
  void settings;
  return { falseAlarmsPer1000RigMonths: 0, deadMinutes: 0, minus50Minutes: 0, minus33Minutes: 0, minus20Minutes: 0 };
}
