import { describe, expect, test } from "bun:test";
import { batchModel } from "../../src/web/batch-models.ts";
import { expectFits } from "./fits.ts";
import { startMs, type TestWeb, testWeb } from "./test-web.ts";

async function farm(count: number) {
  const web = testWeb();
  const pool = (await web.post("/pools", { name: "A", url: "stratum+tcp://h:1", username: "u" })).json["id"];
  const house = (await web.post("/profiles", { name: "House", pool_ids: [pool] })).json["id"] as string;
  const fleet = (await web.get("/fleets")).json["data"][0].id as string;
  await web.patch(`/fleets/${fleet}`, { house_profile_id: house }, "*");
  const names = Array.from({ length: count }, (_, at) => `r${String(at).padStart(4, "0")}`);
  const rigs = web.control.rigs.enrol(names.map((name) => ({ fleetNo: 1, name, nominalHps: 1e14 })));
  await web.settle();
  web.hub.configChanges = 0;
  return { web, rigs, ids: rigs.map(({ id }) => id), house, fleet };
}

const batch = (web: TestWeb, body: unknown, key?: string) => web.post("/rigs/batch", body, key === undefined ? {} : { key });
const entriesOf = (web: TestWeb, id: string) => {
  const found = web.control.audit.list({ subject: id }, 100);
  return found.ok ? found.value : [];
};
const unknownId = "rig_01kake8m3k5w9v2t7d4q6r1xyz";

