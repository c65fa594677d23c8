import { describe, expect, test } from "bun:test";
import type { ShareRow } from "../../src/ledger/answers.ts";
import { contractEntryModel, contractModel } from "../../src/web/contract-models.ts";
import { expectFits } from "./fits.ts";
import { goodTest, type JsonObject, startMs, type TestWeb, testWeb } from "./test-web.ts";

const dayMs = 86_400_000;
const timeOf = (ms: number) => new Date(ms).toISOString();
const pools = [
  { url: "stratum+tcp://one.example:3333", username: "acct.{rig}", password: "s3cret" },
  { url: "stratum+ssl://two.example:443", username: "acct" },
];

const shareOf = (contractNo: number): ShareRow => ({
  ...{ sequence: 1, atMs: startMs - 1_000, rigNo: 0, sessionNo: 1, contractNo, poolNo: 0, algorithm: "sha256d", difficulty: 1, work: 1n },
  ...{ poolDifficulty: 1, poolWork: 1n, hubVerdict: "accepted", poolVerdict: "accepted", reason: null, answeredMs: 5 },
});

/** A web room with the fleet `main`, and the body of an order of 2 PH/s. */
function world(rigCount = 0) {
  const web = testWeb();
  const fleet = web.control.fleets.ensureMain();
  const rigs = web.control.rigs.enrol(Array.from({ length: rigCount }, (_, index) => ({ fleetNo: fleet.no, name: `r${index}`, nominalHps: 1e14 })));
  const order = { external_ref: "service-1042", customer: { name: "Hashhaus" }, fleet_id: fleet.id, method: "threshold", promised_hps: 2e15, pools };
  return {
    web,
    fleet,
    rigs,
    order,
    types: () =>
      web.control.events
        .latest(50)
        .map(({ type }) => type)
        .reverse(),
  };
}

async function ordered(web: TestWeb, order: JsonObject): Promise<JsonObject> {
  const answer = await web.post("/contracts", order);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json;
}

/** Nothing that an order makes is there. */
function expectNothing(web: TestWeb): void {
  expect([web.control.contracts.all(), web.control.customers.all(), web.control.pools.all(), web.control.profiles.all()]).toEqual([[], [], [], []]);
  expect([web.contracts.changes, web.hub.configChanges]).toEqual([0, 0]);
}

