import { limits } from "./limits.ts";

/** How many connections to pools may still be opened in this second, so that the sessions of a dead pool do not storm the next one. */
export class DialBudget {
  private left: number = limits.upstreamConnectsPerSecondMax;
  private sinceMs: number;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
    this.sinceMs = now();
  }

  take(): boolean {
    const nowMs = this.now();
    if (nowMs - this.sinceMs >= 1_000) {
      this.sinceMs = nowMs;
      this.left = limits.upstreamConnectsPerSecondMax;
    }
    if (this.left === 0) return false;
    this.left--;
    return true;
  }
}
