import { expect, test } from "bun:test";
import { fleetModel, listenerModel, poolModel, poolTestModel, profileModel } from "../../src/web/models.ts";
import { expectFits } from "./fits.ts";
import { type Answer, goodTest, testWeb } from "./test-web.ts";

const entry = { name: "A", url: "stratum+tcp://pool.example:3333", username: "farm.{rig}", password: "s3cret" };
const nobody = (prefix: string) => `${prefix}_${"0".repeat(26)}`;

test("a new pool is tried before the answer, and its password is never shown again", async () => {
  const web = testWeb();
  const made = await web.post("/pools", entry);
  expect(made.status).toBe(201);
  expectFits(poolModel, made.json);
  expect(made.json).toMatchObject({
    name: "A",
    url: entry.url,
    username: "farm.{rig}",
    algorithm: "sha256d",
    mode: "shared",
    state: "unused",
    extranonce2_size: 8,
    warnings: [],
  });
  expect(made.headers.get("location")).toBe(`/api/v1/pools/${made.json["id"]}`);
  expect(web.hub.configChanges).toBe(1);
  const list = await web.get("/pools");
  for (const text of [made.text, list.text, (await web.get("/events")).text]) expect(text).not.toContain("s3cret");
  expect(web.control.pools.all()[0]?.password.reveal()).toBe("s3cret");
  expect(list.json["data"][0]).toEqual(made.json);
});

const trials: Record<string, [Partial<typeof goodTest>, RegExp]> = {
  "three bytes of extranonce2": [{ extranonce2Size: 3 }, /3 bytes, fewer than 4.*set_extranonce.*reconnect/],
  "no connection": [
    { ok: false, extranonce2Size: null, steps: [{ name: "connect", ok: false, ms: 1, text: "ECONNREFUSED" }] },
    /could not be reached: ECONNREFUSED/,
  ],
  "a refused authorize": [{ ok: false, steps: [{ name: "authorize", ok: false, ms: 1, text: "unknown user" }] }, /refused authorize: unknown user/],
};
for (const [name, [found, warning]] of Object.entries(trials)) {
  test(`a pool with ${name} is added with a warning`, async () => {
    const web = testWeb();
    web.hub.test = () => Promise.resolve({ ...goodTest, ...found });
    const made = await web.post("/pools", entry);
    expect(made.status).toBe(201);
    expect(made.json["warnings"].join("\n")).toMatch(warning);
    expect((await web.get(`/pools/${made.json["id"]}`)).json["warnings"]).toEqual(made.json["warnings"]);
  });
}

test("a pool whose trial throws is added with a warning", async () => {
  const web = testWeb();
  web.hub.test = () => Promise.reject(new Error("boom"));
  const made = await web.post("/pools", entry);
  expect([made.status, made.json["warnings"].length]).toEqual([201, 1]);
});

test("what the hub sees of a pool is shown", async () => {
  const web = testWeb();
  const { json } = await web.post("/pools", entry);
  const no = web.control.pools.byId(json["id"])?.no ?? 0;
  const known = { algorithm: "sha256d", reason: "", difficulty: 5, sessions: 2, rigs: 7, lastJobAtMs: null, answerMs: 12.5 } as const;
  web.hub.poolFacts.set(no, { ...known, poolNo: no, state: "live", stateSinceMs: web.clock.nowMs, extranonce2Size: 4, warnings: ["slow"] });
  web.ledger.rejectTable.set(no, { accepted: 997n, rejected: 3n });
  web.hub.answers.set(no, { count: 200, p50Ms: 12, p99Ms: null, sinceMs: web.clock.nowMs });
  web.clock.nowMs += 3_000;
  await web.get(`/pools/${json["id"]}`);
  const answer = await web.get(`/pools/${json["id"]}`);
  expectFits(poolModel, answer.json);
  expect(answer.json).toMatchObject({ state: "live", extranonce2_size: 4, sessions: 2, rigs: 7, answer_ms: 12.5, reject_1h_bp: 30, warnings: ["slow"] });
  expect(answer.json["answers_1h"]).toEqual({ count: 200, p50_ms: 12, p99_ms: null, since: "2026-11-22T08:00:00.000Z" });
  expect(json["answers_1h"]).toBeNull();
});

