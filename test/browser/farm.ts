import { openControl } from "../../src/control/control.ts";
import { Exposure } from "../../src/health/exposure.ts";
import type { PoolFact, PoolTest, RigFact } from "../../src/health/facts.ts";
import { silentLog } from "../../src/log.ts";
import type { Move } from "../../src/schedule/move.ts";
import type { ContractHealth, ContractView, HubView, WebDeps, WebLedger } from "../../src/web/deps.ts";
import { startWeb } from "../../src/web/server.ts";
import { type Facts, fakeLedger } from "./fake-ledger.ts";

export const owner = { email: "kari@nordlys.example", password: "a long enough sentence" };
/** What a rig may say of itself. */
export const hostile = '"><img src=x onerror=window.hacked=1><script>window.hacked=1</script>';

export type Farm = {
  url: string;
  deps: WebDeps;
  facts: Facts;
  moves: Move[];
  /** What the judge says of contracts, and what could be promised. */
  healths: Map<number, ContractHealth>;
  /** What is wrong with the disk. */
  diskTroubles: { code: string; text: string }[];
  available: { availableHps: number; availableRigs: number };
  /** How far the hub's clock is ahead of ours. */
  clock: { aheadMs: number };
  /** The pages are gone, as when the process ends; and come back at the same address. */
  away: () => Promise<void>;
  back: () => Promise<void>;
  /** Calls of `configChanged`. */
  changes: () => number;
  stop: () => Promise<void>;
};

const wellTest: PoolTest = {
  ok: false,
  steps: [
    { name: "connect", ok: true, ms: 12, text: "eu1.pool.example:3333" },
    { name: "subscribe", ok: true, ms: 40, text: "extranonce2 of 8 bytes" },
    { name: "authorize", ok: false, ms: 38, text: `the pool refused: ${hostile}` },
  ],
  extranonce2Size: 8,
  difficulty: 65_536,
  warnings: [],
};

function fakeHub(facts: Facts, moves: Move[], onConfig: () => void): HubView {
  return {
    rigs: () => facts.rigs.values(),
    rig: (no) => facts.rigs.get(no) ?? null,
    pools: () => facts.pools.values(),
    pool: (no) => facts.pools.get(no) ?? null,
    poolAnswers: (no) => (no > 2 ? null : { count: 12_345, p50Ms: 38, p99Ms: no === 1 ? 120 : null, sinceMs: Date.now() - no * 1_800_000 }),
    sessions: () => [...facts.rigs.values()].reduce((sum, rig) => sum + rig.sessions.length, 0),
    ports: () => [],
    testPool: () => Promise.resolve(wellTest),
    applyMoves: (list) => void moves.push(...list),
    configChanged: onConfig,
    ready: () => true,
    onChange: () => () => {},
  };
}

/** A hub without rigs and pools behind real pages, a real control database in memory, and a ledger that says what the test told it. */
export async function openFarm(): Promise<Farm> {
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const facts: Facts = { rigs: new Map(), pools: new Map(), hps: new Map(), delivered: new Map(), shares: [] };
  const moves: Move[] = [];
  let changes = 0;
  const control = openControl(":memory:", { now, log: silentLog });
  control.listeners.ensurePrimary("0.0.0.0:3333");
  const ledger: WebLedger = fakeLedger(facts);
  const hub = fakeHub(facts, moves, () => {
    changes += 1;
  });
  const config = { http: { host: "127.0.0.1", port: 0 }, stratum: { host: "0.0.0.0", port: 3333 }, httpTrustProxy: [] };
  const healths: Farm["healths"] = new Map();
  const diskTroubles: Farm["diskTroubles"] = [];
  const available: Farm["available"] = { availableHps: 1e15, availableRigs: 5 };
  const removalCost: ContractView["removalCost"] = (rigNos) => ({ rigs: rigNos.length, idleRigs: 0, servingRigs: 0, lostHps: 0, spareHps: 0, contracts: [] });
  const contracts: ContractView = { capacity: () => available, removalCost, health: (no) => healths.get(no) ?? null, changed: () => {} };
  const testChannel: WebDeps["testChannel"] = (id) => Promise.resolve({ ok: true, text: `${control.channels.byId(id)?.name} heard it` });
  const deps: WebDeps = { control, contracts, ledger, hub, config, log: silentLog, now, testChannel, diskTroubles: () => diskTroubles };
  let web = await startWeb(deps);
  const { port } = web.address;
  const away = () => web.stop();
  const back = async () => {
    web = await startWeb({ ...deps, config: { ...config, http: { host: "127.0.0.1", port } } });
  };
  const stop = async () => {
    await web.stop();
    control.close();
  };
  return { url: `http://127.0.0.1:${port}`, deps, facts, moves, healths, diskTroubles, available, clock, away, back, changes: () => changes, stop };
}

