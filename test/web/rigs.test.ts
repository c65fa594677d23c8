import { expect, test } from "bun:test";
import type { ShareRow } from "../../src/ledger/answers.ts";
import { allocationModel, hashrateModel, rigModel, shareModel, sharesSummaryModel, summaryModel, whoamiModel } from "../../src/web/models.ts";
import { rigFact } from "../support/rig-fact.ts";
import { expectFits } from "./fits.ts";
import { emptySummary, startMs, type TestWeb, testWeb } from "./test-web.ts";

const at = (ms: number) => new Date(ms).toISOString();

/** Two pools in two profiles, one of them the house of `main`, and one rig that enrolled. */
async function farm(web: TestWeb) {
  const pool = async (name: string, algorithm = "sha256d") =>
    (await web.post("/pools", { name, url: "stratum+tcp://h:1", username: "u", algorithm })).json["id"] as string;
  const profile = async (name: string, poolId: string) => (await web.post("/profiles", { name, pool_ids: [poolId] })).json["id"] as string;
  const [poolA, poolB, poolC] = [await pool("A"), await pool("B"), await pool("C", "scrypt")];
  const [house, other, scrypt] = [await profile("House", poolA), await profile("Other", poolB), await profile("Scrypt", poolC)];
  const fleet = (await web.get("/fleets")).json["data"][0].id as string;
  await web.patch(`/fleets/${fleet}`, { house_profile_id: house }, "*");
  const [rig] = web.control.rigs.enrol([{ fleetNo: 1, name: "s19-1", nominalHps: 1e14 }]);
  if (rig === undefined) throw new Error("no rig");
  web.hub.configChanges = 0;
  return { poolA, poolB, house, other, scrypt, fleet, rig, path: `/rigs/${rig.id}` };
}

test("a rig shows its row, what the hub sees and what it makes", async () => {
  const web = testWeb();
  const { rig, path, poolA, fleet } = await farm(web);
  const idle = await web.get(path);
  expectFits(rigModel, idle.json);
  expect(idle.json).toMatchObject({
    name: "s19-1",
    fleet_id: fleet,
    status: "vetting",
    hashrate: { "60": null, "900": null, "86400": null },
    sessions: [],
    last_share_at: null,
  });
  expect(idle.json["serving"]).toEqual({ contract_id: null, pool_id: null });
  expect(idle.json["allocations"]).toEqual([{ contract_id: null, fraction: 1 }]);
  const session = { sessionNo: 3, address: "10.0.0.9", agent: "cgminer/4", worker: "farm.s19-1", difficulty: 512, sinceMs: startMs, listenerId: "lsn_x" };
  web.hub.rigFacts.set(
    rig.no,
    rigFact(rig.no, { sessions: [session], poolNo: 1, lastShareAtMs: startMs, lastRefusal: { atMs: startMs, code: 23, text: "low difficulty" } }),
  );
  web.ledger.rateTable.set(rig.no, [9e13, null, 1e14]);
  web.clock.nowMs += 11_000;
  const live = await web.get(path);
  expectFits(rigModel, live.json);
  expect(live.json).toMatchObject({
    serving: { contract_id: null, pool_id: poolA },
    hashrate: { "60": 9e13, "900": null, "86400": 1e14 },
    sessions: [{ address: "10.0.0.9", agent: "cgminer/4", difficulty: 512, worker: "farm.s19-1", since: at(startMs) }],
    last_refusal: { at: at(startMs), code: 23, text: "low difficulty" },
    last_share_at: at(startMs),
  });
});

test("the last share of a rig outlives a restart of the hub: the ledger knows it", async () => {
  const web = testWeb();
  const { rig, path, fleet } = await farm(web);
  const asked = () => web.ledger.asked.filter(([name]) => name === "lastShares");
  web.ledger.rows = [share(rig.no, { atMs: startMs - 90_000 }), share(99, { atMs: startMs - 1 })];
  const entered = (await web.post("/rigs", { name: "never-connected", fleet_id: fleet })).json["id"];
  expect((await web.get(`/rigs/${entered}`)).json["last_share_at"]).toBeNull();
  expect(asked()).toEqual([]);
  web.hub.rigFacts.set(rig.no, rigFact(rig.no));
  expect((await web.get(path)).json["last_share_at"]).toBe(at(startMs - 90_000));
  expect((await web.patch(path, { notes: "new" }, '"v1"')).json["last_share_at"]).toBe(at(startMs - 90_000));
  web.hub.rigFacts.set(rig.no, rigFact(rig.no, { lastShareAtMs: startMs - 5_000 }));
  expect((await web.get(path)).json["last_share_at"]).toBe(at(startMs - 5_000));
  expect(asked()).toEqual([
    ["lastShares", rig.no, 1],
    ["lastShares", rig.no, 1],
  ]);
});

