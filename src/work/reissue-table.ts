/** How far beyond a job's ntime pools take shares, in seconds (ckpool; stratum-v1 reference 1.5). */
const poolWindowS = 7000;
/** What a rig may roll by itself on such a job, in seconds. */
const rollMaxS = 60;

/**
 * Where a pool leaves no room for `P`, a job that is handed out again under the same `X` would be the same search.
 * So each issue starts at a later ntime, and its rig may roll 60 s at most. One table per work.
 */
export class ReissueTable {
  /** By `X`: the first ntime that no rig with it may have rolled to. Absolute, as pools send the same work again with another ntime. */
  readonly #unused = new Map<number, number>();

  static readonly rollMaxS = rollMaxS;

  /** The ntime at which the next issue to a rig with `x` starts, at or after the pool's own; null when the pool's window is used up: wait for its next work. */
  next(x: number, ntime: number): number | null {
    const start = Math.max(ntime, this.#unused.get(x) ?? 0);
    return start + rollMaxS - ntime > poolWindowS ? null : start;
  }

  /** The same, and from now on that ground is used. */
  issue(x: number, ntime: number): number | null {
    const start = this.next(x, ntime);
    if (start !== null) this.#unused.set(x, start + rollMaxS + 1);
    return start;
  }
}
