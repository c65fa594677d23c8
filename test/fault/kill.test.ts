import { expect, test } from "bun:test";
import { seeded } from "../support/seeded.ts";
import { KillRounds } from "./kill-rounds.ts";

test("killed under load, its files damaged: nothing that a rig heard `true` for is missing, nothing is double", async () => {
  using rounds = new KillRounds(seeded(20_261_122));
  const result = await rounds.run(2, [1_100, 1_300]);
  expect(result.violations).toEqual([]);
  expect(result.heardTrue).toBeGreaterThan(300);
  expect(result.logsDamaged + result.tailsDamaged).toBeGreaterThan(0);
}, 60_000);
