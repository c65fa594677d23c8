import type { Gap } from "./answers.ts";

/** A stretch in which a hub was running. */
export type Run = { fromMs: number; toMs: number };

/** The parts of the window that no run covers, in order of time. */
export function gapsBetween(runs: readonly Run[], fromMs: number, toMs: number): Gap[] {
  const gaps: Gap[] = [];
  let reachedMs = fromMs;
  for (const run of runs.toSorted((one, other) => one.fromMs - other.fromMs)) {
    if (run.toMs <= reachedMs) continue;
    if (run.fromMs >= toMs) break;
    if (run.fromMs > reachedMs) gaps.push({ fromMs: reachedMs, toMs: run.fromMs });
    reachedMs = run.toMs;
  }
  if (reachedMs < toMs) gaps.push({ fromMs: reachedMs, toMs });
  return gaps;
}

/** Milliseconds of each step of the window in which a hub was running; the last step may be shorter than the others. */
export function coveredMs(gaps: readonly Gap[], window: { fromMs: number; toMs: number; stepMs: number }): Float64Array {
  const { fromMs, toMs, stepMs } = window;
  const covered = new Float64Array(Math.ceil((toMs - fromMs) / stepMs)).map((_, index) => Math.min(stepMs, toMs - fromMs - index * stepMs));
  for (const gap of gaps) {
    const last = Math.min(covered.length - 1, Math.floor((gap.toMs - fromMs) / stepMs));
    for (let index = Math.floor((gap.fromMs - fromMs) / stepMs); index <= last; index++) {
      const startMs = fromMs + index * stepMs;
      covered[index] = (covered[index] as number) - Math.max(0, Math.min(gap.toMs, startMs + stepMs) - Math.max(gap.fromMs, startMs));
    }
  }
  return covered;
}
