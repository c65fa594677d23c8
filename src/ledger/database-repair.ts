import { existsSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { Database, DatabaseUnusable } from "./database.ts";
import type { LedgerLimits } from "./limits.ts";
import type { Repair } from "./repairs.ts";

export type OpenedDatabase = {
  database: Database;
  /** It has no rows of before: what the journal and the day files hold is to be put into it. */
  isNew: boolean;
};

type Options = { dataDir: string; limits: LedgerLimits; now: () => number; onRepair: (repair: Repair) => void };

/** What DuckDB says of a file that is whole, but not to be had by us. Such a file is never set aside. */
const notDamaged = /newer version|version number|older version|set lock|permission denied|no space left|too many open files|read-only|out of memory|allocat/i;

/**
 * Opens the database of a data folder; where it does not open, sets aside first its own log (what that held is applied again from the journal), then
 * the file itself, which starts a new one. Nothing is deleted. Throws DatabaseUnusable where the file is not damaged but can't be used.
 */
export async function openOrRepair(options: Options): Promise<OpenedDatabase> {
  const main = join(options.dataDir, "ledger.duckdb");
  const log = `${main}.wal`;
  const isNew = !existsSync(main);
  // The log of a file that is gone belongs to nothing.
  if (isNew && existsSync(log)) setAside(options, log, "its database is gone");
  const first = await attempt(options);
  if (first instanceof Database) return { database: first, isNew };
  if (existsSync(log)) {
    setAside(options, log, first.message);
    const second = await attempt(options);
    if (second instanceof Database) return { database: second, isNew };
  }
  setAside(options, main, first.message);
  if (existsSync(log)) setAside(options, log, "its database was set aside");
  return { database: await Database.open(options.dataDir, options.limits), isNew: true };
}

async function attempt({ dataDir, limits }: Options): Promise<Database | DatabaseUnusable> {
  try {
    return await Database.open(dataDir, limits);
  } catch (error) {
    if (error instanceof DatabaseUnusable && !notDamaged.test(error.message)) return error;
    throw error;
  }
}

function setAside({ now, onRepair }: Options, path: string, why: string): void {
  const atMs = now();
  const keptAs = `${path}.corrupt.${atMs}`;
  renameSync(path, keptAs);
  const isLog = path.endsWith(".wal");
  const what = isLog ? "the database's own log" : "the database of shares";
  const then = isLog ? "the journal is applied from where the database is" : "it is built anew from the day files and the journal";
  const firstLine = why.split("\n")[0] ?? "";
  onRepair({
    atMs,
    kind: isLog ? "log-set-aside" : "database-set-aside",
    text: `${what} was set aside as ${basename(keptAs)} (${firstLine}); ${then}`,
    keptAs,
  });
}
