const encoder = new TextEncoder();
const frameEnd = encoder.encode("\n\n");

/** Line breaks inside the data must begin new `data:` lines, or whoever wrote the data could forge events. */
const dataLines = (data: string): string => (data.includes("\n") || data.includes("\r") ? data.replace(/\r\n|\r|\n/g, "\ndata: ") : data);

/** One server-sent event. */
export function sseFrame({ id, event, data }: { id?: string; event?: string; data: string }): string {
  const oneLine = (text: string) => text.replace(/[\r\n]+/g, " ");
  const head = `${id === undefined ? "" : `id: ${oneLine(id)}\n`}${event === undefined ? "" : `event: ${oneLine(event)}\n`}`;
  return `${head}data: ${dataLines(data)}\n\n`;
}

/** A piece of an event's data, for `joinedFrame`. */
export const sseBytes = (data: string): Uint8Array => encoder.encode(dataLines(data));

/** The same event of pieces that were made before; `id` is a number. */
export function joinedFrame(id: number, pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([encoder.encode(`id: ${id}\ndata: `), ...pieces, frameEnd]);
}

/** A comment: keeps proxies and idle timers from cutting a silent stream. */
export const sseHeartbeat = ":\n\n";

export const sseHeaders: Readonly<Record<string, string>> = Object.freeze({
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // nginx would hold events back otherwise.
  "x-accel-buffering": "no",
});

// Which server a request came through; the server notes it, and only a real one can be asked to wait.
const timeouts = new WeakMap<Request, (seconds: number) => void>();

export function rememberTimeout(request: Request, setTimeoutS: (seconds: number) => void): void {
  timeouts.set(request, setTimeoutS);
}

/** Takes the request off the server's idle timer, which would cut a stream that says nothing for a while. */
export function keepOpen(request: Request): void {
  timeouts.get(request)?.(0);
}
