import { Signal } from "../../src/simulate/signal.ts";

/** A line as JSON; what is no JSON comes as text. */
export type Line = Record<string, unknown>;

function parsed(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { text };
  }
}

/** One end of a connection that says exactly what a test tells it to, and keeps what it hears in order. */
export class RawEnd {
  /** Everything heard. */
  readonly lines: Line[] = [];
  closed = false;
  private rest = "";
  private at = 0;
  private readonly heard = new Signal<void>();
  private readonly socket: Bun.Socket<RawEnd>;
  private unsent: Buffer[] = [];

  constructor(socket: Bun.Socket<RawEnd>) {
    this.socket = socket;
  }

  /** Objects go as one JSON line each, texts and bytes as they are. */
  say(...things: (Line | string | Uint8Array)[]): void {
    const bytes = Buffer.concat(
      things.map((thing) =>
        typeof thing === "string" || thing instanceof Uint8Array ? Buffer.from(thing as string) : Buffer.from(`${JSON.stringify(thing)}\n`),
      ),
    );
    if (this.unsent.length > 0) {
      this.unsent.push(bytes);
      return;
    }
    const taken = Math.max(0, this.socket.write(bytes));
    if (taken < bytes.length) this.unsent.push(bytes.subarray(taken));
  }

  drain(): void {
    const waiting = this.unsent;
    this.unsent = [];
    for (const bytes of waiting) this.say(bytes);
  }

  /** Reads nothing from now on, as a hung control board. */
  stopReading(): void {
    this.socket.pause();
  }

  take(bytes: Buffer): void {
    const pieces = (this.rest + bytes.toString("latin1")).split("\n");
    this.rest = pieces.pop() ?? "";
    for (const piece of pieces) this.lines.push(parsed(piece));
    this.heard.emit();
  }

  end(): void {
    this.closed = true;
    this.heard.emit();
  }

  hangUp(): void {
    this.socket.terminate();
  }

  /** The next line that has not been asked for yet and matches; those before it are passed over. Throws when the connection ends without it. */
  async next(matches: (line: Line) => boolean = () => true): Promise<Line> {
    for (;;) {
      while (this.at < this.lines.length) {
        const line = this.lines[this.at++];
        if (line !== undefined && matches(line)) return line;
      }
      if (this.closed) throw new Error(`closed without the line awaited; heard ${JSON.stringify(this.lines.slice(-5))}`);
      await this.heard.next();
    }
  }

  /** The answer to a request with this id. */
  answer(id: unknown): Promise<Line> {
    return this.next((line) => line["id"] === id && !("method" in line));
  }

  method(name: string): Promise<Line> {
    return this.next((line) => line["method"] === name);
  }

  async untilClosed(): Promise<void> {
    while (!this.closed) await this.heard.next();
  }
}

const handlers = {
  binaryType: "buffer",
  data: (socket: Bun.Socket<RawEnd>, bytes: Buffer) => socket.data.take(bytes),
  drain: (socket: Bun.Socket<RawEnd>) => socket.data.drain(),
  close: (socket: Bun.Socket<RawEnd>) => socket.data.end(),
  error: () => {},
} as const;

/** A rig's connection without a rig. */
export async function rawRig(port: number): Promise<RawEnd> {
  const socket = await Bun.connect<RawEnd>({
    hostname: "127.0.0.1",
    port,
    socket: {
      ...handlers,
      open(opened) {
        opened.data = new RawEnd(opened);
      },
    },
  });
  return socket.data;
}

/** A pool's port without a pool. */
export class RawPool {
  readonly ends: RawEnd[] = [];
  private readonly came = new Signal<RawEnd>();
  private readonly listener: Bun.TCPSocketListener<RawEnd>;
  private taken = 0;

  constructor() {
    this.listener = Bun.listen<RawEnd>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        ...handlers,
        open: (socket) => {
          socket.data = new RawEnd(socket);
          this.ends.push(socket.data);
          this.came.emit(socket.data);
        },
      },
    });
  }

  get port(): number {
    return this.listener.port;
  }

  /** The next connection that nobody has taken yet. */
  async visitor(): Promise<RawEnd> {
    while (this.ends.length <= this.taken) await this.came.next();
    const end = this.ends[this.taken++];
    if (end === undefined) throw new Error("no connection");
    return end;
  }

  stop(): void {
    this.listener.stop(true);
  }
}

/** `expected` is in `actual`: objects by their members, arrays by their first elements. */
export function holds(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) return Array.isArray(actual) && expected.every((element, at) => holds(actual[at], element));
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null) return false;
    return Object.entries(expected).every(([name, value]) => holds((actual as Line)[name], value));
  }
  return actual === expected;
}
