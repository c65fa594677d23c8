import type { Block } from "./block-writer.ts";
import type { JournalGap } from "./journal-end.ts";
import { listSegments, type SegmentFile } from "./journal-files.ts";
import { blockHeaderBytes, createSlab, flagOthers, kindShare, type Slab, shareBytes } from "./journal-format.ts";
import { type FoundBlock, SegmentReader } from "./segment-reader.ts";

/** Records of one block, to be read before the next is asked for. */
export type SourceBlock = { slab: Slab; recordsAt: number; end: number; firstSequence: number; records: number; bootNo: number; flags: number };

const emptySlab = createSlab(0);

export type BlockSourceOptions = {
  folder: string;
  freshBytesMax: number;
  release: (block: Block) => void;
  /** Told of sequences that no whole block holds any more, where they were needed. */
  onGap: (gap: JournalGap) => void;
};

/**
 * The journal's blocks in order, for the loader: from memory while they are fresh, else read back from their segment. Memory
 * is bounded: the oldest fresh blocks are let go first, since they are on disk. What is damaged is told and left out.
 */
export class BlockSource {
  readonly #options: BlockSourceOptions;
  #fresh: Block[] = [];
  #freshBytes = 0;
  #held: Block | null = null;
  #reader: SegmentReader | null = null;
  #readerOf = -1;
  #readerPath = "";
  /** Where the block after the last one lies, once that is known: the first sequence of its segment, which gets another path when it is compressed. */
  #segment = -1;
  #offset = 0;
  #nextFirst = 0;

  constructor(options: BlockSourceOptions) {
    this.#options = options;
  }

  /** Bytes of fresh blocks not yet asked for. */
  get freshBytes(): number {
    return this.#freshBytes;
  }

