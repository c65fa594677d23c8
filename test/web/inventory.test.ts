import { describe, expect, test } from "bun:test";
import { fleetModel, maintenanceModel, rigModel, siteModel } from "../../src/web/models.ts";
import { expectFits } from "./fits.ts";
import { type JsonObject, startMs, type TestWeb, testWeb } from "./test-web.ts";

const at = (ms: number) => new Date(ms).toISOString();
const eventsOf = (web: TestWeb, id: string) =>
  web.control.events
    .ofSubject(id, 50)
    .map(({ type }) => type)
    .reverse();

async function farm(web: TestWeb) {
  const pool = (await web.post("/pools", { name: "A", url: "stratum+tcp://h:1", username: "u" })).json["id"];
  const house = (await web.post("/profiles", { name: "House", pool_ids: [pool] })).json["id"];
  const fleet = (await web.get("/fleets")).json["data"][0].id as string;
  await web.patch(`/fleets/${fleet}`, { house_profile_id: house }, "*");
  const [rig, other] = web.control.rigs.enrol(["a", "b"].map((name) => ({ fleetNo: 1, name, nominalHps: 1e14 })));
  if (rig === undefined || other === undefined) throw new Error("not enrolled");
  await web.settle();
  web.hub.configChanges = 0;
  return { house, fleet, rig, other, path: `/rigs/${rig.id}` };
}

describe("sites", () => {
  test("are added, changed in place, listed, and removed when nobody is there", async () => {
    const web = testWeb();
    const { fleet } = await farm(web);
    const made = await web.post("/sites", { name: "Linz", timezone: "Europe/Vienna" });
    expect([made.status, made.headers.get("etag"), made.headers.get("location")]).toEqual([201, '"v1"', `/api/v1/sites/${made.json["id"]}`]);
    expectFits(siteModel, made.json);
    const path = `/sites/${made.json["id"]}`;
    expect((await web.get(path)).json).toEqual(made.json);
    expect((await web.get("/sites")).json["data"]).toEqual([made.json]);
    expect((await web.patch(path, { name: "Linz 2" }, '"v1"')).json).toMatchObject({ name: "Linz 2", timezone: "Europe/Vienna", version: 2 });
    expect((await web.patch(path, { name: "x" }, '"v1"')).status).toBe(412);
    expect((await web.patch(path, { timezone: "Nowhere" }, '"v2"')).json["errors"][0]["pointer"]).toBe("/timezone");
    expect((await web.patch(`/fleets/${fleet}`, { site_id: made.json["id"] }, "*")).json["site_id"]).toBe(made.json["id"]);
    const refusal = await web.remove(path, "*");
    expect([refusal.status, refusal.json["type"], refusal.json["errors"][0]["detail"]]).toEqual([409, "/problems/in-use", `is used by fleet main (${fleet})`]);
    await web.patch(`/fleets/${fleet}`, { site_id: null }, "*");
    expect((await web.remove(path, "*")).status).toBe(204);
    expect(eventsOf(web, made.json["id"])).toEqual(["site.added", "site.changed", "site.removed"]);
    const unknown = await web.patch(`/fleets/${fleet}`, { site_id: made.json["id"] }, "*");
    expect([unknown.status, unknown.json["errors"][0]]).toEqual([422, { pointer: "/site_id", detail: "must name a site that exists" }]);
  });
});

test("a fleet is held until a time with a reason, which everybody sees, and released again", async () => {
  const web = testWeb();
  const { fleet } = await farm(web);
  const path = `/fleets/${fleet}`;
  const until = at(startMs + 3_600_000);
  const held = await web.post(`${path}/hold`, { until, reason: "new switch" });
  expectFits(fleetModel, held.json);
  expect([held.status, held.json["held"]]).toEqual([200, { until, reason: "new switch" }]);
  expect((await web.post(`${path}/hold`, { until, reason: "new switch" })).json["version"]).toBe(held.json["version"]);
  web.clock.nowMs += 3_600_000;
  expect((await web.get(path)).json["held"]).toBeNull();
  const late = await web.post(`${path}/hold`, { until, reason: "x" });
  expect([late.status, late.json["errors"][0]]).toEqual([422, { pointer: "/until", detail: "must lie in the future" }]);
  expect((await web.post(`${path}/hold`, { until, reason: "" })).json["errors"][0]["pointer"]).toBe("/reason");
  expect((await web.post(`${path}/release`)).json["held"]).toBeNull();
  await web.post(`${path}/release`);
  expect(eventsOf(web, fleet).slice(-2)).toEqual(["fleet.held", "fleet.released"]);
  expect(web.hub.configChanges).toBeGreaterThan(0);
});

