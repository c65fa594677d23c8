import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Database } from "./database.ts";
import { openOrRepair } from "./database-repair.ts";
import { listSegments } from "./journal-files.ts";
import type { LedgerLimits } from "./limits.ts";
import type { Loader } from "./loader.ts";
import { type Manifest, ParquetFolder } from "./parquet.ts";
import type { Repairs } from "./repairs.ts";
import { daysSql, type Rollup } from "./rollup.ts";
import { fileRows, type Piece, pieceGone } from "./share-sources.ts";

export type OpenOptions = { options: { dataDir: string; now: () => number }; limits: LedgerLimits; folder: string; repairs: Repairs };

/** Whatever it takes to have a database that answers: where it must be built anew, it is told what to take from day files. `folder` is the journal's. */
export async function openOrRebuild({ options: { dataDir, now }, limits, folder, repairs }: OpenOptions): Promise<Database> {
  const { database, isNew } = await openOrRepair({ dataDir, now, limits, onRepair: (repair) => repairs.note(repair) });
  try {
    if (isNew) await restoreOlder(database, new ParquetFolder(dataDir), folder);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

type Failed = OpenOptions & { database: Database; rollup: Rollup; files: ParquetFolder; failure: string };

/** Opens a database in mid-run that has failed; whoever asks it waits. Its loader has to read anew where it is. */
export async function reopen(failed: Failed): Promise<void> {
  const { database, rollup, files, failure, repairs, options } = failed;
  rollup.doubt();
  files.forget();
  await database.replace(() => openOrRebuild(failed));
  const text = `the database of shares failed (${failure.split("\n")[0]}) and was opened again; what it lacks is applied from the journal`;
  repairs.note({ atMs: options.now(), kind: "database-reopened", text });
}

/** What the journal in the folder given has no more is in files of shares, if anywhere. For a database that was built anew. */
async function restoreOlder(database: Database, files: ParquetFolder, journal: string): Promise<void> {
  const manifest = await files.readManifest();
  const filedThrough = Math.max(0, ...(manifest?.pieces ?? []).map(({ throughSequence }) => throughSequence));
  const journalFrom = (await listSegments(journal))[0]?.firstSequence ?? filedThrough + 1;
  if (manifest !== null && journalFrom > 1) await beginRestore(database, manifest, journalFrom);
}

/**
 * Tells a database that was built anew what it has to take from the files of shares: what was noted before the journal's first
 * sequence. The rest comes from the journal. The files themselves are counted by `restoreFiles`, in the background.
 */
function beginRestore(database: Database, manifest: Manifest, journalFrom: number): Promise<void> {
  return database.withConnection(async (connection) => {
    await connection.run("BEGIN");
    await connection.run(`UPDATE rollups SET restore_below = ${journalFrom}, rolled_sequence = ${journalFrom - 1}, generation = generation + 1`);
    await connection.run(`UPDATE progress SET applied_sequence = ${journalFrom - 1}`);
    // Which boots they were is not known any more, and no boot will have such a number.
    for (const [index, { fromMs, toMs }] of manifest.runs.entries()) {
      await connection.run(`INSERT INTO runs VALUES (${-1 - index}, ${Math.floor(fromMs)}, ${Math.floor(toMs)})`);
    }
    await connection.run("COMMIT");
  });
}

export type RestoreParts = { loader: Loader; rollup: Rollup; manifest: Manifest };

/** Counts the files that are not counted yet, one in each of the steps that `step` runs on the loader's connection. */
export async function restoreFiles(parts: RestoreParts, step: (work: (connection: DuckDBConnection) => Promise<void>) => Promise<void>): Promise<number> {
  const { rollup, manifest } = parts;
  const known = new Set(rollup.reach.pieces.map(({ file }) => file));
  const missing = manifest.pieces.filter(({ file }) => !known.has(file));
  for (const piece of missing) await step((connection) => restoreFile(parts, connection, piece));
  await step((connection) => rollup.change(connection, async () => void (await connection.run("UPDATE rollups SET restore_below = 0"))));
  return missing.length;
}

async function restoreFile({ loader, rollup }: RestoreParts, connection: DuckDBConnection, piece: Piece): Promise<void> {
  const below = rollup.reach.restoreBelow;
  const texts = await connection.runAndReadAll(`SELECT DISTINCT reason FROM read_parquet('${piece.file.replaceAll("'", "''")}') WHERE reason IS NOT NULL`);
  await loader.learnReasons(
    connection,
    texts.getRows().map(([text]) => String(text)),
  );
  const from = `${fileRows([piece])} WHERE sequence < ${below}`;
  await rollup.change(connection, async () => {
    await rollup.addRows(connection, from);
    await connection.run(daysSql(from));
    await connection.run(`UPDATE days SET exported_through = greatest(exported_through, ${below - 1}), exported_changes = changes WHERE day = ${piece.day}`);
    const { file, day, fromMs, toMs, throughSequence, rows, sha256 = "" } = piece;
    await connection.run(
      `INSERT INTO exports VALUES ('${basename(file)}', ${day}, ${fromMs}, ${toMs}, ${Math.min(throughSequence, below - 1)}, ${rows}, ${pieceGone}, '${sha256}')`,
    );
  });
}
