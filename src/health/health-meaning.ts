import { alarmsPerYear, detectionMinutes, judgedEveryMs, type PacePlan } from "./detection-time.ts";
import type { HealthSettings } from "./health-settings.ts";
import { type PaceRole, paces, suspicion } from "./pace.ts";
import { silenceLimits } from "./rig-silence.ts";

/** What a setting of the knobs means, to be shown beside them. Minutes are medians: half of the losses are found sooner. */
export type HealthMeaning = {
  /** False `degraded` of 1,000 healthy rigs in 30 days. */
  falseAlarmsPer1000RigMonths: number;
  /** Hashing stopped, socket open. A closed one is known at once and `offline` after 60 s. */
  deadMinutes: number;
  minus50Minutes: number;
  /** One board of three. */
  minus33Minutes: number;
  minus20Minutes: number;
};

const known = new WeakMap<HealthSettings, Map<string, HealthMeaning>>();

/**
 * What these settings come to for a rig of this role; `null`: where difficulty is not chosen by need. Up to 100 ms the first time.
 * Checked against the detector itself, share by share, in test/health/health-meaning.test.ts.
 */
export function meaningOf(settings: HealthSettings, role: PaceRole | null = "contract"): HealthMeaning {
  const pieces = meaningInPieces(settings, role);
  let piece = pieces.next();
  while (piece.done !== true) piece = pieces.next();
  return piece.value;
}

/** The same in pieces of some 10 ms, for a process that has rigs to answer between them. */
export function* meaningInPieces(settings: HealthSettings, role: PaceRole | null = "contract"): Generator<void, HealthMeaning> {
  const byRole = known.get(settings) ?? new Map<string, HealthMeaning>();
  known.set(settings, byRole);
  const before = byRole.get(role ?? "");
  if (before !== undefined) return before;
  const pace = pacePlanOf(role);
  const { sharesPerMinute } = settings;
  let falseYearly = 0;
  for (const cusum of [settings.severe, settings.mild]) {
    falseYearly += alarmsPerYear(cusum, { ratio: 1, sharesPerMinute, pace });
    yield;
  }
  const meaning = {
    falseAlarmsPer1000RigMonths: falseYearly * 1_000 * (30 / 365.25),
    deadMinutes: deadMinutes(settings, pace),
    minus50Minutes: yield* lossMinutes(settings, 0.5, pace),
    minus33Minutes: yield* lossMinutes(settings, 2 / 3, pace),
    minus20Minutes: yield* lossMinutes(settings, 0.8, pace),
  };
  byRole.set(role ?? "", meaning);
  return meaning;
}

function pacePlanOf(role: PaceRole | null): PacePlan {
  if (role === null) return { usual: 1, suspected: 1, from: suspicion.from, until: suspicion.until };
  return { usual: role === "house" ? paces.calmHouse : paces.usual, suspected: paces.suspected, from: suspicion.from, until: suspicion.until };
}

/** Whichever of the two tests is sooner, by its median. */
function* lossMinutes({ severe, mild, sharesPerMinute }: HealthSettings, ratio: number, pace: PacePlan): Generator<void, number> {
  let soonest = Number.POSITIVE_INFINITY;
  for (const cusum of [severe, mild]) {
    soonest = Math.min(soonest, detectionMinutes(cusum, { ratio, sharesPerMinute, pace }));
    yield;
  }
  return soonest;
}

/** The silence test: so many expected shares from the last one on, faster as soon as the silence itself is suspicious. */
function deadMinutes({ severe, sharesPerMinute }: HealthSettings, pace: PacePlan): number {
  const perMinute = sharesPerMinute * pace.usual;
  const slow = Math.min(silenceLimits.expected, pace.from / severe.perExpected);
  const lookMinutes = judgedEveryMs / 60_000;
  const fast = Math.max(0, silenceLimits.expected - slow - perMinute * lookMinutes);
  const minutes = (silenceLimits.expected - fast) / perMinute + fast / (sharesPerMinute * pace.suspected);
  // It is silent since its last share, a little before it died, and found at the judge's next look.
  return Math.max(silenceLimits.msMin / 60_000, minutes) - 1 / perMinute + lookMinutes / 2;
}
