import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { settingsOf } from "../../src/health/health-settings.ts";
import { resume, stepRig } from "../../src/health/rig-detector.ts";
import { newRigHealth, type RigHealth, type RigStep, type RigVerdict } from "../../src/health/rig-health.ts";
import { nominalToNote } from "../../src/health/rig-nominal.ts";
import { effectiveRatio } from "../../src/health/rig-ratio.ts";
import { seeded, seedOfRun } from "../support/seeded.ts";
import { VirtualRig } from "../support/virtual-rig.ts";

const settings = settingsOf({ sharesPerMinute: 12, period: "normal", degradedBelowBp: 8_460 });
const steady: RigStep = {
  elapsedMs: 10_000,
  connected: true,
  goneMs: null,
  exposurePerHps: 2,
  exposureSinceAccepted: 0,
  accepted: 2,
  refused: 0,
  worked: true,
  poolAccepted: 0,
  poolRejected: 0,
  nominalHps: 1,
  nominalLearned: false,
  quarantined: false,
  frozen: false,
};
const silent: Partial<RigStep> = { accepted: 0, worked: false, exposureSinceAccepted: 999 };
const gone: Partial<RigStep> = { connected: false, goneMs: 5_000, exposurePerHps: 0, accepted: 0, worked: false };

/** The same step again and again until a verdict; which step that was, counted from 1. */
function until(state: RigHealth, change: Partial<RigStep>, stepsMax = 10_000): (RigVerdict & { steps: number }) | null {
  for (let steps = 1; steps <= stepsMax; steps++) {
    const verdict = stepRig(state, { ...steady, ...change }, settings);
    if (verdict !== null) return { ...verdict, steps };
  }
  return null;
}

/** Online for ten minutes with just what is expected. */
function wellRig(): RigHealth {
  const state = newRigHealth("online");
  until(state, {}, 60);
  return state;
}

describe("silence", () => {
  test("a rig that goes silent with its socket open is offline after twenty expected shares, in words", () => {
    const verdict = until(wellRig(), silent);
    expect(verdict).toEqual({
      status: "offline",
      steps: 10,
      reason: {
        code: "silent",
        text: "connected, but no share came for 100 s, in which 20 shares were expected (limit 20, as it did 100 % of nominal before)",
      },
    });
  });

  test("one that did half of its nominal is waited for twice as long, as its ratio is that of its last share", () => {
    const state = wellRig();
    // Degraded by then; the ratio has forgotten better days.
    for (let step = 0; step < 200; step++) stepRig(state, { ...steady, accepted: 1 }, settings);
    expect(state.status).toBe("degraded");
    expect(until(state, silent)?.steps).toBe(20);
  });

  test("however many shares are expected, 45 seconds of silence are none", () => {
    const state = wellRig();
    for (let step = 1; step <= 5; step++) {
      stepRig(state, { ...steady, ...silent, exposurePerHps: 100 }, settings);
      expect(state.offline).toBe(step < 5 ? null : "silent");
    }
  });

  test("without exposure (no job, pool gone, just moved) it may be silent for a day", () => {
    expect(until(wellRig(), { ...silent, exposurePerHps: 0 }, 8_640)).toBeNull();
  });

  test("one whose nominal is not learned yet is held against its rate so far: the odds are the same, and a dead one is found in minutes", () => {
    const working = { nominalHps: null };
    for (const { shares, steps } of [
      { shares: 8, steps: 40 },
      { shares: 24, steps: 15 },
      { shares: 120, steps: 11 },
    ]) {
      const state = newRigHealth("vetting");
      until(state, working, shares / 2);
      expect(until(state, { ...silent, ...working })).toMatchObject({ status: "offline", steps });
    }
  });

  test("a rig whose every share is refused is not gone", () => {
    const state = wellRig();
    const refused = { accepted: 0, refused: 2, exposureSinceAccepted: 999 };
    expect(until(state, refused)?.status).toBe("rejecting");
    expect(until(state, refused, 1_000)).toBeNull();
  });
});