describe("a rig", () => {
  test("is drained and undrained; saying it twice is once", async () => {
    const web = testWeb();
    const { rig, path } = await farm(web);
    for (let time = 0; time < 2; time++) {
      const drained = await web.post(`${path}/drain`);
      expectFits(rigModel, drained.json);
      expect(drained.json).toMatchObject({ draining: true, version: 2 });
    }
    expect((await web.get("/rigs?draining=true")).json["data"]).toHaveLength(1);
    expect((await web.post(`${path}/undrain`)).json).toMatchObject({ draining: false, version: 3 });
    await web.settle();
    expect(eventsOf(web, rig.id)).toEqual(["rig.enrolled", "rig.drained", "rig.undrained"]);
    expect(web.hub.configChanges).toBeGreaterThan(0);
    expect(web.hub.moves).toEqual([]);
  });

  test("is parked: on record first, then at the house at once, whomever it served; unparked it stays there", async () => {
    const web = testWeb();
    const { rig, path } = await farm(web);
    web.control.allocations.assign([{ rigNo: rig.no, contractNo: 3, reason: { code: "x", text: "x" }, decidedBy: "planner" }]);
    web.clock.nowMs += 1_000;
    let recorded: unknown;
    web.hub.applyMoves = (moves) => {
      recorded = web.control.allocations.openOf(rig.no);
      web.hub.moves.push(moves);
    };
    expect((await web.post(`${path}/park`)).json).toMatchObject({ parked: true });
    expect(recorded).toMatchObject({ contractNo: null, reason: { code: "parked", text: "parked by token t-admin" } });
    expect(web.hub.moves).toEqual([[{ rigNo: rig.no, to: { contractNo: 0, profileNo: 1 } }]]);
    await web.post(`${path}/park`);
    expect(web.hub.moves).toHaveLength(1);
    expect((await web.post(`${path}/unpark`)).json).toMatchObject({ parked: false });
    expect(web.control.allocations.openOf(rig.no)).toMatchObject({ contractNo: null });
    expect(eventsOf(web, rig.id)).toEqual(["rig.enrolled", "rig.parked", "rig.unparked"]);
  });

  test("is quarantined, released and passed out of vetting by a person's word, which is on record", async () => {
    const web = testWeb();
    const { rig, path } = await farm(web);
    const torn = await web.post(`${path}/quarantine`, { reason: "smells\u0000of smoke" });
    expect([torn.status, torn.json["errors"]]).toEqual([422, [{ pointer: "/reason", detail: "must not contain control characters" }]]);
    const out = await web.post(`${path}/quarantine`, { reason: "smells of smoke" });
    expectFits(rigModel, out.json);
    expect(out.json).toMatchObject({ status: "quarantined", status_reason: { text: "quarantined by token t-admin: smells of smoke" } });
    expect((await web.post(`${path}/pass`)).json["detail"]).toBe("the rig is quarantined, not in vetting");
    expect((await web.post(`${path}/release`)).json).toMatchObject({ status: "vetting" });
    expect((await web.post(`${path}/pass`)).json).toMatchObject({ status: "online", status_reason: { code: "passed" } });
    expect((await web.post(`${path}/pass`)).status).toBe(200);
    const changes = ["rig.status-changed", "rig.quarantined", "rig.status-changed", "rig.released", "rig.status-changed", "rig.passed"];
    expect(eventsOf(web, rig.id)).toEqual(["rig.enrolled", ...changes]);
  });

  test("that is pinned is neither drained nor parked, and the other way round", async () => {
    const web = testWeb();
    const { house, path } = await farm(web);
    await web.post(`${path}/pin`, { profile_id: house });
    for (const verb of ["drain", "park"]) {
      const refused = await web.post(`${path}/${verb}`);
      expect([refused.status, refused.json["detail"]]).toEqual([409, "the rig is pinned: unpin it first"]);
    }
    await web.post(`${path}/unpin`);
    for (const [verb, back] of [
      ["drain", "undrain"],
      ["park", "unpark"],
    ]) {
      await web.post(`${path}/${verb}`);
      expect((await web.post(`${path}/pin`, { profile_id: house })).json["detail"]).toContain(`${back} it first`);
      await web.post(`${path}/${back}`);
    }
    expect((await web.post(`${path}/pin`, { profile_id: house })).status).toBe(200);
  });

  test("claims the name of its worker, keeps its old name when renamed, and gives a name away", async () => {
    const web = testWeb();
    const { rig, path } = await farm(web);
    for (let time = 0; time < 2; time++) expect((await web.post(`${path}/claim-worker`, { name: "a-2" })).json["worker_names"]).toEqual(["a-2"]);
    const taken = await web.post(`${path}/claim-worker`, { name: "b" });
    expect([taken.status, taken.json["errors"][0]["pointer"]]).toEqual([409, "/name"]);
    expect((await web.post(`${path}/claim-worker`, { name: "a.b" })).status).toBe(422);
    expect((await web.patch(path, { name: "S21-031" }, "*")).json["worker_names"]).toEqual(["a", "a-2"]);
    expect((await web.post(`${path}/release-worker`, { name: "a-2" })).json["worker_names"]).toEqual(["a"]);
    expect(eventsOf(web, rig.id)).toEqual(["rig.enrolled", "rig.claimed-worker", "rig.changed", "rig.released-worker"]);
  });

  test("is merged into another; its id says what became of it", async () => {
    const web = testWeb();
    const { rig, other, path } = await farm(web);
    for (let time = 0; time < 2; time++) {
      const merged = await web.post(`${path}/merge`, { into: other.id });
      expect([merged.status, merged.json["id"], merged.json["worker_names"]]).toEqual([200, other.id, ["a"]]);
    }
    const gone = await web.get(path);
    expect([gone.status, gone.json["detail"]]).toEqual([404, `this rig was merged into rig b (${other.id})`]);
    expect((await web.post(`${path}/drain`)).status).toBe(404);
    expect((await web.post(`${path}/merge`, { into: rig.id })).status).toBe(404);
    expect((await web.post(`/rigs/${other.id}/merge`, { into: other.id })).json["errors"][0]["pointer"]).toBe("/into");
    expect(eventsOf(web, rig.id)).toEqual(["rig.enrolled", "rig.merged"]);
    expect(eventsOf(web, other.id)).toEqual(["rig.enrolled", "rig.took-over"]);
    expect(web.control.events.latest(2).map(({ text }) => text)).toEqual(Array(2).fill("token t-admin merged rig a into rig b"));
  });

  test("has the allocations, the shares and the place in its fleet's figures of the rig that was merged into it", async () => {
    const web = testWeb();
    const { rig, other, fleet, house } = await farm(web);
    await web.post(`/rigs/${rig.id}/pin`, { profile_id: house });
    web.clock.nowMs += 1_000;
    await web.post(`/rigs/${rig.id}/unpin`);
    web.clock.nowMs += 1_000;
    const rowsOf = async (id: string): Promise<string[]> => (await web.get(`/allocations?rig_id=${id}`)).json["data"].map((row: JsonObject) => row["rig_id"]);
    const [before, own] = [await rowsOf(rig.id), await rowsOf(other.id)];
    expect(before.length).toBeGreaterThan(1);
    await web.post(`/rigs/${rig.id}/merge`, { into: other.id });
    expect(await rowsOf(other.id)).toEqual([...before, ...own].map(() => other.id));
    await web.get(`/shares?rig_id=${other.id}`);
    await web.get(`/fleets/${fleet}/shares-summary`);
    expect(web.ledger.asked).toContainEqual(["shares", expect.objectContaining({ rigNos: [other.no, rig.no] })]);
    expect(web.ledger.asked).toContainEqual(["summary", { kind: "fleet", rigNos: [other.no, rig.no] }, expect.anything(), expect.anything()]);
  });
});

