import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import type {
  DeliveredWorks,
  Gap,
  HashratePoint,
  HashrateScope,
  RatesByNo,
  ServedTime,
  ShareQuery,
  ShareRow,
  SharesSummary,
  WorkQuery,
  WorkRow,
} from "./answers.ts";
import type { Backlog, LedgerFigures } from "./backlog.ts";
import { BlockSource } from "./block-source.ts";
import type { Database } from "./database.ts";
import { DayFileCheck } from "./day-file-check.ts";
import type { LedgerDesk } from "./desk.ts";
import type { Disk } from "./disk.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { Journal } from "./journal.ts";
import { type JournalEnd, recoverEnd } from "./journal-end.ts";
import { pulseStart } from "./journal-format.ts";
import { type Alarm, JournalKeeper } from "./journal-keeper.ts";
import { type KeeperDisk, keeperThread } from "./keeper-thread.ts";
import { type LedgerLimits, ledgerLimits } from "./limits.ts";
import { Loader } from "./loader.ts";
import { type Hooks, OpenLedger } from "./open-ledger.ts";
import { ParquetFolder } from "./parquet.ts";
import { Questions } from "./questions.ts";
import { type Repair, Repairs } from "./repairs.ts";
import { openOrRebuild, reopen } from "./restore.ts";
import { Retention } from "./retention.ts";
import { Rollup } from "./rollup.ts";
import type { LateVerdict, ShareRecord } from "./share-record.ts";
import { storedThrough } from "./stored-through.ts";
import { threadDisk } from "./thread-disk.ts";
import type { StepWindow, WorkSteps } from "./work-steps.ts";

export type Ledger = LedgerDesk & {
  readonly bootNo: number;
  /**
   * Notes a settled share and returns its sequence, or -1 when it can't be noted (`backlog().full`): then answer error 20
   * "not recorded". Copies all it needs: the object may be reused. What got a sequence is never dropped while the process lives.
   */
  append: (share: ShareRecord) => number;
  /** A pool's verdict that came after the share was noted; a record of its own. Returns its sequence, or -1 like `append`. */
  appendVerdict: (sequence: number, verdict: LateVerdict) => number;
  /** All records up to this sequence are on disk. */
  readonly durableThrough: number;
  /** Set by the owner; called once per commit. */
  onDurable: (through: number) => void;
  /** Set by the owner; called when the disk becomes full (true) and when the waiting records are on disk after all (false). */
  onFull: (full: boolean) => void;
  /** Set by the owner; called when the disk is full, slow or in order again, and when the journal is over its quota. */
  onAlarm: (alarm: Alarm) => void;
  /** Set by the owner; called for each repair of the data folder, also for those while it was opened. */
  onRepair: (repair: Repair) => void;
  /** Resolves when all that was appended before is on disk and answers queries. */
  flush: () => Promise<void>;
  backlog: () => Backlog;
  figures: () => LedgerFigures;
  /** Raw rows by sequence, in pages; at most `limit`. */
  shares: (query: ShareQuery) => AsyncIterable<ShareRow[]>;
  /** The last `n` shares of a rig, newest first. */
  lastShares: (rigNo: number, n: number) => Promise<ShareRow[]>;
  summary: (scope: HashrateScope, fromMs: number, toMs: number) => Promise<SharesSummary>;
  /** One point per step, the first at `fromMs`. */
  hashrate: (scope: HashrateScope, window: { fromMs: number; toMs: number; stepS: number }) => Promise<HashratePoint[]>;
  /** Effective H/s of every rig that had a share, over each window that ends at `nowMs`; null where there is no data. */
  rates: (windowsS: readonly number[], nowMs: number) => Promise<RatesByNo>;
  /** Work at the pools' difficulty that each endpoint accepted, and refused or left unanswered. */
  rejects: (fromMs: number, toMs: number, by?: "pool" | "rig") => Promise<Map<number, { accepted: bigint; rejected: bigint }>>;
  /** Delivered H/s (D = H - R, may be negative) of every contract that had a share, over windows that end at `nowMs`; the house is 0. */
  deliveredRates: (windowsS: readonly number[], nowMs: number) => Promise<RatesByNo>;
  /** Delivered work of every contract by steps, as doubles: for drawing. */
  deliveredSteps: (window: StepWindow) => Promise<WorkSteps>;
  /** Effective work of every rig or pool by steps, as doubles: for drawing. */
  effectiveSteps: (by: "rig" | "pool", window: StepWindow) => Promise<WorkSteps>;
  /** Exact delivered work (D = H - R, may be negative) of each of these rigs for its contract in its time; for very many of them at once. */
  deliveredWorks: (list: readonly ServedTime[]) => Promise<DeliveredWorks>;
  /** Exact sums of work per rig, contract or pool and step: what settling, judging and reconciling start from. */
  work: (query: WorkQuery) => Promise<WorkRow[]>;
  /** Stretches of the window in which no hub was running here. */
  gaps: (fromMs: number, toMs: number) => Promise<Gap[]>;
  /** Does what is due in the background: counts shares into minutes and hours, writes finished days to Parquet, deletes what is old. Once a minute is enough. */
  maintain: (nowMs: number) => Promise<void>;
};

