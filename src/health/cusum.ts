import type { Tally } from "./rig-health.ts";
import type { CusumSlopes } from "./run-length.ts";

/**
 * One question put to Poisson counts: does the rig do `good` or only `bad` of its nominal? The statistic is their log-likelihood
 * ratio, good - bad for each expected share and -ln(good / bad) for each that came, never below zero (reliability.md 1.5).
 */
export type Cusum = CusumSlopes & { good: number; bad: number; limit: number };

export function slopesOf(good: number, bad: number): CusumSlopes {
  return { perExpected: good - bad, perAccepted: Math.log(good / bad) };
}

/** The `bad` of a CUSUM that is drawn neither up nor down at `threshold`, which must lie between 0 and `good`: their logarithmic mean. */
export function badFor(good: number, threshold: number): number {
  let low = 1e-9;
  let high = good;
  for (let turn = 0; turn < 60; turn++) {
    const bad = (low + high) / 2;
    const { perExpected, perAccepted } = slopesOf(good, bad);
    if (perExpected / perAccepted < threshold) low = bad;
    else high = bad;
  }
  return (low + high) / 2;
}

/** What the tally says for `bad` and against `good`. A CUSUM needs no number of its own beside the tally since it was last at zero. */
export function evidence({ perExpected, perAccepted }: CusumSlopes, { expected, accepted }: Tally): number {
  return perExpected * expected - perAccepted * accepted;
}

export type Counted = { expected: number; accepted: number; ms: number };

export function add(tally: Tally, { expected, accepted, ms }: Counted): void {
  tally.expected += expected;
  tally.accepted += accepted;
  tally.ms += ms;
}

/** Each number by itself: this is done for most rigs in most steps. */
export function clear(tally: Tally): void {
  tally.expected = 0;
  tally.accepted = 0;
  tally.ms = 0;
}

/** One step of the CUSUM; true when it has reached its limit. */
export function rise(tally: Tally, counted: Counted, cusum: Cusum): boolean {
  add(tally, counted);
  const now = evidence(cusum, tally);
  if (now <= 0) clear(tally);
  return now >= cusum.limit;
}

/** One step of the mirror image, which gathers evidence for `good`; true when it has reached `limit`. */
export function riseBack(tally: Tally, counted: Counted, { slopes, limit }: { slopes: CusumSlopes; limit: number }): boolean {
  add(tally, counted);
  const now = -evidence(slopes, tally);
  if (now <= 0) clear(tally);
  return now >= limit;
}
