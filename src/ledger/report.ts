import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.ts";
import { listSegments } from "./journal-files.ts";
import { journalSizes } from "./journal-keeper.ts";
import type { Space } from "./keeper-thread.ts";
import type { LedgerLimits } from "./limits.ts";
import { type Repair, readRepairs } from "./repairs.ts";

/** The two copies of what shares prove, side by side. Sequences count records: shares and a few others. */
export type LedgerReport = {
  journal: {
    segments: number;
    compressedSegments: number;
    bytes: number;
    quotaBytes: number;
    /** Damaged parts that were set aside. */
    asideBytes: number;
    reserveBytes: number;
    /** 0 where there is none. */
    firstSequence: number;
    lastSequence: number;
    durableSequence: number;
  };
  database: {
    /** In words, why it can't be opened; null when it is open. */
    problem: string | null;
    bytes: number;
    logBytes: number;
    memoryLimitBytes: number;
    memoryBytes: number;
    appliedSequence: number;
    shares: number;
    version: string;
  };
  /** Records of the journal that no question sees yet. */
  lag: number;
  disk: Space;
  /** The latest, oldest first. */
  repairs: Repair[];
};

export type JournalState = { lastSequence: number; durableSequence: number; appliedSequence: number };

const mebibyte = 1 << 20;
const repairsShown = 10;

export type ReportOptions = { dataDir: string; limits: LedgerLimits; database: Database | { problem: string }; journal: JournalState; space: Space };

/** Gathers the report. Reads nothing but sizes, names and a few small rows. */
export async function reportOf({ dataDir, limits, database, journal, space }: ReportOptions): Promise<LedgerReport> {
  const folder = join(dataDir, "journal");
  const [first] = await listSegments(folder);
  const sizes = await journalSizes(folder);
  const bytesOf = async (name: string) => (await stat(join(dataDir, name)).catch(() => null))?.size ?? 0;
  const inside = "problem" in database ? { memoryBytes: 0, shares: 0, version: "" } : await insideOf(database);
  return {
    journal: {
      segments: sizes.segments + sizes.packedSegments,
      compressedSegments: sizes.packedSegments,
      bytes: sizes.bytes,
      quotaBytes: limits.journalQuotaMb * mebibyte,
      asideBytes: sizes.asideBytes,
      reserveBytes: await bytesOf(join("journal", "reserve")),
      firstSequence: first?.firstSequence ?? 0,
      lastSequence: journal.lastSequence,
      durableSequence: journal.durableSequence,
    },
    database: {
      problem: "problem" in database ? database.problem : null,
      bytes: await bytesOf("ledger.duckdb"),
      logBytes: await bytesOf("ledger.duckdb.wal"),
      memoryLimitBytes: limits.memoryLimitMb * 1_000_000,
      appliedSequence: journal.appliedSequence,
      ...inside,
    },
    lag: Math.max(0, journal.durableSequence - journal.appliedSequence),
    disk: space,
    repairs: readRepairs(dataDir).slice(-repairsShown),
  };
}

async function insideOf(database: Database): Promise<{ memoryBytes: number; shares: number; version: string }> {
  const [row] = await database.ask(
    `SELECT (SELECT sum(memory_usage_bytes) FROM duckdb_memory()), (SELECT estimated_size FROM duckdb_tables() WHERE table_name = 'shares'), version()`,
  );
  return { memoryBytes: Number(row?.[0] ?? 0), shares: Number(row?.[1] ?? 0), version: String(row?.[2] ?? "") };
}