export type LedgerOptions = {
  dataDir: string;
  log: Log;
  now: () => number;
  limits?: Partial<LedgerLimits>;
  /** Taken by the caller beforehand; closing the ledger releases it. */
  lock?: FolderLock;
  /** A write or sync failed: nothing may be acknowledged any more, and the owner ends the process with exit code 70. */
  onFatal: (error: Error) => void;
  /** For tests; a thread of its own when absent. */
  disk?: Disk;
  keeperDisk?: KeeperDisk;
};

/**
 * Opens the journal and the database of a data folder (created if need be) and goes on where the last run ended, however it ended:
 * the journal's torn tail is cut, what the database lacks is applied from the journal behind the caller's back (`asOfMs` tells).
 * Throws FolderInUse, DatabaseUnusable.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const lock = options.lock ?? lockFolder(options.dataDir);
  try {
    const limits = Object.freeze({ ...ledgerLimits, ...options.limits });
    return await openParts({ options, limits, folder: join(options.dataDir, "journal"), lock, repairs: new Repairs(options) });
  } catch (error) {
    lock.release();
    throw error;
  }
}

type Basics = { options: LedgerOptions; limits: LedgerLimits; folder: string; lock: FolderLock; repairs: Repairs };

/** What takes a while begins at once, each on a thread of its own: rigs wait for this. */
async function openParts(basics: Basics): Promise<Ledger> {
  const { options, folder } = basics;
  const disk = options.disk ?? threadDisk();
  const ending = recoverEnd(folder);
  const opening = openOrRebuild(basics);
  const [foundEnd, opened] = await Promise.allSettled([ending, opening]);
  try {
    if (opened.status === "rejected") throw opened.reason;
    if (foundEnd.status === "rejected") throw foundEnd.reason;
    return await startLedger({ ...basics, disk, end: foundEnd.value, database: opened.value });
  } catch (error) {
    if (opened.status === "fulfilled") opened.value.close();
    disk.end();
    throw error;
  }
}

type Parts = Basics & { disk: Disk; end: JournalEnd; database: Database };

async function startLedger(parts: Parts): Promise<Ledger> {
  const { options, limits, folder, disk, end, database, lock, repairs } = parts;
  const { now, log } = options;
  let journal: Journal | null = null;
  const source = new BlockSource({
    folder,
    freshBytesMax: limits.freshBytesMax,
    release: (block) => journal?.release(block),
    onGap: (gap) => repairs.ofGap(gap, loader.appliedThrough),
  });
  const files = new ParquetFolder(options.dataDir);
  const rollup = new Rollup(limits, files.path);
  const loader = new Loader({
    ...{ database, source, rollup, limits, log, now },
    durableThrough: () => journal?.durableThrough ?? end.nextSequence - 1,
    reopen: (failure) => reopen({ ...parts, rollup, files, failure }),
  });
  const applied = await loader.open();
  // Where the journal was lost but not the database, sequences go on after those that were used.
  const behind = applied >= end.nextSequence;
  repairs.ofEnd(end, applied);
  const bootNo = Math.max(end.bootNo, loader.lastBootNo) + 1;
  const hooks: Hooks = { onDurable: () => {}, onFull: () => {}, onAlarm: () => {} };
  const keeper = new JournalKeeper({
    ...{ folder, limits, log, now },
    disk: options.keeperDisk ?? keeperThread(),
    appendedBytes: () => journal?.appendedBytes ?? 0,
    commitMs: () => journal?.commitMs ?? 0,
    storedThrough: () => storedThrough(database),
    onAlarm: (alarm) => {
      log.warn("ledger.alarm", alarm);
      hooks.onAlarm(alarm);
    },
  });
  journal = new Journal({
    ...{ folder, disk, limits, bootNo },
    nextSequence: behind ? applied + 1 : end.nextSequence,
    segment: behind ? null : end.segment,
    onDurable: (through) => {
      hooks.onDurable(through);
      loader.noteDurable();
    },
    onFull: (full) => {
      log[full ? "error" : "warn"](full ? "ledger.full" : "ledger.no-longer-full");
      keeper.noteFull(full);
      hooks.onFull(full);
    },
    giveUpReserve: () => keeper.giveUpReserve(),
    onFatal: (error) => {
      log.error("ledger.journal-failed", { error: error.message });
      options.onFatal(error);
    },
    onBlocks: (blocks) => source.offer(blocks),
  });
  const startedAtMs = now();
  journal.appendPulse(pulseStart, startedAtMs);
  await journal.flush();
  await loader.start();
  keeper.start();
  const check = new DayFileCheck();
  const retention = new Retention({ database, loader, rollup, folder: files, check, repairs, journalFolder: folder, limits, log });
  return new OpenLedger({
    keeper,
    options,
    limits,
    database,
    questions: new Questions(database, rollup, check),
    retention,
    lock,
    source,
    loader,
    journal,
    bootNo,
    hooks,
    startedAtMs,
    repairs,
  });
}
