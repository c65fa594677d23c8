import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bitsForPool, cgminerVersions, rollableMask, solvedVersion, versionMeanings } from "../../src/work/version-rolling.ts";
import { number32, vectorsOf } from "./vectors.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });

describe("solvedVersion", () => {
  for (const vector of vectorsOf("version")) {
    test(vector.id, () => {
      const [version, mask, bits] = [number32(vector.job_version), number32(vector.mask), number32(vector.bits)];
      expect(solvedVersion("replace", version, mask, bits)).toBe(number32(vector.bip310_replace));
      expect(solvedVersion("or", version, mask, bits)).toBe(number32(vector.or));
      expect(solvedVersion("xor", version, mask, bits)).toBe(number32(vector.xor));
      expect((version & mask) === 0).toBe(vector.unambiguous);
    });
  }

  test("all meanings agree under the rollable mask, and no bit outside the mask ever moves", () => {
    fc.assert(
      fc.property(u32, u32, u32, (version, mask, bits) => {
        const agreed = versionMeanings.map((meaning) => solvedVersion(meaning, version, rollableMask(version, mask), bits));
        expect(new Set(agreed).size).toBe(1);
        for (const meaning of versionMeanings) expect((solvedVersion(meaning, version, mask, bits) ^ version) & ~mask).toBe(0);
      }),
    );
  });

  test("what is sent to the pool makes the version that was solved", () => {
    fc.assert(
      fc.property(u32, u32, u32, fc.constantFrom(...versionMeanings), (version, mask, bits, solver) => {
        const solved = solvedVersion(solver, version, mask, bits);
        for (const reader of ["replace", "xor"] as const) {
          expect(solvedVersion(reader, version, mask, bitsForPool(reader, version, mask, solved))).toBe(solved);
        }
      }),
    );
  });
});

test("cgminer's versions: all bits of the mask, all but those of its lowest digit, those of its lowest digit", () => {
  expect(cgminerVersions(0x20000000, 0x1fffe000)).toEqual([0x3fffe000, 0x3fff0000, 0x2000e000]);
  expect(cgminerVersions(0x20000004, 0x00ff0000)).toEqual([0x20ff0004, 0x20f00004, 0x200f0004]);
  expect(cgminerVersions(0x20000000, 0)).toEqual([0x20000000, 0x20000000, 0x20000000]);
});
