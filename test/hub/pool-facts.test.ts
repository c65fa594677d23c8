import { expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import { factOfPool } from "../../src/hub/pool-facts.ts";
import { silentLog } from "../../src/log.ts";
import { must } from "../support/house.ts";

test("a pool that nobody uses is unused since the hub runs, but not since before it was added", () => {
  const control = openControl(":memory:", { now: () => 5_000, log: silentLog });
  const pool = must(control.pools.create({ name: "p", host: "127.0.0.1", port: 3333, username: "u" }));
  const sinceWhen = (startedMs: number) => factOfPool(pool, [], { nowMs: 9_000, sinceMs: startedMs, nameOf: () => null }).stateSinceMs;
  expect([sinceWhen(1_000), sinceWhen(8_000)]).toEqual([5_000, 8_000]);
  control.close();
});
