import { join } from "node:path";
import { openLedger } from "../../../src/ledger/ledger.ts";
import { loadDuckDb } from "../../../src/ledger/native-library.ts";
import { createLog } from "../../../src/log.ts";

export const farm = Object.freeze({ rigs: 10_000, perSecond: 2_000 });

const onFatal = (error: Error) => {
  throw error;
};

export const openFor = (dataDir: string, now = Date.now) => openLedger({ dataDir, log: createLog("error"), now, onFatal });

const rowsPerInsert = 5_000_000;

/**
 * Fills a data folder with shares of ten thousand rigs at 12 a minute each that end now, past the journal: each rig's fifth forwarded, one of
 * a hundred refused, a tenth of the rigs for a contract.
 */
export async function fillShares(dataDir: string, rows: number): Promise<void> {
  await (await openFor(dataDir)).close();
  const { api } = await loadDuckDb(dataDir);
  const instance = await api.DuckDBInstance.create(join(dataDir, "ledger.duckdb"), { memory_limit: "1GB", threads: "1", preserve_insertion_order: "false" });
  const connection = await instance.connect();
  const firstMs = Date.now() - (rows / farm.perSecond) * 1_000;
  for (let from = 0; from < rows; from += rowsPerInsert) {
    const to = Math.min(rows, from + rowsPerInsert);
    await connection.run(`INSERT INTO shares
      SELECT 1000 + i, ${Math.floor(firstMs)} + (i * 1000) // ${farm.perSecond}, rig, rig + 10, CASE WHEN rig % 10 = 0 THEN rig // 1000 + 1 ELSE 0 END, rig % 3 + 1, 0,
        difficulty, 65536, difficulty::HUGEINT * 4294967296, 281474976710656, CASE WHEN i % 211 = 0 THEN 1 ELSE 0 END,
        CASE WHEN i % 211 = 0 THEN 0 WHEN i % 100 = 1 THEN 2 WHEN forwarded THEN 1 ELSE 0 END, 0, CASE WHEN forwarded THEN i % 90 ELSE -1 END
      FROM (SELECT i, ((i * 7919) % ${farm.rigs} + 1)::INTEGER AS rig, 1000 + i % 37 AS difficulty, (i + i // ${farm.rigs}) % 5 = 0 AS forwarded FROM range(${from}, ${to}) t(i))`);
  }
  await connection.run(`UPDATE progress SET applied_sequence = ${1000 + rows}`);
  await connection.run(`INSERT INTO runs VALUES (1, ${Math.floor(firstMs)}, ${Date.now()})`);
  await connection.run("CHECKPOINT");
  connection.closeSync();
  instance.closeSync();
}
