import { limits } from "./limits.ts";

/** What the writer needs of a socket; Bun's sockets have it. */
export type ByteSink = {
  /** Takes as many bytes as fit and says how many; the rest is the caller's to keep. Negative when closed. */
  write: (data: string | Uint8Array) => number;
  terminate: () => void;
};

const dirty: LineWriter[] = [];
let scheduled = false;

/** Everything queued in this turn of the event loop goes out, one write per socket. */
export function flushWriters(): void {
  scheduled = false;
  for (let index = 0; index < dirty.length; index++) dirty[index]?.flush();
  dirty.length = 0;
}

/**
 * The one place that puts bytes on a socket. Bun's `write` takes part of them without a word, so what did not fit is kept here;
 * a peer that leaves too much unread is terminated.
 */
export class LineWriter {
  private readonly sink: ByteSink;
  private readonly unsentBytesMax: number;
  private queued = "";
  private queuedInTurn = false;
  private gathered: (() => Uint8Array) | null = null;
  /** What did not fit, in order; put together only when the socket can take more, so that a stuck peer costs nothing per line. */
  private unsent: Uint8Array[] | null = null;
  private unsentTotal = 0;
  private unsentSinceMs = 0;
  closed = false;
  /** It was ended here because its peer left too much unread. */
  overflowed = false;

  constructor(sink: ByteSink, unsentBytesMax: number = limits.unsentBytesMax) {
    this.sink = sink;
    this.unsentBytesMax = unsentBytesMax;
  }

  /** Adds whole lines (ASCII) to what goes out at the end of this turn. */
  queue(lines: string): void {
    this.queued += lines;
    this.flushLater();
  }

  /** At the end of this turn `take` is asked for bytes to send behind the queued lines; they need not outlive the call. */
  gather(take: () => Uint8Array): void {
    this.gathered = take;
    this.flushLater();
  }

  private flushLater(): void {
    if (this.queuedInTurn) return;
    this.queuedInTurn = true;
    dirty.push(this);
    if (scheduled) return;
    scheduled = true;
    setImmediate(flushWriters);
  }

  /** Sends bytes now, behind whatever is queued; for lines that many sockets share. */
  send(bytes: Uint8Array): void {
    if (this.closed) return;
    if (this.queued !== "") this.flushText();
    if (this.unsentTotal > 0) {
      this.keep(bytes);
      return;
    }
    const taken = this.sink.write(bytes);
    if (taken < bytes.byteLength) this.keep(bytes.subarray(Math.max(0, taken)));
  }

  flush(): void {
    this.queuedInTurn = false;
    this.flushText();
    const take = this.gathered;
    if (take === null) return;
    this.gathered = null;
    if (!this.closed) this.sendPassing(take());
  }

  /** As `send`, for bytes that are written over after this call: what does not fit is copied. */
  private sendPassing(bytes: Uint8Array): void {
    const taken = this.unsentTotal > 0 ? 0 : Math.max(0, this.sink.write(bytes));
    if (taken < bytes.byteLength) this.keep(Uint8Array.from(bytes.subarray(taken)));
  }

  private flushText(): void {
    const text = this.queued;
    if (text === "") return;
    this.queued = "";
    if (this.closed) return;
    if (this.unsentTotal > 0) {
      this.keep(Buffer.from(text));
      return;
    }
    const taken = this.sink.write(text);
    if (taken === text.length && Buffer.byteLength(text) === taken) return;
    const bytes = Buffer.from(text);
    if (taken < bytes.byteLength) this.keep(bytes.subarray(Math.max(0, taken)));
  }

  /** The socket can take more. */
  drain(): void {
    if (this.unsent === null || this.closed) return;
    const bytes = Buffer.concat(this.unsent, this.unsentTotal);
    const taken = Math.max(0, this.sink.write(bytes));
    // Who reads on, however slowly, is not deaf.
    if (taken > 0) this.unsentSinceMs = 0;
    this.unsent = taken < bytes.byteLength ? [bytes.subarray(taken)] : null;
    this.unsentTotal = bytes.byteLength - taken;
  }

  close(): void {
    this.closed = true;
    this.queued = "";
    this.gathered = null;
    this.unsent = null;
    this.unsentTotal = 0;
  }

  get unsentBytes(): number {
    return this.unsentTotal;
  }

  /** How long the peer has left bytes unread, in milliseconds; 0 when it has read all. */
  unsentForMs(nowMs: number): number {
    if (this.unsentTotal === 0) {
      this.unsentSinceMs = 0;
      return 0;
    }
    if (this.unsentSinceMs === 0) this.unsentSinceMs = nowMs;
    return nowMs - this.unsentSinceMs;
  }

  private keep(bytes: Uint8Array): void {
    if (this.unsentTotal + bytes.byteLength > this.unsentBytesMax) {
      this.overflowed = true;
      this.close();
      this.sink.terminate();
      return;
    }
    // Lines are never written to again once made, so they may be kept as they are.
    this.unsent ??= [];
    this.unsent.push(bytes);
    this.unsentTotal += bytes.byteLength;
  }
}
