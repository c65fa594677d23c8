import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chiSquareQuantile, poissonInterval } from "../../src/ledger/poisson-interval.ts";
import { coveredMs, gapsBetween } from "../../src/ledger/runs.ts";
import { workOfCode, writeWork } from "../../src/ledger/work-words.ts";

describe("work as an integer of 128 bits", () => {
  /** A double is an integer times a power of two: multiplied by another power of two it is exact as a fraction of integers. */
  function exactWork(difficulty: number, exponent: number): bigint {
    if (difficulty === 0) return 0n;
    const bits = new DataView(new Float64Array([difficulty]).buffer).getBigUint64(0, true);
    const power = Number(bits >> 52n) || 1;
    const mantissa = (bits & ((1n << 52n) - 1n)) | (bits >> 52n === 0n ? 0n : 1n << 52n);
    const shift = power - 1_075 + exponent;
    if (shift >= 0) return mantissa << BigInt(shift);
    const divisor = 1n << BigInt(-shift);
    const below = mantissa / divisor;
    const twice = (mantissa % divisor) * 2n;
    const up = twice > divisor || (twice === divisor && below % 2n === 1n);
    const work = up ? below + 1n : below;
    return work < 1n ? 1n : work;
  }

  function readBack(code: number, difficulty: number): bigint {
    const words = new Uint32Array(8);
    writeWork(words, 4, workOfCode(code, difficulty));
    return words.subarray(4).reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  }

  test("max(1, round-half-even(difficulty x hashes per difficulty)), for any difficulty that a pool may send", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e18, noNaN: true }), fc.constantFrom([0, 32] as const, [1, 16] as const), (difficulty, [code, exponent]) => {
        const positive = Math.abs(difficulty);
        expect(readBack(code, positive)).toBe(exactWork(positive, exponent));
      }),
      { numRuns: 2_000 },
    );
  });

  test("beyond what the wire takes it stays at a bound, so that sums of 34 thousand million rows fit 127 bits", () => {
    for (const difficulty of [1.2e18, 1e28, 1e38, 1e300, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) expect(readBack(0, difficulty)).toBe(1n << 92n);
    expect(readBack(0, 1e18)).toBeLessThan(1n << 92n);
    expect((1n << 92n) * 34_000_000_000n).toBeLessThan(1n << 127n);
  });

  test("halves go to the even neighbour, and nothing but zero is worth nothing", () => {
    const unit = 2 ** -32;
    expect([0, 0.4, 0.5, 1.5, 2.5, 3.5, 2 ** 64].map((hashes) => readBack(0, hashes * unit))).toEqual([0n, 1n, 1n, 2n, 2n, 4n, 1n << 64n]);
  });
});

describe("the 95 % interval", () => {
  test("chi-square quantiles are those of the tables", () => {
    const table: [probability: number, freedom: number, value: number][] = [
      [0.975, 2, 7.377759],
      [0.025, 2, 0.050636],
      [0.975, 1, 5.023886],
      [0.025, 10, 3.246973],
      [0.975, 10, 20.483177],
      [0.025, 100, 74.221927],
      [0.975, 100, 129.561197],
      [0.975, 0.5, 3.433235],
      [0.975, 998, 1087.443201],
      [0.025, 998, 912.344865],
      // From here on approximated.
      [0.975, 1002, 1091.6185],
      [0.025, 1002, 916.1695],
    ];
    for (const [probability, freedom, value] of table) expect(chiSquareQuantile(probability, freedom)).toBeCloseTo(value, freedom > 1_000 ? 2 : 5);
  });

  test("the approximation for many shares joins the exact values without a step", () => {
    for (const probability of [0.025, 0.975]) {
      const below = chiSquareQuantile(probability, 999.9);
      const above = chiSquareQuantile(probability, 1_000.1);
      expect(above - below).toBeGreaterThan(0);
      expect(above - below).toBeLessThan(0.25);
    }
  });

  test("of n equal shares it is the exact Poisson interval", () => {
    const exact: [n: number, lower: number, upper: number][] = [
      [0, 0, 3.688879],
      [1, 0.025318, 5.571643],
      [10, 4.795389, 18.390356],
      [100, 81.36399, 121.62679],
    ];
    for (const [n, lower, upper] of exact) {
      const interval = poissonInterval({ sum: n * 8, sumOfSquares: n * 64, largest: 8 });
      expect(interval.lower / 8).toBeCloseTo(lower, 3);
      expect(interval.upper / 8).toBeCloseTo(upper, 3);
    }
  });

  test("it always holds the estimate, and only nothing known gives nothing", () => {
    expect(poissonInterval({ sum: 0, sumOfSquares: 0, largest: 0 })).toEqual({ lower: 0, upper: 0 });
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-3, max: 1e30, noNaN: true }), { minLength: 1, maxLength: 60 }), (weights) => {
        const sum = weights.reduce((total, weight) => total + weight, 0);
        const { lower, upper } = poissonInterval({
          sum,
          sumOfSquares: weights.reduce((total, weight) => total + weight * weight, 0),
          largest: Math.max(...weights),
        });
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(lower).toBeLessThan(sum);
        expect(upper).toBeGreaterThan(sum);
      }),
      { numRuns: 500 },
    );
  });
});

describe("gaps", () => {
  const span = fc.tuple(fc.nat(100), fc.nat(40)).map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }));

  test("a millisecond is in a gap exactly when it is in no run, and steps add up what is covered", () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), span, fc.integer({ min: 1, max: 30 }), (runs, { fromMs, toMs }, stepMs) => {
        const gaps = gapsBetween(runs, fromMs, toMs);
        const covered = coveredMs(gaps, { fromMs, toMs, stepMs });
        const expected = new Float64Array(covered.length);
        for (let ms = fromMs; ms < toMs; ms++) {
          const running = runs.some((run) => ms >= run.fromMs && ms < run.toMs);
          expect(gaps.some((gap) => ms >= gap.fromMs && ms < gap.toMs)).toBe(!running);
          const step = Math.floor((ms - fromMs) / stepMs);
          if (running) expected[step] = (expected[step] ?? 0) + 1;
        }
        expect([...covered]).toEqual([...expected]);
      }),
    );
  });
});