test("maintenance is planned for a fleet, a site, a rack or rigs, changed, listed by time, and cancelled", async () => {
  const web = testWeb();
  const { fleet, rig, other } = await farm(web);
  const site = (await web.post("/sites", { name: "Linz" })).json["id"];
  await web.patch(`/rigs/${rig.id}`, { site_id: site, location: { building: "A", row: "3", rack: "12" } }, "*");
  const window = { from: at(startMs + 3_600_000), to: at(startMs + 7_200_000), reason: "new switch" };
  const subjects: [object, number][] = [
    [{ fleet_id: fleet }, 2],
    [{ site_id: site }, 1],
    [{ rack: { site_id: site, building: "A", row: "3", rack: "12" } }, 1],
    [{ rig_ids: [rig.id, other.id] }, 2],
  ];
  for (const [subject, rigs] of subjects) {
    const made = await web.post("/maintenance", { ...window, subject });
    expectFits(maintenanceModel, made.json);
    expect([made.status, made.json]).toMatchObject([201, { ...window, subject, rigs, excused: true }]);
    expect((await web.get(`/maintenance/${made.json["id"]}`)).json).toEqual(made.json);
  }
  const listed = async (query: string) => (await web.get(`/maintenance?${query}`)).json["data"].length;
  expect([await listed(""), await listed(`from=${window.to}`), await listed(`from=${window.from}&to=${at(startMs + 3_600_001)}`)]).toEqual([4, 0, 4]);
  const first = (await web.get("/maintenance")).json["data"][0];
  const path = `/maintenance/${first.id}`;
  expect((await web.patch(path, { excused: false, to: at(startMs + 5_000_000) }, '"v1"')).json).toMatchObject({
    excused: false,
    version: 2,
    reason: "new switch",
  });
  expect((await web.patch(path, { to: at(startMs) }, '"v2"')).json["errors"][0]).toMatchObject({ pointer: "/to" });
  for (const subject of [{}, { fleet_id: fleet, site_id: site }]) {
    const both = await web.post("/maintenance", { ...window, subject });
    expect([both.status, both.json["errors"][0]["pointer"]]).toEqual([422, "/subject"]);
  }
  const unknown = { rig_ids: [rig.id, `rig_${"0".repeat(26)}`] };
  expect((await web.post("/maintenance", { ...window, subject: unknown })).json["errors"][0]["pointer"]).toBe("/subject/rig_ids/1");
  expect((await web.remove(path, '"v2"')).status).toBe(204);
  expect((await web.get(path)).status).toBe(404);
  expect(eventsOf(web, first.id)).toEqual(["maintenance.planned", "maintenance.changed", "maintenance.cancelled"]);
});
