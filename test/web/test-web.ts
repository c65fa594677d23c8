import { openControl } from "../../src/control/control.ts";
import type { AnswerQuantiles } from "../../src/health/answer-times.ts";
import type { PoolFact, PoolTest, RigFact } from "../../src/health/facts.ts";
import type { Gap, HashratePoint, ShareRow, SharesSummary, WorkRow } from "../../src/ledger/answers.ts";
import { silentLog } from "../../src/log.ts";
import type { Capacity, CapacityAsk } from "../../src/schedule/capacity.ts";
import type { Move } from "../../src/schedule/move.ts";
import type { RemovalCost } from "../../src/schedule/removal-cost.ts";
import { createApp } from "../../src/web/app.ts";
import type { ContractHealth, ContractView, HubView, ListenerPort, WebConfig, WebDeps, WebLedger } from "../../src/web/deps.ts";

const nothing = () => ({ count: 0, work: 0n });

export const emptySummary = (): SharesSummary => ({
  hubAccepted: nothing(),
  poolAccepted: nothing(),
  poolRejected: { ...nothing(), byReason: new Map() },
  unanswered: nothing(),
  stale: nothing(),
  lowDifficulty: nothing(),
  duplicate: nothing(),
  invalid: nothing(),
  expired: nothing(),
  unauthorized: nothing(),
  orphaned: nothing(),
  asOfMs: 0,
});

export const goodTest: PoolTest = {
  ok: true,
  steps: [{ name: "connect", ok: true, ms: 1, text: "" }],
  extranonce2Size: 8,
  difficulty: 1024,
  warnings: [],
};

/** A hub that does nothing but remember what it was told. */
export class FakeHub implements HubView {
  readonly rigFacts = new Map<number, RigFact>();
  readonly poolFacts = new Map<number, PoolFact>();
  readonly moves: Move[][] = [];
  configChanges = 0;
  isReady = true;
  portList: ListenerPort[] = [];
  test: (pool: { no: number }) => Promise<PoolTest> = () => Promise.resolve(goodTest);

  rigs = () => this.rigFacts.values();
  rig = (no: number) => this.rigFacts.get(no) ?? null;
  pools = () => this.poolFacts.values();
  readonly answers = new Map<number, AnswerQuantiles>();
  pool = (no: number) => this.poolFacts.get(no) ?? null;
  poolAnswers = (no: number) => this.answers.get(no) ?? null;
  sessions = () => [...this.rigFacts.values()].reduce((sum, rig) => sum + rig.sessions.length, 0);
  ports = () => this.portList;
  testPool = (pool: { no: number }) => this.test(pool);
  applyMoves = (moves: Move[]) => {
    this.moves.push(moves);
  };
  configChanged = () => {
    this.configChanges += 1;
  };
  ready = () => this.isReady;
  onChange = () => () => {};
}

/** Columns of a table with one for each of these windows, the longest of them that the asked one is not shorter than; a window may begin with a whole minute. */
function windowsOf(table: ReadonlyMap<number, (number | null)[]>, asked: readonly number[], known: readonly number[]): Map<number, (number | null)[]> {
  const columns = asked.map((seconds) =>
    Math.max(
      0,
      known.findLastIndex((most) => most <= seconds),
    ),
  );
  return new Map([...table].map(([no, figures]) => [no, columns.map((column) => figures[column] ?? null)]));
}

/** A ledger that answers what the test put into it, and remembers what it was asked. */
export class FakeLedger implements WebLedger {
  rows: ShareRow[] = [];
  points: HashratePoint[] = [];
  rateTable = new Map<number, (number | null)[]>();
  deliveredTable = new Map<number, (number | null)[]>();
  rejectTable = new Map<number, { accepted: bigint; rejected: bigint }>();
  summaryAnswer = emptySummary();
  workRows: WorkRow[] = [];
  isFull = false;
  readonly asked: unknown[][] = [];

  async *shares(query: Parameters<WebLedger["shares"]>[0]) {
    this.asked.push(["shares", query]);
    const picked = this.rows.filter(({ rigNo, atMs }) => (query.rigNos ?? [rigNo]).includes(rigNo) && atMs >= query.fromMs && atMs < query.toMs);
    for (const row of picked) yield await Promise.resolve([row]);
  }
  summary = (...asked: Parameters<WebLedger["summary"]>) => {
    this.asked.push(["summary", ...asked]);
    return Promise.resolve(this.summaryAnswer);
  };
  hashrate = (...asked: Parameters<WebLedger["hashrate"]>) => {
    this.asked.push(["hashrate", ...asked]);
    return Promise.resolve(this.points);
  };
  rates = (...asked: Parameters<WebLedger["rates"]>) => {
    this.asked.push(["rates", ...asked]);
    return Promise.resolve(windowsOf(this.rateTable, asked[0], [60, 900, 86_400]));
  };
  work = (...asked: Parameters<WebLedger["work"]>) => {
    this.asked.push(["work", ...asked]);
    return Promise.resolve(this.workRows);
  };
  deliveredRates = (windowsS: readonly number[]) => Promise.resolve(windowsOf(this.deliveredTable, windowsS, [900, 86_400]));
  deliveredWorks: WebLedger["deliveredWorks"] = (list) => Promise.resolve({ works: list.map(() => 0n), asOfMs: startMs });
  rejects = () => Promise.resolve(this.rejectTable);
  /** When no hub ran. */
  gapList: Gap[] = [];
  gaps = (fromMs: number, toMs: number) => {
    const within = this.gapList.filter((gap) => gap.fromMs < toMs && gap.toMs > fromMs);
    return Promise.resolve(within.map((gap) => ({ fromMs: Math.max(fromMs, gap.fromMs), toMs: Math.min(toMs, gap.toMs) })));
  };
  lastShares = (rigNo: number, n: number) => {
    this.asked.push(["lastShares", rigNo, n]);
    return Promise.resolve(this.rows.filter((row) => row.rigNo === rigNo).slice(-n));
  };
  backlog = () => ({ journalBytes: 0, rowsBehind: 0, undurableBytes: 0, full: this.isFull });
}

