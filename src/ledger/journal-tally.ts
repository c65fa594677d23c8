import { listSegments } from "./journal-files.ts";
import { blockHeaderBytes, flagOthers, kindShare, kindVerdict, recordBytes } from "./journal-format.ts";
import { type FoundBlock, SegmentReader } from "./segment-reader.ts";
import type { Gone, SequenceRange, TallyQuestion, TallyRow } from "./tally.ts";
import { workOfCode } from "./work-words.ts";

/** A verdict that came after its share, by the share's sequence. */
export type LateVerdicts = ReadonlyMap<number, { poolCode: number; answeredMs: number }>;

export type JournalScan = {
  /** Of the first and last record that a whole block holds; 0 and -1 where there is none. */
  firstSequence: number;
  lastSequence: number;
  /** Sequences up to the last that no whole block holds, from where the oldest file should begin. */
  holes: SequenceRange[];
  late: LateVerdicts;
};

/** Reads all blocks once: what is there, what is not, and the verdicts that came late (own sequence up to `through`). Works beside a running hub. */
export async function scanJournal(folder: string, through = Number.POSITIVE_INFINITY): Promise<JournalScan> {
  const late = new Map<number, { poolCode: number; answeredMs: number }>();
  const holes: SequenceRange[] = [];
  let firstSequence = 0;
  let next = -1;
  for await (const block of blocksOf(folder, 0)) {
    if (next < 0) firstSequence = block.firstSequence;
    else if (block.firstSequence > next) holes.push({ fromSequence: next, toSequence: block.firstSequence - 1 });
    next = block.firstSequence + block.records;
    if ((block.flags & flagOthers) !== 0) readLate(block, through, late);
  }
  // Looked up behind the reading: a running hub may have deleted the oldest meanwhile.
  const [oldest] = await listSegments(folder);
  if (next >= 0 && oldest !== undefined && oldest.firstSequence < firstSequence)
    holes.unshift({ fromSequence: oldest.firstSequence, toSequence: firstSequence - 1 });
  return { firstSequence, lastSequence: next < 0 ? -1 : next - 1, holes, late };
}

/** Whole blocks in order of sequence, from the segment on that holds `fromSequence`. A block is good until the next is asked for. */
export async function* blocksOf(folder: string, fromSequence: number): AsyncGenerator<FoundBlock> {
  const segments = await listSegments(folder);
  const first = Math.max(
    0,
    segments.findLastIndex((segment) => segment.firstSequence <= fromSequence),
  );
  let next = 0;
  for (const { path } of segments.slice(first)) {
    const reader = await openEither(path);
    if (reader === null) continue;
    try {
      for (;;) {
        let block = await reader.next();
        if (block === null || block.firstSequence < next) block = await reader.nextBehindDamage(next);
        if (block === null) break;
        next = block.firstSequence + block.records;
        yield block;
      }
    } finally {
      await reader.close();
    }
  }
}

/** A segment may be compressed or deleted between two looks. */
async function openEither(path: string): Promise<SegmentReader | null> {
  for (const one of [path, `${path}.zst`]) {
    try {
      return await SegmentReader.open(one);
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
    }
  }
  return null;
}

function readLate({ slab, start, bytes, firstSequence }: FoundBlock, through: number, late: Map<number, { poolCode: number; answeredMs: number }>): void {
  let sequence = firstSequence;
  for (let offset = start + blockHeaderBytes; offset < start + bytes; offset += recordBytes(slab, offset)) {
    if (((slab.bytes[offset] as number) & 15) === kindVerdict && sequence <= through) {
      const poolCode = (slab.bytes[offset + 1] as number) >>> 4;
      late.set(slab.f64[(offset + 16) >>> 3] as number, { poolCode, answeredMs: slab.i32[(offset >>> 2) + 1] as number });
    }
    sequence += 1;
  }
}

