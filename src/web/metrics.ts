import type { Contract } from "../control/contract-row.ts";
import { type PoolFact, type PoolState, poolStates } from "../health/facts.ts";
import type { OperationFacts } from "../health/operation-facts.ts";
import { contractHealthStates, type WebDeps } from "./deps.ts";
import { type Labels, OpenMetrics, openMetricsType, type Sample } from "./open-metrics.ts";
import { Ids } from "./present-rows.ts";
import { requirePermission } from "./principal.ts";

/** Asks for a token like the API, and lies beside it because scrapers expect it there. */
export const metricsPath = "/metrics";

type Deps = Pick<WebDeps, "control" | "hub" | "ledger" | "contracts" | "operation" | "version">;

const none: Labels = Object.freeze({});
const usable: ReadonlySet<PoolState> = new Set(["live", "warm"]);
/** Those that have not ended. */
const openStates = ["scheduled", "activating", "active", "suspended"] as const;

/** Everything that Prometheus may scrape, by pool, fleet and contract; never by rig. Asks no database but the control's, for about a millisecond. */
export function metrics(deps: Deps, request: Request): Response {
  requirePermission(request, "metrics:read");
  return new Response(metricsText(deps), { headers: { "content-type": openMetricsType } });
}

export function metricsText(deps: Deps): string {
  const out = new OpenMetrics();
  const ids = new Ids(deps.control);
  const operation = deps.operation?.() ?? null;
  out.info({ name: "hub_build", help: "The program" }, [{ version: deps.version ?? "unknown" }]);
  fleetFamilies(out, deps, ids);
  poolFamilies(out, deps);
  contractFamilies(out, deps, { ids, operation });
  journalFamilies(out, deps, operation);
  if (operation !== null) {
    shareFamilies(out, operation, ids);
    workFamilies(out, operation);
  }
  return out.text();
}

function fleetFamilies(out: OpenMetrics, { control, hub }: Deps, ids: Ids): void {
  const fleets = control.fleets.all();
  out.info(
    { name: "hub_fleet", help: "Fleets by id" },
    fleets.map(({ id, name, algorithm }) => ({ fleet: id, name, algorithm })),
  );
  out.gauge(
    { name: "hub_rigs", help: "Rigs in use (lifecycle active) by fleet and status" },
    control.rigs.countByFleet().map(({ fleetNo, status, count }): Sample => [{ fleet: ids.fleet(fleetNo) ?? "", status }, count]),
  );
  out.gauge(
    { name: "hub_rigs_never_seen", help: "Of those that are offline, rigs that were entered and have not connected yet, by fleet" },
    neverSeen(control, ids),
  );
  out.gauge({ name: "hub_rig_sessions", help: "Open connections of rigs" }, [[none, hub.sessions()]]);
}

function neverSeen({ rigs }: Deps["control"], ids: Ids): Sample[] {
  return rigs.countByFleet().flatMap(({ fleetNo, unseen }): Sample[] => (unseen === 0 ? [] : [[{ fleet: ids.fleet(fleetNo) ?? "" }, unseen]]));
}

function poolFamilies(out: OpenMetrics, { control, hub }: Deps): void {
  const facts = new Map([...hub.pools()].map((fact) => [fact.poolNo, fact]));
  const pools = control.pools.all().map((pool) => ({ pool, fact: facts.get(pool.no) ?? null }));
  out.info(
    { name: "hub_pool", help: "Pool endpoints by id" },
    pools.map(({ pool: { id, name, algorithm } }) => ({ pool: id, name, algorithm })),
  );
  const states = Map.groupBy(pools, ({ fact }) => fact?.state ?? "unused");
  out.gauge(
    { name: "hub_pools", help: "Pool endpoints by state" },
    poolStates.map((state): Sample => [{ state }, states.get(state)?.length ?? 0]),
  );
  const each = (of: (fact: PoolFact) => number): Sample[] => pools.flatMap(({ pool, fact }) => (fact === null ? [] : [[{ pool: pool.id }, of(fact)]]));
  out.gauge(
    { name: "hub_pool_up", help: "1 while the pool is live or warm" },
    each(({ state }) => (usable.has(state) ? 1 : 0)),
  );
  out.gauge(
    { name: "hub_pool_sessions", help: "Open connections to the pool" },
    each(({ sessions }) => sessions),
  );
  out.gauge(
    { name: "hub_pool_rigs", help: "Rigs that hold a job of the pool" },
    each(({ rigs }) => rigs),
  );
}

