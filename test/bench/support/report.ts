/** Three significant digits say all that a measurement on a shared machine can. */
export function reporter(bench: string): (metric: string, value: number, unit: string, more?: Record<string, string | number>) => void {
  return (metric, value, unit, more = {}) => {
    process.stdout.write(`${JSON.stringify({ bench, metric, value: Number(value.toPrecision(3)), unit, ...more })}\n`);
  };
}

/** The value below which the part `quantile` (0..1) of all lies; NaN when there are none. `sorted` rises. */
export function quantileOf(sorted: ArrayLike<number>, quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}
