/** So long may pages hold the event loop, in milliseconds, before rigs are served. */
const turnMs = 0.5;

let turnEndsMs = 0;
const waiting: (() => void)[] = [];

/**
 * Awaited between pieces of long work: goes on at once while the turn is young, else when rigs and pools have been served once more.
 * Whoever waits gets a turn of his own, one after the other.
 */
export function breathe(): Promise<void> | undefined {
  if (performance.now() < turnEndsMs) return undefined;
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(nextTurn);
  });
}

/** A long list in pieces, with a breath before each. */
export async function* inPieces<T>(list: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) {
    await breathe();
    yield list.slice(at, at + size);
  }
}

function nextTurn(): void {
  turnEndsMs = performance.now() + turnMs;
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(nextTurn);
}
