import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 3);
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

test("the export is all entries that the filter picks, oldest first, with their hashes", async () => {
  for (let at = 0; at < 3; at++) await owner.post("/settings/sites", { _csrf: owner.csrf, name: `Hall ${at}`, timezone: "" });
  const answer = await owner.get("/audit/export");
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
  const entries = (await answer.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(entries.map(({ id }) => id)).toEqual([...entries].map(({ id }) => id).toSorted());
  expect(entries.filter(({ action }) => action === "POST /settings/sites")).toHaveLength(3);
  expect(new Set(entries.map(({ hash }) => hash)).size).toBe(entries.length);
  expect(await (await owner.get("/audit/export?actor=user:none")).text()).toBe("");
  const slip = await owner.get("/audit/export?from=nonsense");
  expect([slip.status, (await slip.text()).includes("Must be a day, or a time such as")]).toEqual([422, true]);
});

test("the page says whether the chain was verified, and when", async () => {
  expect(await (await owner.get("/audit")).text()).toContain("not checked since the start");
  await owner.get("/audit?check=1");
  expect(await (await owner.get("/audit")).text()).toContain("chain verified");
});