test("many lists share the queries of hashrates: one of the last minutes, one of the day", async () => {
  const web = testWeb();
  await farm(web);
  web.ledger.asked.length = 0;
  await Promise.all([1, 2, 3].map(() => web.get("/rigs")));
  await web.get("/rigs");
  expect(web.ledger.asked.filter(([kind]) => kind === "rates")).toHaveLength(2);
});

test("rigs are entered, changed in place, and removed", async () => {
  const web = testWeb();
  const { fleet } = await farm(web);
  const made = await web.post("/rigs", { name: "s19-2", fleet_id: fleet, nominal_hps: 1.4e14, location: { row: "3" }, asset_code: "AM-1" });
  expect([made.status, made.headers.get("etag")]).toEqual([201, '"v1"']);
  expectFits(rigModel, made.json);
  expect(made.json).toMatchObject({ status: "offline", nominal_source: "declared", location: { building: null, row: "3", rack: null, position: null } });
  const path = `/rigs/${made.json["id"]}`;
  const placed = await web.patch(path, { location: { rack: "12" }, nominal_hps: null, notes: "fan\nreplaced" }, '"v1"');
  expect(placed.json).toMatchObject({ location: { row: "3", rack: "12" }, nominal_hps: null, nominal_source: null, notes: "fan\nreplaced" });
  expect((await web.post("/rigs", { name: "s19-2", fleet_id: fleet })).status).toBe(409);
  expect((await web.post("/rigs", { name: "bad name", fleet_id: fleet })).json["errors"][0]["pointer"]).toBe("/name");
  expect((await web.post("/rigs", { name: "x", fleet_id: fleet, location: { floor: "1" } })).json["errors"][0]["pointer"]).toBe("/location/floor");
  expect((await web.patch(path, { nominal_hps: -1 }, "*")).json["errors"][0]).toMatchObject({ pointer: "/nominal_hps" });
  expect((await web.patch(path, { status: "online" }, "*")).json["errors"][0]).toEqual({ pointer: "/status", detail: "is not a known field" });
  expect((await web.remove(path, '"v2"')).status).toBe(204);
  expect((await web.get(path)).status).toBe(404);
  await web.settle();
  expect(web.hub.configChanges).toBeGreaterThan(0);
});

test("the list is narrowed by status, fleet, pin and text", async () => {
  const web = testWeb();
  const { fleet } = await farm(web);
  await web.post("/rigs", { name: "b-2", fleet_id: fleet, serial: "SN77" });
  const names = async (query: string) => (await web.get(`/rigs?${query}`)).json["data"].map(({ name }: { name: string }) => name);
  expect(await names("")).toEqual(["b-2", "s19-1"]);
  expect(await names("status=vetting,online")).toEqual(["s19-1"]);
  expect(await names("status=offline")).toEqual(["b-2"]);
  expect(await names("q=sn7")).toEqual(["b-2"]);
  expect(await names(`fleet_id=${fleet}&limit=1`)).toEqual(["b-2"]);
  expect(await names(`fleet_id=flt_${"0".repeat(26)}`)).toEqual([]);
  expect(await names("pinned=true")).toEqual([]);
});

