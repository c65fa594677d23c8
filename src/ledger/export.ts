import { randomUUID } from "node:crypto";
import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Database } from "./database.ts";
import { hubCodes, journalAlgorithms, poolCodes } from "./journal-format.ts";
import { ParquetFolder } from "./parquet.ts";
import { readPieces } from "./rollup.ts";
import { hubVerdicts, poolVerdicts } from "./share-record.ts";
import { type Piece, rawSources } from "./share-sources.ts";

export type ExportKind = "shares" | "work";
export type ExportFormat = "csv" | "parquet";

/** Public ids by row number. */
export type ExportIds = readonly (readonly [no: number, id: string])[];

/** Shares received in [fromMs, toMs). */
export type ExportQuestion = {
  kind: ExportKind;
  format: ExportFormat;
  fromMs: number;
  toMs: number;
  ids: { rigs: ExportIds; pools: ExportIds; contracts: ExportIds };
};

/** The file, which is the caller's to move or delete, and how many rows it has. */
export type Exported = { path: string; rows: number };

/** A file of shares may be written anew while it is read. */
const triesMax = 3;

/**
 * Writes shares, or their work per hour, rig, contract and pool, to a new file in the folder of exports; from the database and from day files, wherever
 * they are. Times are UTC, work is in hashes. Takes as long as it takes, on one thread of Bun's pool.
 */
export async function exportTo(database: Database, dataDir: string, question: ExportQuestion): Promise<Exported> {
  const folder = join(dataDir, "exports");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.${question.format}`);
  const days = new ParquetFolder(dataDir).path;
  for (let tries = 1; ; tries++) {
    try {
      const rows = await database.withConnection((connection) => copyTo(connection, { path, days, question }));
      await chmod(path, 0o600);
      return { path, rows };
    } catch (error) {
      await rm(path, { force: true });
      if (tries === triesMax) throw error;
    }
  }
}

/** In one transaction, so that where the shares are and what is there are of one moment. */
async function copyTo(connection: DuckDBConnection, { path, days, question }: { path: string; days: string; question: ExportQuestion }): Promise<number> {
  const how = question.format === "csv" ? "FORMAT csv, HEADER" : "FORMAT parquet, COMPRESSION zstd";
  await connection.run("BEGIN");
  const pieces = await readPieces(async (sql) => (await connection.runAndReadAll(sql)).getRows(), days);
  const written = await connection.runAndReadAll(`COPY (${sqlOf(question, pieces)}) TO '${path.replaceAll("'", "''")}' (${how})`);
  await connection.run("COMMIT");
  return Number(written.getRows()[0]?.[0] ?? 0);
}

const named = (names: readonly string[], column: string): string => `([${names.map((name) => `'${name}'`).join(", ")}])[${column} + 1]`;

/** Ids are letters, digits and `_`. */
function idsTable(ids: ExportIds): string {
  const safe = ids.filter(([no, id]) => Number.isInteger(no) && /^\w+$/.test(id));
  return safe.length === 0 ? "(SELECT NULL::INTEGER, NULL::VARCHAR WHERE false)" : `(VALUES ${safe.map(([no, id]) => `(${no}, '${id}')`).join(", ")})`;
}

const columns =
  "sequence, at_ms, rig_no, contract_no, pool_no, algorithm, difficulty, work, pool_difficulty, pool_work, hub_verdict, pool_verdict, reason_no, answered_ms";

function sqlOf(question: ExportQuestion, pieces: readonly Piece[]): string {
  const { ids } = question;
  const range = { fromMs: Math.floor(question.fromMs), toMs: Math.floor(question.toMs) };
  const sources = rawSources(pieces, range).map((source) => `SELECT ${columns} FROM ${source.from} WHERE ${source.where}`);
  const from = `FROM (${sources.join(" UNION ALL ")}) LEFT JOIN ${idsTable(ids.rigs)} rigs(no, rig_id) ON rigs.no = rig_no LEFT JOIN ${idsTable(ids.pools)} pools(no, pool_id) ON pools.no = pool_no
    LEFT JOIN ${idsTable(ids.contracts)} contracts(no, contract_id) ON contracts.no = contract_no`;
  return question.kind === "shares" ? sharesSql(from, question.format === "csv" ? unformulated("text") : "text") : workSql(from);
}

/** Text that a spreadsheet would take for a formula gets an apostrophe before it: a pool's words come from outside. */
const unformulated = (column: string): string => `CASE WHEN regexp_matches(${column}, '^[=+\\-@\\t\\r]') THEN '''' || ${column} ELSE ${column} END`;

// Parquet and CSV have no 128-bit integers that others read: decimals.
function sharesSql(from: string, reason: string): string {
  return `SELECT sequence, epoch_ms(at_ms) AS at, rig_id, contract_id, pool_id, ${named(journalAlgorithms, "algorithm")} AS algorithm, difficulty,
      work::DECIMAL(38, 0) AS work_hashes, pool_difficulty, pool_work::DECIMAL(38, 0) AS pool_work_hashes, ${named(hubVerdicts, "hub_verdict")} AS hub_verdict,
      ${named(poolVerdicts, "pool_verdict")} AS pool_verdict, ${reason} AS reason, nullif(answered_ms, -1) AS answered_ms
    ${from} LEFT JOIN reasons USING (reason_no) ORDER BY sequence`;
}

function workSql(from: string): string {
  const accepted = `hub_verdict = ${hubCodes.accepted}`;
  const sum = (column: string, condition: string) => `coalesce(sum(${column}) FILTER (WHERE ${condition}), 0)::DECIMAL(38, 0)`;
  return `SELECT epoch_ms(at_ms - at_ms % 3600000) AS hour, rig_id, contract_id, pool_id, count(*) FILTER (WHERE ${accepted}) AS accepted_shares,
      ${sum("work", accepted)} AS effective_hashes, ${sum("work", `${accepted} AND pool_verdict = ${poolCodes.orphaned}`)} AS orphaned_hashes,
      ${sum("pool_work", `pool_verdict = ${poolCodes.accepted}`)} AS pool_accepted_hashes,
      ${sum("pool_work", `pool_verdict IN (${poolCodes.rejected}, ${poolCodes.unanswered})`)} AS pool_lost_hashes
    ${from} GROUP BY ALL ORDER BY ALL`;
}
