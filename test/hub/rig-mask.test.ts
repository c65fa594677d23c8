import { expect, test } from "bun:test";
import { RigMask } from "../../src/hub/rig-mask.ts";
import type { Work } from "../../src/work/work.ts";

function workOf(version: number, versionMask: number): Work {
  return { ...({} as Work), version, versionMask };
}

const rolling = workOf(0x20000000, 0x1fffe000);
const fixed = workOf(0x20000000, 0);

test("a mask is told where it changes, and then the bits of jobs before are outdated", () => {
  const mask = new RigMask(0xffffffff);
  expect(mask.lineFor(rolling)).toBe("");
  expect(mask.outdated(rolling)).toBe(0);
  expect(mask.lineFor(fixed)).toContain("00000000");
  expect(mask.outdated(rolling)).toBe(0x1fffe000);
  expect(mask.outdated(fixed)).toBe(0);
  expect(mask.lineFor(rolling)).toContain("1fffe000");
  expect(mask.outdated(rolling)).toBe(0);
});
