import type { DuckDBValue } from "@duckdb/node-api";
import type { AlgorithmName } from "../work/algorithm.ts";
import type { ShareQuery, ShareRow } from "./answers.ts";
import type { Database } from "./database.ts";
import { journalAlgorithms } from "./journal-format.ts";
import { asMs, checkWindow } from "./scope.ts";
import { type HubVerdict, hubVerdicts, type PoolVerdict, poolVerdicts } from "./share-record.ts";

const columns =
  "sequence, at_ms, rig_no, session_no, contract_no, pool_no, algorithm, difficulty, work, pool_difficulty, pool_work, hub_verdict, pool_verdict, text, answered_ms";
const pageRows = 4_096;

/** Raw rows received in [fromMs, toMs) by sequence, a page at a time; each page is a query of its own, so a slow reader holds nothing open. */
export async function* shareRows(database: Database, query: ShareQuery, rowsMax: number): AsyncGenerator<ShareRow[]> {
  checkWindow(query.fromMs, query.toMs);
  const picked = [
    ["rig_no", query.rigNo],
    ["pool_no", query.poolNo],
    ["contract_no", query.contractNo],
  ].flatMap(([column, no]) => (no === undefined ? [] : [`AND ${column} = ${Number(no)}`]));
  let left = Math.min(query.limit, rowsMax);
  let after = -1;
  while (left > 0) {
    const limit = Math.min(left, pageRows);
    const rows = await database.ask(
      `SELECT ${columns} FROM (SELECT * FROM shares WHERE sequence > $1 AND at_ms >= $2 AND at_ms < $3 ${picked.join(" ")} ORDER BY sequence LIMIT ${limit})
       LEFT JOIN reasons USING (reason_no) ORDER BY sequence`,
      [BigInt(after), asMs(query.fromMs), asMs(query.toMs)],
    );
    if (rows.length > 0) yield rows.map(readRow);
    if (rows.length < limit) return;
    left -= rows.length;
    after = Number(rows[rows.length - 1]?.[0]);
  }
}

/** The last `n` rows of a rig that were received since `sinceMs`, newest first. */
export async function lastShareRows(database: Database, query: { rigNo: number; n: number; sinceMs: number }): Promise<ShareRow[]> {
  const rows = await database.ask(
    `SELECT ${columns} FROM (SELECT * FROM shares WHERE rig_no = $1 AND at_ms >= $2 ORDER BY sequence DESC LIMIT ${Math.max(0, Math.floor(query.n))})
     LEFT JOIN reasons USING (reason_no) ORDER BY sequence DESC`,
    [query.rigNo, asMs(query.sinceMs)],
  );
  return rows.map(readRow);
}

function readRow(row: DuckDBValue[]): ShareRow {
  const [sequence, atMs, rigNo, sessionNo, contractNo, poolNo, algorithm, difficulty, work, poolDifficulty, poolWork, hub, pool, reason, answeredMs] = row;
  return {
    sequence: Number(sequence),
    atMs: Number(atMs),
    rigNo: Number(rigNo),
    sessionNo: Number(sessionNo),
    contractNo: Number(contractNo),
    poolNo: Number(poolNo),
    algorithm: journalAlgorithms[Number(algorithm)] as AlgorithmName,
    difficulty: Number(difficulty),
    work: work as bigint,
    poolDifficulty: Number(poolDifficulty),
    poolWork: poolWork as bigint,
    hubVerdict: hubVerdicts[Number(hub)] as HubVerdict,
    poolVerdict: poolVerdicts[Number(pool)] as PoolVerdict,
    reason: typeof reason === "string" ? reason : null,
    answeredMs: Number(answeredMs),
  };
}
