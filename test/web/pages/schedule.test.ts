import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 130);
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

const rowsOf = (html: string) => [...html.matchAll(/<tr id="(alc_[^"]+)"/g)].map((match) => match[1]);
const get = async (path: string) => (await owner.get(path)).text();
const clock = (ms: number) => new Date(ms).toISOString().slice(0, 19);

describe("who had which rig", () => {
  test("now: every rig once, page by page, with reason and decider", async () => {
    const first = await get("/schedule");
    const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll("&amp;", "&").replaceAll("&#38;", "&") ?? "";
    const all = [...rowsOf(first), ...rowsOf(await get(next))];
    expect([all.length, new Set(all).size]).toEqual([130, 130]);
    expect(first).toContain("S21-004 replaces S21-007");
    expect(first).toContain("C-00001 Borealis");
  });

  test("at a moment of the past: what was in force then, also after it changed", async () => {
    const { allocations, rigs } = farm.deps.control;
    farm.clock.aheadMs += 60_000;
    const before = farm.deps.now();
    farm.clock.aheadMs += 60_000;
    const rig = rigs.all()[0];
    allocations.assign([{ rigNo: rig?.no ?? 0, reason: { code: "parked", text: "parked by kari" }, decidedBy: "user:none" }]);
    farm.clock.aheadMs += 60_000;
    const ofContract = (at: string) => get(`/schedule?contract=C-00001&at=${at}`);
    expect(rowsOf(await ofContract(clock(before)))).toHaveLength(4);
    expect(rowsOf(await ofContract(""))).toHaveLength(3);
    expect(rowsOf(await get(`/schedule?at=${clock(before - 86_400_000)}`))).toEqual([]);
    expect(await get("/schedule")).toContain("a user who is gone");
    const order = (html: string) => [html.indexOf('id="at"'), html.indexOf('id="h-rows"'), html.indexOf('id="gantt"')];
    const asked = order(await get(`/schedule?at=${clock(before)}`));
    expect(asked).toEqual(asked.toSorted((one, other) => one - other));
    const [question = 0, rows = 0, gantt = 0] = order(await get("/schedule"));
    expect([question < gantt, gantt < rows]).toEqual([true, true]);
  });

  test("a moment that is to come, and one at which no hub ran, are told as such", async () => {
    const { ledger } = farm.deps;
    const { gaps } = ledger;
    const startedMs = farm.deps.now() - 3_600_000;
    ledger.gaps = (fromMs, toMs) => Promise.resolve(fromMs < startedMs ? [{ fromMs, toMs: Math.min(toMs, startedMs) }] : []);
    const before = clock(startedMs - 86_400_000);
    const long = await get(`/schedule?at=${before}&from=${before}&to=${clock(startedMs - 7_200_000)}`);
    const ahead = await get(`/schedule?at=${clock(farm.deps.now() + 86_400_000)}`);
    ledger.gaps = gaps;
    expect(long).toContain("The hub did not run then");
    expect(long).toContain("The hub did not run in this time: there is no record of it.");
    expect(long).not.toContain("No rig");
    expect([rowsOf(ahead).length, ahead.includes("That moment is still to come")]).toEqual([100, true]);
    expect(await get("/schedule")).not.toContain("The hub did not run");
  });

  test("a moment or a contract that is none is said beside its field", async () => {
    const answer = await owner.get("/schedule?at=yesterday&contract=7x");
    const html = await answer.text();
    expect([answer.status, html.includes('id="at-error"'), html.includes('id="contract-error"')]).toEqual([422, true, true]);
    // What was not understood has no answer, and above all not that there was nothing.
    expect([html.includes('<a href="#contract"'), html.includes("No rig"), html.includes('id="gantt"')]).toEqual([true, false, false]);
  });
});

describe("events", () => {
  const texts = (html: string) => [...html.matchAll(/<li id="evt_[\s\S]*?<\/li>/g)].map(([text]) => text);

  test("are narrowed by what they are about, by text and by time, and go on page by page", async () => {
    const { events } = farm.deps.control;
    for (let at = 0; at < 150; at++) events.append({ type: "pool.live", subjectKind: "pool", subjectId: null, text: `pool ${at} is live` });
    const halfway = farm.deps.now();
    farm.clock.aheadMs += 60_000;
    events.append({ type: "hub.test", subjectKind: "hub", subjectId: null, text: "100 % sure_thing" });
    expect(texts(await get("/events?about=hub&q=100+%25"))).toHaveLength(1);
    expect(texts(await get("/events?q=sureXthing"))).toHaveLength(0);
    const first = await get(`/events?about=pool&until=${clock(halfway + 1_000)}`);
    expect(texts(first)[0]).toContain("pool 149 is live");
    const older = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll("&amp;", "&").replaceAll("&#38;", "&") ?? "";
    expect(texts(await get(older))[0]).toContain("pool 49 is live");
    expect((await owner.get("/events?until=never")).status).toBe(422);
  });
});