describe("an order", () => {
  test("says of a pool that cannot be reached so, though rigs are on their way to it already", async () => {
    const { web, order } = world();
    const broken = {
      ok: false,
      steps: [{ name: "connect" as const, ok: false, ms: 1, text: "ECONNREFUSED" }],
      extranonce2Size: null,
      difficulty: null,
      warnings: [],
    };
    web.hub.test = () => Promise.resolve(broken);
    // The planner gave it rigs in the same moment.
    const fact = { algorithm: "sha256d", state: "connecting", stateSinceMs: startMs, reason: "", sessions: 1, rigs: 1, warnings: [] } as const;
    const unknown = { extranonce2Size: null, difficulty: null, lastJobAtMs: null, answerMs: null } as const;
    for (const poolNo of [1, 2]) web.hub.poolFacts.set(poolNo, { ...fact, ...unknown, poolNo, warnings: [] });
    const { json } = await web.post("/contracts", order);
    expect(json["warnings"]).toEqual(["pool one.example:3333: could not be reached: ECONNREFUSED", "pool two.example:443: could not be reached: ECONNREFUSED"]);
  });

  test("with a start in the past, or a new customer of a known name, is taken and says what that means", async () => {
    const { web, order } = world();
    const { json } = await web.post("/contracts", { ...order, starts_at: timeOf(startMs - 5 * 3_600_000) });
    expect(json["warnings"]).toEqual([
      "its start, 2026-11-22T03:00:00.000Z, was past by 5 h when it was opened: what it promises counts from its first accepted share, not from then",
    ]);
    expect(json["state"]).toBe("activating");
    expect((await web.get(`/contracts/${json["id"]}`)).json["warnings"]).toEqual([]);
    web.clock.nowMs += dayMs;
    const second = await web.post("/contracts", { ...order, external_ref: "service-1043", starts_at: timeOf(web.clock.nowMs - 30_000) });
    expect(second.json["warnings"]).toEqual(["customer Hashhaus was added with it: another customer has the same name"]);
    const known = { customer_id: json["customer_id"], external_ref: "service-1044", customer: undefined };
    expect((await web.post("/contracts", { ...order, ...known })).json["warnings"]).toEqual([]);
  });

  test("with customer and pools in one body makes all of it, tries the pools and tells the planner", async () => {
    const { web, fleet, order, types } = world();
    web.hub.test = ({ no }) => Promise.resolve(no === 2 ? { ...goodTest, extranonce2Size: 3 } : goodTest);
    const made = await web.post("/contracts", { ...order, ends_at: timeOf(startMs + dayMs), sla: { price: { amount: "1200.00", currency: "EUR" } } });
    expect(made.status).toBe(201);
    expectFits(contractModel, made.json);
    const { json } = made;
    expect(json).toMatchObject({
      number: "C-00001",
      external_ref: "service-1042",
      fleet_id: fleet.id,
      state: "activating",
      promised_hps: 2e15,
      tolerance_bp: 1_000,
      priority: 5,
      rig_count: null,
      allocations: [],
      health: { state: null, reason: null },
      sla: { plan: "lease", price: { amount: "1200.00", currency: "EUR" }, tolerance_bp: 200 },
      starts_at: timeOf(startMs),
    });
    expect(json["warnings"]).toEqual([expect.stringMatching(/^pool two.example:443: extranonce2 has 3 bytes, fewer than 4/)]);
    expect([made.headers.get("location"), made.headers.get("etag")]).toEqual([`/api/v1/contracts/${json["id"]}`, '"v1"']);
    const profile = web.control.profiles.byId(json["profile_id"]);
    expect(profile).toMatchObject({ name: "service-1042", customerId: json["customer_id"], poolNos: [1, 2] });
    expect(web.control.pools.all().every(({ customerId }) => customerId === json["customer_id"])).toBe(true);
    expect(types()).toEqual(["customer.added", "pool.added", "pool.added", "profile.added", "contract.added"]);
    expect([web.contracts.changes, web.hub.configChanges]).toEqual([1, 1]);
    expect((await web.get(`/contracts/${json["id"]}`)).json).toEqual(json);
    for (const text of [made.text, (await web.get("/events")).text]) expect(text).not.toContain("s3cret");
  });

  test("is carried out once under its key, and its reference finds it; another order with that reference is refused by name", async () => {
    const { web, order } = world();
    const blank = await web.post("/contracts", { ...order, external_ref: " " });
    expect(blank.json["errors"]).toEqual([{ pointer: "/external_ref", detail: "must not begin or end with a blank" }]);
    const first = await web.post("/contracts", order, { key: "order" });
    const again = await web.post("/contracts", order, { key: "order" });
    expect([again.status, again.json["id"]]).toEqual([201, first.json["id"]]);
    expect((await web.get("/contracts/by-ref/service-1042")).json).toEqual(first.json);
    expect((await web.get("/contracts/by-ref/nobody")).status).toBe(404);
    const other = await web.post("/contracts", { ...order, customer: { name: "Other" } });
    expect([other.status, other.json["errors"]]).toEqual([409, [{ pointer: "/external_ref", detail: "is the reference of contract C-00001" }]]);
    expect([web.control.customers.all().length, web.control.pools.all().length]).toEqual([1, 2]);
  });

  test("finds its reference with every sign in it", async () => {
    const { web, order } = world();
    const reference = "WHMCS/12 ü+%?#.";
    const { id } = (await ordered(web, { ...order, external_ref: reference })) as { id: string };
    expect((await web.get(`/contracts/by-ref/${encodeURIComponent(reference)}`)).json["id"]).toBe(id);
  });

  test("takes a customer who is known by his reference as he is", async () => {
    const { web, order } = world();
    const customer = { name: "Hashhaus", external_ref: "client-311" };
    const first = await ordered(web, { ...order, customer });
    const second = await ordered(web, { ...order, external_ref: "service-1043", customer: { ...customer, name: "Hashhaus GmbH" } });
    expect(second["customer_id"]).toBe(first["customer_id"]);
    expect(web.control.customers.all()).toMatchObject([{ name: "Hashhaus" }]);
  });

  test("of rigs by name, by count and size, and by model", async () => {
    const { web, rigs, order } = world(3);
    for (const { id } of rigs) web.control.rigs.update(id, { model: "S21" }, null);
    const { promised_hps: _, ...rest } = order;
    const miners = { ...rest, method: "miners" };
    const rigIds = rigs.slice(0, 2).map(({ id }) => id);
    expect(await ordered(web, { ...miners, rig_ids: rigIds })).toMatchObject({
      ...{ promised_hps: 2e14, rig_count: 2, rig_nominal_hps: 1e14, model: "S21", rig_ids: rigIds, tolerance_bp: 2_000 },
    });
    expect(await ordered(web, { ...miners, external_ref: "b", rig_count: 4, rig_nominal_hps: 9e13 })).toMatchObject({
      promised_hps: 3.6e14,
      rig_ids: [],
      model: null,
    });
    expect(await ordered(web, { ...miners, external_ref: "c", rig_count: 2, model: "S21" })).toMatchObject({ promised_hps: 2e14, model: "S21" });
    expect(await ordered(web, { ...miners, external_ref: "d", rig_ids: [rigs[2]?.id], starts_at: timeOf(startMs + dayMs) })).toMatchObject({
      state: "scheduled",
    });
  });

  const bad: [string, RegExp, (order: JsonObject) => JsonObject][] = [
    ["/fleet_id", /is required/, ({ fleet_id: _, ...rest }) => rest],
    ["/customer_id", /or else customer/, ({ customer: _, ...rest }) => rest],
    ["/customer_id", /one of the two/, (order) => ({ ...order, customer_id: `cus_${"0".repeat(26)}` })],
    ["/customer_id", /customer that exists/, ({ customer: _, ...rest }) => ({ ...rest, customer_id: `cus_${"0".repeat(26)}` })],
    ["/customer/email", /e-mail/, (order) => ({ ...order, customer: { name: "x", email: "nobody" } })],
    ["/customer/nmae", /not a known field/, (order) => ({ ...order, customer: { name: "x", nmae: "y" } })],
    ["/profile_id", /or else pools/, ({ pools: _, ...rest }) => rest],
    ["/profile_id", /profile that exists/, ({ pools: _, ...rest }) => ({ ...rest, profile_id: `prf_${"0".repeat(26)}` })],
    ["/pools/1/url", /stratum\+tcp/, (order) => ({ ...order, pools: [pools[0], { url: "http://x:1", username: "u" }] })],
    ["/pools", /1 to 5/, (order) => ({ ...order, pools: [] })],
    ["/promised_hps", /threshold/, ({ promised_hps: _, ...rest }) => rest],
    ["/promised_hps", /whole number/, (order) => ({ ...order, promised_hps: 1.5 })],
    ["/rig_count", /method miners/, (order) => ({ ...order, rig_count: 2 })],
    ["/promised_hps", /miners contract/, (order) => ({ ...order, method: "miners" })],
    ["/rig_ids/0", /rig that exists/, (order) => ({ ...order, method: "miners", promised_hps: undefined, rig_ids: [`rig_${"0".repeat(26)}`] })],
    [
      "/tolerance_bp",
      /800 to 5000 for the method miners/,
      (order) => ({ ...order, method: "miners", promised_hps: undefined, rig_count: 1, rig_nominal_hps: 5, tolerance_bp: 500 }),
    ],
    ["/ends_at", /after the start/, (order) => ({ ...order, starts_at: timeOf(startMs + dayMs), ends_at: timeOf(startMs + dayMs) })],
    ["/ends_at", /future/, (order) => ({ ...order, starts_at: timeOf(startMs - 2 * dayMs), ends_at: timeOf(startMs - dayMs) })],
    ["/ends_at", /RFC 3339/, (order) => ({ ...order, ends_at: "tomorrow" })],
    ["/sla/price/amount", /EUR has 2 digits/, (order) => ({ ...order, sla: { price: { amount: "1.5", currency: "EUR" } } })],
    ["/sla/price/currency", /ISO 4217/, (order) => ({ ...order, sla: { price: { amount: "1", currency: "gold" } } })],
    [
      "/sla/tiers/1",
      /lower limit/,
      (order) => ({
        ...order,
        sla: {
          price: { amount: "1", currency: "EUR" },
          tiers: [
            { below_bp: 1, credit_bp: 1 },
            { below_bp: 2, credit_bp: 2 },
          ],
        },
      }),
    ],
    ["/promise", /not a known field/, (order) => ({ ...order, promise: 1 })],
  ];
  for (const [pointer, rule, change] of bad)
    test(`is refused at ${pointer}: ${rule.source}; nothing of it stays`, async () => {
      const { web, order } = world();
      const answer = await web.post("/contracts", change(order));
      expect([answer.status, answer.json["type"]]).toEqual([422, "/problems/invalid"]);
      const errors = answer.json["errors"] as { pointer: string; detail: string }[];
      expect(errors.find((error) => error.pointer === pointer)?.detail ?? answer.text).toMatch(rule);
      expectNothing(web);
    });

  test("for which there is too little is a 409 with what there is, unless it is sold short, which is written down", async () => {
    const { web, order } = world();
    web.contracts.available = { availableHps: 1.5e15 + 0.7, availableRigs: 12 };
    const refused = await web.post("/contracts", order, { key: "order" });
    expect([refused.status, refused.json["type"], refused.headers.get("content-type")]).toEqual([
      409,
      "/problems/insufficient-capacity",
      "application/problem+json",
    ]);
    expect(refused.json).toMatchObject({ available_hps: 1.5e15, available_rigs: 12, status: 409 });
    expectNothing(web);
    const short = await web.post("/contracts", { ...order, allow_short: true });
    expect([short.status, short.json["allow_short"]]).toEqual([201, true]);
    const [event] = web.control.events.latest(1);
    expect(event).toMatchObject({ type: "contract.added", data: { allow_short: true, available_hps: 1.5e15, by: expect.stringMatching(/^token:/) } });
  });

  test("of more rigs than fit is refused by their number, whatever their hashrate", async () => {
    const { web, order } = world();
    web.contracts.available = { availableHps: 1e30, availableRigs: 1 };
    const refused = await web.post("/contracts", { ...order, method: "miners", promised_hps: undefined, rig_count: 2, rig_nominal_hps: 1 });
    expect([refused.status, refused.json["available_rigs"]]).toEqual([409, 1]);
    expect(refused.json["detail"]).toContain("2 rigs are asked for, and 1 that fit");
  });

  test("of rigs of several sizes needs enough of each size and above", async () => {
    const { web, rigs, order } = world(3);
    for (const [index, nominalHps] of [1e14, 2e14, 2e14].entries()) web.control.rigs.update(rigs[index]?.id ?? "", { nominalHps }, null);
    const miners = { ...order, method: "miners", promised_hps: undefined, rig_ids: rigs.map(({ id }) => id) };
    web.contracts.availableOf.set(1e14, { availableHps: 1e20, availableRigs: 3 });
    web.contracts.availableOf.set(2e14, { availableHps: 1e20, availableRigs: 1 });
    expect((await web.post("/contracts", miners)).json["available_rigs"]).toBe(1);
    web.contracts.availableOf.set(2e14, { availableHps: 1e20, availableRigs: 2 });
    expect((await web.post("/contracts", miners)).status).toBe(201);
    expect(web.contracts.asked.at(-1)).toMatchObject({ fleetNo: 1, place: { nominalHps: 2e14, toleranceBp: 2_000 }, exceptContractNo: 1, endsAtMs: null });
  });

  const untellable: [string, JsonObject, RegExp][] = [
    ["1 % of one rig", { promised_hps: 1e14, tolerance_bp: 100 }, /a loss of 1 % takes about \d+ days to tell from luck/],
    ["2 % of one rig", { promised_hps: 1e14, tolerance_bp: 200 }, /a loss of 2 % takes about 6 days/],
    ["1 % of twenty", { tolerance_bp: 100 }, /must be larger.*about 24 hours is the most/],
  ];
  for (const [name, patch, words] of untellable)
    test(`whose tolerance no statistics can serve is refused with the time that it would take: ${name}`, async () => {
      const { web, order } = world(3);
      const refused = await web.post("/contracts", { ...order, ...patch });
      expect([refused.status, refused.json["errors"]?.[0]?.["pointer"]]).toEqual([422, "/tolerance_bp"]);
      expect(refused.json["detail"]).toMatch(words);
      expectNothing(web);
    });

  test("whose tolerance shows within a day is taken: 5 % of one rig, 3 % of twenty, 8 % of a place", async () => {
    const { web, order } = world(3);
    await ordered(web, { ...order, promised_hps: 1e14, tolerance_bp: 500 });
    await ordered(web, { ...order, external_ref: "b", tolerance_bp: 300 });
    await ordered(web, { ...order, external_ref: "c", method: "miners", promised_hps: undefined, rig_count: 1, rig_nominal_hps: 1e14, tolerance_bp: 800 });
  });
});

