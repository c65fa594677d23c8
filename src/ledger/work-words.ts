import { algorithms } from "../work/algorithm.ts";
import { journalAlgorithms } from "./journal-format.ts";

/** Hashes per difficulty by the code of the algorithm; all are powers of two, so the product with a double is exact. */
const factors: readonly number[] = journalAlgorithms.map((name) => Number(algorithms[name].hashesPerDifficulty));

const word = 2 ** 32;
const half = 2 ** 64;

/**
 * Writes the work of a share as one little-endian 128-bit integer at `words[index .. index + 3]`: max(1, round-half-even(difficulty
 * x hashes per difficulty)), 0 for difficulty 0 (measurement-and-money.md, "Work"). No BigInt, since it runs for each row.
 */
export function writeWork(words: Uint32Array, index: number, share: { algorithmCode: number; difficulty: number }): void {
  const product = share.difficulty * (factors[share.algorithmCode] as number);
  const work = product === 0 ? 0 : Math.max(1, roundHalfEven(product));
  const high = Math.floor(work / half);
  const low = work - high * half;
  words[index] = low;
  words[index + 1] = Math.floor(low / word);
  words[index + 2] = high;
  words[index + 3] = Math.floor(high / word);
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