export function addOwner({ deps }: Farm) {
  return deps.control.users.add({ ...owner, role: "owner" });
}

function rigFact(rigNo: number, poolNo: number, atMs: number): RigFact {
  const session = { sessionNo: rigNo, address: "10.2.0.31:51222", agent: `bmminer/2.0 ${hostile}`, worker: `${hostile}.rig`, difficulty: 65_536 };
  return {
    rigNo,
    sessions: [{ ...session, sinceMs: atMs - 9_000_000, listenerId: "lsn_1" }],
    poolNo,
    contractNo: 0,
    lastShareAtMs: atMs - 3_000,
    lastAcceptedAtMs: atMs - 3_000,
    acceptedShares: 400,
    disconnectedAtMs: null,
    exposure: new Exposure(),
    lastRefusal: { atMs: atMs - 60_000, code: 23, text: "Low difficulty share" },
  };
}

function poolFact(poolNo: number, state: PoolFact["state"], atMs: number): PoolFact {
  const reason = state === "failing" ? `no answer to 3 submits in 20 s, it said ${hostile}` : "";
  const counts = { extranonce2Size: 8, difficulty: 65_536, sessions: 2, rigs: 12, lastJobAtMs: atMs, answerMs: 38 };
  return { poolNo, algorithm: "sha256d", state, stateSinceMs: atMs - 8_000_000, reason, ...counts, warnings: state === "failing" ? [hostile] : [] };
}

/** Two pools, a house profile and `count` rigs in all seven statuses. */
export function fill(farm: Farm, count: number): void {
  const { deps, facts } = farm;
  const { control } = deps;
  const atMs = deps.now();
  const poolNos = ["Main", "Backup"].map((name, at) => {
    const made = control.pools.create({ name: `${name} <b>pool</b>`, host: `eu${at + 1}.pool.example`, port: 3333, username: "nordlys.{rig}" });
    if (!made.ok) throw new Error(made.rule);
    facts.pools.set(made.value.no, poolFact(made.value.no, at === 0 ? "live" : "failing", atMs));
    return made.value.no;
  });
  const profile = control.profiles.create({ name: "House", poolNos });
  const fleet = control.fleets.ensureMain();
  if (!profile.ok) throw new Error(profile.rule);
  control.fleets.update(fleet.id, { houseProfileNo: profile.value.no }, null);
  const names = Array.from({ length: count }, (_, at) => ({ fleetNo: fleet.no, name: `S21-${String(at + 1).padStart(3, "0")}`, nominalHps: 2e14 }));
  const rigs = control.rigs.enrol(names);
  const statuses = ["online", "online", "degraded", "online", "rejecting", "vetting", "offline", "flapping", "quarantined", "online"] as const;
  control.rigs.setStatus(
    rigs.map(({ no }, at) => ({ rigNo: no, status: statuses[at % 10] ?? "online", reason: { code: "test", text: `the pool said ${hostile}` } })),
  );
  for (const { no } of rigs) {
    facts.rigs.set(no, rigFact(no, poolNos[0] ?? 0, atMs));
    facts.hps.set(no, 2e14);
  }
  place(farm, rigs);
  sell(farm, { fleetNo: fleet.no, profileNo: profile.value.no, rigNos: rigs.slice(0, 4).map(({ no }) => no) });
  facts.shares = sampleShares(atMs, rigs[0]?.no ?? 0, poolNos[0] ?? 0);
}

