/** Shares of one stretch of sequences and one pair of verdicts (codes of journal-format.ts), as one of the two copies has them. */
export type TallyRow = { bucket: number; hubCode: number; poolCode: number; count: number; work: bigint; poolWork: bigint; checksum: bigint };

/** Sequences, both ends included. */
export type SequenceRange = { fromSequence: number; toSequence: number };

/** Shares received in [fromMs, toMs) with a sequence up to `throughSequence`: they are in a day file and not in the table of shares any more. */
export type Gone = { fromMs: number; toMs: number; throughSequence: number };

/** Which shares to count: those of the range but for the holes, each in the stretch `floor(sequence / bucket)`. */
export type TallyQuestion = SequenceRange & { bucket: number; holes: readonly SequenceRange[] };

export type DatabaseTally = {
  /** The journal is applied up to here; verdicts that came after the share too. */
  appliedThrough: number;
  gone: Gone[];
  rows: TallyRow[];
};

/** Rows that a stretch may have; sums of the checksum over it are exact in a double. */
export const bucketMax = 65_536;

const keyOf = ({ bucket, hubCode, poolCode }: TallyRow): string => `${bucket}/${hubCode}/${poolCode}`;

function isSame(one: TallyRow, other: TallyRow | undefined): boolean {
  return other !== undefined && one.count === other.count && one.work === other.work && one.poolWork === other.poolWork && one.checksum === other.checksum;
}

/** Numbers of the stretches in which the two copies differ, in order. */
export function differingBuckets(one: readonly TallyRow[], other: readonly TallyRow[]): number[] {
  const differing = new Set<number>();
  for (const [rows, others] of [
    [one, other],
    [other, one],
  ] as const) {
    const byKey = new Map(others.map((row) => [keyOf(row), row]));
    for (const row of rows) if (!isSame(row, byKey.get(keyOf(row)))) differing.add(row.bucket);
  }
  return [...differing].sort((first, second) => first - second);
}

/** All stretches together, by verdicts. */
export function totalsOf(rows: readonly TallyRow[]): TallyRow[] {
  const totals = new Map<string, TallyRow>();
  for (const row of rows) {
    const total = totals.get(keyOf({ ...row, bucket: 0 }));
    if (total === undefined) {
      totals.set(keyOf({ ...row, bucket: 0 }), { ...row, bucket: 0 });
      continue;
    }
    total.count += row.count;
    total.work += row.work;
    total.poolWork += row.poolWork;
    total.checksum += row.checksum;
  }
  return [...totals.values()].sort((one, other) => one.hubCode - other.hubCode || one.poolCode - other.poolCode);
}