test("a pin is on record before the rig moves, and answers at once", async () => {
  const web = testWeb();
  const { rig, path, other, poolB } = await farm(web);
  web.clock.nowMs += 1_000;
  const otherNo = web.control.profiles.byId(other)?.no ?? -1;
  let recorded = "";
  web.hub.applyMoves = (moves) => {
    recorded = web.control.allocations.openOf(rig.no)?.reason.code ?? "";
    web.hub.moves.push(moves);
  };
  const pinned = await web.post(`${path}/pin`, { profile_id: other });
  expect([pinned.status, recorded]).toEqual([200, "pinned"]);
  expectFits(rigModel, pinned.json);
  expect(pinned.json["pinned_profile_id"]).toBe(other);
  expect(web.hub.moves).toEqual([[{ rigNo: rig.no, to: { contractNo: 0, profileNo: otherNo } }]]);
  const history = (await web.get(`/allocations?rig_id=${rig.id}&from=${at(startMs - 1)}`)).json["data"];
  for (const allocation of history) expectFits(allocationModel, allocation);
  expect(history.map((row: { reason: { code: string }; to: string | null }) => [row.reason.code, row.to])).toEqual([
    ["enrolled", at(startMs + 1_000)],
    ["pinned", null],
  ]);
  expect(history[1]).toMatchObject({
    profile_id: other,
    contract_id: null,
    reason: { text: "pinned to profile Other by token t-admin" },
    decided_by: expect.stringMatching(/^token:tok_/),
  });
  expect((await web.get("/events")).json["data"].at(-1)).toMatchObject({ type: "rig.pinned", subject: { kind: "rig", id: rig.id } });
  expect((await web.remove(`/pools/${poolB}`, "*")).status).toBe(409);

  web.clock.nowMs += 1_000;
  const unpinned = await web.post(`${path}/unpin`);
  expect([unpinned.status, unpinned.json["pinned_profile_id"]]).toEqual([200, null]);
  expect(web.hub.moves[1]).toEqual([{ rigNo: rig.no, to: { contractNo: 0, profileNo: web.control.fleets.byNo(1)?.houseProfileNo ?? -1 } }]);
  expect((await web.post(`${path}/unpin`)).status).toBe(200);
  expect(web.hub.moves).toHaveLength(2);
  const then = (await web.get(`/allocations?at=${at(startMs + 1_500)}`)).json["data"];
  expect(then.map((row: { reason: { code: string } }) => row.reason.code)).toEqual(["pinned"]);
});

test("a pin that makes no sense is refused and leaves no trace", async () => {
  const web = testWeb();
  const { rig, path, scrypt, other } = await farm(web);
  const before = web.control.events.latest(1)[0]?.no;
  const cases: [path: string, body: object, status: number][] = [
    [path, { profile_id: scrypt }, 409],
    [path, { profile_id: `prf_${"0".repeat(26)}` }, 422],
    [path, { profile_id: "x" }, 422],
    [path, {}, 422],
    [path, { profile_id: other, force: true }, 422],
    [`/rigs/rig_${"0".repeat(26)}`, { profile_id: other }, 404],
  ];
  for (const [rigPath, body, status] of cases) expect([body, (await web.post(`${rigPath}/pin`, body)).status]).toEqual([body, status]);
  expect(web.hub.moves).toEqual([]);
  expect(web.control.allocations.openOf(rig.no)?.reason.code).toBe("enrolled");
  expect(web.control.events.latest(1)[0]?.no).toBe(before);
});

