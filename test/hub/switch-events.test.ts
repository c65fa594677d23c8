import { expect, test } from "bun:test";
import type { Pool } from "../../src/control/pools.ts";
import type { Profile } from "../../src/control/profiles.ts";
import { eventOf, type SwitchEvent } from "../../src/hub/switch-events.ts";

const pool = { id: "pol_1", name: "A" } as Pool;
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