describe("a contract", () => {
  test("shows who serves it and why, what it delivered, its health, and the pool at work", async () => {
    const { web, rigs, order } = world(2);
    const made = await ordered(web, order);
    const [first, second] = rigs;
    const reason = { code: "filled", text: "closest surplus" };
    web.control.allocations.assign(rigs.map(({ no }) => ({ rigNo: no, contractNo: 1, profileNo: 1, reason, decidedBy: "planner" })));
    web.ledger.deliveredTable.set(1, [1.9e15, null]);
    web.contracts.healths.set(1, { state: "degraded", reason: { code: "short", text: "5 % below" } });
    const idle = { rigNo: 0, sessions: [], poolNo: 2, contractNo: 1 };
    web.hub.rigFacts.set(second?.no ?? 0, { ...idle, rigNo: second?.no ?? 0 } as never);
    web.control.contracts.setState([{ contractNo: 1, to: "active" }]);
    web.clock.nowMs += 25 * 3_600_000;
    const shown = await web.get(`/contracts/${made["id"]}`);
    expectFits(contractModel, shown.json);
    expect(shown.json).toMatchObject({
      health: { state: "degraded", reason: { code: "short" } },
      delivered: { "900": 1.9e15, "86400": null },
      allocations: [
        { rig_id: first?.id, fraction: 1, since: timeOf(startMs), reason },
        { rig_id: second?.id, reason },
      ],
      active_pool_id: web.control.pools.byNo(2)?.id,
    });
    expect((await web.get(`/rigs/${first?.id}`)).json["allocations"]).toEqual([{ contract_id: made["id"], fraction: 1 }]);
    const summary = await web.get("/summary");
    expect(summary.json).toMatchObject({ promised_hps: 2e15, contracts_at_risk: 1 });
    const history = await web.get(`/allocations?contract_id=${made["id"]}`);
    expect(history.json["data"]).toMatchObject([{ rig_id: first?.id, contract_id: made["id"] }, { rig_id: second?.id }]);
    expect((await web.get(`/contracts/${made["id"]}`, { headers: { "if-none-match": '"v1"' } })).status).toBe(200);
  });

  test("says in its health while its fleet is held, and no more after", async () => {
    const { web, fleet, order } = world(1);
    const { id } = await ordered(web, order);
    web.contracts.healths.set(1, { state: "degraded", reason: { code: "short", text: "82.0 % of the promise" } });
    await web.post(`/fleets/${fleet.id}/hold`, { until: timeOf(startMs + 600_000), reason: "switch work" });
    const text = async () => (await web.get(`/contracts/${id}`)).json["health"]["reason"]["text"];
    expect(await text()).toBe(`82.0 % of the promise; no rigs are moved until ${timeOf(startMs + 600_000)}: switch work`);
    web.clock.nowMs += 600_000;
    expect(await text()).toBe("82.0 % of the promise");
  });

  test("has sums of shares and a hashrate of its own", async () => {
    const { web, order } = world();
    const { id } = (await ordered(web, order)) as { id: string };
    expect((await web.get(`/contracts/${id}/shares-summary`)).status).toBe(200);
    expect((await web.get(`/contracts/${id}/hashrate?step_s=60`)).status).toBe(200);
    expect(web.ledger.asked.map(([question, scope]) => [question, scope])).toEqual([
      ["summary", { kind: "contract", no: 1 }],
      ["hashrate", { kind: "contract", no: 1 }],
    ]);
  });

  test("is named by its raw shares, and they can be asked for by it", async () => {
    const { web, order } = world();
    const { id } = (await ordered(web, order)) as { id: string };
    web.ledger.rows = [shareOf(1), shareOf(0)];
    const answer = await web.get(`/shares?contract_id=${id}`);
    expect(
      answer.text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)["contract_id"]),
    ).toEqual([id, null]);
    expect(web.ledger.asked.at(-1)?.[1]).toMatchObject({ contractNo: 1 });
    const nobody = await web.get(`/shares?contract_id=ctr_${"0".repeat(26)}`);
    expect([nobody.status, nobody.json["errors"][0]["pointer"]]).toEqual([422, "#query/contract_id"]);
  });

  test("is edited with its version; what was promised is no edit", async () => {
    const { web, order } = world();
    const { id } = (await ordered(web, order)) as { id: string };
    const path = `/contracts/${id}`;
    expect((await web.patch(path, { notes: "x" })).status).toBe(428);
    const edited = await web.patch(path, { notes: "calls first", external_ref: "new" }, '"v1"');
    expect([edited.status, edited.json["notes"], edited.headers.get("etag")]).toEqual([200, "calls first", '"v2"']);
    expect((await web.patch(path, { notes: "y" }, '"v1"')).status).toBe(412);
    for (const body of [{ promised_hps: 1 }, { tolerance_bp: 500 }, { ends_at: null }, { state: "active" }, { sla: null }])
      expect((await web.patch(path, body, '"v2"')).status).toBe(422);
    expect(web.control.contracts.byId(id)).toMatchObject({ version: 2, promisedHps: 2e15 });
  });

  test("is listed by state, customer, fleet and words, page by page", async () => {
    const { web, order, fleet } = world();
    const made: JsonObject[] = [];
    for (let index = 0; index < 3; index += 1) made.push(await ordered(web, { ...order, external_ref: `s-${index}`, customer: { name: `Customer ${index}` } }));
    await web.post(`/contracts/${made[1]?.["id"]}/suspend`, { reason: "unpaid" });
    const numbers = async (query: string) => (await web.get(`/contracts?${query}`)).json["data"].map(({ number }: { number: string }) => number);
    expect(await numbers("state=suspended,ended")).toEqual(["C-00002"]);
    expect(await numbers(`customer_id=${made[2]?.["customer_id"]}`)).toEqual(["C-00003"]);
    expect(await numbers(`fleet_id=${fleet.id}&q=customer 0`)).toEqual(["C-00001"]);
    expect(await numbers("q=s-1")).toEqual(["C-00002"]);
    const page = await web.get("/contracts?limit=2");
    expect(page.json["data"]).toHaveLength(2);
    expect(await numbers(`limit=2&cursor=${page.json["page"]["next"]}`)).toEqual(["C-00003"]);
    for (const query of ["state=done", "state=active,active", "cursor=x", "sort=name"]) expect((await web.get(`/contracts?${query}`)).status).toBe(422);
  });
});

