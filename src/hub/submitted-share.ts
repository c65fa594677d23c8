import type { ShareRecord } from "../ledger/share-record.ts";
import type { HubJob } from "./hub-job.ts";

/** What is needed of a rig's connection to answer it later. */
export type Answerable = {
  readonly closed: boolean;
  /** Queues a reply line; it leaves with whatever else this turn has for the connection. */
  reply: (line: string) => void;
  /** Our words for the last refusal, for the rig's page. */
  noteRefusal: (code: number, text: string) => void;
};

/** One share between its receipt and its row: the row itself plus what answering and forwarding it takes. */
export type SubmittedShare = ShareRecord & {
  session: Answerable;
  /** The rig's own id of the request, echoed in the answer. */
  requestId: number | string | null;
  /** null = a job nobody knows. */
  job: HubJob | null;
  /** The name the pool knows this rig's work by. */
  upstreamName: string;
  /** The pool's whole extranonce2 in hex. */
  extranonce2: string;
  ntime: number;
  nonce: number;
  /** The block version that solved. */
  version: number;
  /** The pool's id of the submit; 0 while not sent. */
  upstreamId: number;
  forwardedAtMs: number;
  /** The ledger's sequence once it is written; -1 before. */
  sequence: number;
};
