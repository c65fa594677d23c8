/** Milliseconds since 1970 with their fractions; the same for all processes of one machine, so that one can stamp what another receives. */
export function preciseNowMs(): number {
  return performance.timeOrigin + performance.now();
}
