import { expect, test } from "bun:test";
import { Layouts } from "../../src/hub/layouts.ts";
import { limits } from "../../src/hub/limits.ts";
import type { Caller } from "../../src/hub/rig-floor.ts";

const asked = { e1Bytes: 1, e2Bytes: 4 };
const usual = { e1Bytes: 1, e2Bytes: 3 };

/** What the layouts look at of a rig's connection. */
function caller(agent: string): Caller {
  return { address: "192.0.2.7", agent, firmware: { layout: null }, port: { fleetNo: 1, layout: usual } } as unknown as Caller;
}

test("who was asked to come back gets its layout once, within the time it has", () => {
  let nowMs = 0;
  const layouts = new Layouts(
    () => nowMs,
    () => 8,
  );
  layouts.remember(caller("old/1"), asked);
  expect([layouts.of(caller("old/2")), layouts.of(caller("old/1")), layouts.of(caller("old/1"))]).toEqual([usual, asked, usual]);
  layouts.remember(caller("old/1"), asked);
  nowMs = limits.layoutKeptMsMax + 1;
  expect(layouts.of(caller("old/1"))).toEqual(usual);
});

test("rigs that never come back are forgotten, however many names their firmware has", () => {
  let nowMs = 0;
  const layouts = new Layouts(
    () => nowMs,
    () => 8,
  );
  for (let name = 0; name < limits.layoutsKeptMax + 5; name++) layouts.remember(caller(`agent/${name}`), asked);
  expect(layouts.size).toBe(limits.layoutsKeptMax);
  nowMs = limits.layoutKeptMsMax;
  layouts.remember(caller("agent/last"), asked);
  nowMs++;
  layouts.remember(caller("late/1"), asked);
  expect([layouts.size, layouts.of(caller("agent/last"))]).toEqual([2, asked]);
});
