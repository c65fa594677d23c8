import type { RigFact } from "../../health/facts.ts";
import { type AlgorithmName, algorithms } from "../../work/algorithm.ts";

/** `windowMs`: the time that the rate was divided by. */
export type Measured = { hps: number; windowMs: number; algorithm: AlgorithmName };

/** In 19 of 20 cases a count of n lies within so many times its square root. */
const sigmas = 1.96;

/**
 * What chance alone may add to or take from a rig's rate over `windowMs`, as a part of that rate: 0.15 = ±15 %. Told from how many
 * shares the rate is at the difficulty that the rig has now. Null where it is not connected or sent none.
 */
export function luckOf(fact: RigFact | null, { hps, windowMs, algorithm }: Measured): number | null {
  const [session] = fact?.sessions ?? [];
  if (session === undefined || !(hps > 0) || !(session.difficulty > 0)) return null;
  const shares = (hps * windowMs) / 1_000 / (session.difficulty * algorithms[algorithm].hashesPerDifficultyDouble);
  return shares > 0 ? sigmas / Math.sqrt(shares) : null;
}