describe("a rig pinned to a contract", () => {
  test("serves it at once until the contract ends, and is the plan's again then", async () => {
    const { web, rigs, order } = world(2);
    const made = await ordered(web, order);
    const [rig, other] = rigs;
    const path = `/rigs/${rig?.id}`;
    const pinned = await web.post(`${path}/pin`, { contract_id: made["id"] });
    expect([pinned.status, pinned.json["pinned_contract_id"], pinned.json["allocations"]]).toEqual([
      200,
      made["id"],
      [{ contract_id: made["id"], fraction: 1 }],
    ]);
    expect(web.hub.moves).toEqual([[{ rigNo: rig?.no ?? 0, to: { contractNo: 1, profileNo: 1 } }]]);
    expect((await web.get("/rigs?pinned=true")).json["data"]).toHaveLength(1);
    expect((await web.post(`${path}/park`)).status).toBe(409);
    const held = await web.remove(path, "*");
    expect([held.status, held.json["errors"].length, held.json["errors"][0]["detail"]]).toEqual([409, 1, `is used by contract C-00001 (${made["id"]})`]);
    await web.post(`/contracts/${made["id"]}/terminate`, { reason: "over" });
    expect((await web.get(path)).json["pinned_contract_id"]).toBeNull();
    const late = await web.post(`/rigs/${other?.id}/pin`, { contract_id: made["id"] });
    expect([late.status, late.json["detail"]]).toEqual([409, "contract C-00001 has ended"]);
  });

  test("waits at the house before the start, and leaves the contract to the plan when it is unpinned", async () => {
    const { web, rigs, order } = world(1);
    const made = await ordered(web, { ...order, starts_at: timeOf(startMs + dayMs) });
    const path = `/rigs/${rigs[0]?.id}`;
    const pinned = await web.post(`${path}/pin`, { contract_id: made["id"] });
    expect([pinned.json["pinned_contract_id"], pinned.json["allocations"]]).toEqual([made["id"], [{ contract_id: null, fraction: 1 }]]);
    expect((await web.post(`${path}/unpin`)).json["pinned_contract_id"]).toBeNull();
    expect(web.control.events.latest(1)).toMatchObject([{ type: "rig.unpinned" }]);
  });

  test("must be free, of its fleet, and lent where another owns it", async () => {
    const { web, rigs, order } = world(4);
    const made = await ordered(web, order);
    const [parked, stored, owned, plain] = rigs;
    const second = web.control.fleets.create({ name: "second" });
    const far = web.control.rigs.enrol([{ fleetNo: second.ok ? second.value.no : 0, name: "far", nominalHps: 1 }]);
    const owner = web.control.customers.create({ name: "Other" });
    web.control.rigs.update(parked?.id ?? "", { parked: true }, null);
    web.control.rigs.update(stored?.id ?? "", { lifecycle: "storage" }, null);
    web.control.rigs.update(owned?.id ?? "", { ownerCustomerId: owner.ok ? owner.value.id : "" }, null);
    for (const [rig, why] of [
      [parked, "parked"],
      [stored, "storage"],
      [owned, "does not lend"],
      [far[0], "another fleet"],
    ] as const) {
      const answer = await web.post(`/rigs/${rig?.id}/pin`, { contract_id: made["id"] });
      expect([answer.status, answer.json["detail"]]).toEqual([409, expect.stringContaining(why)]);
    }
    for (const body of [{}, { contract_id: made["id"], profile_id: made["profile_id"] }, { contract_id: `ctr_${"0".repeat(26)}` }])
      expect((await web.post(`/rigs/${plain?.id}/pin`, body)).status).toBe(422);
    expect(web.control.rigs.byNo(plain?.no ?? 0)?.version).toBe(1);
  });
});

