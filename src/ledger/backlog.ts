import type { Histogram } from "../health/histogram.ts";

/** How far the parts of the ledger are behind each other. */
export type Backlog = {
  /** Bytes of the journal that are not yet in the database. */
  journalBytes: number;
  rowsBehind: number;
  /** Bytes appended but not yet on disk. */
  undurableBytes: number;
  /** True while `append` refuses: the disk is full, or too slow for what is held in memory. */
  full: boolean;
};

export type LedgerFigures = {
  /** Of each commit of the journal since the start. */
  commitSeconds: Histogram;
  /** How long ago was all received that questions see. */
  loaderLagSeconds: number;
};
