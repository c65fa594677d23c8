import { describe, expect, test } from "bun:test";
import { meaningOf } from "../../src/health/health-meaning.ts";
import { settingsOf } from "../../src/health/health-settings.ts";
import { type PaceRole, paceOf, paces, suspicion } from "../../src/health/pace.ts";
import { newRigHealth } from "../../src/health/rig-health.ts";
import { seeded, seedOfRun } from "../support/seeded.ts";
import { VirtualRig } from "../support/virtual-rig.ts";

const settings = settingsOf({ sharesPerMinute: 12, period: "normal", degradedBelowBp: 8_460 });

/** Median minutes until a rig that has been well for a while is no longer online. */
function foundAfter(ratio: number, role: PaceRole | null, rigs = 160): number {
  const random = seeded(seedOfRun());
  const minutes: number[] = [];
  for (let index = 0; index < rigs; index++) {
    const rig = new VirtualRig(newRigHealth("online"), settings, random);
    rig.byNeed = role;
    rig.until(() => true, 30 + index / 10);
    if (rig.state.status !== "online") continue;
    rig.ratio = ratio;
    minutes.push(rig.until(() => true, 1_440)?.minutes ?? 1_440);
  }
  return minutes.sort((one, other) => one - other)[Math.floor(minutes.length / 2)] ?? 0;
}

describe("what a page says is what the detector does", () => {
  test.each([
    ["deadMinutes", 0],
    ["minus50Minutes", 0.5],
    ["minus33Minutes", 2 / 3],
    ["minus20Minutes", 0.8],
  ] as const)("%s", (name, ratio) => {
    const simulated = foundAfter(ratio, null);
    const said = meaningOf(settings, null)[name];
    expect(said / simulated).toBeGreaterThan(0.8);
    expect(said / simulated).toBeLessThan(1.2);
  });

  test.each(["contract", "house"] as const)("with pace by need for the %s it promises no less time than it takes", (role) => {
    for (const [name, ratio] of [
      ["deadMinutes", 0],
      ["minus50Minutes", 0.5],
      ["minus33Minutes", 2 / 3],
    ] as const) {
      const simulated = foundAfter(ratio, role);
      const said = meaningOf(settings, role)[name];
      expect(said / simulated).toBeGreaterThan(0.8);
      // The two tests' suspicions are counted apart, so it is found a little sooner than said.
      expect(said / simulated).toBeLessThan(1.5);
    }
  });

  test("the figures of the issue: a lost board within 12 minutes with pace by need, dead within 2.5 without", () => {
    expect(foundAfter(2 / 3, "contract")).toBeLessThanOrEqual(12);
    expect(foundAfter(2 / 3, "house")).toBeLessThanOrEqual(12.5);
    expect(foundAfter(0, null)).toBeLessThanOrEqual(2.5);
  });

  test("false alarms of 1,000 rigs in a month are those of the period, a little fewer", () => {
    const { falseAlarmsPer1000RigMonths } = meaningOf(settings, null);
    expect(falseAlarmsPer1000RigMonths).toBeGreaterThan(3);
    expect(falseAlarmsPer1000RigMonths).toBeLessThan((0.1 * 1_000 * 30) / 365.25);
  });
});

describe("pace by need", () => {
  test("a rig in vetting or under suspicion sends four times as many shares, a calm house rig fewer, a contract's rig as many as its fleet wants", () => {
    const state = newRigHealth("vetting");
    expect(paceOf(state, "house")).toBe(paces.vetting);
    Object.assign(state, { vetting: false, status: "online" });
    expect(paceOf(state, "house")).toBe(1);
    state.calmMs = suspicion.calmAfterMs;
    expect([paceOf(state, "house"), paceOf(state, "contract")]).toEqual([paces.calmHouse, 1]);
    state.suspected = true;
    expect(paceOf(state, "contract")).toBe(4);
    Object.assign(state, { status: "offline", offline: "gone", suspected: false });
    expect(paceOf(state, "house")).toBe(1);
  });

  test("a healthy rig's difficulty does not flap: it changes less than once an hour", () => {
    const rig = new VirtualRig(newRigHealth("online"), settings, seeded(seedOfRun()));
    rig.byNeed = "contract";
    const days = 20;
    for (let step = 0; step < days * 8_640; step++) rig.next();
    expect(rig.paceChanges / days).toBeGreaterThan(2);
    expect(rig.paceChanges / days).toBeLessThan(20);
    expect(rig.shares / (days * 1_440)).toBeLessThan(12.6);
  });

  test("once suspected it stays so until the evidence is nearly gone", () => {
    const rig = new VirtualRig(newRigHealth("online"), settings, () => 0.5);
    const { state } = rig;
    state.severe = { expected: 8, accepted: 0, ms: 1 };
    rig.next();
    expect(state.suspected).toBeFalse();
    state.severe = { expected: 12, accepted: 0, ms: 1 };
    rig.next();
    expect(state.suspected).toBeTrue();
    for (let steps = 0; state.suspected; steps++) {
      expect(steps).toBeLessThan(60);
      rig.next();
    }
    expect(state.severe.expected * 0.5 - state.severe.accepted * 0.747).toBeLessThanOrEqual(suspicion.until);
  });
});
