import { add, type Counted, type Cusum, clear, evidence, rise, riseBack } from "./cusum.ts";
import type { HealthSettings } from "./health-settings.ts";
import { decimal, ofNominal } from "./reason-words.ts";
import type { RigHealth, StatusReason } from "./rig-health.ts";

/** Log-likelihood ratio that ends vetting either way: one wrong in a hundred (Wald). */
export const vetLimit = 4.6;
/** Evidence of the mirror image that ends `degraded`. */
export const backLimit = 6;
/** Between online and degraded there is at least so much time, both ways. */
export const dwellMs = 60_000;

/** One step of a rig that is neither vetted nor degraded. */
export function watch(state: RigHealth, counted: Counted, settings: HealthSettings, mayFall: boolean): StatusReason | null {
  const severe = rise(state.severe, counted, settings.severe);
  const mild = rise(state.mild, counted, settings.mild);
  if (!(severe || mild) || !mayFall || state.statusMs < dwellMs) return null;
  // Where both have reached their limit, the one that began later tells better what the rig does now.
  const by = severe && (!mild || state.severe.expected < state.mild.expected) ? "severe" : "mild";
  degrade(state, by);
  return degradedReason(state, settings);
}

function degrade(state: RigHealth, by: "severe" | "mild" | "vetting"): void {
  Object.assign(state.low, by === "vetting" ? state.vet : state[by]);
  if (state.degraded === null) {
    // What led here is not what the rig does when it is well.
    state.dayExpected = Math.max(0, state.dayExpected - state.low.expected);
    state.dayAccepted = Math.max(0, state.dayAccepted - state.low.accepted);
  }
  state.degraded = by;
  clearTallies(state);
}

/** One step of a degraded rig: first the severe loss must be over, then the mild one. */
export function recover(state: RigHealth, counted: Counted, settings: HealthSettings): StatusReason | null {
  add(state.low, counted);
  if (state.degraded === "mild") return recoverMild(state, counted, settings);
  if (!riseBack(state.severeBack, counted, { slopes: settings.severe, limit: backLimit })) return null;
  // Still degraded, but by less: what it does now is what it did since it began to climb.
  Object.assign(state.low, state.severeBack);
  state.degraded = "mild";
  clearTallies(state);
  return null;
}

function recoverMild(state: RigHealth, counted: Counted, settings: HealthSettings): StatusReason | null {
  if (rise(state.severe, counted, settings.severe)) {
    degrade(state, "severe");
    return null;
  }
  if (!riseBack(state.mildBack, counted, { slopes: settings.mild, limit: backLimit }) || state.statusMs < dwellMs) return null;
  const reason = { code: "recovered", text: `well again, ${ofNominal(state.mildBack)} (evidence ${backLimit} or more)` };
  state.degraded = null;
  clearTallies(state);
  return reason;
}

/** One step of vetting against a known nominal: Wald's sequential test of 95 against 45 %. */
export function vet(state: RigHealth, counted: Counted, settings: HealthSettings, mayFall: boolean): StatusReason | null {
  add(state.vet, counted);
  const well = -evidence(settings.severe, state.vet);
  if (well >= vetLimit) {
    const reason = { code: "vetted", text: `vetted: ${ofNominal(state.vet)} (evidence ${decimal(well, 1)}, limit ${vetLimit})` };
    endVetting(state);
    return reason;
  }
  if (well > -vetLimit || !mayFall) return null;
  degrade(state, "vetting");
  const reason = degradedReason(state, settings);
  endVetting(state);
  return reason;
}

export function endVetting(state: RigHealth): void {
  state.vetting = false;
  clear(state.vet);
  clearTallies(state);
}

/** "about 66 % of nominal over the last 14 min: 112 shares where 168 were expected (degraded below 84.6 %; evidence 10.6, limit 10.6)" */
export function degradedReason(state: RigHealth, settings: HealthSettings): StatusReason {
  const rule = (cusum: Cusum, limit: number) => `evidence ${decimal(evidence(cusum, state.low), 1)}, limit ${decimal(limit, 1)}`;
  const [below, numbers] =
    state.degraded === "mild"
      ? [settings.degradedBelowBp / 10_000, rule(settings.mild, settings.mild.limit)]
      : [settings.severe.perExpected / settings.severe.perAccepted, rule(settings.severe, state.degraded === "vetting" ? vetLimit : settings.severe.limit)];
  return { code: `degraded-${state.degraded}`, text: `${ofNominal(state.low)} (degraded below ${decimal(100 * below, 1)} %; ${numbers})` };
}

/** Forgets the evidence of both CUSUMs and their mirror images. */
export function clearTallies(state: RigHealth): void {
  for (const tally of [state.severe, state.mild, state.severeBack, state.mildBack]) clear(tally);
}