describe("POST /rigs/batch", () => {
  test("gives each rig its own result, its own transaction and its own entry in the audit log", async () => {
    const { web, rigs, ids, house } = await farm(4);
    await web.post(`/rigs/${ids[1]}/pin`, { profile_id: house });
    web.control.rigs.update(ids[2] ?? "", { draining: true }, null);
    const before = web.control.rigs.byNo(rigs[1]?.no ?? 0);
    const { status, headers, json } = await batch(web, { op: "drain", ids: [...ids, unknownId] });
    expectFits(batchModel, json);
    expect([status, headers.get("location")]).toEqual([200, `/api/v1/batches/${json["id"]}`]);
    expect(json).toMatchObject({ op: "drain", state: "done", total: 5, done: 5, counts: { changed: 2, unchanged: 1, refused: 2 } });
    expect(json["results"].map(({ outcome, problem }: { outcome: string; problem: { type: string } | null }) => [outcome, problem?.type ?? null])).toEqual([
      ["changed", null],
      ["refused", "/problems/conflict"],
      ["unchanged", null],
      ["changed", null],
      ["refused", "/problems/not-found"],
    ]);
    expect(web.control.rigs.byNo(rigs[1]?.no ?? 0)).toEqual(before);
    expect(ids.map((id) => entriesOf(web, id).filter(({ action }) => action === "POST /api/v1/rigs/batch").length)).toEqual([1, 0, 0, 1]);
    expect(entriesOf(web, ids[0] ?? "").at(-1)).toMatchObject({ subjectId: ids[0], changes: [{ kind: "rig", after: { draining: true } }] });
    expect((await web.get(`/batches/${json["id"]}`)).json).toEqual(json);
    expect((await web.get("/batches")).json["data"]).toMatchObject([{ id: json["id"], results: [] }]);
    expect(web.hub.configChanges).toBeGreaterThan(0);
  });

  test("a dry run tells the same results and what it costs, and leaves nothing: no row, no event, no entry, no order", async () => {
    const { web, ids, house } = await farm(3);
    await web.post(`/rigs/${ids[1]}/pin`, { profile_id: house });
    const loss = { contractNo: 1, rigs: 1, lostHps: 1e14, missingHps: 5e13, missingPlaces: 0 };
    web.contracts.cost = { rigs: 3, idleRigs: 1, servingRigs: 1, lostHps: 1e14, spareHps: 5e13, contracts: [loss] };
    const edits = web.control.rigs.edits();
    web.hub.moves.length = 0;
    const before = [web.control.rigs.all(), web.control.events.latest(100), web.control.audit.latest({}, 100)];
    const { status, json } = await batch(web, { op: "park", ids, dry_run: true });
    expectFits(batchModel, json);
    expect([status, json["dry_run"], json["id"]]).toEqual([200, true, null]);
    expect(json["counts"]).toEqual({ changed: 2, unchanged: 0, refused: 1 });
    expect(json["cost"]).toMatchObject({ offline_rigs: 1, lost_hps: 1e14, contracts: [{ rigs: 1, missing_hps: 5e13 }] });
    expect(json["cost"].text).toBe(
      "1 contract loses 100.0 TH/s: a contract 100.0 TH/s of 1 rig. With all spares that fit, there will be missing: a contract 50.00 TH/s. 1 of 3 rigs is offline anyway.",
    );
    expect([web.control.rigs.all(), web.control.events.latest(100), web.control.audit.latest({}, 100)]).toEqual(before);
    expect([edits(), web.hub.moves, web.control.batches.latest(9)]).toEqual([[], [], []]);
  });

  test("what an order would do is not kept under its key, however many rigs it names: a repeat finds it out again", async () => {
    const { web, ids } = await farm(7);
    const ask = () => batch(web, { op: "park", ids, dry_run: true }, "tried");
    expect((await ask()).json["counts"]["changed"]).toBeGreaterThan(0);
    for (const id of ids) web.control.rigs.update(id, { parked: true }, null);
    const again = await ask();
    expect([again.json["counts"]["changed"], again.headers.get("idempotency-replayed")]).toEqual([0, null]);
  });

  test("but the key is that order's: another one under it is refused, and nothing is done", async () => {
    const { web, ids } = await farm(7);
    expect((await batch(web, { op: "park", ids, dry_run: true }, "tried")).status).toBe(200);
    expect((await batch(web, { op: "park", ids }, "tried")).status).toBe(422);
    expect((await batch(web, { op: "drain", ids, dry_run: true }, "tried")).status).toBe(422);
    expect(web.control.rigs.all().some(({ parked }) => parked)).toBe(false);
  });

  test("a repeat under its key does it once and gives the first answer; parked rigs are told to the hub", async () => {
    const { web, ids } = await farm(7);
    const first = await batch(web, { op: "park", ids }, "once");
    web.control.rigs.update(ids[0] ?? "", { parked: false }, null);
    const again = await batch(web, { op: "park", ids }, "once");
    expect([again.headers.get("idempotency-replayed"), again.json]).toEqual(["true", first.json]);
    expect(web.control.rigs.byId(ids[0] ?? "")?.parked).toBe(false);
    // All at once: at a pool that leaves few bytes, rigs that come one by one take a prefix each.
    expect(web.hub.moves.map(({ length }) => length)).toEqual([7]);
    expect((await batch(web, { op: "drain", ids }, "once")).status).toBe(422);
  });

  test("a filter stands for the rigs that match; fields that are the same for all are set", async () => {
    const { web, ids } = await farm(3);
    const site = (await web.post("/sites", { name: "Linz", timezone: "Europe/Vienna" })).json["id"];
    web.control.rigs.update(ids[0] ?? "", { location: { building: "A", row: "9", rack: null, position: "4" } }, null);
    const set = { site_id: site, location: { row: "3", rack: "12" }, lifecycle: "maintenance", nominal_hps: 1.2e14, lend: "all", model: "S19 XP" };
    const { json } = await batch(web, { op: "change", filter: { q: "r000", status: "vetting" }, set });
    expect([json["counts"]["changed"], json["set"]]).toEqual([3, set]);
    expect(web.control.rigs.byId(ids[0] ?? "")).toMatchObject({
      siteId: site,
      lifecycle: "maintenance",
      nominalHps: 1.2e14,
      location: { building: "A", row: "3", rack: "12", position: "4" },
    });
    const codes = await batch(web, { op: "give-asset-code", ids });
    expect(codes.json["counts"]["changed"]).toBe(3);
    expect(new Set(web.control.rigs.all().map(({ assetCode }) => assetCode)).size).toBe(3);
  });

  test("rigs are quarantined with a reason, released, and passed out of vetting", async () => {
    const { web, ids } = await farm(2);
    expect((await batch(web, { op: "quarantine", ids, reason: " wet" })).json["errors"]).toMatchObject([{ pointer: "/reason" }]);
    await batch(web, { op: "quarantine", ids, reason: "wet" });
    expect(web.control.rigs.byId(ids[0] ?? "")).toMatchObject({ status: "quarantined", statusReason: { text: "quarantined by token t-admin: wet" } });
    await batch(web, { op: "release", ids });
    expect((await batch(web, { op: "pass", ids })).json["counts"]).toEqual({ changed: 2, unchanged: 0, refused: 0 });
    expect(web.control.rigs.countByStatus()).toMatchObject({ online: 2, vetting: 0 });
  });

  test("rigs without a nominal are passed with one; those that have one keep it", async () => {
    const { web, ids } = await farm(2);
    web.control.rigs.update(ids[0] ?? "", { nominalHps: 1e14 }, null);
    web.control.rigs.update(ids[1] ?? "", { nominalHps: null }, null);
    const nominals = () => ids.map((id) => web.control.rigs.byId(id)?.nominalHps);
    expect((await batch(web, { op: "pass", ids, dry_run: true })).json["counts"]).toEqual({ changed: 1, unchanged: 0, refused: 1 });
    expect((await batch(web, { op: "pass", ids, set: { nominal_hps: 2e14 }, dry_run: true })).json["counts"]["changed"]).toBe(2);
    expect(nominals()).toEqual([1e14, null]);
    expect((await batch(web, { op: "pass", ids, set: { nominal_hps: 2e14 } })).json["counts"]["changed"]).toBe(2);
    expect(nominals()).toEqual([1e14, 2e14]);
    expect(web.control.rigs.countByStatus()).toMatchObject({ online: 2, vetting: 0 });
    expect((await batch(web, { op: "pass", ids, set: { notes: "x" } })).status).toBe(422);
  });

  test.each([
    [{ op: "explode", ids: [unknownId] }, "/op"],
    [{ op: "drain" }, "/ids"],
    [{ op: "drain", ids: [] }, "/ids"],
    [{ op: "drain", ids: [unknownId], filter: { q: "x" } }, "/ids"],
    [{ op: "drain", ids: [unknownId, unknownId] }, "/ids"],
    [{ op: "drain", filter: {} }, "/filter"],
    [{ op: "drain", filter: { status: "sleepy" } }, "#query/status"],
    [{ op: "drain", ids: [unknownId], set: { lend: "all" } }, "/set"],
    [{ op: "change", ids: [unknownId] }, "/set"],
    [{ op: "change", ids: [unknownId], set: {} }, "/set"],
    [{ op: "change", ids: [unknownId], set: { serial: "1" } }, "/set/serial"],
    [{ op: "drain", ids: [unknownId], surprise: 1 }, "/surprise"],
  ])("%j is refused at %s", async (body, pointer) => {
    const { web } = await farm(1);
    const { status, json } = await batch(web, body);
    expect([status, json["errors"]?.[0]?.pointer]).toEqual([422, pointer]);
  });

  test("needs fleet:write, and a key", async () => {
    const { web, ids } = await farm(1);
    const reader = web.token("fleet:read");
    const refused = await web.post("/rigs/batch", { op: "drain", ids }, { token: reader });
    expect([refused.status, refused.json["detail"]]).toEqual([403, "this needs the scope fleet:write"]);
    expect((await web.post("/rigs/batch", { op: "drain", ids }, { key: "" })).status).toBe(400);
  });
});

