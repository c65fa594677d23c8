import type { DuckDBValue } from "@duckdb/node-api";
import type { HashrateScope, SharesSummary, Tally } from "./answers.ts";
import { otherReason } from "./block-writer.ts";
import { type Asked, factsSql } from "./fact-sources.ts";
import type { Questions } from "./questions.ts";
import { forwarded, isPoolAccepted, lost } from "./rollup-sql.ts";
import { checkWindow, scopeCondition } from "./scope.ts";
import { type HubVerdict, hubVerdicts, type PoolVerdict, poolVerdicts } from "./share-record.ts";

const fate = ["hub_verdict", "pool_verdict", "reason_no"] as const;
const tallied = ["shares", "work", "pool_work"] as const;

export type FateRow = { hubVerdict: HubVerdict; poolVerdict: PoolVerdict; reason: string | null; count: number; work: bigint; poolWork: bigint };

/** The shares of a scope received in [fromMs, toMs), counted by fate. */
export async function summaryOf(questions: Questions, scope: HashrateScope, window: { fromMs: number; toMs: number; asOfMs: number }): Promise<SharesSummary> {
  checkWindow(window.fromMs, window.toMs);
  const picked = scopeCondition(scope);
  const range = { fromMs: Math.floor(window.fromMs), toMs: Math.floor(window.toMs) };
  const rows = await questions.ask(
    (reach) => `SELECT fates.*, reasons.text FROM (
       SELECT hub_verdict, pool_verdict, reason_no, sum(shares) AS shares, sum(work) AS work, sum(pool_work) AS pool_work
       FROM (${factsSql(reach, { ...range, picked, keys: fate, figures: tallied })}) GROUP BY ALL HAVING sum(shares) <> 0
     ) fates LEFT JOIN reasons USING (reason_no)`,
    [picked.value],
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

/** Per endpoint or per rig, the work at the endpoints' difficulty that was accepted there, and that was refused or left unanswered; only of forwarded shares. */
export async function rejectsOf(
  questions: Questions,
  fromMs: number,
  toMs: number,
  by: "pool" | "rig",
): Promise<Map<number, { accepted: bigint; rejected: bigint }>> {
  checkWindow(fromMs, toMs);
  // Reads no more than it needs: sums of all kinds for ten thousand rigs cost six times as much.
  const asked: Asked = {
    ...{ fromMs: Math.floor(fromMs), toMs: Math.floor(toMs) },
    picked: { sql: forwarded, value: true, ofRigs: false },
    keys: [`${by}_no`, "hub_verdict", "pool_verdict"],
    figures: ["pool_work"],
  };
  const of = (condition: string) => `coalesce(sum(pool_work) FILTER (WHERE ${condition}), 0)`;
  const found = await questions.askColumns(
    (reach) => `SELECT ${by}_no::DOUBLE, ${of(isPoolAccepted)}::HUGEINT AS accepted, ${of(lost)}::HUGEINT AS rejected FROM (${factsSql(reach, asked)})
      GROUP BY ${by}_no HAVING accepted > 0 OR rejected > 0`,
  );
  const [accepted, rejected] = [found.integers(1), found.integers(2)];
  return new Map(Array.from(found.numbers(0), (no, row) => [no, { accepted: accepted[row] ?? 0n, rejected: rejected[row] ?? 0n }]));
}
