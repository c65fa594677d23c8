import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type AlgorithmName, algorithmNames, algorithms } from "../../src/work/algorithm.ts";
import { difficultyOf, meets, targetOf, targetOfBits, workOf } from "../../src/work/difficulty.ts";
import { display, number32, vectorsOf, words } from "./vectors.ts";

const algorithm = fc.constantFrom<AlgorithmName>(...algorithmNames);
const difficulty = fc.double({ min: 1e-9, max: 1e18, noNaN: true });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint32Array(bytes.slice().buffer));
const bigOf = (hashWords: Uint32Array) => BigInt(`0x${display(hashWords)}`);

/** value * 2^1074 as an integer: every finite double is one. */
function scaled(value: number): bigint {
  let shift = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    shift++;
  }
  return BigInt(mantissa) << BigInt(1074 - shift);
}

describe("targetOf", () => {
  for (const vector of vectorsOf("difficulty")) {
    test(`${vector.id}: target and expected hashes`, () => {
      expect(display(targetOf("sha256d", vector.difficulty))).toBe(vector.target_sha256d);
      expect(display(targetOf("scrypt", vector.difficulty))).toBe(vector.target_scrypt);
      const expected = Number(1n << 256n) / (Number(bigOf(targetOf("sha256d", vector.difficulty))) + 1);
      expect(expected / vector.expected_hashes_sha256d).toBeCloseTo(1, 12);
    });
  }

  test("is floor(D1 / d) of the exact double, or 2^256 - 1", () => {
    fc.assert(
      fc.property(algorithm, difficulty, (name, value) => {
        const target = bigOf(targetOf(name, value));
        const one = algorithms[name].difficultyOneTarget << 1074n;
        if (target === (1n << 256n) - 1n) return (target + 1n) * scaled(value) <= one + scaled(value);
        return target * scaled(value) <= one && (target + 1n) * scaled(value) > one;
      }),
    );
  });

  test("caps at 2^256 - 1", () => {
    expect(display(targetOf("scrypt", 1e-9))).toBe("f".repeat(64));
  });

  test("refuses what is no difficulty", () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => targetOf("sha256d", value)).toThrow("difficulty: must be positive and finite");
  });
});

describe("targetOfBits", () => {
  for (const vector of vectorsOf("header")) {
    const bits = Buffer.from(vector.header, "hex").readUInt32LE(72);
    test(`${vector.id}: ${vector.nbits}`, () => {
      expect(bits).toBe(number32(vector.nbits));
      expect(display(targetOfBits(bits))).toBe(vector.network_target);
    });
  }

  test("small sizes shift right; negative and overflowing forms meet nothing", () => {
    expect(bigOf(targetOfBits(0x03123456))).toBe(0x123456n);
    expect(bigOf(targetOfBits(0x02123456))).toBe(0x1234n);
    expect(bigOf(targetOfBits(0x01003456))).toBe(0n);
    expect(bigOf(targetOfBits(0x04923456))).toBe(0n);
    expect(bigOf(targetOfBits(0xff123456))).toBe(0n);
    expect(bigOf(targetOfBits(0x2100ffff))).toBe(0xffffn << 240n);
    expect(bigOf(targetOfBits(0x21010000))).toBe(0n);
  });
});

describe("meets and difficultyOf", () => {
  test("meets compares as 256-bit numbers, equal included", () => {
    fc.assert(fc.property(hash, hash, (a, b) => meets(a, b) === bigOf(a) <= bigOf(b) && meets(a, a)));
  });

  test("meets looks at every word", () => {
    const equal = new Uint32Array(8).fill(5);
    for (let i = 0; i < 8; i++) {
      const above = equal.slice();
      above[i] = 6;
      expect(meets(above, equal)).toBe(false);
      expect(meets(equal, above)).toBe(true);
    }
  });

  for (const vector of [...vectorsOf("header"), ...vectorsOf("share")]) {
    test(`${vector.id}: difficulty of its hash`, () => {
      const shown = ("pow_hash_display" in vector ? vector.pow_hash_display : vector.hash_display) ?? "";
      expect(difficultyOf(vector.algo, words(shown)) / vector.difficulty).toBeCloseTo(1, 14);
    });
  }

  test("a target is worth its difficulty", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e18, noNaN: true }), algorithm, (value, name) => {
        expect(difficultyOf(name, targetOf(name, value)) / value).toBeCloseTo(1, 12);
      }),
    );
  });

  test("the hash 0 is beyond measure", () => {
    expect(difficultyOf("sha256d", new Uint32Array(8))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("workOf", () => {
  for (const vector of vectorsOf("difficulty")) {
    test(`${vector.id}: by the pools' convention`, () => {
      expect(Number(workOf("sha256d", vector.difficulty))).toBe(Math.max(1, Math.round(vector.approx_sha256d)));
      expect(Number(workOf("scrypt", vector.difficulty))).toBe(Math.max(1, Math.round(vector.approx_scrypt)));
    });
  }

  test("ties go to the even number, small work is 1, none is 0", () => {
    const half = 2 ** -17;
    expect(workOf("scrypt", 3 * half)).toBe(2n);
    expect(workOf("scrypt", 5 * half)).toBe(2n);
    expect(workOf("scrypt", 5.000001 * half)).toBe(3n);
    expect(workOf("scrypt", 7 * half)).toBe(4n);
    expect(workOf("sha256d", 1e-12)).toBe(1n);
    expect(workOf("sha256d", 0)).toBe(0n);
    expect(() => workOf("sha256d", -1)).toThrow("difficulty");
  });

  test("is within half a hash of d * K, without a double's rounding", () => {
    fc.assert(
      fc.property(algorithm, difficulty, (name, value) => {
        const exact = scaled(value) * algorithms[name].hashesPerDifficulty;
        const off = (workOf(name, value) << 1074n) - exact;
        const twice = 2n * (off < 0n ? -off : off);
        return twice <= 1n << 1074n || workOf(name, value) === 1n;
      }),
    );
    expect(workOf("sha256d", 123456789012345680)).toBe(123456789012345680n << 32n);
  });
});
