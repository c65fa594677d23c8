import { algorithms } from "../work/algorithm.ts";
import { journalAlgorithms } from "./journal-format.ts";

/** Hashes per difficulty by the code of the algorithm; all are powers of two, so the product with a double is exact. */
const factors: readonly number[] = journalAlgorithms.map((name) => algorithms[name].hashesPerDifficultyDouble);

const word = 2 ** 32;
const half = 2 ** 64;
/**
 * Work of one share at most: 2^92 hashes, just above SHA-256d's of difficulty 1e18, the largest that the wire takes. A HUGEINT holds the
 * sum of 34 thousand million such rows, so that no question can overflow, whatever stands in a journal.
 */
const workMax = 2 ** 92;

/**
 * The work of a share: max(1, round-half-even(difficulty x hashes per difficulty)), 0 for difficulty 0 (measurement-and-money.md,
 * "Work"). An integer that a double holds exactly, since the product is one; at most 2^92.
 */
export function workOfCode(algorithmCode: number, difficulty: number): number {
  const product = difficulty * (factors[algorithmCode] as number);
  if (product === 0) return 0;
  return product <= 1 ? 1 : Math.min(roundHalfEven(product), workMax);
}

/** Writes such an integer as one little-endian 128-bit number at `words[index .. index + 3]`. No BigInt, since it runs for each row. */
export function writeWork(words: Uint32Array, index: number, work: number): void {
  const high = work < half ? 0 : Math.floor(work / half);
  const low = work - high * half;
  const middle = Math.floor(low / word);
  words[index] = low - middle * word;
  words[index + 1] = middle;
  words[index + 2] = high;
  words[index + 3] = high === 0 ? 0 : Math.floor(high / word);
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest < 0.5) return below;
  return rest > 0.5 || below % 2 !== 0 ? below + 1 : below;
}
