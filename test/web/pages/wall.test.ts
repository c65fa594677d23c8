import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let viewer: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 20);
  viewer = await signInAs(farm, "viewer");
});
afterAll(() => farm.stop());

/** Beyond the time that older facts serve. */
const laterMs = 14_000;
const wall = async () => {
  farm.clock.aheadMs += laterMs;
  return (await viewer.get("/wall")).text();
};
const attention = (html: string) => /<section id="attention"[\s\S]*?<\/section>/.exec(html)?.[0] ?? "";

test("the wall has the figures and what needs a person, no menu and no form, and moves on by itself without scripts", async () => {
  const html = await wall();
  expect(html.match(/<dt>/g)).toHaveLength(6);
  expect(attention(html)).toContain("of 20 rigs");
  expect([html.includes("<nav"), html.includes("<form"), html.includes('hx-sse:connect="/live/wall?')]).toEqual([false, false, true]);
  expect(html).toMatch(/<noscript><meta http-equiv="refresh" content="15"\/>/);
  expect(html).not.toContain(hostile);
});

test("as many as a screen has room for, and how many more", async () => {
  const { rigs, fleets } = farm.deps.control;
  fleets.update(fleets.ensureMain().id, { alarmThresholdBp: 10_000 }, null);
  rigs.setStatus(rigs.all().map(({ no }, at) => ({ rigNo: no, status: at < 6 ? "degraded" : "online", reason: { code: "test", text: "slow" } })));
  const shown = attention(await wall());
  expect([shown.match(/<li /g)?.length, shown.includes("and 4 more")]).toEqual([4, true]);
});

test("where nothing is the matter that is what it says", async () => {
  const { rigs } = farm.deps.control;
  rigs.setStatus(rigs.all().map(({ no }) => ({ rigNo: no, status: "online", reason: { code: "test", text: "" } })));
  farm.healths.clear();
  for (const [no, fact] of farm.facts.pools) farm.facts.pools.set(no, { ...fact, state: "live", reason: "" });
  expect(attention(await wall())).toContain("<b>All well</b>");
});

test("whoever is not signed in is sent to the login, and from there back", async () => {
  const answer = await fetch(`${farm.url}/wall`, { redirect: "manual" });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/login?next=%2Fwall"]);
  expect((await fetch(`${farm.url}/live/wall`)).status).toBe(401);
});

test("the overview and the search lead to it", async () => {
  expect(await (await viewer.get("/")).text()).toContain('href="/wall"');
  expect(await (await viewer.get("/search?q=wall")).text()).toContain('href="/wall"');
});
