import { afterAll, beforeAll, describe, expect, test } from "bun:test";
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

describe("an edit of what somebody else changed meanwhile", () => {
  for (const { path, field, typed, other } of edits) {
    test(`${path}: shows what it is now beside what was typed, and saving again overwrites it`, async () => {
      const table = path === "/people" ? "users" : (path.slice(1) as Table);
      const place = `${path}/${firstOf(table).id}${path === "/rigs" ? "/edit" : ""}`;
      const before = fieldsOf(await (await owner.get(place)).text(), place);
      const now = other();
      const stale = await owner.post(place, { ...before, [field]: typed });
      const html = await stale.text();
      expect(stale.status).toBe(412);
      expect(html).toContain("Somebody changed this meanwhile");
      expect(html).toContain(`Is now: ${now}.`);
      const shown = fieldsOf(html, place);
      expect(shown[field]).toBe(typed);
      expect(shown["version"]).not.toBe(before["version"]);
      expect((await owner.post(place, shown)).status).toBe(303);
      expect((await (await owner.get(place)).text()).includes(typed)).toBe(true);
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
    expect(html).toContain("Somebody changed this meanwhile");
    expect(html).toContain("Is now: 10 TH/s.");
    expect(contracts.byId(id)).toMatchObject({ promisedHps: 1e13, priority: Number(before["priority"]) });
    expect(html).not.toContain(`Is now: ${profiles.byNo(profileNo)?.name}.`);
    const shown = fieldsOf(html, place);
    expect([shown["priority"], shown["promised"]]).toEqual(["2", before["promised"] ?? ""]);
    expect((await owner.post(place, { ...shown, promised: "10 TH/s" })).status).toBe(303);
    expect(contracts.byId(id)).toMatchObject({ promisedHps: 1e13, priority: 2 });
  });
});
