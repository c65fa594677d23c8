import { expect, test } from "bun:test";
import { announcement, demoContracts, demoRigs } from "../../src/cli/demo-plan.ts";

test("without --minutes the demo promises the whole story, and to go on until Ctrl-C", () => {
  expect(announcement(null)).toStartWith("In the next three minutes: rigs enrol");
  expect(announcement(null)).toEndWith("return when it is back. Ctrl-C ends it.");
});

test.each([
  [1, "In three minutes, of which it plays the beginning: ", "It ends after 1 minute; Ctrl-C ends it sooner."],
  [2.5, "In three minutes, of which it plays the beginning: ", "It ends after 2.5 minutes; Ctrl-C ends it sooner."],
  [3, "In the next three minutes: ", "It ends after 3 minutes; Ctrl-C ends it sooner."],
])("with --minutes %d it promises what there is time for", (minutes, start, end) => {
  expect(announcement(minutes)).toStartWith(start);
  expect(announcement(minutes)).toEndWith(end);
});

test("rigs have names, asset codes and places of their own, and declare what they do", () => {
  const rigs = demoRigs();
  expect(new Set(rigs.map(({ name }) => name)).size).toBe(rigs.length);
  expect(new Set(rigs.map(({ asset }) => asset.asset_code)).size).toBe(rigs.length);
  expect(new Set(rigs.map(({ asset: { location } }) => `${location.rack}/${location.position}`)).size).toBe(rigs.length);
  for (const { password, hashrateHps, worker, name } of rigs) {
    expect(password).toBe(`h=${hashrateHps}`);
    expect(worker).toEndWith(`.${name}`);
  }
});

test("the places that are sold leave a spare of their kind, whatever the other contract takes", () => {
  const { threshold, miners } = demoContracts;
  const alike = demoRigs().filter(({ hashrateHps }) => hashrateHps >= miners.rig_nominal_hps);
  const taken = Math.ceil(threshold.promised_hps / miners.rig_nominal_hps);
  expect(alike.length - miners.rig_count - taken).toBeGreaterThanOrEqual(1);
});
