/** Every bound of the ledger in one place, unit last. Tests pass smaller ones. */
export type LedgerLimits = {
  /** A segment is closed before a block would make it longer. */
  segmentBytesMax: number;
  /** Zeros written ahead of the records: a sync of bytes that exist already costs half of one that grows the file, and one that adds zeros 1 ms more for so many, 3 ms for 2 MiB (measured on ext4). */
  segmentAheadBytes: number;
  /** Records are laid out in slabs, exactly as they will lie in the file. */
  slabBytes: number;
  /** Bytes not yet on disk that the process holds; beyond it `append` refuses. 32 MiB are 690,000 shares. */
  undurableBytesMax: number;
  /** Bytes already on disk that are kept for the loader; older ones are read back from the file. */
  freshBytesMax: number;
  /** A block holds at most this many records; that many waiting start a commit at once. */
  commitRecordsMax: number;
  /** While shares keep coming, commits start this far apart (the design allows 10 ms); each costs about 0.2 ms of CPU, most of it on a thread of its own. */
  commitGapMs: number;
  /** A full disk is tried again this often. */
  fullRetryMs: number;
  /** Segments are kept this long at least, unless the journal is over its quota; and until their rows are in the database's file and in day files. */
  segmentKeptMs: number;
  /** Beyond this the oldest segments whose rows are in day files go early. Others never go: the disk is what is too small. */
  journalQuotaMb: number;
  /** What was damaged and set aside in the journal's folder. */
  asideKeptMs: number;
  /** Room held for a full disk: an hour's worth of records in these bounds, given up and built up in pieces. */
  reserveMinMb: number;
  reserveMaxMb: number;
  reservePieceMb: number;
  /** Between two looks after the journal's folder; each adds at most one piece of the reserve and compresses one segment. */
  keeperIntervalMs: number;
  /** A commit that lasts this long is told. */
  slowCommitMs: number;
  /** Distinct texts of pools' and our reasons, and their length in characters; beyond it `otherReason` stands. */
  reasonsMax: number;
  reasonCharsMax: number;
  /** How often the journal notes that the hub is alive; the error of `gaps` after a crash. */
  heartbeatMs: number;
  loadIntervalMs: number;
  /** DuckDB writes whole row groups straight to the table's file, at half the CPU of going through its own log. */
  loadGroupRows: number;
  /** A load waits up to this long for a whole row group when the rate promises one. */
  loadGroupWaitMsMax: number;
  /** Shares are counted into minutes this long after a minute's end, so that its last ones have been settled and loaded. */
  rollDelayMs: number;
  /** At most so many in one transaction, which nothing can be loaded beside; about 0.15 us each. */
  rollRowsMax: number;
  /** An hour is made of its minutes this long after its end. What comes later is added to both. */
  hourDelayMs: number;
  /** A day is written to Parquet this long after its end, in files of at most about so many rows. */
  exportDelayMs: number;
  exportRowsMax: number;
  /** Days that raw shares stay in the database, after which they are read from Parquet; and that minutes and Parquet files are kept. Hours are kept for good. */
  rawDays: number;
  minuteDays: number;
  fileDays: number;
  /** Minutes of what the hub accepted of each rig, beside those with fates; enough for windows of a day. */
  effectiveDays: number;
  /** At most about so many rows are deleted in one transaction. */
  pruneRowsMax: number;
  memoryLimitMb: number;
  checkpointThresholdMb: number;
  /** DuckDB's own threads; with one, each question runs on a thread of Bun's pool, and a load costs half the CPU of two (measured on one core). */
  databaseThreads: number;
  queryMsMax: number;
  /** Questions that run at a time. Each holds a thread of Bun's pool, which has as many as the machine has cores. */
  queriesMax: number;
  rawRowsMax: number;
  pointsMax: number;
};

export const ledgerLimits: Readonly<LedgerLimits> = Object.freeze({
  segmentBytesMax: 64 << 20,
  segmentAheadBytes: 512 << 10,
  slabBytes: 1 << 20,
  undurableBytesMax: 32 << 20,
  freshBytesMax: 32 << 20,
  commitRecordsMax: 4_096,
  commitGapMs: 2,
  fullRetryMs: 1_000,
  segmentKeptMs: 7 * 86_400_000,
  journalQuotaMb: 65_536,
  asideKeptMs: 30 * 86_400_000,
  reserveMinMb: 16,
  reserveMaxMb: 1_024,
  reservePieceMb: 4,
  keeperIntervalMs: 2_000,
  slowCommitMs: 5_000,
  reasonsMax: 4_096,
  reasonCharsMax: 128,
  heartbeatMs: 5_000,
  loadIntervalMs: 1_000,
  loadGroupRows: 122_880,
  loadGroupWaitMsMax: 1_700,
  rollDelayMs: 4_000,
  rollRowsMax: 1_000_000,
  hourDelayMs: 120_000,
  exportDelayMs: 600_000,
  exportRowsMax: 2_000_000,
  rawDays: 7,
  minuteDays: 396,
  fileDays: Number.POSITIVE_INFINITY,
  effectiveDays: 2,
  pruneRowsMax: 1_000_000,
  memoryLimitMb: 256,
  checkpointThresholdMb: 128,
  databaseThreads: 1,
  queryMsMax: 10_000,
  queriesMax: 2,
  rawRowsMax: 1_000_000,
  pointsMax: 20_000,
});
