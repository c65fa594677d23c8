/** A clock that a test moves, with timers that fire in order of their times. */
export class FakeTimers {
  nowMs: number;
  private readonly timers = new Set<{ atMs: number; then: () => void }>();

  constructor(nowMs = 1_000_000) {
    this.nowMs = nowMs;
  }

  readonly now = (): number => this.nowMs;

  readonly after = (ms: number, then: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + ms, then };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  get waiting(): number {
    return this.timers.size;
  }

  /** Lets time pass; timers that come due fire on the way, also those that others set. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = [...this.timers].filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.nowMs = next.atMs;
      next.then();
    }
    this.nowMs = endMs;
  }
}
