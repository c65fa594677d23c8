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

function nextTurn(): void {
  turnEndsMs = performance.now() + turnMs;
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(nextTurn);
}
