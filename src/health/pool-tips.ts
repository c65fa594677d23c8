/** A pool that stays on a block which others have left works for nothing (reliability reference 3). */
export const staleTipRule = Object.freeze({ othersMin: 2, afterMs: 20_000, tipsKept: 128 });

type Tip = { order: number /** When each pool went on from it, to a tip seen later. */; leftAtMs: Map<string, number> };

/**
 * Which previous block hashes pools were on and have left, of all chains together: pools of one chain are those that were on one and the
 * same tip, so no other chain's blocks are ever held against a pool. Times are milliseconds of one steady clock.
 */
export class TipHistory {
  private readonly tips = new Map<string, Tip>();
  private readonly currentOf = new Map<string, string>();
  private nextOrder = 0;

  /** `pool` gives work on `prevHash` from now on. */
  note(pool: string, prevHash: string, nowMs: number): void {
    const before = this.currentOf.get(pool);
    if (before === prevHash) return;
    const tip = this.tipOf(prevHash);
    const left = before === undefined ? undefined : this.tips.get(before);
    if (left !== undefined && left.order < tip.order) left.leftAtMs.set(pool, nowMs);
    // It came back to it.
    tip.leftAtMs.delete(pool);
    this.currentOf.set(pool, prevHash);
  }

  /** Since when at least two other pools have been beyond `prevHash`; null where they are not. Stale is what has been for `afterMs`. */
  leftBehindSinceMs(pool: string, prevHash: string): number | null {
    const left = this.tips.get(prevHash)?.leftAtMs;
    // Asked four times a second of each account: nearly always nobody has left it.
    if (left === undefined || left.size < staleTipRule.othersMin) return null;
    const others = [...left].filter(([other]) => other !== pool).map(([, atMs]) => atMs);
    return others.toSorted((a, b) => a - b)[staleTipRule.othersMin - 1] ?? null;
  }

  private tipOf(prevHash: string): Tip {
    const known = this.tips.get(prevHash);
    if (known !== undefined) return known;
    const tip: Tip = { order: this.nextOrder++, leftAtMs: new Map() };
    this.tips.set(prevHash, tip);
    const [oldest] = this.tips.keys();
    if (this.tips.size > staleTipRule.tipsKept && oldest !== undefined) this.tips.delete(oldest);
    return tip;
  }
}
