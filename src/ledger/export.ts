import { randomUUID } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.ts";
import { hubCodes, journalAlgorithms, poolCodes } from "./journal-format.ts";
import { hubVerdicts, poolVerdicts } from "./share-record.ts";

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

/**
 * Writes shares, or their work per hour, rig, contract and pool, to a new file in the folder of exports. Times are UTC, work is in hashes.
 * Takes as long as it takes, on one thread of Bun's pool.
 * @throws RangeError where rows of the window are in day files and not in the database any more
 */
export async function exportTo(database: Database, dataDir: string, question: ExportQuestion): Promise<Exported> {
  await refuseGone(database, question);
  const folder = join(dataDir, "exports");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.${question.format}`);
  const connection = await database.connect();
  try {
    const how = question.format === "csv" ? "FORMAT csv, HEADER" : "FORMAT parquet, COMPRESSION zstd";
    const written = await connection.runAndReadAll(`COPY (${sqlOf(question)}) TO '${path.replaceAll("'", "''")}' (${how})`);
    await chmod(path, 0o600);
    return { path, rows: Number(written.getRows()[0]?.[0] ?? 0) };
  } finally {
    connection.closeSync();
  }
}

async function refuseGone(database: Database, { fromMs, toMs }: ExportQuestion): Promise<void> {
  const tables = await database.ask("SELECT 1 FROM duckdb_tables() WHERE table_name = 'exports'");
  if (tables.length === 0) return;
  const [row] = await database.ask(
    `SELECT max(to_ms) FROM exports WHERE state > 0 AND from_ms < ${Math.floor(toMs)} AND to_ms > ${Math.floor(fromMs)} AND row_count > 0`,
  );
  const untilMs = row?.[0];
  if (untilMs === null || untilMs === undefined) return;
  throw new RangeError(`shares before ${new Date(Number(untilMs)).toISOString()} are in the day files of exports/shares and not in the database any more`);
}

const named = (names: readonly string[], column: string): string => `([${names.map((name) => `'${name}'`).join(", ")}])[${column} + 1]`;

/** Ids are letters, digits and `_`. */
function idsTable(ids: ExportIds): string {
  const safe = ids.filter(([no, id]) => Number.isInteger(no) && /^\w+$/.test(id));
  return safe.length === 0 ? "(SELECT NULL::INTEGER, NULL::VARCHAR WHERE false)" : `(VALUES ${safe.map(([no, id]) => `(${no}, '${id}')`).join(", ")})`;
}

function sqlOf(question: ExportQuestion): string {
  const { fromMs, toMs, ids } = question;
  const from = `FROM shares LEFT JOIN ${idsTable(ids.rigs)} rigs(no, rig_id) ON rigs.no = rig_no LEFT JOIN ${idsTable(ids.pools)} pools(no, pool_id) ON pools.no = pool_no
    LEFT JOIN ${idsTable(ids.contracts)} contracts(no, contract_id) ON contracts.no = contract_no`;
  const where = `WHERE at_ms >= ${Math.floor(fromMs)} AND at_ms < ${Math.floor(toMs)}`;
  return question.kind === "shares" ? sharesSql(from, where) : workSql(from, where);
}

// Parquet and CSV have no 128-bit integers that others read: decimals.
function sharesSql(from: string, where: string): string {
  return `SELECT sequence, epoch_ms(at_ms) AS at, rig_id, contract_id, pool_id, ${named(journalAlgorithms, "algorithm")} AS algorithm, difficulty,
      work::DECIMAL(38, 0) AS work_hashes, pool_difficulty, pool_work::DECIMAL(38, 0) AS pool_work_hashes, ${named(hubVerdicts, "hub_verdict")} AS hub_verdict,
      ${named(poolVerdicts, "pool_verdict")} AS pool_verdict, text AS reason, nullif(answered_ms, -1) AS answered_ms
    ${from} LEFT JOIN reasons USING (reason_no) ${where} ORDER BY sequence`;
}

function workSql(from: string, where: string): string {
  const accepted = `hub_verdict = ${hubCodes.accepted}`;
  const sum = (column: string, condition: string) => `coalesce(sum(${column}) FILTER (WHERE ${condition}), 0)::DECIMAL(38, 0)`;
  return `SELECT epoch_ms(at_ms - at_ms % 3600000) AS hour, rig_id, contract_id, pool_id, count(*) FILTER (WHERE ${accepted}) AS accepted_shares,
      ${sum("work", accepted)} AS effective_hashes, ${sum("work", `${accepted} AND pool_verdict = ${poolCodes.orphaned}`)} AS orphaned_hashes,
      ${sum("pool_work", `pool_verdict = ${poolCodes.accepted}`)} AS pool_accepted_hashes,
      ${sum("pool_work", `pool_verdict IN (${poolCodes.rejected}, ${poolCodes.unanswered})`)} AS pool_lost_hashes
    ${from} ${where} GROUP BY ALL ORDER BY ALL`;
}
