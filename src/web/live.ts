import { drawnInTurns } from "../../views/parts/in-turns.tsx";
import { breathe } from "../../views/turns.ts";
import type { Log } from "../log.ts";
import { Problem } from "./problems.ts";
import { joinedFrame, sseBytes, sseHeaders, sseHeartbeat } from "./sse.ts";

/** A piece of a page that is replaced as a whole when it changes; `id` is the id of its root element. */
export type LivePart = { id: string; html: string };
/** Rows of one table body: single rows are sent while their order stands, else the whole body. */
export type LiveRows = { id: string; rows: readonly LivePart[] };
/** `atMs`: of when it is, where that is not the moment of its rendering. */
export type LiveSnapshot = { parts: readonly LivePart[]; list?: LiveRows; atMs?: number };

/** What a page shows live. Whoever asks for the same key gets the same bytes: it must hold all that `render` depends on. */
export type LiveView = { key: string; everyMs: number; render: () => Promise<LiveSnapshot> };

/** Rows of a list, drawn with turns for rigs in between. */
export async function liveRows<T extends { id: string }>(lines: readonly T[], draw: (line: T) => JSX.Element): Promise<LivePart[]> {
  const drawn = await drawnInTurns(lines, draw);
  return lines.map(({ id }, at) => ({ id, html: drawn[at] ?? "" }));
}

/** Pieces of a page, drawn with turns for rigs in between. */
export async function liveParts(pieces: readonly (readonly [id: string, draw: () => JSX.Element])[]): Promise<LivePart[]> {
  const parts: LivePart[] = [];
  for (const [id, draw] of pieces) {
    await breathe();
    parts.push({ id, html: await draw() });
  }
  return parts;
}

export const liveLimits = Object.freeze({
  streamsMax: 256,
  heartbeatMs: 15_000,
  /** A browser that takes nothing for so long is gone, whatever its socket says. */
  stalledMsMax: 60_000,
  /** A rendering waits for shares between its turns, so how long it takes tells how busy the hub is: views keep it at work for a tenth of the time at most … */
  restPerRendering: 10,
  /** … as long as they move at all: a page takes itself for stale when it hears nothing for three times its interval. */
  restMsMax: 5_000,
});

/** A piece as it is sent, and the tick at which it last changed. */
type Versioned = { html: string; bytes: Uint8Array; tick: number };
type Pieces = ReadonlyMap<string, Versioned>;

type Client = {
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** The tick up to which it was told everything; 0 = nothing yet. */
  seenTick: number;
  /** How many changes there had been when it came: the page around it shows them all. */
  knownChanges: number;
  lastTakenMs: number;
  /** Whether the session behind it still holds. */
  allowed: () => boolean;
};

type Channel = {
  view: LiveView;
  clients: Set<Client>;
  tick: number;
  /** How many changes there had been when what it shows began to be read. */
  changes: number;
  parts: Pieces;
  list: { id: string; order: string; orderTick: number; rows: Pieces } | null;
  timer: ReturnType<typeof setTimeout> | null;
  /** What those who have seen everything up to a tick (the key) hear next; made once for all of them. */
  frames: Map<number, Uint8Array | null>;
};

const ping = new TextEncoder().encode(sseHeartbeat);
const partialEnd = sseBytes("</hx-partial>");

const partial = (target: string, swap: string, inner: readonly Uint8Array[]): Uint8Array[] => [
  sseBytes(`<hx-partial hx-target="#${target}" hx-swap="${swap}">`),
  ...inner,
  partialEnd,
];

/** Those that are as they were before keep their tick; the others get `tick`. */
async function noted(parts: readonly LivePart[], before: Pieces | undefined, tick: number): Promise<Pieces> {
  const pieces = new Map<string, Versioned>();
  for (const { id, html } of parts) {
    await breathe();
    const kept = before?.get(id);
    pieces.set(id, kept?.html === html ? kept : { html, bytes: sseBytes(html), tick });
  }
  return pieces;
}

async function notedList({ id, rows }: LiveRows, before: Channel["list"], tick: number): Promise<Channel["list"]> {
  const order = rows.map((row) => row.id).join(" ");
  return { id, order, orderTick: before?.order === order ? before.orderTick : tick, rows: await noted(rows, before?.rows, tick) };
}

/** Everything that changed after `sinceTick`, in pieces of one message. Since 0 = the whole of it. */
function changesSince({ parts, list }: Channel, sinceTick: number): Uint8Array[] {
  const changed = (pieces: Pieces) => pieces.entries().filter(([, { tick }]) => tick > sinceTick);
  const each = (pieces: Pieces) => changed(pieces).flatMap(([id, { bytes }]) => partial(id, "outerMorph", [bytes]));
  if (list === null) return [...each(parts)];
  if (list.orderTick <= sinceTick) return [...each(parts), ...each(list.rows)];
  const rows = [...list.rows.values().map(({ bytes }) => bytes)];
  return [...each(parts), ...partial(list.id, "innerMorph", rows)];
}

/** The bytes of those changes; null when there are none. */
function frameSince(channel: Channel, sinceTick: number): Uint8Array | null {
  const made = channel.frames.get(sinceTick);
  if (made !== undefined) return made;
  const changes = changesSince(channel, sinceTick);
  const frame = changes.length === 0 ? null : joinedFrame(channel.tick, changes);
  channel.frames.set(sinceTick, frame);
  return frame;
}

