import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chartWindow, firstWord, readRange } from "../../../src/web/pages/time-range.ts";
import { rangeHref } from "../../../views/time-range.ts";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

const nowMs = Date.UTC(2026, 10, 30, 12, 34, 56);
const hourMs = 3_600_000;
const read = (search: string, zone = "UTC") => readRange(new URL(`http://localhost/rigs?${search}`), { nowMs, zone, first: "24h" });

describe("the range in an address", () => {
  test.each([
    ["", "24h", 24],
    ["r=1h", "1h", 1],
    ["r=7d", "7d", 168],
    ["r=30d", "30d", 720],
    ["r=eternity", "24h", 24],
    ["from=yesterday", "24h", 24],
    ["from=2026-11-30T12:00:00Z&to=2026-11-30T11:00:00Z", "24h", 24],
  ] as const)("%s is %s", (search, word, hours) => {
    expect(read(search)).toEqual({ word, fromMs: nowMs - hours * hourMs, toMs: nowMs });
  });

  test("from one moment to another, in the reader's zone or by RFC 3339; never beyond now", () => {
    const range = { word: null, fromMs: Date.UTC(2026, 10, 29, 1, 13), toMs: Date.UTC(2026, 10, 29, 2, 0) };
    expect(read("from=2026-11-29T02:13&to=2026-11-29T03:00", "Europe/Oslo")).toEqual(range);
    expect(read("from=2026-11-29T01:13:00Z&to=2026-11-29T02:00:00Z", "Europe/Oslo")).toEqual(range);
    expect(read("from=2026-11-29T01:13:00Z&to=2030-01-01T00:00:00Z").toMs).toBe(nowMs);
    expect(read(rangeHref("x", range).slice(2))).toEqual(range);
  });

  test("a chart has whole steps, at most 180, and none that still runs", () => {
    expect(chartWindow(read("r=1h"))).toEqual({ fromMs: nowMs - (nowMs % 60_000) - hourMs, toMs: nowMs - (nowMs % 60_000), stepS: 60 });
    for (const search of ["r=24h", "r=7d", "r=30d", "from=2026-01-01T00:00:00Z", "from=2026-11-30T12:30:00Z&to=2026-11-30T12:34:00Z"]) {
      const { fromMs, toMs, stepS } = chartWindow(read(search));
      const steps = (toMs - fromMs) / (stepS * 1_000);
      expect([Number.isInteger(steps), steps >= 1 && steps <= 182, fromMs % (stepS * 1_000)]).toEqual([true, true, 0]);
    }
  });
});

describe("the range that a page opens with", () => {
  test.each([
    [10 / 60, "1h"],
    [1, "1h"],
    [1.01, "6h"],
    [6.5, "24h"],
    [500, "24h"],
  ] as const)("of what is known for %p hours is %s", (hours, word) => {
    expect(firstWord(nowMs - hours * hourMs, nowMs)).toBe(word);
  });

  test("is the shortest that holds all that is known: of the thing, and of the hub; one that was chosen is obeyed", async () => {
    const farm = await openFarm();
    fill(farm, 3);
    const { control, ledger } = farm.deps;
    const person = await signInAs(farm, "viewer");
    const [rig, pool, fleet, contract] = [control.rigs.byNo(1), control.pools.all()[0], control.fleets.all()[0], control.contracts.all()[0]];
    const paths = [`/rigs/${rig?.id}`, `/pools/${pool?.id}`, `/fleets/${fleet?.id}`, `/contracts/${contract?.id}`];
    const opened = async (search = "") => {
      const words: (string | undefined)[] = [];
      for (const path of paths) words.push(/aria-current="true">(\d+ \w)<\/a>/.exec(await (await person.get(`${path}${search}`)).text())?.[1]);
      return words;
    };
    const gapsUntil = (agoMs: number) => {
      ledger.gaps = (fromMs, toMs) => Promise.resolve(toMs - agoMs <= fromMs ? [] : [{ fromMs, toMs: toMs - agoMs }]);
    };
    gapsUntil(30 * hourMs);
    // The contract has been served for 25 hours, the others have just come.
    expect(await opened()).toEqual(["1 h", "1 h", "1 h", "24 h"]);
    farm.clock.aheadMs += 2 * hourMs;
    expect(await opened()).toEqual(["6 h", "6 h", "6 h", "24 h"]);
    gapsUntil(10 * 60_000);
    expect(await opened()).toEqual(["1 h", "1 h", "1 h", "1 h"]);
    expect(await opened("?r=24h")).toEqual(["24 h", "24 h", "24 h", "24 h"]);
    const html = await (await person.get(paths[0] ?? "")).text();
    expect(html).toContain(`/live${paths[0]}?r=1h`);
    await farm.stop();
  });
});

describe("the reader's zone", () => {
  let farm: Farm;
  let person: Person;
  beforeAll(async () => {
    farm = await openFarm();
    fill(farm, 3);
    person = await signInAs(farm, "operator");
  });
  afterAll(() => farm.stop());

  test("stands in the address, is kept by the browser, and goes into the stream's address", async () => {
    const answer = await person.get("/events?tz=europe/oslo");
    const html = await answer.text();
    expect(html).toContain("<span>Europe/Oslo</span>");
    expect(html).toContain("/live/events?tz=Europe%2FOslo");
    expect(answer.headers.get("set-cookie")).toMatch(/^hub_zone=Europe%2FOslo; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    const kept = await (await person.get("/events", { cookie: "hub_zone=Asia%2FTokyo" })).text();
    expect(kept).toContain("<span>Asia/Tokyo</span>");
  });

  test("that is none is passed over; in the account's form it is said beside the field", async () => {
    const answer = await person.get("/events?tz=Moon/Base");
    expect([answer.headers.get("set-cookie"), (await answer.text()).includes("<span>UTC</span>")]).toEqual([null, true]);
    const refused = await person.post("/account/display", { _csrf: person.csrf, zone: "Moon/Base", single_keys: "1" });
    expect([refused.status, (await refused.text()).includes('id="zone-error"')]).toEqual([422, true]);
  });

  test("and single keys are set in the account's form", async () => {
    const saved = await person.post("/account/display", { _csrf: person.csrf, zone: "Europe/Oslo" });
    expect(saved.headers.getSetCookie().map((cookie) => cookie.split(";")[0])).toEqual(["hub_zone=Europe%2FOslo", "hub_keys=off"]);
    expect(await (await person.get("/", { cookie: "hub_keys=off" })).text()).toContain('<body data-keys="off"');
    const back = await person.post("/account/display", { _csrf: person.csrf, zone: "", single_keys: "1" });
    expect(back.headers.getSetCookie().every((cookie) => cookie.endsWith("Max-Age=0"))).toBe(true);
  });
});
