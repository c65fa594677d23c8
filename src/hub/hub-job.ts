import type { Exposure } from "../health/exposure.ts";
import type { ShareRecord } from "../ledger/share-record.ts";
import type { JsonId } from "../stratum/v1/envelope.ts";
import type { DuplicateSet } from "../work/duplicate-set.ts";
import type { Layout } from "../work/extranonce.ts";
import type { PreparedWork } from "../work/prepared-work.ts";
import type { Work } from "../work/work.ts";

/** What a job needs to know of the pool session it came from, for as long as shares of it may come in. */
export type JobOrigin = {
  poolNo: number;
  contractNo: number;
  /** The one rig of this session works at the pool's own difficulty. */
  passDifficulty: boolean;
  /** Milliseconds since 1970 when the session ended; 0 while it lives. */
  closedAtMs: number;
  /** Header hashes seen since the last new prevhash. */
  duplicates: DuplicateSet;
  /** Sends the share to the pool; false when the session can take no more, so that nothing waits without bound. */
  submit: (share: SubmittedShare, job: HubJob) => boolean;
  /** The name the pool knows this rig's work by. */
  nameFor: (rigName: string) => string;
};

/** What a pool's jobs build on. */
export type Tip = {
  /** A newer prevhash has come from the same pool: shares of its jobs are stale. */
  superseded: boolean;
};

/** A pool's job as it came in, with all that its shares have in common computed once. */
export type PoolJob = {
  origin: JobOrigin;
  work: Work;
  prepared: PreparedWork;
  /** The block that this job builds on, shared by all jobs of it. */
  tip: Tip;
};

/** A pool's job as some rigs got it: under an id of the hub, with a prefix of its own. */
export type HubJob = {
  id: string;
  poolJob: PoolJob;
  /** When it was handed out, milliseconds since 1970. */
  atMs: number;
  layout: Layout;
  /** P of the extranonce layout, between the pool's extranonce1 and the rig's. */
  prefix: Uint8Array;
  prefixHex: string;
  /** The ntime handed out; above the pool's own where a job without room for a prefix was handed out again. */
  ntime: number;
  /** How far a rig may roll ntime. */
  ntimeRollS: number;
};

/** What is needed of a rig's connection to answer it later. */
export type Answerable = {
  readonly closed: boolean;
  /** Queues a reply line; it leaves with whatever else this turn has for the connection. */
  reply: (line: string) => void;
  /** One more unusable message; too many in a row end the connection. */
  noteBad: () => void;
  /** Our words for the last refusal, for the page of the rig with this number; of the connection's first rig where there is none. */
  noteRefusal: (code: number, text: string, rigNo?: number) => void;
};

/** One share between its receipt and its row: the row itself plus what answering and forwarding it takes. */
export type SubmittedShare = ShareRecord & {
  session: Answerable;
  /** null = a worker nobody knows. */
  rig: { readonly exposure: Exposure } | null;
  /** The rig's own id of the request, echoed in the answer. */
  requestId: JsonId;
  /** null = a job nobody knows. */
  job: HubJob | null;
  /** The name the pool knows this rig's work by. */
  upstreamName: string;
  /** Both in hex: the rig's own, and what it rolled. */
  extranonce1: string;
  extranonce2: string;
  ntime: number;
  nonce: number;
  /** The block version that solved. */
  version: number;
  forwardedAtMs: number;
  /** The ledger's sequence once it is written; -1 before. */
  sequence: number;
};
