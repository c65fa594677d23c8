import { duration, percent, shares } from "./reason-words.ts";
import { type RigHealth, recentMemory, type StatusReason } from "./rig-health.ts";

export const silenceLimits = Object.freeze({
  /** So many expected shares without one are no luck: odds of e^-20. */
  expected: 20,
  msMin: 45_000,
  /** A rig that has done less of late is waited for longer, but not for ever. */
  ratioMin: 0.25,
  /** A reconnect inside this changes nothing. */
  goneMs: 60_000,
});

export type Heard = {
  /** Expected shares of this step, and those of them since the last accepted share. */
  expected: number;
  expectedSinceAccepted: number;
  accepted: number;
  refused: number;
  ms: number;
};

/**
 * Takes a step into the silence test. A refused share breaks a silence as well: that rig is not gone, it is `rejecting`.
 * The recent ratio is moved by shares alone: the silence itself must not lower it (measured: 4.5 instead of 3.0 minutes).
 */
export function hear(state: RigHealth, heard: Heard): void {
  const { expected, accepted, ms } = heard;
  if (accepted === 0 && heard.refused === 0) {
    state.silentExpected += expected;
    if (expected > 0) state.silentMs += ms;
    return;
  }
  const since = accepted > 0 ? Math.min(expected, heard.expectedSinceAccepted) : 0;
  const until = state.silentExpected + expected - since;
  const kept = Math.exp(-until / recentMemory);
  state.recentExpected = state.recentExpected * kept + until;
  state.recentAccepted = state.recentAccepted * kept + accepted;
  state.silentExpected = since;
  state.silentMs = expected > 0 ? (ms * since) / expected : 0;
}

export function isSilent(state: RigHealth): boolean {
  return state.silentMs >= silenceLimits.msMin && state.silentExpected * recentRatio(state) >= silenceLimits.expected;
}

/** What the rig did of its nominal until its last share, between 25 and 100 %. */
function recentRatio({ recentAccepted, recentExpected }: RigHealth): number {
  return Math.max(silenceLimits.ratioMin, Math.min(1, recentAccepted / recentExpected));
}

export function silentReason(state: RigHealth): StatusReason {
  const wanted = silenceLimits.expected / recentRatio(state);
  const rate = percent(recentRatio(state), 1);
  return {
    code: "silent",
    text: `connected, but no share came for ${duration(state.silentMs)}, in which ${shares(Math.floor(state.silentExpected))} were expected (limit ${Math.ceil(wanted)}, as it did ${rate} of nominal before)`,
  };
}

/** Read for as long as the rig is away, beside how long that is: no word of a moment that has passed. */
export function goneReason(): StatusReason {
  return { code: "disconnected", text: `no connection for more than ${duration(silenceLimits.goneMs)}` };
}