function contractFamilies(out: OpenMetrics, { control, contracts }: Deps, { ids, operation }: { ids: Ids; operation: OperationFacts | null }): void {
  const open = control.contracts.all();
  out.info(
    { name: "hub_contract", help: "Contracts that have not ended, by id" },
    open.map(({ id, number, method, fleetNo }) => ({ contract: id, number, method, fleet: ids.fleet(fleetNo) ?? "" })),
  );
  const states = Map.groupBy(open, ({ state }) => state);
  out.gauge(
    { name: "hub_contracts", help: "Contracts that have not ended, by state" },
    openStates.map((state): Sample => [{ state }, states.get(state)?.length ?? 0]),
  );
  const judged = open.flatMap((contract) => {
    const health = contracts?.health(contract.no) ?? null;
    return health === null ? [] : [{ contract, state: health.state }];
  });
  out.stateset(
    { name: "hub_contract_health", help: "How each contract in force stands" },
    contractHealthStates,
    judged.map(({ contract, state }) => [{ contract: contract.id }, state] as const),
  );
  const rate = (name: string, help: string, of: (contract: Contract) => number | undefined) =>
    out.gauge(
      { name, help, unit: "hps" },
      open.flatMap((contract): Sample[] => {
        const value = of(contract);
        return value === undefined ? [] : [[{ contract: contract.id }, value]];
      }),
    );
  rate("hub_contract_promised_hps", "Hashes per second that were promised", ({ promisedHps }) => promisedHps);
  rate("hub_contract_expected_hps", "Hashes per second that its rigs are expected to deliver", ({ no }) => operation?.expectedHps.get(no));
}

function journalFamilies(out: OpenMetrics, { ledger }: Deps, operation: OperationFacts | null): void {
  const { undurableBytes, rowsBehind, full } = ledger.backlog();
  out.gauge({ name: "hub_journal_undurable_bytes", unit: "bytes", help: "Appended to the journal and not yet on disk" }, [[none, undurableBytes]]);
  out.gauge({ name: "hub_journal_full", help: "1 while shares are refused because the disk is full or too slow" }, [[none, full ? 1 : 0]]);
  out.gauge({ name: "hub_loader_behind_rows", unit: "rows", help: "On disk in the journal and not yet in the database" }, [[none, rowsBehind]]);
  if (operation === null) return;
  out.gauge({ name: "hub_loader_lag_seconds", unit: "seconds", help: "How far the figures on the pages are behind" }, [[none, operation.loaderLagSeconds]]);
  out.histogram({ name: "hub_journal_commit_seconds", unit: "seconds", help: "Writing and syncing what has gathered" }, [[none, operation.commitSeconds]]);
}

function shareFamilies(out: OpenMetrics, operation: OperationFacts, ids: Ids): void {
  const shares = operation.shares.map(({ poolNo, contractNo, hubVerdict, poolVerdict, count, workHashes }) => {
    const labels = { pool: ids.pool(poolNo) ?? "", contract: ids.contract(contractNo) ?? "house", hub_verdict: hubVerdict, pool_verdict: poolVerdict };
    return { labels, count, workHashes };
  });
  const help = "by the pool and contract of their jobs, the hub's verdict and the pool's";
  out.counter(
    { name: "hub_shares", help: `Shares on record, ${help}` },
    shares.map(({ labels, count }): Sample => [labels, count]),
  );
  out.counter(
    { name: "hub_share_work_hashes", unit: "hashes", help: `Expected hashes of shares on record, ${help}` },
    shares.map(({ labels, workHashes }): Sample => [labels, workHashes]),
  );
  out.counter({ name: "hub_unrecorded_shares", help: "Refused because the journal could not take them" }, [[none, operation.unrecordedShares]]);
  out.counter(
    { name: "hub_late_pool_answers", help: "Verdicts that came after the share was on record as unanswered" },
    [...operation.lateAnswers].map(([verdict, count]): Sample => [{ pool_verdict: verdict }, count]),
  );
  out.histogram(
    { name: "hub_pool_answer_seconds", unit: "seconds", help: "From a share's submit to the pool's answer" },
    [...operation.poolAnswerSeconds].map(([poolNo, seconds]) => [{ pool: ids.pool(poolNo) ?? "" }, seconds] as const),
  );
}

function workFamilies(out: OpenMetrics, operation: OperationFacts): void {
  out.counter(
    { name: "hub_rig_moves", help: "Recorded moves of rigs by the planner's cause" },
    [...operation.moves].map(([cause, count]): Sample => [{ cause }, count]),
  );
  out.counter({ name: "hub_slice_switches", help: "Turns of rigs that serve a contract in part" }, [[none, operation.sliceSwitches]]);
  const duration = (name: string, help: string, seconds: OperationFacts["planSeconds"]) => out.histogram({ name, help, unit: "seconds" }, [[none, seconds]]);
  duration("hub_plan_seconds", "Making one plan", operation.planSeconds);
  duration("hub_judge_seconds", "Judging all rigs once, with what it writes", operation.judgeSeconds);
  duration("hub_event_loop_lag_seconds", "How late timers ring", operation.loopLagSeconds);
  out.gauge({ name: "hub_process_resident_memory_bytes", unit: "bytes", help: "Memory of the process" }, [[none, operation.residentBytes]]);
  out.gauge({ name: "hub_process_heap_bytes", unit: "bytes", help: "Of that, what JavaScript holds" }, [[none, operation.heapBytes]]);
  out.gauge({ name: "hub_process_start_time_seconds", unit: "seconds", help: "When the process started, in Unix time" }, [
    [none, operation.startedAtMs / 1_000],
  ]);
}