describe("three thousand rigs", () => {
  test("are changed a few at a time, and the planner is told of them in portions", async () => {
    const { web, ids } = await farm(3_000);
    let inTurn = 0;
    let most = 0;
    const note = web.control.batches.note.bind(web.control.batches);
    web.control.batches.note = (...asked) => {
      if (asked[1].rig !== undefined) inTurn += 1;
      most = Math.max(most, inTurn);
      note(...asked);
    };
    let isOver = false;
    const turn = () => {
      inTurn = 0;
      if (!isOver) setImmediate(turn);
    };
    turn();
    const { id } = (await batch(web, { op: "drain", ids })).json;
    // A busy machine answers before it is through, and goes on.
    while (web.control.batches.byId(id)?.state !== "done") await new Promise((resolve) => setImmediate(resolve));
    isOver = true;
    const { json } = await web.get(`/batches/${id}`);
    expect(json["counts"]).toEqual({ changed: 3_000, unchanged: 0, refused: 0 });
    expect(most).toBeLessThanOrEqual(10);
    expect(web.contracts.changes).toBeGreaterThan(25);
  }, 60_000);
});

test("on a slow disk each rig of an order gets a turn of its own", async () => {
  const { web, ids } = await farm(12);
  let inTurn = 0;
  let most = 0;
  const note = web.control.batches.note.bind(web.control.batches);
  web.control.batches.note = (...asked) => {
    if (asked[1].rig !== undefined) most = Math.max(most, ++inTurn);
    note(...asked);
    // Longer than a turn of a page may be.
    for (const startedMs = performance.now(); performance.now() - startedMs < 1; );
  };
  let isOver = false;
  const turn = () => {
    inTurn = 0;
    if (!isOver) setImmediate(turn);
  };
  turn();
  const { json } = await batch(web, { op: "drain", ids });
  isOver = true;
  expect([json["counts"].changed, most]).toEqual([12, 1]);
});

