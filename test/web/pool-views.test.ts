import { expect, test } from "bun:test";
import type { PoolFact } from "../../src/health/facts.ts";
import { PoolViews } from "../../src/web/pool-views.ts";
import { must, testControl } from "../control/test-control.ts";

test("the pools are put together once for all who ask within a second, each with its fact; after a change at once", async () => {
  const { control } = testControl();
  const login = { host: "127.0.0.1", port: 3333, username: "farm" };
  const first = must(control.pools.create({ name: "one", ...login }));
  const clock = { nowMs: 0 };
  let reads = 0;
  const fact = { poolNo: first.no, rigs: 3 } as PoolFact;
  const strange = { poolNo: 4_711, rigs: 1 } as PoolFact;
  const hub = {
    pools: () => {
      reads += 1;
      return [fact, strange].values();
    },
  };
  const views = new PoolViews({ control, hub: hub as never, now: () => clock.nowMs });
  expect([...(await views.current())]).toEqual([[first.no, { pool: first, fact }]]);

  const second = must(control.pools.create({ name: "two", ...login }));
  clock.nowMs += 999;
  expect([(await views.current()).size, reads]).toEqual([1, 1]);
  clock.nowMs += 1;
  expect((await views.current()).get(second.no)).toEqual({ pool: second, fact: null });

  must(control.pools.remove(second.id, null));
  expect((await views.current()).size).toBe(2);
  views.forget();
  expect([(await views.current()).size, reads]).toEqual([1, 3]);
});
