import { expect, test } from "bun:test";
import { RigDifficulty, type RigTerms } from "../../src/hub/rig-difficulty.ts";
import { firmwareOf } from "../../src/stratum/v1/firmware.ts";
import { poolJob } from "./board-hands.ts";

const terms: RigTerms = { firmware: firmwareOf("cgminer/4.11"), nominalHps: null, sharesPerMinute: 12 };
const at = (nowMs: number) => ({ nowMs, moves: false });

function jobOf(difficulty: number) {
  const made = poolJob("A");
  const origin = { ...made.origin, passDifficulty: false };
  return { id: "j", poolJob: { ...made, origin, work: { ...made.work, difficulty } } } as unknown as Parameters<RigDifficulty["choose"]>[0];
}

test("a difficulty for which there is no job yet is not lowered again before the rig has been told of it", () => {
  const job = jobOf(1e6);
  const tuning = new RigDifficulty();
  tuning.sent(tuning.choose(job, terms, at(0)), 0);
  expect(tuning.current).toBe(65_536);
  expect(tuning.wantsChange(job, terms, 14_000)).toBe(false);
  // No ground for it: the rig goes on at 65,536, and is silent.
  for (let nowMs = 15_000; nowMs < 120_000; nowMs += 1_000) expect(tuning.wantsChange(job, terms, nowMs)).toBe(true);
  expect(tuning.choose(job, terms, at(120_000))).toBe(4_100);
  tuning.sent(4_100, 120_000);
  expect(tuning.wantsChange(job, terms, 134_000)).toBe(false);
  expect(tuning.wantsChange(job, terms, 135_000)).toBe(true);
  // Never above the pool's, told or not.
  expect(tuning.choose(jobOf(100), terms, at(136_000))).toBe(100);
});