describe("disconnects", () => {
  test("a reconnect within sixty seconds changes nothing, more is offline", () => {
    const state = wellRig();
    expect(until(state, gone, 6)).toBeNull();
    expect(until(state, {}, 100)).toBeNull();
    const verdict = until(state, gone);
    expect(verdict).toMatchObject({ status: "offline", reason: { code: "disconnected" } });
    expect(verdict?.reason.text).toBe("no connection for more than 60 s");
  });

  test("a clock that jumps by an hour is not believed beyond the step", () => {
    expect(until(wellRig(), { ...gone, goneMs: 3_600_000 }, 5)).toBeNull();
  });

  test("a hub that was held up for two minutes lets nobody fall in that step, nor in the next, where the shares turn up", () => {
    for (const held of [{ ...silent, exposurePerHps: 24 }, gone]) {
      const state = wellRig();
      expect(stepRig(state, { ...steady, ...held, elapsedMs: 120_000 }, settings)).toBeNull();
      expect(stepRig(state, { ...steady, accepted: 26 }, settings)).toBeNull();
      expect(state.status).toBe("online");
    }
  });

  test("a hub whose every round is late judges all the same", () => {
    expect(until(wellRig(), { ...silent, elapsedMs: 30_000, exposurePerHps: 6 })?.status).toBe("offline");
  });
});

describe("vetting", () => {
  test("a rig that comes back is vetted anew from its first accepted share on, and then online", () => {
    const state = wellRig();
    until(state, gone);
    expect(until(state, { accepted: 0, worked: false, exposurePerHps: 0 }, 50)).toBeNull();
    const back = until(state, {});
    expect(back).toMatchObject({ status: "vetting", steps: 1, reason: { code: "returned" } });
    expect(back?.reason.text).toMatch(/^shares are accepted again after \d+ (s|min) offline; vetted anew$/);
    const verdict = until(state, {});
    expect(verdict?.status).toBe("online");
    expect(verdict?.reason.text).toBe("vetted: about 100 % of nominal over the last 100 s: 20 shares where 20 were expected (evidence 4.9, limit 4.6)");
  });

  test("a share in the half minute after its connect, which is not counted, brings a rig back all the same", () => {
    const state = wellRig();
    until(state, gone);
    expect(until(state, { accepted: 0, exposurePerHps: 0, worked: true })).toMatchObject({ status: "vetting", steps: 1 });
  });

  test("what it did while it was degraded is not expected of a rig that was gone and is well again", () => {
    const state = wellRig();
    expect(until(state, { accepted: 1, exposurePerHps: 12, exposureSinceAccepted: 1 })?.status).toBe("degraded");
    expect(until(state, { ...silent, exposurePerHps: 6 })?.status).toBe("offline");
    expect(effectiveRatio(state)).toBe(0);
    expect(until(state, {})?.status).toBe("vetting");
    expect(effectiveRatio(state)).toBeWithin(0.9, 1.1);
    expect(until(state, {})?.status).toBe("online");
    expect(effectiveRatio(state)).toBeWithin(0.9, 1.1);
  });

  test("one that does a third of its nominal is degraded without having been online", () => {
    const verdict = until(newRigHealth("vetting"), { exposurePerHps: 6 });
    expect(verdict).toMatchObject({ status: "degraded", reason: { code: "degraded-vetting" } });
    expect(verdict?.reason.text).toContain("about 33 % of nominal");
  });

  test("without a nominal it is learned from 400 shares", () => {
    const state = newRigHealth("vetting");
    const verdict = until(state, { nominalHps: null, exposurePerHps: 2e-14 });
    expect(verdict).toEqual({
      status: "online",
      steps: 200,
      reason: { code: "learned", text: "nominal learned: 400 shares in 33 min say 100 TH/s (limit 400)" },
    });
    expect(nominalToNote(state, null)).toBeCloseTo(1e14, -6);
    expect(nominalToNote(state, 1.004e14)).toBeNull();
  });

  test("a rig that never sent a share stays vetting", () => {
    expect(until(newRigHealth("vetting"), { ...silent, nominalHps: null }, 8_640)).toBeNull();
  });
});

