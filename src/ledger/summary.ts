import type { DuckDBValue } from "@duckdb/node-api";
import type { Scope, SharesSummary, Tally } from "./answers.ts";
import { otherReason } from "./block-writer.ts";
import type { Database } from "./database.ts";
import { poolCodes } from "./journal-format.ts";
import { asMs, checkWindow, scopeCondition } from "./scope.ts";
import { type HubVerdict, hubVerdicts, type PoolVerdict, poolVerdicts } from "./share-record.ts";

export type FateRow = { hubVerdict: HubVerdict; poolVerdict: PoolVerdict; reason: string | null; count: number; work: bigint; poolWork: bigint };

const forwarded = `pool_verdict IN (${poolCodes.accepted}, ${poolCodes.rejected}, ${poolCodes.unanswered})`;

/** The shares of a scope received in [fromMs, toMs), counted by fate. */
export async function summaryOf(database: Database, scope: Scope, window: { fromMs: number; toMs: number; asOfMs: number }): Promise<SharesSummary> {
  checkWindow(window.fromMs, window.toMs);
  const condition = scopeCondition(scope);
  const rows = await database.ask(
    `SELECT fates.*, reasons.text FROM (
       SELECT hub_verdict, pool_verdict, reason_no, count(*) AS shares, sum(work) AS work, sum(CASE WHEN ${forwarded} THEN pool_work ELSE 0 END) AS pool_work
       FROM shares WHERE ${condition.sql} AND at_ms >= $2 AND at_ms < $3 GROUP BY ALL
     ) fates LEFT JOIN reasons USING (reason_no)`,
    [condition.value, asMs(window.fromMs), asMs(window.toMs)],
  );
  return foldFates(rows.map(readFate), window.asOfMs);
}

function readFate([hub, pool, , count, work, poolWork, reason]: DuckDBValue[]): FateRow {
  return {
    hubVerdict: hubVerdicts[Number(hub)] as HubVerdict,
    poolVerdict: poolVerdicts[Number(pool)] as PoolVerdict,
    reason: typeof reason === "string" ? reason : null,
    count: Number(count),
    work: BigInt(work as bigint),
    poolWork: BigInt(poolWork as bigint),
  };
}

const none = (): Tally => ({ count: 0, work: 0n });

function add(tally: Tally, count: number, work: bigint): void {
  tally.count += count;
  tally.work += work;
}

/** Sums rows of equal fate into the buckets of the API. */
export function foldFates(rows: readonly FateRow[], asOfMs: number): SharesSummary {
  const byReason = new Map<string, Tally>();
  const ofHub: Record<HubVerdict, Tally> = {
    accepted: none(),
    stale: none(),
    expired: none(),
    duplicate: none(),
    "low-difficulty": none(),
    invalid: none(),
    unauthorized: none(),
  };
  const ofPool: Record<PoolVerdict, Tally> = { "not-forwarded": none(), accepted: none(), rejected: none(), unanswered: none(), orphaned: none() };
  for (const row of rows) {
    add(ofHub[row.hubVerdict], row.count, row.work);
    add(ofPool[row.poolVerdict], row.count, row.poolVerdict === "orphaned" ? row.work : row.poolWork);
    if (row.poolVerdict !== "rejected") continue;
    const reason = row.reason ?? otherReason;
    const tally = byReason.get(reason) ?? none();
    byReason.set(reason, tally);
    add(tally, row.count, row.poolWork);
  }
  return {
    hubAccepted: ofHub.accepted,
    poolAccepted: ofPool.accepted,
    poolRejected: { ...ofPool.rejected, byReason },
    unanswered: ofPool.unanswered,
    stale: ofHub.stale,
    lowDifficulty: ofHub["low-difficulty"],
    duplicate: ofHub.duplicate,
    invalid: ofHub.invalid,
    expired: ofHub.expired,
    unauthorized: ofHub.unauthorized,
    orphaned: ofPool.orphaned,
    asOfMs,
  };
}

/** Per endpoint or per rig, the work at the endpoints' difficulty that was accepted there, and that was refused or left unanswered. */
export async function rejectsOf(
  database: Database,
  fromMs: number,
  toMs: number,
  by: "pool" | "rig",
): Promise<Map<number, { accepted: bigint; rejected: bigint }>> {
  checkWindow(fromMs, toMs);
  const rows = await database.ask(
    `SELECT ${by}_no, sum(CASE WHEN pool_verdict = ${poolCodes.accepted} THEN pool_work ELSE 0 END), sum(CASE WHEN pool_verdict <> ${poolCodes.accepted} THEN pool_work ELSE 0 END)
     FROM shares WHERE ${forwarded} AND at_ms >= $1 AND at_ms < $2 GROUP BY ${by}_no`,
    [asMs(fromMs), asMs(toMs)],
  );
  return new Map(rows.map(([no, accepted, rejected]) => [Number(no), { accepted: accepted as bigint, rejected: rejected as bigint }]));
}
