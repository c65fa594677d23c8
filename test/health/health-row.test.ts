import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeHealth, encodeHealth, healthRowLength } from "../../src/health/health-row.ts";
import { settingsOf } from "../../src/health/health-settings.ts";
import { newRigHealth, type RigHealth } from "../../src/health/rig-health.ts";
import { seeded } from "../support/seeded.ts";
import { VirtualRig } from "../support/virtual-rig.ts";

const settings = settingsOf({ sharesPerMinute: 12, period: "normal", degradedBelowBp: 8_460 });

/** A rig with a past. */
function lived(seed: number, steps: number): RigHealth {
  const random = seeded(seed);
  const rig = new VirtualRig(newRigHealth("vetting"), settings, random);
  for (let step = 0; step < steps; step++) {
    if (step % 40 === 0) {
      rig.ratio = random() * 1.2;
      rig.refusedPart = random() < 0.3 ? 0.3 : 0;
      rig.connected = random() < 0.8;
    }
    rig.next();
  }
  return rig.state;
}

test("what is written is read again, at any place of the snapshot", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(400), fc.nat(3), (seed, steps, place) => {
      const state = lived(seed, steps);
      const rows = new Float64Array(healthRowLength * 4).fill(7);
      encodeHealth(state, rows, place * healthRowLength);
      expect(decodeHealth(rows, place * healthRowLength)).toEqual(state);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test("a row of another version, one that is cut off and one that holds what no rig has are not read", () => {
  const row = new Float64Array(healthRowLength);
  encodeHealth(lived(3, 100), row, 0);
  expect(decodeHealth(row.subarray(0, healthRowLength - 1), 0)).toBeNull();
  expect(decodeHealth(row, 1)).toBeNull();
  for (const [index, value] of [
    [0, 2],
    [1, 9],
    [20, Number.NaN],
    [healthRowLength - 1, -1],
  ] as const) {
    const spoilt = row.slice();
    spoilt[index] = value;
    expect(decodeHealth(spoilt, 0)).toBeNull();
  }
});