describe("degraded", () => {
  test("one board of three lost: the words name the loss, the counts, and the rule", () => {
    const state = wellRig();
    const verdict = until(state, { exposurePerHps: 3 });
    expect(verdict?.status).toBe("degraded");
    expect(verdict?.reason).toEqual({
      code: "degraded-mild",
      text: "about 67 % of nominal over the last 14 min: 168 shares where 252 were expected (degraded below 84.6 %; evidence 10.7, limit 10.6)",
    });
    expect(effectiveRatio(state)).toBeCloseTo(2 / 3, 2);
  });

  test("a nominal rig never is, nor one at the threshold's good side", () => {
    expect(until(wellRig(), {}, 20_000)).toBeNull();
    expect(until(wellRig(), { exposurePerHps: 2 / 0.86 }, 20_000)).toBeNull();
  });

  test("not within a minute of a change", () => {
    const state = newRigHealth("online");
    expect(until(state, { exposurePerHps: 40, accepted: 2 })?.steps).toBe(6);
  });

  test("it is well again when the severe loss is over, then the mild one", () => {
    const state = wellRig();
    until(state, { exposurePerHps: 5 });
    expect(state.degraded).toBe("severe");
    expect(until(state, { exposurePerHps: 2.5 }, 1_000)).toBeNull();
    expect(state.degraded).toBe("mild");
    expect(effectiveRatio(state)).toBeCloseTo(0.8, 2);
    const verdict = until(state, {});
    expect(verdict).toMatchObject({ status: "online", reason: { code: "recovered" } });
    expect(effectiveRatio(state)).toBeCloseTo(1, 1);
  });

  test("one that gets worse is estimated anew", () => {
    const state = wellRig();
    until(state, { exposurePerHps: 2.6 });
    until(state, { exposurePerHps: 2.6 }, 500);
    expect(effectiveRatio(state)).toBeCloseTo(2 / 2.6, 2);
    until(state, { exposurePerHps: 8 }, 30);
    expect(effectiveRatio(state)).toBeCloseTo(0.25, 1);
  });

  test("frozen time counts neither for nor against it", () => {
    expect(until(wellRig(), { frozen: true, exposurePerHps: 9 }, 1_000)).toBeNull();
  });
});

describe("flapping", () => {
  test("a rig up four minutes and down four is flapping by its third fall and released half an hour after the last", () => {
    const state = wellRig();
    let falls = 0;
    while (!state.flapping && falls < 9) {
      expect(until(state, { ...gone, goneMs: 10_000 }, 24)).not.toBeNull();
      falls++;
      until(state, {}, 1);
      for (let step = 1; step < 24; step++) stepRig(state, steady, settings);
    }
    expect(falls).toBe(3);
    expect(state.status).toBe("flapping");
    const released = until(state, {});
    expect(released?.status).toBe("online");
    expect((released?.steps ?? 0) / 6 + 4).toBeGreaterThan(20);
    expect((released?.steps ?? 0) / 6 + 4).toBeLessThan(32);
  });
});

describe("rejecting", () => {
  test("a rig with every tenth share refused is found, and cleared when it is over", () => {
    const state = wellRig();
    const verdict = until(state, { accepted: 9, refused: 1, exposurePerHps: 10 });
    expect(verdict?.status).toBe("rejecting");
    expect(verdict?.reason.text).toContain("10 % of its shares refused");
    expect(until(state, {})).toMatchObject({ status: "online", reason: { code: "rejects-over" } });
  });

  test("one in a hundred is nothing", () => {
    expect(until(wellRig(), { accepted: 99, refused: 1, exposurePerHps: 100 }, 10_000)).toBeNull();
  });
});

test("precedence: quarantined, offline, flapping, rejecting, degraded, vetting, online", () => {
  const state = { ...newRigHealth("online"), vetting: true };
  const shownNow = () => {
    stepRig(state, { ...steady, exposurePerHps: 0, accepted: 0, worked: false }, settings);
    return state.status;
  };
  const seen = [shownNow()];
  state.degraded = "mild";
  seen.push(shownNow());
  state.rejecting = true;
  seen.push(shownNow());
  Object.assign(state, { flapping: true, flapPenalty: 5_000 });
  seen.push(shownNow());
  state.offline = "gone";
  seen.push(shownNow());
  stepRig(state, { ...steady, quarantined: true }, settings);
  seen.push(state.status);
  expect(seen).toEqual(["vetting", "degraded", "rejecting", "flapping", "offline", "quarantined"]);
  expect(stepRig(state, steady, settings)?.reason.text).toStartWith("fell offline again and again");
});

test("quarantine ends in vetting", () => {
  const state = wellRig();
  expect(until(state, { quarantined: true }, 5)).toBeNull();
  expect(stepRig(state, steady, settings)).toMatchObject({ status: "vetting", reason: { code: "released" } });
});

