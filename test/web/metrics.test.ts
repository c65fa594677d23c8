import { afterEach, beforeEach, expect, test } from "bun:test";
import { Histogram, secondsBounds } from "../../src/health/histogram.ts";
import type { OperationFacts } from "../../src/health/operation-facts.ts";
import { OpenMetrics } from "../../src/web/open-metrics.ts";
import { must } from "../support/house.ts";
import { readOpenMetrics } from "./open-metrics-reader.ts";
import { startMs, type TestWeb, testWeb } from "./test-web.ts";

let web: TestWeb;
beforeEach(() => {
  web = testWeb();
});
afterEach(() => web.release());

const scrape = async (path = "//metrics") => readOpenMetrics((await web.get(path, { token: web.token("metrics:read") })).text);
const valueIn = (families: Awaited<ReturnType<typeof scrape>>, name: string, labels: Record<string, string> = {}) =>
  families.get(name)?.samples.find((sample) => Bun.deepEquals(sample.labels, labels))?.value;

function operation(more: Partial<OperationFacts> = {}): OperationFacts {
  const seconds = () => new Histogram(secondsBounds);
  return {
    ...{ startedAtMs: startMs, shares: [], unrecordedShares: 0, lateAnswers: new Map(), poolAnswerSeconds: new Map(), expectedHps: new Map() },
    ...{ moves: new Map(), sliceSwitches: 0, planSeconds: seconds(), judgeSeconds: seconds(), commitSeconds: seconds(), loopLagSeconds: seconds() },
    ...{ loaderLagSeconds: 0, residentBytes: 1, heapBytes: 1 },
    ...more,
  };
}

test("metrics are for tokens with the scope metrics:read", async () => {
  expect((await web.get("//metrics", { token: null })).status).toBe(401);
  expect((await web.get("//metrics", { token: web.token("fleet:read") })).status).toBe(403);
  const answer = await web.get("//metrics", { token: web.token("metrics:read") });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  expect(readOpenMetrics(answer.text).get("hub_build")?.samples[0]?.labels).toEqual({ version: "0.0.0-test" });
});

test("rigs are counted by fleet and status, not listed, and those in storage are left out", async () => {
  const { control } = web;
  const [main] = control.fleets.all();
  const fleetNo = main?.no ?? 0;
  control.rigs.enrol(["a", "b", "c"].map((name) => ({ fleetNo, name, nominalHps: null })));
  const [a, , c] = control.rigs.all();
  control.rigs.setStatus([{ rigNo: a?.no ?? 0, status: "online", reason: { code: "vetted", text: "" } }]);
  must(control.rigs.update(c?.id ?? "", { lifecycle: "storage" }, null));
  const families = await scrape();
  expect(valueIn(families, "hub_rigs", { fleet: main?.id ?? "", status: "online" })).toBe(1);
  expect(valueIn(families, "hub_rigs", { fleet: main?.id ?? "", status: "vetting" })).toBe(1);
  expect(families.get("hub_rigs")?.samples).toHaveLength(2);
});

test("shares, work and the pool's answers are told by pool, contract and both verdicts", async () => {
  const pool = must(web.control.pools.create({ name: 'a "name" with a \\', host: "pool.example", port: 3333, username: "u" }));
  const answers = new Histogram([0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) answers.note(value);
  const share = { poolNo: pool.no, contractNo: 0, hubVerdict: "accepted" };
  web.deps.operation = () =>
    operation({
      shares: [
        { ...share, poolVerdict: "accepted", count: 3, workHashes: 2 ** 80 },
        { ...share, poolVerdict: "rejected", count: 1, workHashes: 5 },
      ],
      poolAnswerSeconds: new Map([[pool.no, answers]]),
      lateAnswers: new Map([["accepted", 2]]),
      moves: new Map([["replace", 4]]),
      sliceSwitches: 6,
    });
  const families = await scrape();
  const labels = { pool: pool.id, contract: "house", hub_verdict: "accepted", pool_verdict: "accepted" };
  expect(valueIn(families, "hub_shares", labels)).toBe(3);
  expect(valueIn(families, "hub_share_work_hashes", labels)).toBe(2 ** 80);
  expect(families.get("hub_share_work_hashes")?.unit).toBe("hashes");
  expect(valueIn(families, "hub_shares", { ...labels, pool_verdict: "rejected" })).toBe(1);
  expect(families.get("hub_pool")?.samples[0]?.labels).toMatchObject({ pool: pool.id, name: 'a "name" with a \\' });
  expect(valueIn(families, "hub_pool_answer_seconds", { pool: pool.id, le: "1.0" })).toBe(3);
  expect(valueIn(families, "hub_late_pool_answers", { pool_verdict: "accepted" })).toBe(2);
  expect(valueIn(families, "hub_rig_moves", { cause: "replace" })).toBe(4);
  expect(valueIn(families, "hub_slice_switches")).toBe(6);
});

test("contracts are told by state, health, promise and what is expected of their rigs", async () => {
  const [fleet] = web.control.fleets.all();
  const pools = [{ url: "stratum+tcp://127.0.0.1:1", username: "u" }];
  const body = { customer: { name: "C" }, fleet_id: fleet?.id, method: "threshold", promised_hps: 5_000, pools };
  const { id } = (await web.post("/contracts", body)).json;
  const no = web.control.contracts.byId(id)?.no ?? 0;
  web.contracts.healths.set(no, { state: "degraded", reason: { code: "short", text: "" } });
  web.deps.operation = () => operation({ expectedHps: new Map([[no, 4_200]]) });
  const families = await scrape();
  expect(valueIn(families, "hub_contracts", { state: "activating" })).toBe(1);
  expect(valueIn(families, "hub_contracts", { state: "active" })).toBe(0);
  expect(valueIn(families, "hub_contract_health", { contract: id, hub_contract_health: "degraded" })).toBe(1);
  expect(valueIn(families, "hub_contract_health", { contract: id, hub_contract_health: "delivering" })).toBe(0);
  expect(valueIn(families, "hub_contract_promised_hps", { contract: id })).toBe(5_000);
  expect(valueIn(families, "hub_contract_expected_hps", { contract: id })).toBe(4_200);
});

test("whatever a label says comes back as it was", () => {
  const out = new OpenMetrics();
  const labels = { name: 'one "two"\nthree \\n {four="five"} 6' };
  out.gauge({ name: "a", help: 'lines\nand "quotes"' }, [[labels, 1]]);
  expect(readOpenMetrics(out.text()).get("a")?.samples).toEqual([{ name: "a", labels, value: 1 }]);
  expect(() => out.gauge({ name: "a_hashes", unit: "seconds", help: "" }, [])).toThrow("unit");
});

test("the reader refuses what breaks the format", () => {
  const good =
    '# TYPE a_seconds histogram\n# UNIT a_seconds seconds\na_seconds_bucket{le="1.0"} 1\na_seconds_bucket{le="+Inf"} 2\na_seconds_count 2\na_seconds_sum 3\n# EOF\n';
  expect(readOpenMetrics(good).size).toBe(1);
  for (const [from, to] of [
    ["# EOF\n", ""],
    ['"1.0"} 1', '"1.0"} 3'],
    ["_count 2", "_count 3"],
    ['le="1.0"', 'le="1"'],
    ["# UNIT a_seconds seconds", "# UNIT a_seconds bytes"],
    ["a_seconds_sum 3\n", "a_seconds_sum 3\na_seconds_sum 3\n"],
    ["histogram", "counter"],
  ] as const)
    expect(() => readOpenMetrics(good.replace(from, to))).toThrow();
});
