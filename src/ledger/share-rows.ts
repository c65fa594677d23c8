import type { DuckDBValue } from "@duckdb/node-api";
import type { AlgorithmName } from "../work/algorithm.ts";
import type { ShareQuery, ShareRow } from "./answers.ts";
import type { Database } from "./database.ts";
import { journalAlgorithms } from "./journal-format.ts";
import type { Questions } from "./questions.ts";
import { asMs, checkWindow, oneOf } from "./scope.ts";
import { type HubVerdict, hubVerdicts, type PoolVerdict, poolVerdicts } from "./share-record.ts";
import { type Piece, pieceLive, type Range, rawSources } from "./share-sources.ts";

const rowColumns =
  "sequence, at_ms, rig_no, session_no, contract_no, pool_no, algorithm, difficulty, work, pool_difficulty, pool_work, hub_verdict, pool_verdict, reason_no, answered_ms";
const columns =
  "sequence, at_ms, rig_no, session_no, contract_no, pool_no, algorithm, difficulty, work, pool_difficulty, pool_work, hub_verdict, pool_verdict, text, answered_ms";
const pageRows = 4_096;

/**
 * Raw rows received in [fromMs, toMs), a page at a time; each page is a question of its own, so a slow reader holds nothing open.
 * By sequence, but where older ones lie in files: then one file's time after the other.
 */
export async function* shareRows(questions: Questions, query: ShareQuery, rowsMax: number): AsyncGenerator<ShareRow[]> {
  checkWindow(query.fromMs, query.toMs);
  const picked = pickedBy(query);
  let left = Math.min(query.limit, rowsMax);
  for (const range of fileRanges(questions.pieces, { fromMs: Math.floor(query.fromMs), toMs: Math.floor(query.toMs) })) {
    let after = -1;
    for (let limit = pageRows; limit === pageRows && left > 0; ) {
      const wanted = Math.min(left, pageRows);
      const rows = await questions.ask((reach) => pageSql(reach.pieces, range, [`sequence > ${after}`, ...picked], wanted));
      if (rows.length > 0) yield rows.map(readRow);
      left -= rows.length;
      after = Number(rows[rows.length - 1]?.[0]);
      limit = rows.length;
    }
  }
}

function pickedBy({ rigNos, poolNo, contractNo }: ShareQuery): string[] {
  const columnsAsked = [
    ["pool_no", poolNo],
    ["contract_no", contractNo],
  ] as const;
  const picked = columnsAsked.flatMap(([column, no]) => (no === undefined ? [] : [`${column} = ${Number(no)}`]));
  return rigNos === undefined ? picked : [oneOf("rig_no", rigNos), ...picked];
}

/** The window cut where files begin and end, so that no page needs to look into all of them. */
function fileRanges(pieces: readonly Piece[], { fromMs, toMs }: Range): Range[] {
  const edges = pieces.filter(({ state }) => state !== pieceLive).flatMap((piece) => [piece.fromMs, piece.toMs]);
  const cuts = [...new Set([fromMs, ...edges.filter((ms) => ms > fromMs && ms < toMs), toMs])].sort((one, other) => one - other);
  return cuts.slice(1).map((end, index) => ({ fromMs: cuts[index] as number, toMs: end }));
}

function pageSql(pieces: readonly Piece[], range: Range, picked: readonly string[], limit: number): string {
  const sources = rawSources(pieces, range).map(({ from, where }) => `SELECT ${rowColumns} FROM ${from} WHERE ${[where, ...picked].join(" AND ")}`);
  return `SELECT ${columns} FROM (SELECT * FROM (${sources.join(" UNION ALL ")}) ORDER BY sequence LIMIT ${limit}) LEFT JOIN reasons USING (reason_no) ORDER BY sequence`;
}

/** How far back the last shares are looked for: a rig at work has them in the first minutes, of what may be a thousand million rows in the last days. */
const lookBackMs = [120_000, 600_000, 3_600_000, 86_400_000, 7 * 86_400_000];

/** The last `n` rows of a rig that were received in the week before `nowMs`, newest first. */
export async function lastShareRows(database: Database, query: { rigNo: number; n: number; nowMs: number }): Promise<ShareRow[]> {
  const limit = Math.max(0, Math.floor(query.n));
  let rows: DuckDBValue[][] = [];
  for (const backMs of lookBackMs) {
    rows = await database.ask(
      `SELECT ${columns} FROM (SELECT * FROM shares WHERE rig_no = $1 AND at_ms >= $2 ORDER BY sequence DESC LIMIT ${limit})
       LEFT JOIN reasons USING (reason_no) ORDER BY sequence DESC`,
      [query.rigNo, asMs(query.nowMs - backMs)],
    );
    if (rows.length >= limit) break;
  }
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