describe("the learned nominal", () => {
  const learned: Partial<RigStep> = { nominalLearned: true };

  test("follows its rig by two percent a day and never below 80 % of what was first learned", () => {
    const state = wellRig();
    let nominalHps = 1;
    const days = (hps: number, number: number) => {
      for (let step = 0; step < 8_640 * number; step++) {
        stepRig(state, { ...steady, ...learned, nominalHps, exposurePerHps: 2 / hps }, settings);
        nominalHps = nominalToNote(state, nominalHps) ?? nominalHps;
      }
      return state.learnedHps;
    };
    expect(days(0.9, 1)).toBeCloseTo(1 / 1.02, 3);
    expect(days(0.9, 5)).toBeCloseTo(0.9, 2);
    // In steps small enough to pass for health: it is the floor that holds.
    days(0.83, 5);
    expect(days(0.75, 10)).toBeCloseTo(0.8, 6);
  });

  test("is learned anew when it is cleared", () => {
    const state = wellRig();
    until(state, learned, 2);
    expect(stepRig(state, { ...steady, nominalHps: null }, settings)).toMatchObject({ status: "vetting", reason: { code: "learning" } });
    expect(nominalToNote(state, null)).toBeNull();
  });
});

test("the planner's ratio stays put for a healthy rig and learns what the rig really does in a day", () => {
  const rig = new VirtualRig(newRigHealth("online"), settings, seeded(seedOfRun()));
  rig.ratio = 0.96;
  const told = new Set<number>();
  for (let step = 0; step < 8_640 * 2; step++) {
    rig.next();
    told.add(effectiveRatio(rig.state));
  }
  expect(effectiveRatio(rig.state)).toBeCloseTo(0.96, 1);
  expect(told.size).toBeLessThan(10);
});

test("what the pool rejects lowers the planner's ratio", () => {
  const state = wellRig();
  until(state, { poolAccepted: 90, poolRejected: 10 }, 400);
  expect(effectiveRatio(state)).toBeCloseTo(0.9, 2);
});

test("after a restart the clocks begin anew", () => {
  const state = wellRig();
  until(state, silent, 4);
  resume(state);
  expect(until(state, silent)?.steps).toBe(10);
});

describe("whatever comes in", () => {
  const step: fc.Arbitrary<RigStep> = fc.record({
    elapsedMs: fc.constantFrom(0, 1, 10_000, 11_000, 120_000),
    connected: fc.boolean(),
    goneMs: fc.constantFrom(null, -5_000, 0, 5_000, 3_600_000),
    exposurePerHps: fc.constantFrom(0, 0.01, 2, 8, 500),
    exposureSinceAccepted: fc.constantFrom(0, 1, 1_000),
    accepted: fc.nat(50),
    refused: fc.nat(5),
    worked: fc.boolean(),
    poolAccepted: fc.nat(100),
    poolRejected: fc.nat(100),
    nominalHps: fc.constantFrom(null, 0.5, 1, 1.002, 1e15),
    nominalLearned: fc.boolean(),
    quarantined: fc.boolean(),
    frozen: fc.boolean(),
  });

  test("numbers stay numbers, a verdict is a change, and its reason has words", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const state = newRigHealth("vetting");
        for (const one of steps) {
          const before = state.status;
          const verdict = stepRig(state, one, settings);
          if (verdict !== null) {
            expect(verdict.status).not.toBe(before);
            expect(verdict.reason.text).not.toMatch(/NaN|undefined|Infinity|null/);
            expect(verdict.reason.text.length).toBeGreaterThan(10);
          }
          expect(state.status).toBe(verdict?.status ?? (state.quarantined ? "quarantined" : before));
          const ratio = effectiveRatio(state);
          expect(Number.isFinite(ratio) && ratio >= 0).toBeTrue();
        }
      }),
      { seed: seedOfRun(), numRuns: 300 },
    );
  });

  test("steps without exposure, connection or shares for less than a minute leave any status as it is", () => {
    fc.assert(
      fc.property(fc.constantFrom("vetting", "online", "degraded", "offline", "rejecting") as fc.Arbitrary<RigHealth["status"]>, fc.nat(5), (status, steps) => {
        const state = newRigHealth(status);
        for (let index = 0; index < steps; index++) expect(stepRig(state, { ...steady, ...gone }, settings)).toBeNull();
        expect(state.status).toBe(status);
      }),
      { seed: seedOfRun() },
    );
  });

  test("shares never make a rig fall: with as many as expected in every step, whatever the pace, it stays online", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 }), (counts) => {
        const state = newRigHealth("online");
        for (const count of counts) expect(stepRig(state, { ...steady, accepted: count, exposurePerHps: count }, settings)).toBeNull();
      }),
      { seed: seedOfRun() },
    );
  });
});
