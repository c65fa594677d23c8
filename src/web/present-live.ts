import type { Allocation } from "../control/allocations.ts";
import type { Listener } from "../control/listeners.ts";
import type { Pool } from "../control/pools.ts";
import { poolUrl } from "../control/pools.ts";
import type { Rig } from "../control/rig-row.ts";
import type { AnswerQuantiles } from "../health/answer-times.ts";
import type { PoolFact, PoolTest, RigFact } from "../health/facts.ts";
import type { HashratePoint, ShareRow, SharesSummary, Tally } from "../ledger/answers.ts";
import type { ListenerPort } from "./deps.ts";
import type { Rates } from "./live-figures.ts";
import { type Ids, listenerRowJson, rowJson } from "./present-rows.ts";
import { timeText } from "./times.ts";

export type PoolFigures = { fact: PoolFact | null; answers: AnswerQuantiles | null; probe: PoolTest | null; rejectBp: number };

/** A pool as the API shows it. The password is not among the fields, nor is its length. */
export function poolJson(pool: Pool, { fact, answers, probe, rejectBp }: PoolFigures) {
  return {
    id: pool.id,
    name: pool.name,
    url: poolUrl(pool),
    algorithm: pool.algorithm,
    username: pool.username,
    mode: pool.mode,
    customer_id: pool.customerId,
    state: fact?.state ?? ("unused" as const),
    state_since: timeText(fact?.stateSinceMs ?? pool.createdAtMs),
    state_reason: fact?.reason ?? "",
    extranonce2_size: fact?.extranonce2Size ?? probe?.extranonce2Size ?? null,
    difficulty: fact?.difficulty ?? probe?.difficulty ?? null,
    sessions: fact?.sessions ?? 0,
    rigs: fact?.rigs ?? 0,
    answer_ms: fact?.answerMs ?? null,
    answers_1h: answers === null ? null : { count: answers.count, p50_ms: answers.p50Ms, p99_ms: answers.p99Ms, since: timeText(answers.sinceMs) },
    reject_1h_bp: rejectBp,
    warnings: warningsOf(fact, probe),
    ...rowJson(pool),
  };
}

/** A trial's complaints hold until the pool was seen to work: a live session knows better. */
export function warningsOf(fact: PoolFact | null, probe: PoolTest | null): string[] {
  const isProven = fact?.state === "live" || fact?.state === "warm";
  return [...new Set([...(fact?.warnings ?? []), ...(isProven ? [] : (probe?.warnings ?? []))])];
}

/** A listener, and where it listens or why it does not. `port` is the hub's word on it; null where the hub has not heard of it yet. */
export function listenerJson(listener: Listener, port: ListenerPort | null, ids: Ids) {
  return { ...listenerRowJson(listener, ids), address: port?.address ?? null, error: port?.fault ?? null };
}

export function poolTestJson(test: PoolTest) {
  return { ok: test.ok, steps: test.steps, extranonce2_size: test.extranonce2Size, difficulty: test.difficulty, warnings: test.warnings };
}

export type RigFigures = { fact: RigFact | null; allocation: Allocation | null; workerNames: readonly string[]; rates: Rates; lastShareAtMs: number | null };

/** So fine that both parts make 1; 0.6 and not 0.6000000000000001. */
const partGrain = 1e12;

/** What an agreement leaves of a rig is the house's. */
function partsOf({ contractNo, fraction }: Allocation, ids: Ids) {
  const part = { contract_id: ids.contract(contractNo), fraction };
  return fraction < 1 ? [part, { contract_id: null, fraction: Math.round((1 - fraction) * partGrain) / partGrain }] : [part];
}

