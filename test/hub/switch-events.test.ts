import { expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import type { Profile } from "../../src/control/profiles.ts";
import { eventOf, type SwitchEvent } from "../../src/hub/switch-events.ts";

const pool = { no: 1, id: "pol_1", name: "A" } as Pool;
const other = { no: 2, id: "pol_2", name: "B" } as Pool;
const profile = { id: "prf_1", name: "P" } as Profile;
const context = { nameOf: () => ({ id: "ctr_1", name: "C-00001" }), wallOf: (ms: number) => ms };

test("one rig keeps its job, mines and works; many keep theirs, mine and work", () => {
  const told = (rigs: number) => {
    const shared = { contractNo: 1, profile, rigs, fromMs: 0 };
    const events: SwitchEvent[] = [
      { ...shared, type: "pool.all-down", from: pool, reason: "" },
      { ...shared, type: "contract.pools-down", reason: "" },
      { ...shared, type: "contract.pools-up", toMs: 5_000 },
    ];
    return events.map((event) => /(\d+ rigs?.*?)(?: last| for|\.)/.exec(eventOf(event, context).text)?.[1]);
  };
  expect(told(1)).toEqual(["1 rig of C-00001 keeps its", "1 rig mines", "1 rig works"]);
  expect(told(2)).toEqual(["2 rigs of C-00001 keep their", "2 rigs mine", "2 rigs work"]);
});

test("who has no rig at the moment changes over too, and nobody is said to have moved", () => {
  const told = (rigs: number, contractNo = 1) => {
    const shared = { contractNo, profile, rigs, from: pool, to: other };
    const events: SwitchEvent[] = [
      { ...shared, type: "pool.failover", reason: "closed", tookMs: 3 },
      { ...shared, type: "pool.returned", cause: "proven" },
      { ...shared, type: "pool.returned", cause: "listed" },
    ];
    return events.map((event) => eventOf(event, context).text);
  };
  expect(told(2)).toEqual([
    "A: closed. 2 rigs of C-00001 went on at B in 3 ms.",
    "B has been well for long enough: 2 rigs of C-00001 went back to it from A.",
    "B comes before A in the list as it was changed: 2 rigs of C-00001 went over to it.",
  ]);
  expect(told(0)).toEqual([
    "A: closed. Whoever comes to C-00001 works at B; no rig does now.",
    "B has been well for long enough: C-00001, without a rig now, went back to it from A.",
    "B comes before A in the list as it was changed: C-00001, without a rig now, went over to it.",
  ]);
  expect(told(0, 0)[0]).toBe("A: closed. Whoever comes to the house works at B; no rig does now.");
});