test("a rig that a contract asks for by name is neither removed nor merged away while the contract lasts", async () => {
  const { web, rigs, order } = world(2);
  const [rig, other] = rigs;
  const made = await ordered(web, { ...order, method: "miners", promised_hps: undefined, rig_ids: [rig?.id] });
  expect((await web.remove(`/rigs/${rig?.id}`, "*")).json["errors"][0]["detail"]).toContain("contract C-00001");
  expect((await web.post(`/rigs/${rig?.id}/merge`, { into: other?.id })).status).toBe(409);
  await web.post(`/contracts/${made["id"]}/terminate`, { reason: "over" });
  expect((await web.remove(`/rigs/${rig?.id}`, "*")).status).toBe(204);
});

test("another profile takes the rigs that serve the contract along, on record and at the hub", async () => {
  const { web, rigs, order } = world(2);
  const made = await ordered(web, order);
  web.control.allocations.assign(rigs.map(({ no }) => ({ rigNo: no, contractNo: 1, profileNo: 1, reason: { code: "x", text: "x" }, decidedBy: "planner" })));
  const profile = await web.post("/profiles", { name: "next", pool_ids: [web.control.pools.byNo(2)?.id], customer_id: made["customer_id"] });
  const changed = await web.post(`/contracts/${made["id"]}/change`, { profile_id: profile.json["id"] });
  expect(changed.json["allocations"]).toMatchObject([{ reason: { code: "profile-changed" } }, { reason: { code: "profile-changed" } }]);
  expect(web.hub.moves).toEqual([rigs.map(({ no }) => ({ rigNo: no, to: { contractNo: 1, profileNo: 2 } }))]);
  expect((await web.remove(`/profiles/${made["profile_id"]}`, "*")).status).toBe(204);
});

