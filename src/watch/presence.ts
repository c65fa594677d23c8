/** A rig that is gone this long is replaced; when a whole site falls, it is given longer, as most such falls are a switch that restarts. */
export const presenceLimits = Object.freeze({
  outageWindowMs: 10_000,
  /** Of a site's rigs, within the window. */
  outageBp: 1_000,
  /** Of a few rigs two are no site. */
  outageRigsMin: 5,
  outageGraceMs: 60_000,
});

export type PresenceDeps = {
  now: () => number;
  /** A timer that calls back once; returns what ends it. */
  after: (ms: number, then: () => void) => () => void;
  /** `disconnect_grace_s` of the rig's fleet, milliseconds; null = nobody waits for this rig. */
  graceMsOf: (rigNo: number) => number | null;
  siteOf: (rigNo: number) => number;
  rigsOfSite: (siteNo: number) => number;
  /** Their grace is over and they are not back. */
  gone: (rigs: readonly Gone[]) => void;
};

/** `awayMs`: how long it has been disconnected. */
export type Gone = { rigNo: number; awayMs: number };

/** Watches over disconnected rigs that somebody counts on: a timer for the next grace that ends, and none while all are there. */
export class Presence {
  private readonly deps: PresenceDeps;
  /** Since when each is away, in that order. */
  private readonly away = new Map<number, { sinceMs: number; graceMs: number; siteNo: number }>();
  private looking = false;
  private stopped = false;
  private stopLook: (() => void) | null = null;
  private stopTimer: (() => void) | null = null;
  private timerAtMs = Number.POSITIVE_INFINITY;

  constructor(deps: PresenceDeps) {
    this.deps = deps;
  }

  left(rigNo: number): void {
    const graceMs = this.stopped ? null : this.deps.graceMsOf(rigNo);
    if (graceMs === null || this.away.has(rigNo)) return;
    this.away.set(rigNo, { sinceMs: this.deps.now(), graceMs, siteNo: this.deps.siteOf(rigNo) });
    // Thousands may leave in one turn of the event loop: they are looked at together.
    if (this.looking) return;
    this.looking = true;
    this.stopLook = this.deps.after(1, () => {
      this.looking = false;
      this.noteOutages();
      this.arm();
    });
  }

  came(rigNo: number): void {
    this.away.delete(rigNo);
  }

  /** For good: a hub that stops closes all its rigs. */
  stop(): void {
    this.stopped = true;
    this.stopLook?.();
    this.stopTimer?.();
    this.stopTimer = null;
  }

  private noteOutages(): void {
    const sinceMs = this.deps.now() - presenceLimits.outageWindowMs;
    const bySite = new Map<number, { graceMs: number }[]>();
    for (const rig of this.away.values()) {
      if (rig.sinceMs < sinceMs) continue;
      const together = bySite.get(rig.siteNo);
      if (together === undefined) bySite.set(rig.siteNo, [rig]);
      else together.push(rig);
    }
    for (const [siteNo, together] of bySite) {
      if (together.length < presenceLimits.outageRigsMin) continue;
      if (together.length * 10_000 <= this.deps.rigsOfSite(siteNo) * presenceLimits.outageBp) continue;
      for (const rig of together) rig.graceMs = Math.max(rig.graceMs, presenceLimits.outageGraceMs);
    }
  }

  private arm(): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { sinceMs, graceMs } of this.away.values()) nextMs = Math.min(nextMs, sinceMs + graceMs);
    if (nextMs === this.timerAtMs) return;
    this.stopTimer?.();
    this.stopTimer = null;
    this.timerAtMs = nextMs;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.stopTimer = this.deps.after(Math.max(1, nextMs - this.deps.now()), () => this.due());
  }

  private due(): void {
    this.stopTimer = null;
    this.timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.deps.now();
    const over: Gone[] = [];
    for (const [rigNo, { sinceMs, graceMs }] of this.away) if (nowMs >= sinceMs + graceMs) over.push({ rigNo, awayMs: nowMs - sinceMs });
    for (const { rigNo } of over) this.away.delete(rigNo);
    this.arm();
    if (over.length > 0) this.deps.gone(over);
  }
}