test("a rig is not pinned where a customer's account is, and what it is pinned to becomes no customer's", async () => {
  const web = testWeb();
  const { path, other, poolB, fleet } = await farm(web);
  const customer = (await web.post("/customers", { name: "Anna" })).json["id"];
  const his = (await web.post("/pools", { name: "Anna's", url: "stratum+tcp://h:2", username: "u", customer_id: customer })).json["id"];
  const mixed = (await web.post("/profiles", { name: "Mixed", pool_ids: [poolB, his] })).json["id"];
  const refused = await web.post(`${path}/pin`, { profile_id: mixed });
  expect([refused.status, refused.json["detail"]]).toEqual([409, "this profile contains pool Anna's of customer Anna: its rigs come from his contracts"]);
  // The profile is nobody's, and a contract works through it: the rig's work would be on the house's books.
  const shared = (await web.post("/profiles", { name: "Shared", pool_ids: [poolB] })).json["id"];
  const terms = { fleet_id: fleet, method: "threshold", promised_hps: 1_000, profile_id: shared, allow_short: true };
  const sold = await web.post("/contracts", { external_ref: "1", customer_id: customer, ...terms });
  expect(sold.status).toBe(201);
  const taken = await web.post(`${path}/pin`, { profile_id: shared });
  expect([taken.status, taken.json["detail"]]).toEqual([409, `this profile is that of contract ${sold.json["number"]}: pin the rig to the contract`]);
  const offered = () => web.control.profiles.forHouse("sha256d").map(({ id }) => id);
  expect(offered()).not.toContain(shared);
  await web.post(`/contracts/${sold.json["id"]}/terminate`, { reason: "over" });
  expect(offered()).toContain(shared);
  expect(web.hub.moves).toEqual([]);

  await web.post(`${path}/pin`, { profile_id: other });
  const changes: [path: string, body: object, detail: string][] = [
    [`/pools/${poolB}`, { customer_id: customer }, "cannot be this customer while rig s19-1 works with the pool"],
    [`/profiles/${other}`, { customer_id: customer }, "cannot be this while rig s19-1 works through the profile: it belongs to customer Anna"],
    [`/profiles/${other}`, { pool_ids: [his] }, "cannot be this while rig s19-1 works through the profile: it contains pool Anna's of customer Anna"],
  ];
  for (const [changed, body, detail] of changes) {
    const { status, json } = await web.patch(changed, body, "*");
    expect([status, json["errors"]?.[0]?.detail]).toEqual([422, detail]);
  }
  await web.post(`${path}/unpin`);
  expect((await web.patch(`/pools/${poolB}`, { customer_id: customer }, "*")).status).toBe(200);
});

test("the shares of a window by fate, work as exact text", async () => {
  const web = testWeb();
  const { rig, path, poolA, fleet } = await farm(web);
  const tally = { count: 2, work: 12_345_678_901_234_567_890n };
  web.ledger.summaryAnswer = { ...emptySummary(), poolRejected: { ...tally, byReason: new Map([["stale", tally]]) }, asOfMs: startMs };
  const answer = await web.get(`${path}/shares-summary?from=${at(startMs - 5_000)}&to=${at(startMs)}`);
  expectFits(sharesSummaryModel, answer.json);
  expect(answer.json["pool_rejected"]).toEqual({
    count: 2,
    work_hashes: "12345678901234567890",
    by_reason: { stale: { count: 2, work_hashes: "12345678901234567890" } },
  });
  expect(web.ledger.asked.at(-1)).toEqual(["summary", { kind: "rig", no: rig.no }, startMs - 5_000, startMs]);
  expect((await web.get(`/pools/${poolA}/shares-summary`)).status).toBe(200);
  expect(web.ledger.asked.at(-1)).toEqual(["summary", { kind: "pool", no: 1 }, startMs - 86_400_000, startMs]);
  expect((await web.get(`/fleets/${fleet}/shares-summary`)).status).toBe(200);
  expect(web.ledger.asked.at(-1)).toEqual(["summary", { kind: "fleet", rigNos: [rig.no] }, startMs - 86_400_000, startMs]);
  expect((await web.get(`/rigs/rig_${"0".repeat(26)}/shares-summary`)).status).toBe(404);
});

test("a pool's reason may be any word, also one that objects inherit", async () => {
  const web = testWeb();
  const { path } = await farm(web);
  const tally = { count: 1, work: 5n };
  const reasons = ["__proto__", "constructor", "toString"];
  web.ledger.summaryAnswer = { ...emptySummary(), poolRejected: { ...tally, byReason: new Map(reasons.map((reason) => [reason, tally])) } };
  const answer = await web.get(`${path}/shares-summary`);
  expect(Object.keys(answer.json["pool_rejected"].by_reason)).toEqual(reasons);
  expect(answer.text).toContain('"__proto__":{"count":1,"work_hashes":"5"}');
});