describe("commands", () => {
  test("may be repeated under new keys: the second changes nothing and records nothing", async () => {
    const { web, order, types } = world();
    const { id } = (await ordered(web, order)) as { id: string };
    const cases: [string, JsonObject, JsonObject][] = [
      ["suspend", { reason: "unpaid" }, { state: "suspended", state_reason: "unpaid", version: 2 }],
      ["resume", {}, { state: "activating", state_reason: null, version: 3 }],
      ["change", { promised_hps: 3e15, priority: 1 }, { promised_hps: 3e15, priority: 1, version: 4 }],
      ["renew", { ends_at: timeOf(startMs + 60 * dayMs) }, { ends_at: timeOf(startMs + 60 * dayMs), version: 5 }],
      ["terminate", { at: timeOf(startMs + dayMs), reason: "moves" }, { state: "activating", terminates_at: timeOf(startMs + dayMs), version: 6 }],
      ["terminate", { reason: "gone" }, { state: "ended", ended_reason: "terminated", state_reason: "gone", terminates_at: null, version: 7 }],
    ];
    for (const [word, body, expected] of cases) {
      for (const _ of [1, 2]) {
        const answer = await web.post(`/contracts/${id}/${word}`, body);
        expect([word, answer.status]).toEqual([word, 200]);
        expectFits(contractModel, answer.json);
        expect(answer.json).toMatchObject(expected);
      }
    }
    const recorded = ["suspended", "resumed", "changed", "renewed", "cancelled", "terminated"].map((verb) => `contract.${verb}`);
    expect(types().slice(types().indexOf("contract.added") + 1)).toEqual(recorded);
    const history = await web.get(`/contracts/${id}/history`);
    for (const entry of history.json["data"]) expectFits(contractEntryModel, entry);
    expect(history.json["data"].map(({ verb }: { verb: string }) => verb)).toEqual([
      "added",
      "suspended",
      "resumed",
      "changed",
      "renewed",
      "cancelled",
      "terminated",
    ]);
    expect(web.contracts.changes).toBe(13);
    for (const word of ["resume", "change", "renew"]) {
      const refused = await web.post(`/contracts/${id}/${word}`, word === "renew" ? { ends_at: null } : {});
      expect([refused.status, refused.json["detail"], refused.json["current_state"]]).toEqual([
        409,
        "the contract has ended; what has ended stays so",
        "ended",
      ]);
    }
  });

  test("answer the same under the same key, whatever came between", async () => {
    const { web, order } = world();
    const { id } = (await ordered(web, order)) as { id: string };
    const first = await web.post(`/contracts/${id}/suspend`, { reason: "unpaid" }, { key: "s" });
    await web.post(`/contracts/${id}/resume`, {});
    const again = await web.post(`/contracts/${id}/suspend`, { reason: "unpaid" }, { key: "s" });
    expect([again.json, again.headers.get("idempotency-replayed")]).toEqual([first.json, "true"]);
    expect(web.control.contracts.byId(id)?.state).toBe("activating");
  });

  test("at once on one contract: each is whole, the end is one of the orders, and the history tells which", async () => {
    const { web, order } = world();
    const { id } = (await ordered(web, order)) as { id: string };
    const sent = Array.from({ length: 30 }, (_, index) => {
      const asks: [string, JsonObject][] = [
        ["change", { promised_hps: 1e15 + index, priority: index % 10 }],
        ["suspend", { reason: `r${index}` }],
        ["resume", {}],
      ];
      const [word, body] = asks[index % 3] ?? ["resume", {}];
      return web.post(`/contracts/${id}/${word}`, body);
    });
    expect((await Promise.all(sent)).every(({ status }) => status === 200)).toBe(true);
    const contract = web.control.contracts.byId(id);
    const entries = web.control.contracts.history(contract?.no ?? 0);
    for (const { terms } of entries.slice(1)) expect([terms.promisedHps, terms.priority]).toEqual([terms.promisedHps, (terms.promisedHps - 1e15) % 10]);
    expect(entries.length).toBe(contract?.version ?? 0);
    expect(entries.at(-1)?.terms).toMatchObject({ state: contract?.state, promisedHps: contract?.promisedHps });
  });

  test("refuse more than there is, and nothing of the change stays", async () => {
    const { web, order } = world();
    const { id } = (await ordered(web, order)) as { id: string };
    web.contracts.available = { availableHps: 2.5e15, availableRigs: 25 };
    const before = web.control.contracts.byId(id);
    const refused = await web.post(`/contracts/${id}/change`, { promised_hps: 3e15, priority: 0 });
    expect([refused.status, refused.json["available_hps"]]).toEqual([409, 2.5e15]);
    expect([web.control.contracts.byId(id), web.control.contracts.history(1).length]).toEqual([before, 1]);
    expect((await web.post(`/contracts/${id}/change`, { promised_hps: 2.5e15 })).status).toBe(200);
    web.contracts.available = { availableHps: 0, availableRigs: 0 };
    expect((await web.post(`/contracts/${id}/change`, { promised_hps: 1e15 })).status).toBe(200);
    expect((await web.post(`/contracts/${id}/change`, { promised_hps: 9e15, allow_short: true })).status).toBe(200);
    expect(web.control.events.latest(1)).toMatchObject([{ type: "contract.sold-short" }]);
    // That it was once sold short is no leave for the next raise.
    const larger = await web.post(`/contracts/${id}/change`, { promised_hps: 10e15 });
    expect([larger.status, larger.json["type"], web.control.contracts.byId(id)?.promisedHps]).toEqual([409, "/problems/insufficient-capacity", 9e15]);
    expect((await web.post(`/contracts/${id}/change`, { priority: 3, promised_hps: 9e15 })).status).toBe(200);
    expect((await web.post(`/contracts/${id}/change`, { promised_hps: 10e15, allow_short: true })).status).toBe(200);
    expect((await web.post(`/contracts/${id}/change`, { tolerance_bp: 100 })).json["errors"][0]["pointer"]).toBe("/tolerance_bp");
  });

  test("name the field that is wrong", async () => {
    const { web, order } = world();
    const { id } = (await ordered(web, { ...order, ends_at: timeOf(startMs + 30 * dayMs) })) as { id: string };
    const cases: [string, JsonObject, string][] = [
      ["suspend", {}, "/reason"],
      ["suspend", { reason: "a\u0000" }, "/reason"],
      ["resume", { reason: "x" }, "/reason"],
      ["change", { rig_count: 2 }, "/rig_count"],
      ["change", { tolerance_bp: 50 }, "/tolerance_bp"],
      ["change", { profile_id: `prf_${"0".repeat(26)}` }, "/profile_id"],
      ["change", { ends_at: null }, "/ends_at"],
      ["renew", { ends_at: timeOf(startMs + dayMs) }, "/ends_at"],
      ["terminate", { at: timeOf(startMs + 31 * dayMs), reason: "x" }, "/at"],
      ["terminate", { at: "soon", reason: "x" }, "/at"],
      ["terminate", { at: "2020-01-01T00:00:00Z", reason: "x" }, "/at"],
      ["terminate", { at: timeOf(startMs - 61_000), reason: "x" }, "/at"],
    ];
    for (const [word, body, pointer] of cases) {
      const answer = await web.post(`/contracts/${id}/${word}`, body);
      expect([word, answer.status, answer.json["errors"]?.[0]?.["pointer"]]).toEqual([word, 422, pointer]);
    }
    expect(web.control.contracts.byId(id)?.version).toBe(1);
  });
});

