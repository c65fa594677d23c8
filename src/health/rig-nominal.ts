import { clear } from "./cusum.ts";
import { duration, hashrate, shares } from "./reason-words.ts";
import { clearTallies } from "./rig-degraded.ts";
import { type RigHealth, type RigStep, recentMemory, type StatusReason } from "./rig-health.ts";

export const nominalLimits = Object.freeze({
  /** Shares that a first estimate stands on: within 10 % of the truth, 95 times in 100. */
  learnShares: 400,
  /** Before these, nothing at all is known of a rig's rate. */
  tellingShares: 5,
  /** A learned nominal follows the rig by at most this factor a day, in hourly steps, */
  perDay: 1.02,
  hourMs: 3_600_000,
  hourSharesMin: 100,
  /** and never below this part of what was first learned: a rig that fades is to be found out, not forgiven. */
  floor: 0.8,
  /** A learned nominal is worth a new note in the rig's row. */
  noteFrom: 0.005,
});

/** The nominal of this step: the row's, but for a learned one the unrounded estimate behind it. */
export function takeNominal(state: RigHealth, step: RigStep): void {
  const row = step.nominalHps ?? 0;
  if (row === 0 && state.rowHps > 0) forgetLearned(state);
  state.rowHps = row;
  if (step.nominalLearned && row > 0 && Math.abs(state.learnedHps / row - 1) > 0.05) {
    // Lost with a snapshot, or set by hand.
    state.learnedHps = row;
    state.learnedFirstHps = row;
  }
  changeNominal(state, row === 0 || step.nominalLearned ? state.learnedHps : row);
}

/** Someone cleared the nominal: learn it anew. */
function forgetLearned(state: RigHealth): void {
  state.learnedHps = 0;
  state.learnedFirstHps = 0;
  forgetEstimate(state);
  state.vetting = true;
  state.degraded = null;
}

/** Evidence in shares of another nominal is no evidence; the day's ratio is put into the new unit. */
function changeNominal(state: RigHealth, hps: number): void {
  const before = state.nominalHps;
  if (hps === before) return;
  state.nominalHps = hps;
  if (before > 0) state.dayExpected *= hps / before;
  if (before > 0 && Math.abs(hps / before - 1) < 0.01) return;
  clearTallies(state);
  clear(state.vet);
  clear(state.low);
  state.recentExpected = recentMemory;
  state.recentAccepted = recentMemory;
  state.silentExpected = 0;
  state.silentMs = 0;
}

/**
 * What the silence test may expect of a rig: where there is no nominal the rate so far, which the silence itself lowers; nothing where there is
 * no telling. Of A shares in T seconds, what is expected over a silence of t adds up to A ln(1 + t / T): exactly the odds of it, (T / (T + t))^A.
 */
export function workingHps(state: RigHealth): number {
  if (state.nominalHps > 0) return state.nominalHps;
  if (state.learnAccepted < nominalLimits.tellingShares || state.learnPerHps <= 0) return 0;
  return state.learnAccepted / state.learnPerHps;
}

/** One step of a rig without a nominal; the reason when it has been learned, which ends vetting. */
export function learn(state: RigHealth, step: RigStep): StatusReason | null {
  addToEstimate(state, step);
  if (state.learnAccepted < nominalLimits.learnShares || state.learnPerHps <= 0) return null;
  state.learnedHps = state.learnAccepted / state.learnPerHps;
  state.learnedFirstHps = state.learnedHps;
  changeNominal(state, state.learnedHps);
  const text = `nominal learned: ${shares(state.learnAccepted)} in ${duration(state.learnMs)} say ${hashrate(state.learnedHps)} (limit ${nominalLimits.learnShares})`;
  forgetEstimate(state);
  return { code: "learned", text };
}

/**
 * Once an hour a learned nominal goes a twenty-fourth of 2 % towards what the hour showed: that is the median of the hourly estimates
 * by stochastic approximation (Robbins and Monro 1951), and never more than 2 % a day. Only of hours online.
 */
export function follow(state: RigHealth, step: RigStep): void {
  if (!step.nominalLearned || state.learnedHps === 0) return;
  addToEstimate(state, step);
  if (state.learnMs < nominalLimits.hourMs || state.learnAccepted < nominalLimits.hourSharesMin) return;
  const shown = state.learnAccepted / state.learnPerHps;
  const most = nominalLimits.perDay ** (1 / 24);
  const next = state.learnedHps * Math.min(most, Math.max(1 / most, shown / state.learnedHps));
  state.learnedHps = Math.max(next, nominalLimits.floor * state.learnedFirstHps);
  forgetEstimate(state);
}

function addToEstimate(state: RigHealth, { accepted, exposurePerHps, elapsedMs }: RigStep): void {
  state.learnAccepted += accepted;
  state.learnPerHps += exposurePerHps;
  if (exposurePerHps > 0) state.learnMs += elapsedMs;
}

export function forgetEstimate(state: RigHealth): void {
  state.learnAccepted = 0;
  state.learnPerHps = 0;
  state.learnMs = 0;
}

/** The nominal to note in the rig's row as learned, where it differs from `notedHps` by half a percent or more; else null. */
export function nominalToNote(state: RigHealth, notedHps: number | null): number | null {
  if (state.learnedHps === 0) return null;
  if (notedHps !== null && Math.abs(state.learnedHps / notedHps - 1) < nominalLimits.noteFrom) return null;
  return state.learnedHps;
}