/**
 * Streams of changes for open pages. A view is rendered once per tick, however many look at it, and not at all when nobody does.
 * A slow browser gets the newest state when it can take it, never a queue of old ones.
 */
export class LiveViews {
  readonly #channels = new Map<string, Channel>();
  readonly #log: Log;
  readonly #now: () => number;
  readonly #heart: ReturnType<typeof setInterval>;
  #streams = 0;
  #changes = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(parts: { log: Log; now: () => number; heartbeatMs?: number }) {
    this.#log = parts.log;
    this.#now = parts.now;
    this.#heart = setInterval(() => this.#beat(), parts.heartbeatMs ?? liveLimits.heartbeatMs);
    this.#heart.unref();
  }

  /** Open streams. */
  get streams(): number {
    return this.#streams;
  }

  /** The answer to a page's stream request. @throws Problem `busy` when as many are open as the hub keeps. */
  open(view: LiveView, signal: AbortSignal, allowed: () => boolean): Response {
    if (this.#streams >= liveLimits.streamsMax) throw new Problem("busy", `at most ${liveLimits.streamsMax} pages are kept live at once`);
    const channel = this.#channelOf(view);
    let client: Client | null = null;
    const leave = () => {
      if (client) this.#leave(channel, client);
      client = null;
    };
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        client = { controller, seenTick: 0, knownChanges: this.#changes, lastTakenMs: this.#now(), allowed };
        channel.clients.add(client);
        this.#streams += 1;
        this.#send(channel, client);
      },
      pull: () => {
        if (client) this.#send(channel, client);
      },
      cancel: leave,
    });
    signal.addEventListener("abort", leave, { once: true });
    return new Response(stream, { headers: sseHeaders });
  }

  /** Somebody changed something: whoever comes from now on gets nothing that was read before. */
  changed(): void {
    this.#changes += 1;
  }

  /** Ends all streams; browsers reconnect when the hub is back. */
  close(): void {
    clearInterval(this.#heart);
    for (const channel of this.#channels.values()) for (const client of channel.clients) this.#end(channel, client);
  }

  #channelOf(view: LiveView): Channel {
    const open = this.#channels.get(view.key);
    if (open) return open;
    const channel: Channel = { view, clients: new Set(), tick: 0, changes: 0, parts: new Map(), list: null, timer: null, frames: new Map() };
    this.#channels.set(view.key, channel);
    this.#render(channel);
    return channel;
  }

  /** One after the other: each rendering takes a piece of every turn of the loop until it is done, and of many at once shares would wait for all. */
  #render(channel: Channel): void {
    this.#queue = this.#queue.then(() => (this.#isOpen(channel) ? this.#renderNow(channel) : undefined));
  }

  #isOpen(channel: Channel): boolean {
    return this.#channels.get(channel.view.key) === channel;
  }

  async #renderNow(channel: Channel): Promise<void> {
    const startMs = this.#now();
    try {
      await breathe();
      const changes = this.#changes;
      const snapshot = await channel.view.render();
      const tick = channel.tick + 1;
      const parts = await noted(snapshot.parts, channel.parts, tick);
      const list = snapshot.list === undefined ? null : await notedList(snapshot.list, channel.list, tick);
      Object.assign(channel, { parts, list, tick, changes });
      channel.frames.clear();
      for (const client of channel.clients) {
        await breathe();
        this.#send(channel, client);
      }
    } catch (error) {
      this.#log.error("web.live", { view: channel.view.key, error: String(error) });
    }
    const { everyMs } = channel.view;
    const tookMs = Math.max(0, this.#now() - startMs);
    const restMs = Math.min(liveLimits.restMsMax, tookMs * liveLimits.restPerRendering);
    if (this.#isOpen(channel)) channel.timer = setTimeout(() => this.#render(channel), Math.max(everyMs - tookMs, restMs));
  }

  /** Tells the client what it has not heard, if it can take it now; else `pull` comes here again. */
  #send(channel: Channel, client: Client): void {
    if (client.seenTick === channel.tick || channel.changes < client.knownChanges || (client.controller.desiredSize ?? 0) <= 0) return;
    const frame = frameSince(channel, client.seenTick);
    client.seenTick = channel.tick;
    client.lastTakenMs = this.#now();
    if (frame !== null) client.controller.enqueue(frame);
  }

  #beat(): void {
    const nowMs = this.#now();
    for (const channel of this.#channels.values()) {
      for (const client of channel.clients) {
        if (!client.allowed()) this.#end(channel, client);
        else if ((client.controller.desiredSize ?? 0) > 0) {
          client.controller.enqueue(ping);
          client.lastTakenMs = nowMs;
        } else if (nowMs - client.lastTakenMs > liveLimits.stalledMsMax) this.#end(channel, client);
      }
    }
  }

  #end(channel: Channel, client: Client): void {
    this.#leave(channel, client);
    try {
      client.controller.close();
    } catch {
      // Closed by the other side in the same moment.
    }
  }

  #leave(channel: Channel, client: Client): void {
    if (!channel.clients.delete(client)) return;
    this.#streams -= 1;
    if (channel.clients.size > 0) return;
    if (channel.timer !== null) clearTimeout(channel.timer);
    this.#channels.delete(channel.view.key);
  }
}
