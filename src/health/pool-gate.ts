/** How often a pool may be left and taken up again (reliability reference 3). Milliseconds. */
export const gateRule = Object.freeze({
  windowMs: 3_600_000,
  holdMsMax: 1_800_000,
  /** A return is followed by another leave where the pool is still unwell, so it needs room for both. */
  switchesPerWindowMax: 4,
  /** Jobs since the login before a pool is taken up again. */
  provingJobs: 2,
  /** A pool that fails again so soon is still having the same failure: one bad minute must not be half an hour of hold-down. */
  sameFailureMs: 15_000,
});

/** Moments within the last hour, of one steady clock. */
export class LastHour {
  private moments: number[] = [];
  private readonly sameMs: number;

  /** `sameMs`: what follows a counted moment so soon is not counted again. */
  constructor(sameMs = 0) {
    this.sameMs = sameMs;
  }

  note(nowMs: number): void {
    if (nowMs - (this.moments.at(-1) ?? Number.NEGATIVE_INFINITY) < this.sameMs) return;
    this.moments.push(nowMs);
    this.count(nowMs);
  }

  clear(): void {
    this.moments = [];
  }

  count(nowMs: number): number {
    const oldestMs = this.moments[0] ?? nowMs;
    if (nowMs - oldestMs >= gateRule.windowMs) this.moments = this.moments.filter((atMs) => nowMs - atMs < gateRule.windowMs);
    return this.moments.length;
  }
}

/**
 * How long a pool must have been well before it is taken up again: `returnAfterMs`, doubled with each time that it failed in the last hour
 * after the first, at most 30 minutes (or `returnAfterMs` where that is longer).
 */
export function holdDownMs(returnAfterMs: number, failures: number): number {
  const doubled = returnAfterMs * 2 ** Math.min(30, Math.max(0, failures - 1));
  return Math.min(Math.max(gateRule.holdMsMax, returnAfterMs), doubled);
}

/** Whether rigs that were moved so often in the last hour may be moved back without need. */
export function mayReturn(switchesInLastHour: number): boolean {
  return switchesInLastHour <= gateRule.switchesPerWindowMax - 2;
}

/** Rigs go back to a pool in parts, so that one which is still unwell is found out with few; below the minimum all at once. */
export const waveRule = Object.freeze({ rigsMin: 200, parts: [0.05, 0.25] as readonly number[], stageMs: 120_000 });

/** How many of `rigs` are to be at the pool that is returned to, `sinceMs` after the first went; null = all of them. */
export function waveSize(rigs: number, sinceMs: number): number | null {
  if (rigs < waveRule.rigsMin) return null;
  const part = waveRule.parts[Math.floor(sinceMs / waveRule.stageMs)];
  return part === undefined ? null : Math.ceil(part * rigs);
}
