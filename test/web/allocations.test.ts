import { expect, test } from "bun:test";
import { allocationPage } from "../../src/web/api/allocations.ts";
import { expectFits } from "./fits.ts";
import { startMs, testWeb } from "./test-web.ts";

const at = (ms: number) => new Date(ms).toISOString();
const hourMs = 3_600_000;

test("who had which rig at a moment that is to come, or at which no hub ran, is answered with a word on it", async () => {
  const web = testWeb();
  const fleet_id = web.control.fleets.ensureMain().id;
  web.clock.nowMs = startMs;
  await web.post("/rigs", { name: "r1", fleet_id });
  web.ledger.gapList = [
    { fromMs: 0, toMs: startMs },
    { fromMs: startMs + hourMs, toMs: startMs + 2 * hourMs },
  ];
  web.clock.nowMs = startMs + 3 * hourMs;
  const ask = async (query: string) => {
    const { json } = await web.get(`/allocations?${query}`);
    expectFits(allocationPage, json);
    return [json["data"].length, json["warnings"]?.join() ?? ""];
  };
  expect(await ask(`at=${at(startMs + hourMs / 2)}`)).toEqual([1, ""]);
  expect(await ask(`from=${at(startMs - hourMs)}&to=${at(startMs + hourMs)}`)).toEqual([1, ""]);
  expect(await ask(`at=${at(startMs + 9 * hourMs)}`)).toEqual([1, expect.stringContaining("still to come")]);
  expect(await ask(`at=${at(startMs + 1.5 * hourMs)}`)).toEqual([
    1,
    expect.stringContaining("it has run since 2026-11-22T10:00:00.000Z, and these were in force when it stopped"),
  ]);
  expect(await ask(`at=${at(startMs - hourMs)}`)).toEqual([
    0,
    expect.stringContaining("it has run since 2026-11-22T08:00:00.000Z, and of this time there is no record"),
  ]);
});

test("the second that is not in the books yet is no time without a hub", async () => {
  const web = testWeb();
  web.ledger.gapList = [{ fromMs: startMs - 900, toMs: startMs }];
  expect((await web.get(`/allocations?at=${at(startMs - 100)}`)).json["warnings"]).toBeUndefined();
});
