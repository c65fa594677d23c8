import { expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import { RigDifficulty, type RigTerms } from "../../src/hub/rig-difficulty.ts";
import { RosterRig } from "../../src/hub/roster.ts";
import { silentLog } from "../../src/log.ts";
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

test("a rig that comes back within the hour waits for its boards near the difficulty that it worked at, and does not flood the hub when they are up", () => {
  const control = openControl(":memory:", { now: Date.now, log: silentLog });
  const made = control.rigs.create({ name: "s19-1", fleetNo: control.fleets.ensureMain().no }, "user:x");
  if (!made.ok) throw new Error(made.rule);
  const rig = new RosterRig(made.value);
  expect(rig.workedAt(0)).toBe(0);
  rig.noteAccepted({ atMs: 1_000, difficulty: 100_000 }, true);
  expect([rig.workedAt(3_600_999), rig.workedAt(3_601_000)]).toEqual([100_000, 0]);
  const job = jobOf(1e6);
  const least = (former: number): number => {
    const tuning = new RigDifficulty();
    tuning.begin({ hinted: null, former });
    for (let nowMs = 0; nowMs <= 300_000; nowMs += 1_000) {
      if (nowMs === 0 || tuning.wantsChange(job, terms, nowMs)) tuning.sent(tuning.choose(job, terms, at(nowMs)), nowMs);
    }
    return tuning.current;
  };
  expect([least(rig.workedAt(2_000)), least(rig.workedAt(3_601_000))]).toEqual([391, 1e-6]);
});
