import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 20);
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

const main = () => farm.deps.control.fleets.ensureMain();
const form = (more: Record<string, string> = {}) => ({
  ...{ _csrf: owner.csrf, name: "main", algorithm: "sha256d", method: "threshold", tolerance: "10", alarm_threshold: "30", reserve: "0", period: "normal" },
  ...{ shares_per_minute: "12", degraded_below: "84.6", disconnect_grace_s: "15", house_profile_id: farm.deps.control.profiles.byNo(1)?.id ?? "" },
  ...more,
});
const alarms = (html: string) => Number(/<b>([\d.]+) per 1,000 rigs a month/.exec(html)?.[1]);

describe("the list of fleets", () => {
  test("counts rigs by status, contracts and what they promise", async () => {
    const html = await (await owner.get("/fleets")).text();
    const row = /<tr id="flt_[\s\S]*?<\/tr>/.exec(html)?.[0] ?? "";
    expect(row).toContain(">20<");
    expect(row).toMatch(/offline<\/b><\/span> <span>2</);
    expect(row).toContain("600.0");
  });
});

describe("a fleet's form", () => {
  test("says what its knobs mean for the rigs it has", async () => {
    const html = await (await owner.get(`/fleets/${main().id}`)).text();
    expect(alarms(html)).toBeGreaterThan(1);
    expect(html).toContain("with the 20 rigs of this fleet");
    expect(html).toContain("one board of three");
  });

  test("works out what was typed without saving it: more evidence, fewer false alarms", async () => {
    const before = main();
    const worked = async (period: string) => alarms(await (await owner.post(`/fleets/${before.id}/meaning`, form({ period }))).text());
    const [quick, sure] = [await worked("quick"), await worked("sure")];
    expect(quick).toBeGreaterThan(10 * sure);
    expect(main()).toEqual(before);
  });

  test("names a number out of its range in the form's own units", async () => {
    const answer = await owner.post(`/fleets/${main().id}`, form({ degraded_below: "94", tolerance: "x" }));
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toMatch(/id="degraded_below-error">Must be a number from 50 to 92 %/);
    expect(html).toMatch(/id="tolerance-error">Must be a number from 1 to 50 %/);
    expect(html).toContain('value="94"');
  });

  test("saves what was typed, with a comma too, and tells the hub", async () => {
    const before = farm.changes();
    const saved = await owner.post(`/fleets/${main().id}`, form({ degraded_below: "82,5", period: "sure", version: String(main().version) }));
    expect(saved.status).toBe(303);
    expect([main().degradedBelowBp, main().period, farm.changes() - before]).toEqual([8_250, "sure", 1]);
    expect((await owner.post(`/fleets/${main().id}`, form({ version: "1" }))).status).toBe(412);
  });

  test("adds a fleet, and removes it again while nothing uses it", async () => {
    const made = await owner.post("/fleets", form({ name: "litecoin", algorithm: "scrypt", house_profile_id: "" }));
    const place = made.headers.get("location") ?? "";
    expect(place).toMatch(/^\/fleets\/flt_/);
    expect(farm.deps.control.fleets.byName("litecoin")?.algorithm).toBe("scrypt");
    expect((await owner.post(`${place}/delete`, form({ version: "1" }))).headers.get("location")).toBe("/fleets");
    const refused = await owner.post(`/fleets/${main().id}/delete`, form());
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("is used by");
  });
});

describe("a hold", () => {
  test("needs a reason, is shown with its end, and is released", async () => {
    const path = `/fleets/${main().id}`;
    const bare = await owner.post(`${path}/hold`, { _csrf: owner.csrf, hold_s: "3600" });
    expect([bare.status, (await bare.text()).includes('id="reason-error"')]).toEqual([422, true]);
    expect((await owner.post(`${path}/hold`, { _csrf: owner.csrf, hold_s: "3600", reason: "new switch <b>" })).status).toBe(303);
    const held = await (await owner.get(path)).text();
    expect(held).toContain("new switch &lt;b&gt;");
    expect((await owner.post(`${path}/release`, { _csrf: owner.csrf })).status).toBe(303);
    expect(main().held).toBeNull();
    const types = farm.deps.control.events.latest(2).map(({ type }) => type);
    expect(types).toEqual(["fleet.released", "fleet.held"]);
  });
});

test("a viewer sees the settings and their meaning, and no form", async () => {
  const viewer = await signInAs(farm, "viewer");
  const html = await (await viewer.get(`/fleets/${main().id}`)).text();
  expect(html).toContain("per 1,000 rigs a month");
  expect(html).not.toContain("fleet-form");
  expect((await viewer.post(`/fleets/${main().id}/hold`, { _csrf: viewer.csrf, hold_s: "900", reason: "x" })).status).toBe(403);
  expect((await viewer.get("/fleets/new")).status).toBe(403);
});
