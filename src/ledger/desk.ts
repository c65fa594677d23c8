import { existsSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { Database, DatabaseUnusable } from "./database.ts";
import { tallyDatabase } from "./database-tally.ts";
import { type Exported, type ExportQuestion, exportTo } from "./export.ts";
import { lockFolder } from "./folder-lock.ts";
import { lastSequenceOf } from "./journal-end.ts";
import { ledgerLimits } from "./limits.ts";
import { type LedgerReport, reportOf } from "./report.ts";
import type { DatabaseTally, TallyQuestion } from "./tally.ts";

/** What an operator's commands ask of a ledger, be it in use by a hub or not. */
export type LedgerDesk = {
  report: () => Promise<LedgerReport>;
  /** Counts what the database has, to be held against the journal. */
  tally: (question: TallyQuestion) => Promise<DatabaseTally>;
  /** Writes shares or work to a new file, which is then the caller's. */
  exportTo: (question: ExportQuestion) => Promise<Exported>;
  close: () => Promise<void>;
};

/**
 * Opens a data folder that no hub uses, to look and not to change anything: the database is opened for reading, nothing is repaired.
 * Throws FolderInUse where a hub has it.
 */
export async function openDesk(dataDir: string): Promise<LedgerDesk> {
  const lock = lockFolder(dataDir);
  const database = await openReadOnly(dataDir);
  const opened = () => {
    if (database instanceof Database) return database;
    throw new DatabaseUnusable(`the database of shares can't be opened: ${database.problem}`);
  };
  return {
    async report() {
      const lastSequence = await lastSequenceOf(join(dataDir, "journal"));
      const [row] = database instanceof Database ? await database.ask("SELECT applied_sequence FROM progress") : [];
      const { bavail, blocks, bsize } = statfsSync(dataDir);
      const journal = { lastSequence, durableSequence: lastSequence, appliedSequence: Number(row?.[0] ?? 0) };
      return await reportOf({ dataDir, limits: ledgerLimits, database, journal, space: { freeBytes: bavail * bsize, totalBytes: blocks * bsize } });
    },
    tally: (question) => tallyDatabase(opened(), question),
    exportTo: (question) => exportTo(opened(), dataDir, question),
    close: () => {
      if (database instanceof Database) database.close();
      lock.release();
      return Promise.resolve();
    },
  };
}

async function openReadOnly(dataDir: string): Promise<Database | { problem: string }> {
  if (!existsSync(join(dataDir, "ledger.duckdb")))
    return { problem: "there is none yet; the next start of the hub builds it from the journal and the day files" };
  try {
    return await Database.open(dataDir, ledgerLimits, { readOnly: true });
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
