import { expect, test } from "bun:test";
import { Exposure } from "../../src/health/exposure.ts";
import { newRigHealth } from "../../src/health/rig-health.ts";
import { type Growth, HealthRows } from "../../src/watch/health-rows.ts";

function grown(rows: HealthRows, rigNo: number, exposure: Exposure): Growth {
  const growth = { perHps: -1, accepted: -1, refused: -1, poolAccepted: -1, poolRejected: -1 };
  rows.takeGrowth(growth, rigNo, exposure);
  return growth;
}

test("each rig has its own row, wherever its number lies, and one that begins anew remembers nothing", () => {
  const rows = new HealthRows();
  const numbers = [1, 2, 255, 256, 257, 10_000];
  for (const no of numbers) rows.begin(no, { ...newRigHealth("online"), statusMs: no, vet: { expected: no, accepted: 2 * no, ms: 3 * no } });
  const state = newRigHealth();
  for (const no of numbers) {
    rows.fill(state, no);
    expect(state).toEqual({ ...newRigHealth("online"), statusMs: no, vet: { expected: no, accepted: 2 * no, ms: 3 * no } });
  }
  const exposure = new Exposure();
  exposure.poolAccepted = 5;
  grown(rows, 256, exposure);
  rows.begin(256, newRigHealth("offline"));
  rows.fill(state, 256);
  expect(state).toEqual(newRigHealth("offline"));
  expect(grown(rows, 256, exposure).poolAccepted).toBe(5);
});

test("what is counted is told once", () => {
  const rows = new HealthRows();
  rows.begin(7, newRigHealth());
  const exposure = new Exposure();
  exposure.accepted = 3;
  exposure.perHps = 0.5;
  expect(grown(rows, 7, exposure)).toEqual({ perHps: 0.5, accepted: 3, refused: 0, poolAccepted: 0, poolRejected: 0 });
  exposure.accepted = 4;
  exposure.refused = 1;
  expect(grown(rows, 7, exposure)).toEqual({ perHps: 0, accepted: 1, refused: 1, poolAccepted: 0, poolRejected: 0 });
});
