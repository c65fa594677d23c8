export type Counts = { passed: number; failed: number };

/** Counts the cases of a JUnit report as `bun test` writes it. Skipped ones count as neither. */
export function countResults(xml: string): Counts {
  const totals = /<testsuites\b[^>]*>/.exec(xml)?.[0] ?? "";
  const read = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
  const failed = read("failures") + read("errors");
  return { passed: read("tests") - read("skipped") - failed, failed };
}

/** A run that ended badly without a failed case (a file that does not load, a crash) counts as one failure. */
export function sumOf(counts: Counts, exitCode: number): Counts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
