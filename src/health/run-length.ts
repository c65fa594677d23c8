/** A one-sided CUSUM on a Poisson count: it rises by `perExpected` for each expected share and falls by `perAccepted` with each that comes. */
export type CusumSlopes = { perExpected: number; perAccepted: number };

export const minutesPerYear = 365.25 * 24 * 60;

/** Grid points within one share's fall; the run length is then good to a thousandth. */
const pointsPerFall = 200;

/**
 * Mean number of expected shares until the statistic reaches `limit` from zero, where the rig does `ratio` of its nominal.
 *
 * Between shares the statistic rises steadily, each share lets it fall by one step, not below zero. So the mean run length L(x) from x
 * solves perExpected L'(x) = ratio (L(x) - L(max(0, x - perAccepted))) - 1, L(limit) = 0; g(x) = L(0) - L(x) starts at 0, needs no
 * boundary value, and g(limit) is the answer: one integration forward (Runge-Kutta 4), exact but for the grid. It looks at every
 * instant; a judge who looks every ten seconds is alarmed a little less often and a few seconds later.
 */
export function meanRunLength(slopes: CusumSlopes, ratio: number, limit: number): number {
  return march(slopes, ratio, (x) => x >= limit).gain;
}

/** The limit at which the mean run length is `expected` shares; the inverse of `meanRunLength`. */
export function limitOf(slopes: CusumSlopes, ratio: number, expected: number): number {
  return march(slopes, ratio, (_x, gain) => gain >= expected).x;
}

/** Integrates until `done`, which is asked at each grid point; the last step is cut in proportion. */
function march({ perExpected, perAccepted }: CusumSlopes, ratio: number, done: (x: number, gain: number) => boolean): { x: number; gain: number } {
  const dx = perAccepted / pointsPerFall;
  const gains = [0];
  const slope = (gain: number, before: number) => (1 + ratio * (gain - before)) / perExpected;
  for (let index = 0; ; index++) {
    const gain = gains[index] ?? 0;
    if (done(index * dx, gain) || !Number.isFinite(gain)) return { x: index * dx, gain };
    const before = gains[index - pointsPerFall] ?? 0;
    const after = gains[index + 1 - pointsPerFall] ?? 0;
    const half = (before + after) / 2;
    const k1 = slope(gain, before);
    const k2 = slope(gain + (dx / 2) * k1, half);
    const k3 = slope(gain + (dx / 2) * k2, half);
    const k4 = slope(gain + dx * k3, after);
    gains.push(gain + (dx / 6) * (k1 + 2 * k2 + 2 * k3 + k4));
  }
}