test("a provisioning token may order, command and read contracts, and nothing else; a reader may not command", async () => {
  const { web, order } = world();
  const token = web.token("provisioning");
  const made = await web.post("/contracts", order, { token });
  expect(made.status).toBe(201);
  const path = `/contracts/${made.json["id"]}`;
  expect((await web.post(`${path}/suspend`, { reason: "x" }, { token })).status).toBe(200);
  for (const read of [path, "/contracts", "/contracts/by-ref/service-1042", `${path}/hashrate`])
    expect([read, (await web.get(read, { token })).status]).toEqual([read, 200]);
  for (const read of ["/customers", "/pools", "/rigs"]) expect([read, (await web.get(read, { token })).status]).toEqual([read, 403]);
  const reader = web.token("contracts:read");
  expect((await web.get(path, { token: reader })).status).toBe(200);
  expect((await web.post(`${path}/resume`, {}, { token: reader })).status).toBe(403);
});

test("what a contract uses is not removed, and the refusal names the contract", async () => {
  const { web, order, fleet } = world();
  const made = await ordered(web, order);
  for (const path of [`/customers/${made["customer_id"]}`, `/profiles/${made["profile_id"]}`, `/fleets/${fleet.id}`]) {
    const answer = await web.remove(path, "*");
    expect([path, answer.status, answer.json["type"]]).toEqual([path, 409, "/problems/in-use"]);
    expect(answer.json["errors"].map(({ detail }: { detail: string }) => detail).join()).toContain(`contract C-00001 (${made["id"]})`);
  }
});
