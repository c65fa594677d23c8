/** How far beyond a job's ntime pools take shares, in seconds (ckpool; stratum-v1 reference 1.5). */
const poolWindowS = 7000;
/** What a rig may roll by itself on such a job, in seconds. */
const rollMaxS = 60;
/** Issues lie so far apart that two of them never meet, however far their rigs roll. */
const issueStepS = rollMaxS + 1;

/**
 * Where a pool leaves no room for `P`, a job that is handed out again under the same `X` would be the same search.
 * So each issue starts at a later ntime, and its rig may roll 60 s at most. One table per pool session.
 */
export class ReissueTable {
  readonly #issues = new Map<number, number>();

  static readonly rollMaxS = rollMaxS;

  /** A new pool job: every `X` starts at the job's own ntime again. */
  newJob(): void {
    this.#issues.clear();
  }

  /**
   * Seconds to add to the job's ntime for the next issue to a rig with `x`: 0, 61, 122, ….
   * Null when the pool's window is used up: wait for its next notify.
   */
  issue(x: number): number | null {
    const offsetS = (this.#issues.get(x) ?? 0) * issueStepS;
    if (offsetS + rollMaxS > poolWindowS) return null;
    this.#issues.set(x, offsetS / issueStepS + 1);
    return offsetS;
  }
}