/** The first rigs into two racks of one row: one of them twice at a place, one where the rack has none, and one into a rack that nobody described. */
function place({ deps: { control } }: Farm, rigs: readonly { id: string }[]): void {
  const site = control.sites.create({ name: `Mo i Rana ${hostile.slice(0, 60)}` });
  if (!site.ok) throw new Error(site.rule);
  const at = { building: "B1", row: "R3" };
  const stand = (rig: { id: string } | undefined, rack: string, position: string | null) => {
    if (rig !== undefined) control.rigs.update(rig.id, { siteId: site.value.id, location: { ...at, rack, position } }, null);
  };
  stand(rigs[8], "K1", "behind the door");
  for (const name of ["K1", "K2"]) control.racks.create({ siteId: site.value.id, ...at, name, levels: 4, slots: 12 });
  for (const [no, rig] of rigs.slice(0, 8).entries()) stand(rig, "K1", String(no + 1));
  stand(rigs[9], "K1", "L1S1");
  stand(rigs[10], "K3 <b>", "7");
  stand(rigs[11], "K2", null);
}

const servedForMs = 25 * 3_600_000;

/** A customer with a contract that the first rigs serve, the last of them in place of another. */
function sell(
  { deps: { control }, facts, healths, clock }: Farm,
  { fleetNo, profileNo, rigNos }: { fleetNo: number; profileNo: number; rigNos: number[] },
): void {
  const customer = control.customers.create({ name: `Borealis ${hostile}`, email: "ops@borealis.example" });
  if (!customer.ok) throw new Error(customer.rule);
  // It has been served for longer than any figure beside it looks back.
  clock.aheadMs -= servedForMs;
  const terms = { customerNo: customer.value.no, fleetNo, profileNo, method: "threshold", promise: { promisedHps: 6e14 } } as const;
  const contract = control.contracts.create({ ...terms, by: "user:none", notes: hostile });
  if (!contract.ok) throw new Error(contract.rule);
  control.contracts.setState([{ contractNo: contract.value.no, to: "active" }]);
  clock.aheadMs += servedForMs;
  facts.delivered.set(contract.value.no, 6.06e14);
  healths.set(contract.value.no, { state: "degraded", reason: { code: "measured", text: `its rigs send too little ${hostile}` } });
  for (const rigNo of rigNos) facts.rigs.set(rigNo, { ...rigFact(rigNo, 1, Date.now()), contractNo: contract.value.no });
  const replaces = { code: "replaces", text: `S21-004 replaces S21-007, which said ${hostile} for 95 s; chosen: same rack` };
  const reasonOf = (at: number) => (at === 3 ? replaces : { code: "fills", text: "fills up C-00001" });
  const about = { contract_id: contract.value.id };
  control.events.append(
    {
      type: "rig.moved",
      subjectKind: "rig",
      subjectId: control.rigs.byNo(rigNos[3] ?? 0)?.id ?? null,
      text: replaces.text,
      data: { ...about, code: "replaces" },
    },
    {
      type: "pool.failover",
      subjectKind: "pool",
      subjectId: control.pools.all()[0]?.id ?? null,
      text: `Main: ${hostile}. 4 rigs went on at Backup.`,
      data: about,
    },
  );
  control.allocations.assign(rigNos.map((rigNo, at) => ({ rigNo, contractNo: contract.value.no, profileNo, reason: reasonOf(at), decidedBy: "planner" })));
}

function sampleShares(atMs: number, rigNo: number, poolNo: number): Facts["shares"] {
  return Array.from({ length: 20 }, (_, at) => ({
    sequence: at,
    atMs: atMs - at * 5_000,
    rigNo,
    sessionNo: 1,
    contractNo: 0,
    poolNo,
    algorithm: "sha256d",
    difficulty: 65_536,
    work: 281_474_976_710_656n,
    poolDifficulty: 65_536,
    poolWork: 281_474_976_710_656n,
    hubVerdict: at === 2 ? "low-difficulty" : "accepted",
    poolVerdict: at === 3 ? "rejected" : "accepted",
    reason: at === 3 ? hostile : null,
    answeredMs: 38,
  }));
}