type Available = Pick<Capacity, "availableHps" | "availableRigs">;

/** A planner with as much capacity as the test says, and a judge who says what the test put into it. */
export class FakeContracts implements ContractView {
  available: Available = { availableHps: Number.POSITIVE_INFINITY, availableRigs: Number.POSITIVE_INFINITY };
  readonly healths = new Map<number, ContractHealth>();
  /** By the size of the place that is asked about; `available` where a size is not listed. */
  readonly availableOf = new Map<number, Available>();
  readonly asked: CapacityAsk[] = [];
  changes = 0;

  capacity = (ask: CapacityAsk) => {
    this.asked.push(ask);
    return this.availableOf.get(ask.place?.nominalHps ?? 0) ?? this.available;
  };
  cost: RemovalCost | null = null;
  removalCost = (rigNos: readonly number[]): RemovalCost =>
    this.cost ?? { rigs: rigNos.length, idleRigs: 0, servingRigs: 0, lostHps: 0, spareHps: 0, contracts: [] };
  health = (contractNo: number) => this.healths.get(contractNo) ?? null;
  changed = () => {
    this.changes += 1;
  };
}

export type Ask = { method?: string; body?: unknown; token?: string | null; headers?: Record<string, string>; key?: string; match?: string };
export type Answer = { status: number; headers: Headers; text: string; json: JsonObject };
// The tests look into answers whose shapes they check themselves.
// biome-ignore lint/suspicious/noExplicitAny: answers of the API are read field by field
export type JsonObject = Record<string, any>;

export const startMs = Date.parse("2026-11-22T08:00:00Z");

/** The web room over a real control database in memory. The clock stands still until a test moves it. */
export function testWeb(config: Partial<WebConfig> = {}) {
  const clock = { nowMs: startMs };
  const now = () => clock.nowMs;
  const control = openControl(":memory:", { now, log: silentLog });
  const hub = new FakeHub();
  const ledger = new FakeLedger();
  const contracts = new FakeContracts();
  const stated: WebConfig = { http: { host: "127.0.0.1", port: 0 }, stratum: { host: "0.0.0.0", port: 3333 }, httpTrustProxy: [], ...config };
  const deps: WebDeps = { control, contracts, ledger, hub, config: stated, log: silentLog, now, version: "0.0.0-test" };
  const { app, release } = createApp(deps);
  let keys = 0;

  const token = (...scopes: string[]): string => {
    const made = control.tokens.create({ name: `t-${scopes.join("+")}`, scopes });
    if (!made.ok) throw new Error(made.rule);
    return made.value.text.reveal();
  };
  const admin = token("admin");

  const headersFor = ({ method, token: bearer = admin, headers: own, key = `key-${++keys}`, match, body }: Ask): Headers => {
    const headers = new Headers(own);
    if (bearer !== null) headers.set("authorization", `Bearer ${bearer}`);
    if (method === "POST" && key !== "") headers.set("idempotency-key", key);
    if (match !== undefined) headers.set("if-match", match);
    if (body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
    return headers;
  };
  const send = (path: string, ask: Ask = {}): Promise<Response> => {
    const body = typeof ask.body === "string" ? ask.body : JSON.stringify(ask.body);
    return app.handle(
      new Request(`http://localhost${path}`, { method: ask.method ?? "GET", headers: headersFor(ask), ...(ask.body !== undefined && { body }) }),
    );
  };
  const call = async (path: string, ask: Ask = {}): Promise<Answer> => {
    const response = await send(path.startsWith("/api") || path.startsWith("//") ? path.replace("//", "/") : `/api/v1${path}`, ask);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "") && !/ndjson/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
  };
  return {
    ...{ app, deps, control, contracts, hub, ledger, clock, token, admin, send, call, release },
    get: (path: string, ask: Ask = {}) => call(path, ask),
    post: (path: string, body?: unknown, ask: Ask = {}) => call(path, { method: "POST", ...(body !== undefined && { body }), ...ask }),
    patch: (path: string, body: unknown, match?: string, ask: Ask = {}) => call(path, { method: "PATCH", body, ...(match !== undefined && { match }), ...ask }),
    remove: (path: string, match?: string, ask: Ask = {}) => call(path, { method: "DELETE", ...(match !== undefined && { match }), ...ask }),
    /** Lets the bell's timer and the tail of a request run. */
    settle: () => new Promise((resolve) => setTimeout(resolve, 30)),
  };
}

export type TestWeb = ReturnType<typeof testWeb>;