test("hashrate in steps, null where the hub was down", async () => {
  const web = testWeb();
  const { rig, path, fleet, poolA } = await farm(web);
  const none = { effectiveHps: null, deliveredHps: null, lowerHps: null, upperHps: null };
  web.ledger.points = [
    { atMs: startMs, effectiveHps: 1, deliveredHps: 0.5, lowerHps: 0, upperHps: 2 },
    { atMs: startMs + 60_000, ...none },
  ];
  const answer = await web.get(`${path}/hashrate?from=${at(startMs)}&to=${at(startMs + 120_000)}&step_s=60`);
  expectFits(hashrateModel, answer.json);
  expect(answer.json["points"][1]).toEqual({ at: at(startMs + 60_000), effective_hps: null, delivered_hps: null, lower_hps: null, upper_hps: null });
  expect((await web.get(`/fleets/${fleet}/hashrate`)).json["step_s"]).toBe(60);
  const wholeMinuteMs = Math.floor((startMs - 3_600_000) / 60_000) * 60_000;
  expect(web.ledger.asked.at(-1)).toEqual(["hashrate", { kind: "fleet", rigNos: [rig.no] }, { fromMs: wholeMinuteMs, toMs: startMs, stepS: 60 }]);
  expect((await web.get(`/pools/${poolA}/hashrate?from=${at(startMs - 60_001)}&to=${at(startMs)}`)).json["step_s"]).toBe(10);
  expect(web.ledger.asked.at(-1)).toEqual(["hashrate", { kind: "pool", no: 1 }, { fromMs: startMs - 60_001, toMs: startMs, stepS: 10 }]);
  expect((await web.get(`${path}/hashrate?step_s=0`)).status).toBe(422);
  expect((await web.get(`${path}/hashrate?from=${at(startMs - 86_400_000)}&step_s=1`)).json["errors"][0]).toEqual({
    pointer: "#query/step_s",
    detail: "must be at least 29 for this window",
  });
});

const share = (rigNo: number, more: Partial<ShareRow> = {}): ShareRow => ({
  ...{ sequence: 1, atMs: startMs, rigNo, sessionNo: 2, contractNo: 0, poolNo: 1, algorithm: "sha256d", difficulty: 1, work: 4_294_967_296n },
  ...{ poolDifficulty: 8, poolWork: 34_359_738_368n, hubVerdict: "accepted", poolVerdict: "rejected", reason: '=cmd|"x"', answeredMs: 12 },
  ...more,
});

test("raw shares come as NDJSON or CSV, and a spreadsheet takes none of them for a formula", async () => {
  const web = testWeb();
  const { rig, poolA } = await farm(web);
  web.ledger.rows = [share(rig.no), share(rig.no, { sequence: 2, poolVerdict: "not-forwarded", reason: null, answeredMs: -1 }), share(99)];
  const query = `/shares?rig_id=${rig.id}&from=${at(startMs - 1)}&to=${at(startMs + 1)}`;
  const lines = await web.get(query);
  expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
  const rows = lines.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const row of rows) expectFits(shareModel, row);
  expect(rows.map(({ rig_id, pool_id, work_hashes, answered_ms }) => ({ rig_id, pool_id, work_hashes, answered_ms }))).toEqual([
    { rig_id: rig.id, pool_id: poolA, work_hashes: "4294967296", answered_ms: 12 },
    { rig_id: rig.id, pool_id: poolA, work_hashes: "4294967296", answered_ms: null },
  ]);
  for (const csv of [await web.get(query, { headers: { accept: "text/csv" } }), await web.get(`${query}&format=csv`)]) {
    expect(csv.headers.get("content-type")).toContain("text/csv");
    const [head, first, second, end] = csv.text.split("\r\n");
    expect(head?.split(",").slice(0, 3)).toEqual(["sequence", "at", "rig_id"]);
    expect(first).toEndWith(`,accepted,rejected,"'=cmd|""x""",12`);
    expect(second).toEndWith(",accepted,not-forwarded,,");
    expect(end).toBe("");
  }
  expect((await web.get(`/shares?rig_id=rig_${"0".repeat(26)}`)).json["errors"][0]["pointer"]).toBe("#query/rig_id");
});

test("what scripts poll reads no table of rigs", async () => {
  const web = testWeb();
  const { rig, fleet } = await farm(web);
  web.control.rigs.all = () => {
    throw new Error("ten thousand rows were read");
  };
  expect((await web.get("/summary")).json["rigs"]).toMatchObject({ vetting: 1, online: 0 });
  expect((await web.get(`/fleets/${fleet}/hashrate`)).status).toBe(200);
  expect(web.ledger.asked.at(-1)).toMatchObject(["hashrate", { kind: "fleet", rigNos: [rig.no] }, {}]);
});

