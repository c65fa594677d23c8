import { Histogram, secondsBounds } from "../health/histogram.ts";

/** How late timers ring: what everything waits for while one thing holds the event loop. */
export class LoopLag {
  readonly seconds = new Histogram(secondsBounds);
  private readonly everyMs: number;
  private readonly monotonicMs: () => number;
  private dueMs: number;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** @param everyMs between two calls of `ring` */
  constructor(everyMs: number, monotonicMs: () => number) {
    this.everyMs = everyMs;
    this.monotonicMs = monotonicMs;
    this.dueMs = monotonicMs() + everyMs;
  }

  start(): void {
    this.timer = setInterval(this.ring, this.everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** What its timer calls; for who drives the clock himself. */
  readonly ring = (): void => {
    const nowMs = this.monotonicMs();
    this.seconds.note(Math.max(0, nowMs - this.dueMs) / 1_000);
    this.dueMs = nowMs + this.everyMs;
  };
}
