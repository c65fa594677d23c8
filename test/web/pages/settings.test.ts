import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let viewer: Person;
beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 3);
  owner = await signInAs(farm, "owner");
  viewer = await signInAs(farm, "viewer");
});
afterAll(() => farm.stop());

describe("settings", () => {
  test("lead to all that is set, say what is well, and show a viewer no form", async () => {
    const html = await (await owner.get("/settings")).text();
    for (const href of ["/fleets", "/pools", "/models", "/people", "/tokens", "/audit", "/docs"]) expect(html).toContain(`<a href="${href}">`);
    expect(await (await owner.get("/tokens")).text()).toContain('href="/docs"');
    expect(html).toContain("rigs are served");
    const shown = await (await viewer.get("/settings")).text();
    expect([shown.includes('href="/people"'), shown.includes('action="/settings/')]).toEqual([false, false]);
  });

  test("name and zone of the farm change together or not at all", async () => {
    const { settings } = farm.deps.control;
    const refused = await owner.post("/settings/farm", { _csrf: owner.csrf, farm_name: "Nordlys", time_zone: "Moon/Base" });
    expect([refused.status, settings.get("farmName"), (await refused.text()).includes('id="time_zone-error"')]).toEqual([422, "My farm", true]);
    await owner.post("/settings/farm", { _csrf: owner.csrf, farm_name: "Nordlys", time_zone: "Europe/Oslo" });
    expect([settings.get("farmName"), settings.get("timeZone")]).toEqual(["Nordlys", "Europe/Oslo"]);
    expect((await viewer.post("/settings/farm", { _csrf: viewer.csrf, farm_name: "Mine", time_zone: "UTC" })).status).toBe(403);
  });

  test("a new site is offered the farm's own time zone", async () => {
    const zone = farm.deps.control.settings.get("timeZone");
    expect(await (await owner.get("/settings")).text()).toMatch(new RegExp(`name="timezone"[^>]*value="${zone}"`));
  });

  test("a site is added; what is wrong stands beside its field", async () => {
    const added = await owner.post("/settings/sites", { _csrf: owner.csrf, name: "Hall B", timezone: "Europe/Oslo" });
    expect([added.status, farm.deps.control.sites.all().at(-1)?.name]).toEqual([303, "Hall B"]);
    const again = await owner.post("/settings/sites", { _csrf: owner.csrf, name: "Hall B", timezone: "" });
    expect([again.status, (await again.text()).includes('id="name-error"')]).toEqual([422, true]);
    expect((await viewer.post("/settings/sites", { _csrf: viewer.csrf, name: "Hall C" })).status).toBe(403);
  });

  test("a site gets a pattern of its own for asset codes; a slip stands beside its field, and one with rigs stays", async () => {
    const { sites, rigs } = farm.deps.control;
    const made = sites.create({ name: "Hall D", timezone: "Europe/Oslo" });
    if (!made.ok) throw new Error(made.rule);
    const { id } = made.value;
    const send = (fields: Record<string, string>, path = `/sites/${id}`) =>
      owner.post(path, { _csrf: owner.csrf, version: "1", name: "Hall D", timezone: "UTC", ...fields });
    expect(await (await owner.get("/settings")).text()).toContain(`<a href="/sites/${id}">Hall D</a>`);
    const slip = await send({ asset_code_pattern: "no number" });
    expect([slip.status, (await slip.text()).includes('id="asset_code_pattern-error"'), sites.byId(id)?.timezone]).toEqual([422, true, "Europe/Oslo"]);
    expect((await send({ asset_code_pattern: "D-{0000}" })).status).toBe(303);
    expect(sites.byId(id)).toMatchObject({ timezone: "UTC", assetCodePattern: "D-{0000}" });
    expect(await (await owner.get(`/sites/${id}`)).text()).toContain('value="D-{0000}"');
    expect((await send({ asset_code_pattern: "E-{0000}" })).status).toBe(412);
    rigs.update(rigs.all()[0]?.id ?? "", { siteId: id }, null);
    const used = await send({ version: "2" }, `/sites/${id}/delete`);
    expect([used.status, sites.byId(id) !== null]).toEqual([409, true]);
    rigs.update(rigs.all()[0]?.id ?? "", { siteId: null }, null);
    expect([(await send({ version: "2" }, `/sites/${id}/delete`)).status, sites.byId(id)]).toEqual([303, null]);
    expect((await viewer.get(`/sites/${sites.all()[0]?.id}`)).status).toBe(403);
  });

  test("channels show where they go and what became of the last message, and no secret", async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    farm.deps.control.channels.create({ name: "on-call", target: { kind: "webhook", url: "https://alarms.example.org/hook?key=abc" }, secret });
    const html = await (await viewer.get("/settings")).text();
    expect([html.includes("https://alarms.example.org<"), html.includes("key=abc"), html.includes(secret)]).toEqual([true, false, false]);
  });
});