test("the summary counts every status, and promises nothing yet", async () => {
  const web = testWeb();
  await farm(web);
  web.ledger.deliveredTable.set(0, [1, 1]).set(7, [3, null]);
  const { json } = await web.get("/summary");
  expectFits(summaryModel, json);
  expect(json).toMatchObject({ delivered_hps: 4, promised_hps: 0, rigs: { vetting: 1, online: 0 }, sessions: 0, contracts_at_risk: 0, at: at(startMs) });
  expectFits(whoamiModel, (await web.get("/whoami")).json);
});

test("a rig that serves in part shows the part and what the house keeps", async () => {
  const web = testWeb();
  const { rig, path } = await farm(web);
  web.control.allocations.assign([{ rigNo: rig.no, contractNo: 7, fraction: 0.4, reason: { code: "fills", text: "x" }, decidedBy: "planner" }]);
  const parts = async () => ((await web.get(path)).json as { allocations: { fraction: number }[] }).allocations.map(({ fraction }) => fraction);
  expect(await parts()).toEqual([0.4, 0.6]);
  // 100 s of each 300.
  web.control.allocations.assign([{ rigNo: rig.no, contractNo: 7, fraction: 1 / 3, reason: { code: "part", text: "x" }, decidedBy: "planner" }]);
  expect((await parts()).reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 11);
});

test("the allocations of a contract that does not exist are none, of a rig or of all", async () => {
  const web = testWeb();
  const rig = web.control.rigs.create({ name: "r", fleetNo: 1 }, "test");
  const rigId = rig.ok ? rig.value.id : "";
  expect((await web.get(`/allocations?rig_id=${rigId}`)).json["data"]).toHaveLength(1);
  for (const query of [`contract_id=ctr_${"0".repeat(26)}`, `contract_id=ctr_${"0".repeat(26)}&rig_id=${rigId}`]) {
    const answer = await web.get(`/allocations?${query}`);
    expect([answer.status, answer.json]).toEqual([200, { data: [], page: { next: null } }]);
  }
  expect((await web.get("/allocations?contract_id=")).status).toBe(422);
});

test("a rig's name has no dot, for no worker could log in under it; the refusal says so", async () => {
  const web = testWeb();
  const fleet = (await web.get("/fleets")).json["data"][0].id;
  const made = await web.post("/rigs", { name: "s19-0042_a", fleet_id: fleet });
  expect(made.status).toBe(201);
  const answers = [await web.post("/rigs", { name: "farm.s19", fleet_id: fleet }), await web.patch(`/rigs/${made.json["id"]}`, { name: "farm.s19" }, "*")];
  for (const answer of answers) {
    expect([answer.status, answer.json["errors"][0].pointer]).toEqual([422, "/name"]);
    expect(answer.json["errors"][0].detail).toContain("no '.': a worker's part after its last '.' is the rig");
  }
  expect(web.control.rigs.create({ name: "farm.s19", fleetNo: 1 }, "test")).toMatchObject({ ok: false, field: "name" });
});

test("a rig that was entered and has not come is offline for the API, and counted as never seen beside that", async () => {
  const web = testWeb();
  const fleet_id = web.control.fleets.ensureMain().id;
  const { json } = await web.post("/rigs", { name: "new", fleet_id });
  expect(json).toMatchObject({ status: "offline", status_reason: { code: "never-connected" } });
  const [rig] = web.control.rigs.enrol([{ fleetNo: 1, name: "old", nominalHps: 1e14 }]);
  web.control.rigs.setStatus([{ rigNo: rig?.no ?? 0, status: "offline", reason: { code: "gone", text: "gone" } }]);
  const summary = (await web.get("/summary")).json;
  expectFits(summaryModel, summary);
  expect([summary["rigs"]["offline"], summary["rigs_never_seen"]]).toEqual([2, 1]);
  const metrics = await web.get("//metrics", { token: web.token("metrics:read") });
  expect(metrics.text).toContain(`hub_rigs_never_seen{fleet="${fleet_id}"} 1`);
  expect((await web.get(`/allocations?rig_id=${json["id"]}`)).json["data"][0]["reason"]["text"]).toBe("entered before it connected");
});
