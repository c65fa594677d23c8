import { count } from "./reason-words.ts";
import type { RigHealth, StatusReason } from "./rig-health.ts";

/** Route-flap damping with the defaults of routers (RFC 2439; 15 min, 750, 2000, 60 min): reliability.md 1.5. */
const limits = Object.freeze({ perFall: 1_000, halfLifeMs: 15 * 60_000, flappingFrom: 2_000, releasedAt: 750, penaltyMax: 12_000 });

export function noteFall(state: RigHealth): void {
  state.flapPenalty = Math.min(limits.penaltyMax, state.flapPenalty + limits.perFall);
  if (state.flapPenalty >= limits.flappingFrom) state.flapping = true;
}

/** Lets the penalty fade; the reason when it has faded enough to end `flapping`. */
export function fadePenalty(state: RigHealth, elapsedMs: number): StatusReason | null {
  if (state.flapPenalty === 0) {
    state.flapping = false;
    return null;
  }
  state.flapPenalty *= 0.5 ** (elapsedMs / limits.halfLifeMs);
  if (state.flapPenalty < 1) state.flapPenalty = 0;
  if (!state.flapping || state.flapPenalty > limits.releasedAt) return null;
  state.flapping = false;
  return { code: "settled", text: `no more falls: penalty faded to ${count(state.flapPenalty)} (limit ${limits.releasedAt})` };
}

export function flappingReason(state: RigHealth): StatusReason {
  return {
    code: "flapping",
    text: `fell offline again and again: penalty ${count(state.flapPenalty)}, 1,000 for each fall, halved every 15 min (flapping from ${limits.flappingFrom} until ${limits.releasedAt})`,
  };
}
