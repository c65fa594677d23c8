import { expect, test } from "bun:test";
import { type FarmRig, Pace, startFarm } from "../../src/simulate/farm.ts";
import { startPool } from "../../src/simulate/pool.ts";
import { SimulatedRig } from "../../src/simulate/rig.ts";

function ledgerOf(hashrates: number[]): { rigs: FarmRig[]; spent: number[] } {
  const spent = hashrates.map(() => 0);
  const rigs = hashrates.map((hashrateHps, at) => {
    const rig = new SimulatedRig({ host: "127.0.0.1", port: 1, worker: `w${at}` });
    rig.spend = (hashes) => {
      spent[at] = (spent[at] ?? 0) + hashes;
    };
    return { rig, hashrateHps };
  });
  return { rigs, spent };
}

test("each rig spends its own hashrate, whole hashes only, nothing lost to rounding", () => {
  const { rigs, spent } = ledgerOf([1000, 8, 0.5]);
  const pace = new Pace(rigs);
  for (let turn = 0; turn < 400; turn += 1) pace.turn(31.25, () => false);
  expect(spent).toEqual([12_500, 100, 6]);
});

test("a rig that slows down earns less from then on", () => {
  const { rigs, spent } = ledgerOf([1000]);
  const pace = new Pace(rigs);
  pace.turn(1000, () => false);
  const [first] = rigs;
  if (first !== undefined) first.hashrateHps = 500;
  pace.turn(1000, () => false);
  expect(spent).toEqual([1500]);
});

test("a late turn is cut short, and the next one begins with who was left out", () => {
  const { rigs, spent } = ledgerOf([100, 100]);
  const pace = new Pace(rigs);
  pace.turn(100, () => true);
  expect(spent).toEqual([10, 0]);
  pace.turn(100, () => true);
  expect(spent).toEqual([10, 20]);
});

test("after a long pause a rig makes up for a second at most", () => {
  const { rigs, spent } = ledgerOf([100]);
  new Pace(rigs).turn(60_000, () => false);
  expect(spent).toEqual([100]);
});

test("many rigs of one process mine at one pool without a refusal", async () => {
  const pool = startPool({ difficulty: 1e-8, extranonce2Size: 4 });
  const members = Array.from({ length: 30 }, (_, at) => ({ worker: `farm.r${at}`, hashrateHps: 2000 }));
  const farm = startFarm({ host: pool.host, port: pool.port, members });
  await pool.until(({ workers, accepted }) => workers.size === 30 && accepted > 100);
  farm.stop();
  pool.stop();
  expect(pool.stats.rejected).toBe(0);
  expect(farm.stats().disconnects).toBe(0);
});
