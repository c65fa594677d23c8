import { expect, test } from "bun:test";
import { rackModel, rackPositionsModel } from "../../src/web/inventory-models.ts";
import { expectFits } from "./fits.ts";
import { type TestWeb, testWeb } from "./test-web.ts";

const place = { building: "B1", row: "R3" };

async function rackOf(web: TestWeb) {
  const site = (await web.post("/sites", { name: "Linz" })).json["id"] as string;
  const made = await web.post("/racks", { site_id: site, ...place, name: "K1", levels: 2, slots: 3 });
  return { site, made, path: `/racks/${made.json["id"]}` };
}

const stand = (web: TestWeb, site: string, name: string, position: string | null) => {
  const made = web.control.rigs.create({ name, fleetNo: 1, siteId: site, location: { ...place, rack: "K1", position } }, "user:x");
  if (!made.ok) throw new Error(made.rule);
  return made.value;
};

test("a rack is added, listed by its place, changed with its version, and removed", async () => {
  const web = testWeb();
  const { site, made, path } = await rackOf(web);
  expect([made.status, made.headers.get("etag"), made.headers.get("location")]).toEqual([201, '"v1"', `/api/v1${path}`]);
  expectFits(rackModel, made.json);
  expect((await web.get(path)).json).toEqual(made.json);
  const other = await web.post("/racks", { name: "K1", levels: 1, slots: 1 });
  expect(other.json).toMatchObject({ site_id: null, building: null, row: null });
  const ids = async (query: string) => (await web.get(`/racks${query}`)).json["data"].map(({ id }: { id: string }) => id);
  expect(await ids("")).toEqual([made.json["id"], other.json["id"]]);
  for (const query of [`?site_id=${site}`, "?building=b1", "?row=R3"]) expect(await ids(query)).toEqual([made.json["id"]]);
  expect((await web.post("/racks", { site_id: site, ...place, name: "k1", levels: 1, slots: 1 })).status).toBe(409);
  expect((await web.post("/racks", { name: "x", levels: 0, slots: 1 })).json["errors"][0]["pointer"]).toBe("/levels");
  expect((await web.post("/racks", { site_id: `sit_${"0".repeat(26)}`, name: "x", levels: 1, slots: 1 })).json["errors"][0]["pointer"]).toBe("/site_id");
  expect((await web.patch(path, { levels: 3 })).status).toBe(428);
  expect((await web.patch(path, { levels: 3 }, '"v1"')).json).toMatchObject({ levels: 3, version: 2 });
  expect((await web.patch(path, { levels: 3 }, '"v1"')).status).toBe(412);
  expect((await web.remove(path, '"v2"')).status).toBe(204);
  const events = web.control.events.ofSubject(made.json["id"], 9).map(({ type }) => type);
  expect(events).toEqual(["rack.removed", "rack.changed", "rack.added"]);
});

test("what a token may not do to racks is refused", async () => {
  const web = testWeb();
  const { path } = await rackOf(web);
  const token = web.token("fleet:read");
  expect((await web.get(path, { token })).status).toBe(200);
  expect((await web.post("/racks", { name: "x", levels: 1, slots: 1 }, { token })).status).toBe(403);
  expect((await web.get(path, { token: web.token("pools:read") })).status).toBe(403);
});

test("who stands where: every position once, two rigs at one place, and those that fit nowhere", async () => {
  const web = testWeb();
  const { site, path } = await rackOf(web);
  const [a, b, c] = [stand(web, site, "a", "2-1"), stand(web, site, "b", "4"), stand(web, site, "c", null)];
  const { json } = await web.get(`${path}/positions`);
  expectFits(rackPositionsModel, json);
  expect(json["positions"].map(({ number, rigs }: { number: number; rigs: { id: string }[] }) => [number, rigs.length])).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 2],
    [5, 0],
    [6, 0],
  ]);
  expect(json["positions"][3]).toMatchObject({ level: 2, slot: 1, rigs: [{ id: a.id }, { id: b.id, position: "4" }] });
  expect(json["unplaced"]).toEqual([{ id: c.id, name: "c", status: "offline", position: null }]);
});

test("a rig is refused a position that its rack has not, in the field's own words", async () => {
  const web = testWeb();
  const { site } = await rackOf(web);
  const rig = stand(web, site, "a", "1-1");
  const answer = await web.patch(`/rigs/${rig.id}`, { location: { ...place, rack: "K1", position: "9-9" } }, "*");
  expect([answer.status, answer.json["errors"][0]["pointer"]]).toEqual([422, "/location/position"]);
  expect(answer.json["errors"][0]["detail"]).toContain("levels 1 to 2");
});

test("a rack that is renamed takes its rigs along, whatever they say of their position; a refused one leaves all as it was", async () => {
  const web = testWeb();
  const { site, path } = await rackOf(web);
  const [a, b] = [stand(web, site, "a", "2-1"), stand(web, site, "b", null)];
  await web.patch(path, { slots: 1 }, "*");
  await web.post("/racks", { site_id: site, ...place, name: "K2", levels: 1, slots: 1 });
  const rackNames = () => [a, b].map(({ id }) => web.control.rigs.byId(id)?.location.rack);
  expect((await web.patch(path, { name: "K2" }, "*")).status).toBe(409);
  expect(rackNames()).toEqual(["K1", "K1"]);
  expect((await web.patch(path, { name: "K3", row: "R4" }, "*")).status).toBe(200);
  expect(rackNames()).toEqual(["K3", "K3"]);
  expect(web.control.rigs.byId(a.id)?.location).toEqual({ building: "B1", row: "R4", rack: "K3", position: "2-1" });
  const audit = web.control.audit.latest({ subject: a.id }, 1);
  expect(audit.ok && audit.value[0]?.changes.length).toBe(3);
});
