import { v1Limits } from "./limits.ts";

/** What a difficulty must be, as the end of the sentence "<field>: …". */
export const difficultyRule = "must be a number from 1e-12 to 1e18";

/**
 * True for what may be a difficulty on the wire. Beyond the range the sums of work that every figure is made of would leave
 * their 128 bits, and no rig or pool in the world has a use for it.
 */
export function isDifficulty(value: unknown): value is number {
  return typeof value === "number" && value >= v1Limits.difficultyMin && value <= v1Limits.difficultyMax;
}
