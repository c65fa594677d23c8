import { type AlgorithmName, algorithms } from "./algorithm.ts";

const targetMax = (1n << 256n) - 1n;
const wordBase = 2 ** 32;
const mantissaBits = 52n;

/** A positive double as `mantissa * 2^exponent`, exactly: difficulties arrive as JSON numbers and must not be rounded on the way. */
function exactParts(value: number): { mantissa: bigint; exponent: bigint } {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
  const fraction = bits & ((1n << mantissaBits) - 1n);
  const biased = (bits >> mantissaBits) & 0x7ffn;
  if (biased === 0n) return { mantissa: fraction, exponent: -1074n };
  return { mantissa: fraction | (1n << mantissaBits), exponent: biased - 1075n };
}

function wordsOf(value: bigint): Uint32Array {
  const words = new Uint32Array(8);
  for (let i = 0; i < 8; i++) words[i] = Number((value >> BigInt(32 * i)) & 0xffffffffn);
  return words;
}

/**
 * The largest hash that earns `difficulty`: floor(D1 / difficulty), capped at 2^256 - 1, with the double taken exactly
 * (stratum-v1 reference 1.6; vectors `diff-*`). Eight 32-bit words, [0] least significant, as `meets` compares them.
 * Throws RangeError unless `difficulty` is positive and finite.
 */
export function targetOf(algorithm: AlgorithmName, difficulty: number): Uint32Array {
  if (!(difficulty > 0 && difficulty < Number.POSITIVE_INFINITY)) throw new RangeError(`difficulty: must be positive and finite, is ${difficulty}`);
  const { mantissa, exponent } = exactParts(difficulty);
  const one = algorithms[algorithm].difficultyOneTarget;
  const target = exponent >= 0n ? one / (mantissa << exponent) : (one << -exponent) / mantissa;
  return wordsOf(target > targetMax ? targetMax : target);
}

/**
 * The block target of a compact `nbits` (Bitcoin Core `arith_uint256::SetCompact`), in the same words as `targetOf`.
 * Negative and overflowing forms give 0, which no hash meets.
 */
export function targetOfBits(nbits: number): Uint32Array {
  const size = nbits >>> 24;
  const mantissa = BigInt(nbits & 0x7fffff);
  if ((nbits & 0x800000) !== 0) return new Uint32Array(8);
  const target = size <= 3 ? mantissa >> BigInt(8 * (3 - size)) : mantissa << BigInt(8 * (size - 3));
  return target > targetMax ? new Uint32Array(8) : wordsOf(target);
}

/** Whether `hash` <= `target`, both as eight little-endian 32-bit words. Hot: no allocation. */
export function meets(hash: Uint32Array, target: Uint32Array): boolean {
  for (let i = 7; i >= 0; i--) {
    const own = hash[i] as number;
    const limit = target[i] as number;
    if (own !== limit) return own < limit;
  }
  return true;
}

/** 256 bits as the nearest double (error below one unit in the last place): from the low word up, so that what is rounded off matters least. */
export function magnitudeOf(words: Uint32Array): number {
  let value = 0;
  for (let i = 0; i < 8; i++) value = value / wordBase + (words[i] as number);
  return value * wordBase ** 7;
}

/** The difficulty a hash would have earned: D1 / hash; Infinity for the hash 0. For show and for records of luck, never for credit. */
export function difficultyOf(algorithm: AlgorithmName, hash: Uint32Array): number {
  return Number(algorithms[algorithm].difficultyOneTarget) / magnitudeOf(hash);
}

/**
 * The work of a share, in hashes: max(1, round-half-even(difficulty * hashesPerDifficulty)), exact for every double; 0 for difficulty 0
 * (a share that was tolerated, not earned). Throws RangeError on a negative or non-finite difficulty.
 */
export function workOf(algorithm: AlgorithmName, difficulty: number): bigint {
  if (difficulty === 0) return 0n;
  if (!(difficulty > 0 && difficulty < Number.POSITIVE_INFINITY)) throw new RangeError(`difficulty: must be 0 or positive and finite, is ${difficulty}`);
  const { mantissa, exponent } = exactParts(difficulty);
  const scaled = mantissa * algorithms[algorithm].hashesPerDifficulty;
  const rounded = exponent >= 0n ? scaled << exponent : shiftHalfEven(scaled, -exponent);
  return rounded > 1n ? rounded : 1n;
}

/** value / 2^bits, ties to the even neighbour. */
function shiftHalfEven(value: bigint, bits: bigint): bigint {
  const quotient = value >> bits;
  const rest = value - (quotient << bits);
  const half = 1n << (bits - 1n);
  if (rest > half || (rest === half && (quotient & 1n) === 1n)) return quotient + 1n;
  return quotient;
}