/** Counts the journal's shares as the database should have them. */
export async function tallyJournal(folder: string, question: TallyQuestion & { gone: readonly Gone[]; late: LateVerdicts }): Promise<TallyRow[]> {
  const counter = new Counter(question);
  for await (const block of blocksOf(folder, question.fromSequence)) {
    if (block.firstSequence > question.toSequence) break;
    if (block.firstSequence + block.records > question.fromSequence) counter.addBlock(block);
  }
  return counter.rows();
}

type Sums = Omit<TallyRow, "work" | "poolWork" | "checksum"> & { work: ExactSum; poolWork: ExactSum; checksum: number };

class Counter {
  readonly #question: TallyQuestion & { gone: readonly Gone[]; late: LateVerdicts };
  readonly #sums = new Map<number, Sums>();

  constructor(question: TallyQuestion & { gone: readonly Gone[]; late: LateVerdicts }) {
    this.#question = question;
  }

  addBlock(block: FoundBlock): void {
    const { fromSequence, toSequence } = this.#question;
    const { slab, start, bytes } = block;
    let sequence = block.firstSequence;
    for (let offset = start + blockHeaderBytes; offset < start + bytes; offset += recordBytes(slab, offset)) {
      const isShare = ((slab.bytes[offset] as number) & 15) === kindShare;
      if (isShare && sequence >= fromSequence && sequence <= toSequence) this.#addShare(block, offset, sequence);
      sequence += 1;
    }
  }

  rows(): TallyRow[] {
    return [...this.#sums.values()].map((sums) => ({ ...sums, work: sums.work.value(), poolWork: sums.poolWork.value(), checksum: BigInt(sums.checksum) }));
  }

  /** The checksum is that of database-tally.ts. */
  #addShare({ slab: { bytes, i32, f64 } }: FoundBlock, offset: number, sequence: number): void {
    const { late, bucket } = this.#question;
    const word = offset >>> 2;
    const double = offset >>> 3;
    const atMs = Math.floor(f64[double + 1] as number);
    if (this.#isGone(atMs, sequence)) return;
    const verdicts = bytes[offset + 1] as number;
    const later = late.size === 0 ? undefined : late.get(sequence);
    const sums = this.#sumsOf(Math.floor(sequence / bucket), verdicts & 15, later?.poolCode ?? verdicts >>> 4);
    const algorithmCode = (bytes[offset] as number) >>> 4;
    sums.count += 1;
    sums.work.add(workOfCode(algorithmCode, f64[double + 2] as number));
    sums.poolWork.add(workOfCode(algorithmCode, f64[double + 3] as number));
    const [rigNo, sessionNo, contractNo, poolNo] = [i32[word + 8] as number, i32[word + 9] as number, i32[word + 10] as number, i32[word + 11] as number];
    const answeredMs = later?.answeredMs ?? (i32[word + 1] as number);
    sums.checksum += (sequence % 65_536) * (rigNo % 65_536) + sessionNo + 3 * contractNo + 5 * poolNo + 7 * (atMs % 16_777_216) + 11 * answeredMs;
  }

  #isGone(atMs: number, sequence: number): boolean {
    return this.#question.gone.some(({ fromMs, toMs, throughSequence }) => sequence <= throughSequence && atMs >= fromMs && atMs < toMs);
  }

  #sumsOf(bucket: number, hubCode: number, poolCode: number): Sums {
    const key = bucket * 256 + hubCode * 16 + poolCode;
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      sums = { bucket, hubCode, poolCode, count: 0, work: new ExactSum(), poolWork: new ExactSum(), checksum: 0 };
      this.#sums.set(key, sums);
    }
    return sums;
  }
}

/** Sums whole numbers that doubles hold, with a BigInt only where a double would not hold the sum. */
class ExactSum {
  #whole = 0n;
  #part = 0;

  add(value: number): void {
    const sum = this.#part + value;
    if (sum - this.#part === value && sum - value === this.#part) {
      this.#part = sum;
      return;
    }
    this.#whole += BigInt(this.#part);
    this.#part = value;
  }

  value(): bigint {
    return this.#whole + BigInt(this.#part);
  }
}