  /** Goes to the start of the segment that holds `sequence`, or will; where older ones are gone, to the first there is. Returns the sequence found there. */
  async seek(sequence: number): Promise<number> {
    await this.#closeReader();
    const segments = await listSegments(this.#options.folder);
    const segment = segments.findLast((candidate) => candidate.firstSequence <= sequence) ?? segments[0];
    this.#segment = segment?.firstSequence ?? -1;
    this.#offset = 0;
    this.#nextFirst = segment?.firstSequence ?? sequence;
    return this.#nextFirst;
  }

  /** Takes blocks that are on disk, in order; gives their memory back when they were read or are too many. */
  offer(blocks: readonly Block[]): void {
    for (const block of blocks) {
      this.#fresh.push(block);
      this.#freshBytes += block.end - block.start;
    }
    while (this.#freshBytes > this.#options.freshBytesMax) this.#dropOldest();
  }

  /** The next block that is on disk up to `through`, or null. The one before it may not be read any more. */
  async next(through: number): Promise<SourceBlock | null> {
    if (this.#held !== null) this.#options.release(this.#held);
    this.#held = null;
    if (this.#nextFirst > through) return null;
    while ((this.#fresh[0]?.firstSequence ?? Number.POSITIVE_INFINITY) < this.#nextFirst) this.#dropOldest();
    const fresh = this.#fresh[0];
    return fresh?.firstSequence === this.#nextFirst ? this.#takeFresh(fresh) : await this.#readBack(through);
  }

  async close(): Promise<void> {
    await this.#closeReader();
    if (this.#held !== null) this.#options.release(this.#held);
    this.#held = null;
    while (this.#fresh.length > 0) this.#dropOldest();
  }

  #takeFresh(block: Block): SourceBlock {
    this.#fresh.shift();
    this.#freshBytes -= block.end - block.start;
    this.#held = block;
    this.#segment = block.segment.firstSequence;
    this.#offset = block.fileOffset + block.end - block.start;
    this.#nextFirst = block.firstSequence + block.records;
    const { slab, start, end } = block;
    return {
      slab,
      recordsAt: start + blockHeaderBytes,
      end,
      firstSequence: block.firstSequence,
      records: block.records,
      bootNo: slab.u32[(start >>> 2) + 3] as number,
      flags: slab.u32[(start >>> 2) + 7] as number,
    };
  }

  async #readBack(through: number): Promise<SourceBlock> {
    const found = (await this.#following()) ?? (await this.#behindDamage());
    if (found !== null) return this.#take(found);
    // Nothing whole is left on disk; the next may be in memory still.
    const fresh = this.#fresh[0];
    this.#noteGap(fresh?.firstSequence ?? through + 1);
    if (fresh !== undefined) return this.#takeFresh(fresh);
    return { slab: emptySlab, recordsAt: 0, end: 0, firstSequence: this.#nextFirst, records: 0, bootNo: 0, flags: 0 };
  }

  #take(found: FoundBlock): SourceBlock {
    if (found.firstSequence > this.#nextFirst) this.#noteGap(found.firstSequence);
    this.#segment = this.#readerOf;
    this.#offset = found.fileOffset + found.bytes;
    this.#nextFirst = found.firstSequence + found.records;
    const { slab, firstSequence, records, bootNo, flags } = found;
    return { slab, recordsAt: found.start + blockHeaderBytes, end: found.start + found.bytes, firstSequence, records, bootNo, flags };
  }

  #noteGap(toBefore: number): void {
    const gap = { fromSequence: this.#nextFirst, toSequence: toBefore - 1, path: this.#readerPath };
    this.#nextFirst = toBefore;
    this.#options.onGap(gap);
  }

  /** The block with the next sequence, in this segment or at the beginning of another. */
  async #following(): Promise<FoundBlock | null> {
    const isNext = (block: FoundBlock | null) => (block?.firstSequence === this.#nextFirst ? block : null);
    if (this.#readerOf !== this.#segment) await this.#openReader((await this.#segments()).find(({ firstSequence }) => firstSequence === this.#segment));
    if (this.#reader !== null) {
      this.#reader.offset = this.#offset;
      const here = isNext(await this.#reader.next());
      if (here !== null) return here;
    }
    const next = (await this.#segments()).find(({ firstSequence }) => firstSequence === this.#nextFirst && firstSequence !== this.#segment);
    if (next === undefined) return null;
    await this.#openReader(next);
    return isNext((await this.#reader?.next()) ?? null);
  }

  /** The first whole block with a later sequence: further on in this segment, or in one that follows. */
  async #behindDamage(): Promise<FoundBlock | null> {
    for (const segment of await this.#segments()) {
      if (segment.firstSequence < this.#segment) continue;
      await this.#openReader(segment);
      const reader = this.#reader;
      if (reader === null) continue;
      if (segment.firstSequence === this.#segment) reader.offset = this.#offset;
      const first = await reader.next();
      if (first !== null && first.firstSequence >= this.#nextFirst) return first;
      const later = await reader.nextBehindDamage(this.#nextFirst);
      if (later !== null) return later;
    }
    return null;
  }

  #segments(): Promise<SegmentFile[]> {
    return listSegments(this.#options.folder);
  }

  async #openReader(segment: SegmentFile | undefined): Promise<void> {
    await this.#closeReader();
    if (segment === undefined) return;
    this.#reader = await SegmentReader.open(segment.path);
    this.#readerOf = segment.firstSequence;
    this.#readerPath = segment.path;
  }

  async #closeReader(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
    this.#readerOf = -1;
  }

  #dropOldest(): void {
    const block = this.#fresh.shift();
    if (block === undefined) return;
    this.#freshBytes -= block.end - block.start;
    this.#options.release(block);
  }
}

/** How many share records follow each other from `offset` on, at most `recordsMax`. Most blocks hold nothing else. */
export function sharesInARow({ slab, end, flags }: SourceBlock, offset: number, recordsMax: number): number {
  if ((flags & flagOthers) === 0) return Math.min(recordsMax, (end - offset) / shareBytes);
  let records = 0;
  while (records < recordsMax && offset + records * shareBytes < end && ((slab.bytes[offset + records * shareBytes] as number) & 15) === kindShare)
    records += 1;
  return records;
}