export function rigJson(rig: Rig, { fact, allocation, workerNames, rates, lastShareAtMs }: RigFigures, ids: Ids) {
  return {
    id: rig.id,
    name: rig.name,
    worker_names: workerNames,
    asset_code: rig.assetCode,
    fleet_id: ids.fleet(rig.fleetNo),
    site_id: rig.siteId,
    location: rig.location,
    owner_customer_id: rig.ownerCustomerId,
    model: rig.model,
    serial: rig.serial,
    mac: rig.mac,
    warranty_until: rig.warrantyUntil,
    nominal_hps: rig.nominalHps,
    nominal_source: rig.nominalSource,
    lend: rig.lend,
    lifecycle: rig.lifecycle,
    notes: rig.notes,
    status: rig.status,
    status_since: timeText(rig.statusSinceMs),
    status_reason: rig.statusReason,
    draining: rig.draining,
    parked: rig.parked,
    pinned_profile_id: ids.profile(rig.pinnedProfileNo),
    pinned_contract_id: ids.contract(rig.pinnedContractNo),
    serving: { contract_id: ids.contract(fact?.contractNo ?? 0), pool_id: ids.pool(fact?.poolNo ?? 0) },
    allocations: allocation === null ? [] : partsOf(allocation, ids),
    hashrate: rates,
    sessions: (fact?.sessions ?? []).map(({ address, agent, difficulty, worker, sinceMs }) => ({
      address,
      agent,
      difficulty,
      worker,
      since: timeText(sinceMs),
    })),
    last_refusal: fact?.lastRefusal ? { at: timeText(fact.lastRefusal.atMs), code: fact.lastRefusal.code, text: fact.lastRefusal.text } : null,
    last_share_at: timeText(lastShareAtMs),
    ...rowJson(rig),
  };
}

const tallyJson = ({ count, work }: Tally) => ({ count, work_hashes: String(work) });

/** `fromEntries` makes own members of any word, `__proto__` too, where an assignment would not; the prototype goes, so that none is inherited. */
function byReasonJson(byReason: ReadonlyMap<string, Tally>): Record<string, ReturnType<typeof tallyJson>> {
  const entries = [...byReason].map(([reason, tally]) => [reason, tallyJson(tally)]);
  return Object.setPrototypeOf(Object.fromEntries(entries), null);
}

export function sharesSummaryJson(summary: SharesSummary) {
  const { byReason, ...rejected } = summary.poolRejected;
  return {
    hub_accepted: tallyJson(summary.hubAccepted),
    pool_accepted: tallyJson(summary.poolAccepted),
    pool_rejected: { ...tallyJson(rejected), by_reason: byReasonJson(byReason) },
    unanswered: tallyJson(summary.unanswered),
    stale: tallyJson(summary.stale),
    low_difficulty: tallyJson(summary.lowDifficulty),
    duplicate: tallyJson(summary.duplicate),
    invalid: tallyJson(summary.invalid),
    expired: tallyJson(summary.expired),
    unauthorized: tallyJson(summary.unauthorized),
    orphaned: tallyJson(summary.orphaned),
    as_of: timeText(summary.asOfMs),
  };
}

export function hashrateJson(stepS: number, points: readonly HashratePoint[]) {
  return {
    step_s: stepS,
    points: points.map((point) => ({
      at: timeText(point.atMs),
      effective_hps: point.effectiveHps,
      delivered_hps: point.deliveredHps,
      lower_hps: point.lowerHps,
      upper_hps: point.upperHps,
    })),
  };
}

export type ShareIds = { rigId: string | null; poolId: string | null; contractId: string | null };

/** One raw share. Ids are looked up by the caller. */
export function shareJson(row: ShareRow, { rigId, poolId, contractId }: ShareIds) {
  return {
    sequence: row.sequence,
    at: timeText(row.atMs),
    rig_id: rigId,
    session_no: row.sessionNo,
    contract_id: contractId,
    pool_id: poolId,
    algorithm: row.algorithm,
    difficulty: row.difficulty,
    work_hashes: String(row.work),
    pool_difficulty: row.poolDifficulty,
    pool_work_hashes: String(row.poolWork),
    hub_verdict: row.hubVerdict,
    pool_verdict: row.poolVerdict,
    reason: row.reason,
    answered_ms: row.answeredMs < 0 ? null : row.answeredMs,
  };
}
