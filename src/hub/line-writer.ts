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

/** What a peer has not read, in order; put together only when the socket can take more, so that a stuck peer costs nothing per line. */
class Backlog {
  parts: Uint8Array[] = [];
  bytes = 0;
  /** Since when it has taken none of it, from the first look at the clock on; 0 before. */
  sinceMs = 0;
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
  private backlog: Backlog | null = null;
  private state: "open" | "closed" | "overflowed" = "open";

  constructor(sink: ByteSink, unsentBytesMax: number = limits.unsentBytesMax) {
    this.sink = sink;
    this.unsentBytesMax = unsentBytesMax;
  }

  get closed(): boolean {
    return this.state !== "open";
  }

  /** It was ended here because its peer left too much unread. */
  get overflowed(): boolean {
    return this.state === "overflowed";
  }

  /** Adds whole lines (ASCII) to what goes out at the end of this turn. */
  queue(lines: string): void {
    this.queued += lines;
    this.flushLater();
  }

  protected flushLater(): void {
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
    this.flushText();
    const taken = this.offer(bytes);
    if (taken < bytes.byteLength) this.keep(bytes.subarray(taken));
  }

  flush(): void {
    this.queuedInTurn = false;
    this.flushText();
  }

  /** How many of the bytes the socket takes now; none while others wait before them. */
  protected offer(bytes: Uint8Array): number {
    return this.backlog === null ? Math.max(0, this.sink.write(bytes)) : 0;
  }

  private flushText(): void {
    const text = this.queued;
    if (text === "") return;
    this.queued = "";
    if (this.closed) return;
    if (this.backlog !== null) {
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
    const { backlog } = this;
    if (backlog === null || this.closed) return;
    const bytes = Buffer.concat(backlog.parts, backlog.bytes);
    const taken = Math.max(0, this.sink.write(bytes));
    // Who reads on, however slowly, is not deaf.
    if (taken > 0) backlog.sinceMs = 0;
    backlog.parts = [bytes.subarray(taken)];
    backlog.bytes = bytes.byteLength - taken;
    if (backlog.bytes === 0) this.backlog = null;
  }

  close(): void {
    if (this.state === "open") this.state = "closed";
    this.queued = "";
    this.backlog = null;
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.sink.terminate();
  }

  get unsentBytes(): number {
    return this.backlog?.bytes ?? 0;
  }

  /** How long the peer has left bytes unread, in milliseconds; 0 when it has read all. */
  unsentForMs(nowMs: number): number {
    const { backlog } = this;
    if (backlog === null) return 0;
    if (backlog.sinceMs === 0) backlog.sinceMs = nowMs;
    return nowMs - backlog.sinceMs;
  }

  /** Bytes that are not written to again. */
  protected keep(bytes: Uint8Array): void {
    if (this.unsentBytes + bytes.byteLength > this.unsentBytesMax) {
      this.state = "overflowed";
      this.close();
      this.terminate();
      return;
    }
    this.backlog ??= new Backlog();
    this.backlog.parts.push(bytes);
    this.backlog.bytes += bytes.byteLength;
  }
}

/**
 * A writer that asks for bytes of its own, behind the queued lines: when the turn ends, and at most once a millisecond. Each write to a pool wakes it,
 * and its answer us; at 10,000 shares a second that was a sixth of the hub's CPU and more than half of the pool's.
 */
export class GatheringWriter extends LineWriter {
  private gathered: (() => Uint8Array) | null = null;
  private dueAtMs = 0;
  private waiting = false;

  /** Soon `take` is asked for bytes to send; they need not outlive the call. `nowMs`: whole milliseconds. */
  gather(take: () => Uint8Array, nowMs: number): void {
    this.gathered = take;
    if (nowMs >= this.dueAtMs) {
      this.dueAtMs = nowMs + 1;
      this.flushLater();
    } else if (!this.waiting) {
      this.waiting = true;
      setTimeout(this.endWait, 1);
    }
  }

  override flush(): void {
    super.flush();
    const take = this.gathered;
    this.gathered = null;
    if (take === null || this.closed) return;
    const bytes = take();
    const taken = this.offer(bytes);
    if (taken < bytes.byteLength) this.keep(Uint8Array.from(bytes.subarray(taken)));
  }

  private readonly endWait = (): void => {
    this.waiting = false;
    if (this.gathered === null) return;
    this.dueAtMs++;
    this.flush();
  };
}
