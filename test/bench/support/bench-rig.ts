import type { JobArrivals } from "./job-arrivals.ts";

const newline = 10;
const letterL = "l".charCodeAt(0);
const letterE = "e".charCodeAt(0);
const bracket = "]".charCodeAt(0);
const subscribeId = 1;
const authorizeId = 2;

export type RigEvents = {
  /** The rig holds its first job. */
  up: (rig: BenchRig) => void;
  closed: (rig: BenchRig) => void;
  /** `count` shares of this read were accepted; called once a read. */
  answered: (rig: BenchRig, count: number) => void;
  refused: (rig: BenchRig, line: string) => void;
};

/** A rig's connection, as lean as can be: ten thousand of them share a core with a pool, and must be no slower than what they measure. */
export class BenchRig {
  readonly name: string;
  socket: Bun.Socket<BenchRig> | null = null;
  extranonce1 = "";
  extranonce2Bytes = 0;
  subscribed = false;
  authorized = false;
  up = false;
  stamp = "";
  /** The last `mining.notify` line, where the rig is to work on it. */
  job = "";
  readonly #events: RigEvents;
  readonly #arrivals: JobArrivals;
  readonly #keepsJobs: boolean;
  #rest: Buffer | null = null;

  constructor(name: string, parts: { events: RigEvents; arrivals: JobArrivals; keepsJobs: boolean }) {
    this.name = name;
    this.#events = parts.events;
    this.#arrivals = parts.arrivals;
    this.#keepsJobs = parts.keepsJobs;
  }

  subscribe(): void {
    this.socket?.write(`{"id":${subscribeId},"method":"mining.subscribe","params":["bench/1"]}\n`);
  }

  authorize(): void {
    this.socket?.write(`{"id":${authorizeId},"method":"mining.authorize","params":["bench.${this.name}","x"]}\n`);
  }

  closed(): void {
    this.#events.closed(this);
  }

  receive(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    let start = 0;
    let accepted = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      // `…"error":null}` of an accepted share is all but every line; whatever else ends otherwise.
      if (this.authorized && bytes[end - 2] === letterL) accepted += 1;
      else this.#read(bytes, start, end);
      start = end + 1;
    }
    if (start < bytes.length) this.#rest = Buffer.from(bytes.subarray(start));
    if (accepted > 0) this.#events.answered(this, accepted);
  }

  #read(bytes: Buffer, start: number, end: number): void {
    const isNotify = bytes[end - 2] === bracket && bytes[end - 3] === letterE;
    if (isNotify) {
      this.stamp = this.#arrivals.note(bytes, start, this.stamp);
      if (this.#keepsJobs) this.job = bytes.toString("latin1", start, end);
      if (!this.up) {
        this.up = true;
        this.#events.up(this);
      }
      return;
    }
    const text = bytes.toString("latin1", start, end);
    const line = JSON.parse(text) as { id: number | null; method?: string; result?: unknown; error?: unknown };
    if (line.method !== undefined) return;
    if (line.error !== null && line.error !== undefined) this.#events.refused(this, text);
    else if (line.id === subscribeId) {
      const [, extranonce1, extranonce2Bytes] = line.result as [unknown, string, number];
      this.extranonce1 = extranonce1;
      this.extranonce2Bytes = extranonce2Bytes;
      this.subscribed = true;
    } else if (line.id === authorizeId) this.authorized = true;
  }
}
