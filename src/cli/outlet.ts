import { constants, openSync, writeSync } from "node:fs";

/** Takes text and calls back when it is written, or could not be. */
export type Sink = { write: (text: string, done: (error?: Error | null) => void) => unknown };

/** What waits for a reader that stands still; beyond it whole texts are dropped. */
const waitingBytesMax = 1 << 20;
const finishMsMax = 5_000;
const againMs = 20;

/**
 * stdout or stderr of a process that must not depend on who reads them: a pipe whose reader went away, a full disk or a stopped terminal
 * neither ends it nor holds it up. What cannot be written is dropped; `finish` tells.
 */
export class Outlet {
  readonly #sink: Sink;
  readonly #waitingBytesMax: number;
  #waitingBytes = 0;
  #failure: Error | null = null;
  #isWritten = Promise.withResolvers<void>();

  constructor(sink: Sink, max = waitingBytesMax) {
    this.#sink = sink;
    this.#waitingBytesMax = max;
  }

  readonly write = (text: string): void => {
    const bytes = Buffer.byteLength(text);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#waitingBytesMax) {
      this.#failure ??= new Error("nobody reads it");
      return;
    }
    this.#waitingBytes += bytes;
    this.#sink.write(text, (error) => {
      this.#waitingBytes -= bytes;
      if (error instanceof Error) this.#failure ??= error;
      if (this.#waitingBytes === 0) this.#isWritten.resolve();
    });
  };

  /** Waits until all is written, for a few seconds at most. @returns what went wrong first, or null */
  async finish(): Promise<Error | null> {
    if (this.#waitingBytes > 0) {
      this.#isWritten = Promise.withResolvers();
      await Promise.race([this.#isWritten.promise, Bun.sleep(finishMsMax)]);
      if (this.#waitingBytes > 0) this.#failure ??= new Error("nobody reads it");
    }
    return this.#failure;
  }
}

/** The sink for a stream of the process. */
export function sinkOf(stream: NodeJS.WriteStream, fd: number): Sink {
  if (stream.isTTY) return terminalSink(fd);
  // What `write` calls back with is told here as well, and would end the process.
  stream.on("error", () => {});
  return stream;
}

/** Whoever writes to a terminal that was stopped (Ctrl-S) is blocked, and so would be the whole hub: it is opened once more, so that a write takes what fits. */
function terminalSink(fd: number): Sink {
  const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  const waiting: { rest: Buffer; done: (error?: Error | null) => void }[] = [];
  const pour = () => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      try {
        first.rest = first.rest.subarray(writeSync(own, first.rest));
        if (first.rest.length > 0) continue;
        waiting.shift();
        first.done();
      } catch (error) {
        if ((error as { code?: string }).code === "EAGAIN") return void setTimeout(pour, againMs);
        waiting.shift();
        first.done(error as Error);
      }
    }
  };
  return {
    write: (text, done) => {
      waiting.push({ rest: Buffer.from(text), done });
      if (waiting.length === 1) pour();
    },
  };
}
