import type { Counted } from "./cusum.ts";
import type { RigHealth, RigStep } from "./rig-health.ts";

const limits = Object.freeze({
  memoryMs: 24 * 3_600_000,
  /** Shares of a rig at its nominal that every estimate begins with. */
  priorShares: 60,
  /** A rig that is online is estimated anew once an hour, and told to the planner where it differs by so much. */
  againMs: 3_600_000,
  toldFrom: 0.01,
});

/** Lets the memory of 24 hours fade; for steps far shorter than a day this is the exponential. */
export function fadeDay(state: RigHealth, elapsedMs: number): void {
  const kept = limits.memoryMs / (limits.memoryMs + elapsedMs);
  state.dayExpected *= kept;
  state.dayAccepted *= kept;
  state.dayPoolAccepted *= kept;
  state.dayPoolRejected *= kept;
  state.sincePlannedMs += elapsedMs;
}

export function notePoolAnswers(state: RigHealth, { poolAccepted, poolRejected }: RigStep): void {
  state.dayPoolAccepted += poolAccepted;
  state.dayPoolRejected += poolRejected;
}

/** A step of a rig that is online: only what it does when it is well is its learned ratio. */
export function noteDay(state: RigHealth, { expected, accepted }: Counted): void {
  state.dayExpected += expected;
  state.dayAccepted += accepted;
  if (state.sincePlannedMs >= limits.againMs) planAgain(state);
}

/** What the planner is to expect of a rig that is well, after a change of its status or an hour. */
export function planAgain(state: RigHealth): void {
  const learned = (state.dayAccepted + limits.priorShares) / (state.dayExpected + limits.priorShares);
  const ratio = learned * poolRatio(state);
  if (Math.abs(ratio - state.plannedRatio) >= limits.toldFrom * state.plannedRatio) state.plannedRatio = ratio;
  state.sincePlannedMs = 0;
  state.plannedAtExpected = 0;
}

/** Of a degraded rig: what it did since the detector began, estimated again each time that this is twice as much evidence, or is new evidence. */
export function planLow(state: RigHealth): void {
  const { expected, accepted } = state.low;
  if (expected <= 0 || (expected < 2 * state.plannedAtExpected && expected >= state.plannedAtExpected)) return;
  state.plannedRatio = (accepted / expected) * poolRatio(state);
  state.plannedAtExpected = expected;
  state.sincePlannedMs = 0;
}

function poolRatio({ dayPoolAccepted, dayPoolRejected }: RigHealth): number {
  const all = dayPoolAccepted + dayPoolRejected;
  return all > 0 ? dayPoolAccepted / all : 1;
}

/** `nominal x this` is what the planner may expect of the rig; 0 while offline. It changes by events, never by the luck of a short window. */
export function effectiveRatio(state: RigHealth): number {
  return state.offline === null ? state.plannedRatio : 0;
}
