import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { placesMax } from "../../../src/control/contract-places.ts";
import type { Result } from "../../../src/control/result.ts";
import { webLimits } from "../../../src/web/limits.ts";
import { readForm } from "../../../src/web/pages/form-body.ts";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { fillWithWildTexts } from "../../browser/hostile.ts";
import { formsOf } from "./page-forms.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  owner = await signInAs(farm, "owner");
  fill(farm, 3);
  await fillWithWildTexts(farm);
});
afterAll(() => farm.stop());

/** Where something is changed, and how somebody else changes it in between; `field` is what both change. */
const edits: readonly { path: string; field: string; typed: string; other: () => string }[] = [
  { path: "/pools", field: "name", typed: "my pool", other: () => change("pools", { name: "his pool" }, "his pool") },
  { path: "/profiles", field: "name", typed: "my profile", other: () => change("profiles", { name: "his profile" }, "his profile") },
  { path: "/customers", field: "name", typed: "my customer", other: () => change("customers", { name: "his customer" }, "his customer") },
  { path: "/fleets", field: "name", typed: "my fleet", other: () => change("fleets", { name: "his fleet" }, "his fleet") },
  { path: "/models", field: "name", typed: "my model", other: () => change("models", { name: "his model" }, "his model") },
  { path: "/people", field: "name", typed: "Me", other: () => change("users", { name: "Him" }, "Him") },
  { path: "/rigs", field: "serial", typed: "MINE", other: () => change("rigs", { serial: "HIS" }, "HIS") },
];

function made<Row>(result: Result<Row>): Row {
  if (!result.ok) throw new Error(result.rule);
  return result.value;
}

/** Something happens while the body of the next form is on its way. */
function whileSending(happens: () => void): void {
  const { arrayBuffer } = Request.prototype;
  const reading = spyOn(Request.prototype, "arrayBuffer");
  reading.mockImplementationOnce(async function (this: Request) {
    reading.mockRestore();
    const body = await arrayBuffer.call(this);
    happens();
    return body;
  });
}

const tableOf = (path: string): Table => (path === "/people" ? "users" : (path.slice(1) as Table));
const placeOf = (path: string): string => `${path}/${firstOf(tableOf(path)).id}${path === "/rigs" ? "/edit" : ""}`;

type Table = "pools" | "profiles" | "customers" | "fleets" | "models" | "users" | "rigs";

function firstOf(table: Table): { id: string } {
  const [first] = farm.deps.control[table].all();
  if (first === undefined) throw new Error(`no ${table}`);
  return first;
}

function change(table: Table, patch: object, now: string): string {
  const result = (farm.deps.control[table] as { update: (id: string, patch: object, version: null) => { ok: boolean } }).update(firstOf(table).id, patch, null);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return now;
}

/** The fields of the form that posts to `action`, as the page has them. */
const fieldsOf = (html: string, action: string): Record<string, string> => formsOf(html).find((form) => form.action === action)?.fields ?? {};

/** As it is read. */
const textOf = (html: string) =>
  html
    .replace(/<[^>]+>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");

/** What the page says of fields that both changed: the field, what was loaded, what was typed, what is stored. */
const cellsOf = (html: string): string[][] => {
  const table = /<table class="differences">.*?<tbody>(.*?)<\/tbody>/s.exec(html)?.[1] ?? "";
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) => [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) => textOf(cell)));
};

const labelOf = (html: string, field: string) => textOf(new RegExp(`<label for="${field}"[^>]*>([^<]+)`).exec(html)?.[1] ?? "none");

