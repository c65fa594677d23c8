import { afterEach, beforeEach, expect, test } from "bun:test";
import { usualColumns } from "../../../views/pages/rig-columns.tsx";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let viewer: Person;

beforeEach(async () => {
  farm = await openFarm();
  fill(farm, 12);
  viewer = await signInAs(farm, "viewer");
});
afterEach(() => farm.stop());

const html = async (path: string, person = viewer) => (await (await person.get(path)).text()).replaceAll("&amp;", "&");
const chips = (page: string) => [
  ...(/<nav class="chips" id="views".*?<\/nav>/s.exec(page)?.[0] ?? "").matchAll(/<a class="chip[^"]*" href="([^"]*)"([^>]*)>([^<]*)/g),
];
const chipsAt = async (path: string) => chips(await html(path)).map(([, href, rest, text]) => [text?.trim(), href, rest?.includes("aria-current") === true]);
const save = (fields: Record<string, string>, person = viewer) =>
  person.post("/views", { _csrf: person.csrf, list: "rigs", query: "status=offline", ...fields });
/** The list's views of the only person here. */
const views = (list: "rigs" | "contracts" | "events" = "rigs") => farm.deps.control.users.all().flatMap(({ no }) => farm.deps.control.savedViews.of(no, list));

test("a list that is narrowed, sorted or has other columns can be saved under a name, and stands above the list from then on", async () => {
  expect(await chipsAt("/rigs")).toEqual([]);
  const asked = "/rigs?cols=place hps60&sort=-hps60&status=offline&page=3&nonsense=1";
  const saveHref = `/views/new?${new URLSearchParams({ list: "rigs", query: "status=offline&sort=-hps60&cols=hps60+place" })}`;
  expect(await chipsAt(asked)).toEqual([["Save this view", saveHref, false]]);
  expect(await html(saveHref)).toContain('name="query" value="status=offline&sort=-hps60&cols=hps60+place"');
  const saved = await save({ name: "Offline <b>", query: asked.split("?")[1] ?? "" });
  const href = "/rigs?status=offline&sort=-hps60&cols=hps60+place";
  expect([saved.status, saved.headers.get("location")]).toEqual([303, href]);
  expect(await chipsAt(asked)).toEqual([
    ["Offline &lt;b&gt;", href, true],
    ["Change view", `/views/${views()[0]?.id}`, false],
  ]);
  expect((await chipsAt("/rigs")).map(([text, , isCurrent]) => [text, isCurrent])).toEqual([["Offline &lt;b&gt;", false]]);
  const log = farm.deps.control.audit.latest({}, 1);
  expect(log).toMatchObject({ ok: true, value: [{ action: "POST /views", changes: [{ kind: "view", after: { list: "rigs", name: "Offline <b>" } }] }] });
});

for (const [list, query] of [
  ["contracts", "q=Borealis&show=active"],
  ["events", "about=rig&q=S21&until=2026-12-01T02%3A13"],
] as const)
  test(`the list of ${list} has views of its own`, async () => {
    await save({ list, query, name: "Mine" });
    expect(await chipsAt(`/${list}?${query}`)).toEqual([
      ["Mine", `/${list}?${query}`, true],
      ["Change view", `/views/${views(list)[0]?.id}`, false],
    ]);
    expect(await chipsAt("/rigs")).toEqual([]);
  });

test("one view opens first: the bare address leads to it, and All to all; another takes its place", async () => {
  await save({ name: "Offline", opens_first: "1" });
  expect((await viewer.get("/rigs")).headers.get("location")).toBe("/rigs?status=offline");
  const page = await html("/rigs?status=offline");
  expect(page).toContain('<a class="chip" href="/rigs?all">');
  expect((await viewer.get("/rigs?all")).status).toBe(200);
  await save({ name: "Hot", query: "sort=-hps60", opens_first: "1" });
  expect((await viewer.get("/rigs")).headers.get("location")).toBe("/rigs?sort=-hps60");
  expect(views().map(({ opensFirst }) => opensFirst)).toEqual([false, true]);
});

test("a view is renamed and deleted; a name that he has already gets the new list when saved, and is refused when another is renamed to it", async () => {
  await save({ name: "Offline" });
  await save({ name: "Hot", query: "sort=-hps60" });
  await save({ name: "offline", query: "status=offline&q=S21" });
  expect(views().map(({ name, query }) => [name, query])).toEqual([
    ["offline", "q=S21&status=offline"],
    ["Hot", "sort=-hps60"],
  ]);
  const [first, second] = views();
  const rename = (name: string, version: string) => viewer.post(`/views/${second?.id}`, { _csrf: viewer.csrf, version, name });
  const refused = await rename("OFFLINE", "1");
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('id="name-error">Is the name of another view of yours.')]);
  expect((await rename("Warm", "1")).headers.get("location")).toBe("/rigs?sort=-hps60");
  expect((await rename("Cold", "1")).status).toBe(412);
  expect((await viewer.post(`/views/${first?.id}/delete`, { _csrf: viewer.csrf, version: "2" })).status).toBe(303);
  expect(views().map(({ name }) => name)).toEqual(["Warm"]);
});