test("a changed URL is on record with what it was", async () => {
  const web = testWeb();
  const { json } = await web.post("/pools", entry);
  const changed = await web.patch(`/pools/${json["id"]}`, { url: "stratum+ssl://[2001:db8::1]:443", password: "new" }, '"v1"');
  expect([changed.status, changed.json["url"]]).toEqual([200, "stratum+ssl://[2001:db8::1]:443"]);
  expect(web.hub.configChanges).toBe(2);
  const event = (await web.get("/events")).json["data"].at(-1);
  expect(event).toMatchObject({
    type: "pool.changed",
    subject: { kind: "pool", id: json["id"] },
    data: { changed: ["url", "password"], from: { url: entry.url } },
  });
  expect(event["text"]).toContain("token t-admin changed pool A: url, password");
});

const elsewhere: [string, object][] = [
  ["url", { url: "stratum+tcp://other.example:3333" }],
  ["username", { username: "other.{rig}" }],
  ["password", { password: "other" }],
  ["algorithm", { algorithm: "scrypt" }],
];
for (const [field, patch] of elsewhere) {
  test(`a pool in use whose ${field} changes is tried, and shows nothing of its old session`, async () => {
    const web = testWeb();
    const { json } = await web.post("/pools", entry);
    const no = web.control.pools.byId(json["id"])?.no ?? 0;
    const old = { poolNo: no, algorithm: "sha256d", state: "live", stateSinceMs: web.clock.nowMs, reason: "", difficulty: 5, sessions: 1, rigs: 7 } as const;
    web.hub.poolFacts.set(no, { ...old, extranonce2Size: 8, lastJobAtMs: null, answerMs: null, warnings: ["old"] });
    web.hub.test = () => Promise.resolve({ ...goodTest, extranonce2Size: 3, difficulty: 64 });
    const renamed = await web.patch(`/pools/${json["id"]}`, { name: "B" }, "*");
    expect(renamed.json).toMatchObject({ extranonce2_size: 8, warnings: ["old"] });
    const changed = await web.patch(`/pools/${json["id"]}`, patch, "*");
    expectFits(poolModel, changed.json);
    expect(changed.json).toMatchObject({ extranonce2_size: 3, difficulty: 64, warnings: [expect.stringContaining("3 bytes")] });
    expect((await web.patch(`/pools/${json["id"]}`, patch, "*")).json["extranonce2_size"]).toBe(8);
  });
}

test("POST /pools/{id}/test answers step by step", async () => {
  const web = testWeb();
  const { json } = await web.post("/pools", entry);
  const tried = await web.post(`/pools/${json["id"]}/test`);
  expect(tried.status).toBe(200);
  expectFits(poolTestModel, tried.json);
  expect((await web.post(`/pools/${nobody("pol")}/test`)).status).toBe(404);
});

test("profiles hold pools in order, and nobody can take a pool away from one", async () => {
  const web = testWeb();
  const a = (await web.post("/pools", entry)).json["id"];
  const b = (await web.post("/pools", { ...entry, name: "B" })).json["id"];
  const made = await web.post("/profiles", { name: "House", pool_ids: [b, a] });
  expect(made.status).toBe(201);
  expectFits(profileModel, made.json);
  expect(made.json).toMatchObject({ pool_ids: [b, a], return_after_s: 120, algorithm: "sha256d" });
  const refused = await web.remove(`/pools/${a}`, '"v1"');
  expect([refused.status, refused.json["type"]]).toEqual([409, "/problems/in-use"]);
  expect(refused.json["detail"]).toContain("profile House");
  expect(refused.json["errors"]).toEqual([{ pointer: "", detail: `is used by profile House (${made.json["id"]})` }]);
  await web.post("/profiles", { name: "Second", pool_ids: [a] });
  expect((await web.remove(`/pools/${a}`, '"v1"')).json["errors"]).toHaveLength(2);
  const patched = await web.patch(`/profiles/${made.json["id"]}`, { pool_ids: [a], return_after_s: 5 }, '"v1"');
  expect(patched.json).toMatchObject({ pool_ids: [a], return_after_s: 5 });
  expect((await web.remove(`/pools/${b}`, '"v1"')).status).toBe(204);
});

