import type { DuckDBConnection } from "@duckdb/node-api";
import { listSegments } from "./journal-files.ts";
import { blocksOf } from "./journal-tally.ts";
import { lateRowsMax, pickLate, writeLate } from "./late-verdicts.ts";
import { LedgerClosed } from "./loader.ts";
import type { DuckDb } from "./native-library.ts";
import { disorderMs, PieceReader, timeOf } from "./piece-reader.ts";
import { ShareColumns } from "./share-columns.ts";
import { type Piece, returnedShares } from "./share-sources.ts";

/**
 * `hasLate`: pools changed their word on shares of that day after these were counted, so that the journal is read to its end. `firstSequence`: of the
 * file's day. `isStopped` is asked all along.
 */
export type JournalRows = {
  duckDb: DuckDb;
  connection: DuckDBConnection;
  folder: string;
  piece: Piece;
  hasLate: boolean;
  firstSequence: number;
  isStopped: () => boolean;
};

/**
 * Puts the shares of a day file into the table `returned_shares`, out of the journal and with the verdicts that came late. Takes as long as it
 * takes, on a connection of its own: shares go on being loaded meanwhile. False where the journal has not all of them; then there is no such table.
 */
export async function returnFromJournal(asked: JournalRows): Promise<boolean> {
  const { connection, folder, piece, firstSequence } = asked;
  const journalFrom = (await listSegments(folder))[0]?.firstSequence ?? Number.POSITIVE_INFINITY;
  if (journalFrom > piece.throughSequence) return false;
  // The times in the journal find the place quickly, and wrong where a clock was set back.
  const quick = await firstSequenceFor(folder, piece);
  const isWhole = (await returnFrom(asked, quick)) || (firstSequence < quick && (await returnFrom(asked, firstSequence)));
  if (!isWhole) await connection.run(`DROP TABLE IF EXISTS ${returnedShares}`);
  return isWhole;
}

async function returnFrom(asked: JournalRows, fromSequence: number): Promise<boolean> {
  const { duckDb, connection, piece } = asked;
  await connection.run(`CREATE OR REPLACE TABLE ${returnedShares} AS FROM shares LIMIT 0`);
  const known = (await connection.runAndReadAll("SELECT text, reason_no FROM reasons")).getRows();
  const columns = await ShareColumns.create(duckDb, connection, returnedShares);
  const reader = new PieceReader({ piece, connection, columns, reasonOfText: new Map(known.map(([text, no]) => [String(text), Number(no)])) });
  try {
    await readJournal(asked, reader, fromSequence);
    await reader.finish();
  } finally {
    columns.discard();
  }
  if (!reader.isWhole) return false;
  const late = [...reader.late];
  for (let from = 0; from < late.length; from += lateRowsMax) {
    const some = late.slice(from, from + lateRowsMax);
    await writeLate(connection, some, pickLate(some), returnedShares);
  }
  return true;
}

/** Behind the file's last share there are only verdicts to look for, and nothing where some share was not found. */
async function readJournal({ folder, hasLate, isStopped }: JournalRows, reader: PieceReader, fromSequence: number): Promise<void> {
  await reader.begin();
  for await (const block of blocksOf(folder, fromSequence)) {
    if (isStopped()) throw new LedgerClosed("the ledger is closed");
    if (!reader.isBehind(block)) await reader.read(block);
    else if (hasLate && reader.isWhole) reader.readVerdicts(block);
    else return;
  }
}

/** Of the last segment that begins well before the file's shares, so that not all days are gone through. */
async function firstSequenceFor(folder: string, { fromMs, throughSequence }: Piece): Promise<number> {
  let found = 0;
  for (const { firstSequence } of await listSegments(folder)) {
    if (firstSequence > throughSequence) break;
    if ((await firstTimeFrom(folder, firstSequence)) > fromMs - disorderMs) break;
    found = firstSequence;
  }
  return found;
}

async function firstTimeFrom(folder: string, sequence: number): Promise<number> {
  for await (const block of blocksOf(folder, sequence)) return timeOf(block);
  return Number.POSITIVE_INFINITY;
}