test("what cannot be saved is said beside the field, and what was typed stays", async () => {
  for (const [name, rule] of [
    ["", "Must have 1 to 40 characters."],
    ["x".repeat(41), "Must have 1 to 40 characters."],
    ["a\u202eb", "Must not contain control characters."],
    ["\u200b \u2060", "Must have a character that can be seen."],
  ] as const) {
    const answer = await save({ name });
    const page = await answer.text();
    expect([answer.status, page.includes(`id="name-error">${rule}`), page.includes(`value="${name}"`)]).toEqual([422, true, true]);
  }
  for (let at = 1; at <= 20; at++) await save({ name: `View ${at}` });
  expect(await (await save({ name: "One more" })).text()).toContain('id="name-error">Would be one view more than 20: delete another first.');
  expect((await save({ name: "View 20", query: "q=x" })).status).toBe(303);
  expect(views()).toHaveLength(20);
});

test("a list that there is not, and one that would not open, are refused, and no view of that name changes", async () => {
  await save({ name: "Offline" });
  const refusals = [
    ["list", { list: "pools", query: "q=x" }],
    ["list", { list: "" }],
    ["until", { list: "events", query: "until=garbage", opens_first: "1" }],
  ] as const;
  for (const [field, fields] of refusals) {
    const answer = await save({ name: "Offline", ...fields });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(`The list&#x27;s field ${field}: Must be `)]);
  }
  expect(views().map(({ query }) => query)).toEqual(["status=offline"]);
  expect(views("events")).toEqual([]);
});

test("saving again under a name leaves it first to open, unless another takes its place", async () => {
  await save({ name: "Offline", opens_first: "1" });
  await save({ name: "offline", query: "status=offline&q=S21" });
  expect((await viewer.get("/rigs")).headers.get("location")).toBe("/rigs?q=S21&status=offline");
});

test("every view that shows the page can be changed: two of one query, one cut at a blank, one whose columns are the usual ones by now", async () => {
  const changes = async (path: string) => (await chipsAt(path)).flatMap(([text, to]) => (String(text).startsWith("Change") ? [[text, to]] : []));
  await save({ name: "Offline" });
  await save({ name: "Down" });
  const [first, second] = views();
  expect(await changes("/rigs?status=offline")).toEqual([
    ["Change Offline", `/views/${first?.id}`],
    ["Change Down", `/views/${second?.id}`],
  ]);
  for (const list of ["rigs", "contracts", "events"] as const) {
    const saved = await save({ list, name: "Cut", query: `q=${"x".repeat(99)}+y` });
    expect(await changes(saved.headers.get("location") ?? ""), list).toEqual([["Change view", `/views/${views(list).at(-1)?.id}`]]);
  }
  const { savedViews } = farm.deps.control;
  const old = { userNo: first?.userNo ?? 0, list: "rigs", name: "Usual", query: `cols=${usualColumns.join("+")}`, opensFirst: true } as const;
  savedViews.save(old);
  const href = (await viewer.get("/rigs")).headers.get("location") ?? "";
  expect(await changes(href)).toEqual([["Change view", `/views/${views().at(-1)?.id}`]]);
});

test("nobody sees, changes or deletes another's view, nor saves one from a foreign page", async () => {
  await save({ name: "Mine" });
  const owner = await signInAs(farm, "owner");
  const [mine] = views();
  expect(chips(await html("/rigs", owner))).toEqual([]);
  expect((await owner.get(`/views/${mine?.id}`)).status).toBe(404);
  expect((await owner.post(`/views/${mine?.id}`, { _csrf: owner.csrf, name: "His" })).status).toBe(404);
  expect((await owner.post(`/views/${mine?.id}/delete`, { _csrf: owner.csrf })).status).toBe(404);
  expect((await save({ name: "Forged", _csrf: owner.csrf })).status).toBe(422);
  expect((await html("/rigs", owner)).includes("Forged")).toBe(false);
  expect(views().map(({ name }) => name)).toEqual(["Mine"]);
});

test("a query that means nothing is the whole list", async () => {
  await save({ name: "All", query: 'page=7&status=<script>"&sort=drop table' });
  expect(views()[0]).toMatchObject({ list: "rigs", query: "" });
  expect(await chipsAt("/rigs?all")).toEqual([
    ["All", "/rigs?all", true],
    ["Change view", `/views/${views()[0]?.id}`, false],
  ]);
});