test("a profile warns of what is wrong with its pools, wherever it is shown", async () => {
  const web = testWeb();
  web.hub.test = () => Promise.resolve({ ...goodTest, extranonce2Size: 2 });
  const thin = await web.post("/pools", { ...entry, name: "Thin" });
  web.hub.test = () => Promise.resolve(goodTest);
  const well = await web.post("/pools", { ...entry, name: "Well" });
  const made = await web.post("/profiles", { name: "House", pool_ids: [well.json["id"], thin.json["id"]] });
  expectFits(profileModel, made.json);
  expect(made.json["warnings"]).toEqual([expect.stringMatching(/^pool Thin: extranonce2 has 2 bytes/)]);
  expect((await web.get(`/profiles/${made.json["id"]}`)).json["warnings"]).toEqual(made.json["warnings"]);
  expect((await web.get("/profiles")).json["data"][0]["warnings"]).toEqual(made.json["warnings"]);
  const patched = await web.patch(`/profiles/${made.json["id"]}`, { pool_ids: [well.json["id"]] }, '"v1"');
  expect(patched.json["warnings"]).toEqual([]);
});

test("a profile refuses pools that do not exist, repeat, or mine something else", async () => {
  const web = testWeb();
  const a = (await web.post("/pools", entry)).json["id"];
  const scrypt = (await web.post("/pools", { ...entry, algorithm: "scrypt" })).json["id"];
  const cases: [pools: unknown, pointer: string][] = [
    [[], "/pool_ids"],
    [[a, a], "/pool_ids"],
    [[a, nobody("pol")], "/pool_ids/1"],
    [[a, scrypt], "/pool_ids"],
    [[a, 5], "/pool_ids/1"],
    ["x", "/pool_ids"],
  ];
  for (const [pools, pointer] of cases) {
    const answer = await web.post("/profiles", { name: "p", pool_ids: pools });
    expect([pools, answer.status, answer.json["errors"]?.[0]?.pointer]).toEqual([pools, 422, pointer]);
  }
});

test("the fleet main is there; a fleet takes a house profile of its own algorithm only", async () => {
  const web = testWeb();
  const [main] = (await web.get("/fleets")).json["data"];
  expectFits(fleetModel, main);
  expect(main).toMatchObject({ name: "main", algorithm: "sha256d", tolerance_bp: 1000, shares_per_minute: 12, period: "normal", house_profile_id: null });
  const pool = (await web.post("/pools", entry)).json["id"];
  const house = (await web.post("/profiles", { name: "House", pool_ids: [pool] })).json["id"];
  const changed = await web.patch(`/fleets/${main.id}`, { house_profile_id: house }, '"v1"');
  expect([changed.status, changed.json["house_profile_id"]]).toEqual([200, house]);
  const scrypt = await web.post("/fleets", { name: "ltc", algorithm: "scrypt", method: "miners" });
  expect(scrypt.json).toMatchObject({ algorithm: "scrypt", method: "miners", tolerance_bp: 2000 });
  const refused = await web.patch(`/fleets/${scrypt.json["id"]}`, { house_profile_id: house }, '"v1"');
  expect([refused.status, refused.json["errors"][0]["pointer"]]).toEqual([422, "/house_profile_id"]);
  expect((await web.post("/fleets", { name: "main" })).status).toBe(409);
  expect((await web.patch(`/fleets/${main.id}`, { tolerance_bp: 99 }, "*")).json["errors"][0]).toEqual({
    pointer: "/tolerance_bp",
    detail: "must be a whole number from 100 to 5000",
  });
  expect((await web.remove(`/profiles/${house}`, "*")).json["detail"]).toContain("fleet main");
});