describe("an edit of what somebody else changed meanwhile", () => {
  for (const { path, field, typed, other } of edits) {
    test(`${path}: shows what it is now beside what was typed, and saving again overwrites it`, async () => {
      const place = placeOf(path);
      const before = fieldsOf(await (await owner.get(place)).text(), place);
      const now = other();
      const stale = await owner.post(place, { ...before, [field]: typed });
      const html = await stale.text();
      expect(stale.status).toBe(412);
      expect(html).toContain("Nothing was saved: this was changed meanwhile by ");
      expect(html).toContain(` changed this too. It is now: ${now}.`);
      expect(cellsOf(html)).toEqual([[labelOf(html, field), before[field] || "empty", typed, now]]);
      const shown = fieldsOf(html, place);
      expect(shown[field]).toBe(typed);
      expect(shown["version"]).not.toBe(before["version"]);
      expect((await owner.post(place, shown)).status).toBe(303);
      expect((await (await owner.get(place)).text()).includes(typed)).toBe(true);
    });
  }

  for (const { path, field, typed, other } of edits) {
    test(`${path}: what is changed while the form is on its way is merged once and for all`, async () => {
      const place = placeOf(path);
      const before = fieldsOf(await (await owner.get(place)).text(), place);
      whileSending(other);
      const stale = await owner.post(place, { ...before, [field]: `${typed} 2` });
      const shown = fieldsOf(await stale.text(), place);
      expect([stale.status, shown[field]]).toEqual([412, `${typed} 2`]);
      expect((await owner.post(place, shown)).status).toBe(303);
    });
  }

  test("/contracts: the promise of a form that was opened before another one was saved does not come back unsaid", async () => {
    const { contracts, profiles } = farm.deps.control;
    const [contract] = contracts.all();
    if (contract === undefined) throw new Error("no contract");
    const { id, profileNo } = contract;
    const place = `/contracts/${id}/change`;
    const before = fieldsOf(await (await owner.get(place)).text(), place);
    expect((await owner.post(place, { ...before, promised: "10 TH/s", allow_short: "1" })).status).toBe(303);
    const stale = await owner.post(place, { ...before, priority: "2" });
    const html = await stale.text();
    expect(stale.status).toBe(412);
    expect(textOf(html)).toContain(`Also changed meanwhile by you, in another window: Hashrate (${before["promised"]} → 10 TH/s).`);
    expect(contracts.byId(id)).toMatchObject({ promisedHps: 1e13, priority: Number(before["priority"]) });
    expect([html.includes(`${profiles.byNo(profileNo)?.name} →`), cellsOf(html)]).toEqual([false, []]);
    const shown = fieldsOf(html, place);
    expect([shown["priority"], shown["promised"]]).toEqual(["2", "10 TH/s"]);
    expect((await owner.post(place, shown)).status).toBe(303);
    expect(contracts.byId(id)).toMatchObject({ promisedHps: 1e13, priority: 2 });
  });

  test("what only the other one changed is taken over and named; what both changed is asked; what only the reader changed stays", async () => {
    const { customers } = farm.deps.control;
    const { id } = made(customers.create({ name: "Skog", email: "old@skog.example", timezone: "Europe/Oslo" }));
    const place = `/customers/${id}`;
    const before = fieldsOf(await (await owner.get(place)).text(), place);
    const other = await signInAs(farm, "operator");
    const his = { ...fieldsOf(await (await other.get(place)).text(), place), name: "Skog AS", email: "new@skog.example" };
    expect((await other.post(place, his)).status).toBe(303);
    const stale = await owner.post(place, { ...before, name: "Skog & Co", external_ref: "whmcs-1" });
    const html = await stale.text();
    expect([stale.status, cellsOf(html)]).toEqual([412, [["Name", "Skog", "Skog & Co", "Skog AS"]]]);
    expect(textOf(html)).toContain("Also changed meanwhile by operator@nordlys.example: E-mail (old@skog.example → new@skog.example).");
    expect([...html.matchAll(/id="([a-z_]+)-error"/g)].map(([, field]) => field)).toEqual(["name"]);
    const shown = fieldsOf(html, place);
    expect(shown).toMatchObject({ name: "Skog & Co", email: "new@skog.example", external_ref: "whmcs-1" });
    expect((await owner.post(place, shown)).status).toBe(303);
    expect(customers.byId(id)).toMatchObject({ name: "Skog & Co", email: "new@skog.example", externalRef: "whmcs-1", timezone: "Europe/Oslo" });
  });

  test("an owner is named by what was loaded, typed and stored; who changed it is named, not who touched the rig last", async () => {
    const { customers, rigs } = farm.deps.control;
    const [alfa, beta, gamma] = ["Alfa", "Beta", "Gamma"].map((name) => made(customers.create({ name, timezone: "Europe/Oslo" })).id);
    const { id } = firstOf("rigs");
    rigs.update(id, { ownerCustomerId: alfa ?? null }, null);
    const place = `/rigs/${id}/edit`;
    const before = fieldsOf(await (await owner.get(place)).text(), place);
    const other = await signInAs(farm, "operator");
    expect((await other.post(place, { ...fieldsOf(await (await other.get(place)).text(), place), owner: beta ?? "" })).status).toBe(303);
    expect((await owner.post(`/rigs/${id}/drain`, { _csrf: owner.csrf, reason: "fan" })).status).toBe(303);
    const both = await (await owner.post(place, { ...before, owner: gamma ?? "" })).text();
    expect(cellsOf(both)).toEqual([["Owner", "Alfa", "Gamma", "Beta"]]);
    expect(both).toContain("Nothing was saved: this was changed meanwhile by operator@nordlys.example.");
    expect(both).toContain("operator@nordlys.example changed this too. It is now: Beta.");
    const also = await (await owner.post(place, { ...before, serial: "S-1" })).text();
    expect(textOf(also)).toContain("Also changed meanwhile by operator@nordlys.example: Owner (Alfa → Beta).");
  });

  test("of two who changed different fields, each is named for his own", async () => {
    const { id } = made(farm.deps.control.customers.create({ name: "Fjell", email: "a@fjell.example", timezone: "Europe/Oslo" }));
    const place = `/customers/${id}`;
    const before = fieldsOf(await (await owner.get(place)).text(), place);
    const other = await signInAs(farm, "operator");
    expect((await other.post(place, { ...before, _csrf: other.csrf, name: "Fjell AS" })).status).toBe(303);
    const now = fieldsOf(await (await owner.get(place)).text(), place);
    expect((await owner.post(place, { ...now, email: "b@fjell.example" })).status).toBe(303);
    const html = await (await owner.post(place, { ...before, name: "Fjell & Co" })).text();
    expect(html).toContain("Nothing was saved: this was changed meanwhile by operator@nordlys.example and you, in another window.");
    expect(html).toContain("operator@nordlys.example changed this too. It is now: Fjell AS.");
    expect(textOf(html)).toContain("Also changed meanwhile by you, in another window: E-mail (a@fjell.example → b@fjell.example).");
  });

  test("the places of a profile are one list: two lists are not mixed into a third", async () => {
    const { pools, profiles } = farm.deps.control;
    const shared = { port: 3333, tls: false, username: "u", algorithm: "sha256d", mode: "shared" } as const;
    const numbers = ["P", "Q", "R", "S", "X"].map((name) => made(pools.create({ ...shared, name, host: `${name}.example` })).no);
    const [p = 0, q = 0, r = 0, s = 0, x = 0] = numbers;
    const { id } = made(profiles.create({ name: "five places", poolNos: [p, q, r] }));
    const place = `/profiles/${id}`;
    const before = fieldsOf(await (await owner.get(place)).text(), place);
    profiles.update(id, { poolNos: [x, p, q, r] }, null);
    const html = await (await owner.post(place, { ...before, pool_3: pools.byNo(s)?.id ?? "" })).text();
    expect(cellsOf(html)).toEqual([["pools", "P, Q, R", "P, Q, S", "X, P, Q, R"]]);
    expect(html).not.toContain("Also changed");
    expect((await owner.post(place, fieldsOf(html, place))).status).toBe(303);
    expect(profiles.byId(id)?.poolNos).toEqual([p, q, s]);
    // Who left the list alone takes the other one's, whole.
    const again = await (await owner.post(place, { ...before, name: "renamed" })).text();
    expect(textOf(again)).toContain("pools (P, Q, R → P, Q, S)");
    expect((await owner.post(place, fieldsOf(again, place))).status).toBe(303);
    expect(profiles.byId(id)).toMatchObject({ name: "renamed", poolNos: [p, q, s] });
  });

  test("a form that was refused for a slip stays of the version that it was opened with", async () => {
    const { models } = farm.deps.control;
    const { id } = firstOf("models");
    const place = `/models/${id}`;
    const before = fieldsOf(await (await owner.get(place)).text(), place);
    models.update(id, { nominalHps: 7e12 }, null);
    const slip = await owner.post(place, { ...before, watts: "many" });
    const shown = fieldsOf(await slip.text(), place);
    expect([slip.status, shown["version"]]).toEqual([422, before["version"] ?? ""]);
    expect((await owner.post(place, { ...shown, watts: "3250" })).status).toBe(412);
    expect(models.byId(id)).toMatchObject({ nominalHps: 7e12 });
  });

  test("the longest notes and the longest contract go along twice, as loaded and as typed", async () => {
    const place = placeOf("/rigs");
    const notes = "矿".repeat(3_900);
    expect((await owner.post(place, { ...fieldsOf(await (await owner.get(place)).text(), place), notes })).status).toBe(303);
    const before = fieldsOf(await (await owner.get(place)).text(), place);
    expect((await owner.post(place, { ...before, notes: `${before["notes"]}!` })).status).toBe(303);
    expect(farm.deps.control.rigs.byId(firstOf("rigs").id)?.notes).toBe(`${notes}!`);
    const rig_names = Array.from({ length: placesMax }, (_, at) => `rig-${at}`.padEnd(64, "x")).join(" ");
    const body = new URLSearchParams({ rig_names, _loaded: JSON.stringify({ rig_names }) });
    expect(await readForm(new Request("http://hub/contracts", { method: "POST", body }))).toMatchObject({ rig_names });
    await expect(readForm(new Request("http://hub/contracts", { method: "POST", body: "x".repeat(webLimits.bodyBytesMax + 1) }))).rejects.toThrow("at most");
  });
});

test("a refused form that does not say what it was opened with, as of a page of an older hub, takes nothing typed for it, least of all a password", async () => {
  const place = `/pools/${firstOf("pools").id}`;
  const { _loaded, ...older } = fieldsOf(await (await owner.get(place)).text(), place);
  const refused = await owner.post(place, { ...older, name: "mine", url: "nonsense", password: "correct horse" });
  const html = await refused.text();
  const shown = fieldsOf(html, place);
  expect([refused.status, html.includes("correct horse"), shown["_loaded"]]).toEqual([422, false, undefined]);
  change("pools", { name: "his" }, "his");
  const stale = await owner.post(place, { ...shown, url: older["url"] ?? "" });
  const merged = await stale.text();
  expect([stale.status, fieldsOf(merged, place)["name"]]).toEqual([412, "mine"]);
  expect(cellsOf(merged)).toEqual([["Name", "not known", "mine", "his"]]);
});