test("an order that a restart interrupted is gone on with where it stopped", async () => {
  const { web, ids } = await farm(12);
  const by = { by: "user:x", byName: "x" };
  const kept = web.control.batches.add({ ...by, what: JSON.stringify({ op: "drain", cost: null }), rigIds: ids });
  web.control.batches.note(kept.no, { state: "applying", done: 7, rig: { at: 6, outcome: "refused", detail: JSON.stringify({ name: "r", refusal: null }) } });
  const { status, json } = await web.post(`/batches/${kept.id}/apply`);
  expect([status, json["state"], json["done"]]).toEqual([200, "done", 6]);
  expect(web.control.rigs.all().filter(({ draining }) => draining)).toHaveLength(5);
});

test("the list counts results without reading them", async () => {
  const { web, ids } = await farm(3);
  web.control.rigs.update(ids[1] ?? "", { draining: true }, null);
  await batch(web, { op: "drain", ids: [...ids, unknownId] });
  const kept = web.control.batches.add({ by: "user:x", byName: "x", what: JSON.stringify({ op: "drain", cost: null }), rigIds: ids });
  web.control.batches.note(kept.no, { state: "applying", done: 0 });
  web.control.batches.rigs = () => {
    throw new Error("results were read");
  };
  const { status, json } = await web.get("/batches");
  expect(status).toBe(200);
  for (const listed of json["data"]) expectFits(batchModel, listed);
  expect(json["data"]).toMatchObject([
    { id: kept.id, total: 3, done: 0, counts: { changed: 0, unchanged: 0, refused: 0 }, results: [] },
    { total: 4, done: 4, counts: { changed: 2, unchanged: 1, refused: 1 }, results: [] },
  ]);
});

test("an order that is gone on with at an odd place tells the planner in portions too", async () => {
  const { web, ids } = await farm(312);
  const kept = web.control.batches.add({ by: "user:x", byName: "x", what: JSON.stringify({ op: "drain", cost: null }), rigIds: ids });
  web.control.batches.note(kept.no, { state: "applying", done: 7 });
  const before = web.contracts.changes;
  await web.post(`/batches/${kept.id}/apply`);
  while (web.control.batches.byId(kept.id)?.state !== "done") await new Promise((resolve) => setImmediate(resolve));
  expect(web.contracts.changes - before).toBeGreaterThanOrEqual(4);
});

describe("an order that waits for a word", () => {
  const waiting = (web: TestWeb, order: object, rigIds: string[]) =>
    web.control.batches.add({ by: "user:x", byName: "x", what: JSON.stringify({ ...order, cost: null }), rigIds });

  test("is carried out with what it costs by then", async () => {
    const { web, ids } = await farm(2);
    const { id } = waiting(web, { op: "park" }, ids);
    web.contracts.cost = { rigs: 2, idleRigs: 1, servingRigs: 1, lostHps: 1e14, spareHps: 0, contracts: [] };
    const { status, json } = await web.post(`/batches/${id}/apply`);
    expectFits(batchModel, json);
    expect([status, json["counts"]["changed"], json["cost"]?.lost_hps]).toEqual([200, 2, 1e14]);
    web.contracts.cost = null;
    expect((await web.post(`/batches/${id}/apply`)).json["cost"].lost_hps).toBe(1e14);
  });

  test("is refused while it does not say what is to be set, and goes on waiting", async () => {
    const { web, ids } = await farm(2);
    const { id } = waiting(web, { op: "change" }, ids);
    const { status, json } = await web.post(`/batches/${id}/apply`);
    expect([status, json["detail"]]).toEqual([409, "this change does not say yet what is to be set: set it on the order's page"]);
    expect(web.control.batches.byId(id)).toMatchObject({ state: "ready", done: 0 });
  });
});

test("orders are kept for seven days", async () => {
  const { web, ids } = await farm(1);
  const old = (await batch(web, { op: "drain", ids })).json["id"];
  web.clock.nowMs = startMs + 8 * 86_400_000;
  await batch(web, { op: "undrain", ids });
  expect((await web.get(`/batches/${old}`)).status).toBe(404);
});