test("listeners are added, changed and removed; the flag's own stays", async () => {
  const web = testWeb();
  web.control.listeners.ensurePrimary("0.0.0.0:3333");
  const fleet = (await web.get("/fleets")).json["data"][0].id;
  const made = await web.post("/listeners", { bind: "[::]:4444", fleet_id: fleet, tls: { cert_file: "/c", key_file: "/k" } });
  expect(made.status).toBe(201);
  expectFits(listenerModel, made.json);
  expect(made.json).toMatchObject({ enrol: true, protocol: "v1", primary: false, extranonce: { e1_bytes: 1, e2_bytes: 3 } });
  const cases: [body: object, pointer: string, status: number][] = [
    [{ bind: "nonsense", fleet_id: fleet }, "/bind", 422],
    [{ bind: "0.0.0.0:70000", fleet_id: fleet }, "/bind", 422],
    [{ bind: "127.0.0.1:33x33", fleet_id: fleet }, "/bind", 422],
    [{ bind: "::1:5", fleet_id: fleet }, "/bind", 422],
    [{ bind: "0.0.0.0:5000", fleet_id: nobody("flt") }, "/fleet_id", 422],
    [{ bind: "0.0.0.0:5000", fleet_id: fleet, proxy_from: ["10.0.0.0/33"] }, "/proxy_from/0", 422],
    [{ bind: "0.0.0.0:5000", fleet_id: fleet, tls: { cert_file: "/c" } }, "/tls/key_file", 422],
    [{ bind: "0.0.0.0:5000", fleet_id: fleet, tls: { cert_file: "/c", key_file: "/k", x: 1 } }, "/tls/x", 422],
    [{ bind: "0.0.0.0:5000", fleet_id: fleet, tls: { cert_file: "/c", key_file: "/k" }, proxy_from: ["10.0.0.0/8"] }, "/proxy_from", 422],
    [{ bind: "0.0.0.0:5000", fleet_id: fleet, enrol: "yes" }, "/enrol", 422],
    [{ bind: "[::]:4444", fleet_id: fleet }, "/bind", 409],
  ];
  for (const [body, pointer, status] of cases) {
    const answer = await web.post("/listeners", body);
    expect([body, answer.status, answer.json["errors"]?.[0]?.pointer]).toEqual([body, status, pointer]);
  }
  const primary = (await web.get("/listeners")).json["data"].find((row: { primary: boolean }) => row.primary);
  expect((await web.remove(`/listeners/${primary.id}`, "*")).status).toBe(409);
  expect((await web.patch(`/listeners/${primary.id}`, { bind: "0.0.0.0:1" }, "*")).status).toBe(422);
  expect((await web.patch(`/listeners/${primary.id}`, { enrol: false }, "*")).json["enrol"]).toBe(false);
  expect((await web.remove(`/listeners/${made.json["id"]}`, '"v1"')).status).toBe(204);
});

test("a listener says where it listens, or why it does not, already when it is added or changed", async () => {
  const web = testWeb();
  const fleet = (await web.get("/fleets")).json["data"][0].id;
  let fault: string | null = "Failed to listen at 0.0.0.0: the port is taken";
  // As the hub does: the ports are opened while it is told.
  web.hub.configChanged = () => {
    web.hub.portList = web.control.listeners.all().map(({ no, bind }) => ({ listenerNo: no, address: fault === null ? bind : null, fault }));
  };
  const made = await web.post("/listeners", { bind: "0.0.0.0:4444", fleet_id: fleet });
  expectFits(listenerModel, made.json);
  expect([made.status, made.json["address"], made.json["error"]]).toEqual([201, null, fault]);
  fault = null;
  const path = `/listeners/${made.json["id"]}`;
  const moved = await web.patch(path, { bind: "0.0.0.0:4445" }, '"v1"');
  expect(moved.json).toMatchObject({ address: "0.0.0.0:4445", error: null });
  const again = await web.get(path, { headers: { "if-none-match": '"v2"' } });
  expect([again.status, again.json]).toEqual([200, moved.json]);
  expect((await web.get("/listeners")).json["data"][0]).toEqual(moved.json);
});

test("a second pool of a name is taken with a warning, unless it is another customer's, or nobody named it", async () => {
  const web = testWeb();
  const customer_id = (await web.post("/customers", { name: "Hashhaus" })).json["id"];
  const warned = ["another pool has the same name"];
  const { name: _, ...unnamed } = entry;
  const made = [entry, entry, { ...entry, customer_id }, unnamed, unnamed];
  const answers: Answer[] = [];
  for (const body of made) answers.push(await web.post("/pools", body));
  expect(answers.map(({ status, json }) => [status, json["warnings"]])).toEqual(
    [201, 201, 201, 201, 201].map((status, at) => [status, at === 1 ? warned : []]),
  );
  const listed = (await web.get("/pools")).json["data"].map(({ warnings }: { warnings: string[] }) => warnings);
  expect(listed).toEqual([warned, warned, [], [], []]);
  const moved = await web.patch(`/pools/${answers[0]?.json["id"]}`, { url: "stratum+tcp://other.example:3333" }, "*");
  expect(moved.json["warnings"]).toEqual(warned);
});
