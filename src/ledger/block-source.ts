import type { Block } from "./block-writer.ts";
import { listSegments, SegmentReader } from "./journal-files.ts";
import { blockHeaderBytes, type Slab } from "./journal-format.ts";

/** Records of one block, to be read before the next is asked for. */
export type SourceBlock = { slab: Slab; recordsAt: number; end: number; firstSequence: number; records: number; bootNo: number; flags: number };

/**
 * The journal's blocks in order, for the loader: from memory while they are fresh, else read back from their segment. Memory
 * is bounded: the oldest fresh blocks are let go first, since they are on disk.
 */
export class BlockSource {
  readonly #folder: string;
  readonly #freshBytesMax: number;
  readonly #release: (block: Block) => void;
  #fresh: Block[] = [];
  #freshBytes = 0;
  #held: Block | null = null;
  #reader: SegmentReader | null = null;
  #readerPath = "";
  /** Where the block after the last one lies, once that is known. */
  #path: string | null = null;
  #offset = 0;
  #nextFirst = 0;

  constructor(options: { folder: string; freshBytesMax: number; release: (block: Block) => void }) {
    this.#folder = options.folder;
    this.#freshBytesMax = options.freshBytesMax;
    this.#release = options.release;
  }

  /** Bytes of fresh blocks not yet asked for. */
  get freshBytes(): number {
    return this.#freshBytes;
  }

  /** Goes to the start of the segment that holds `sequence`, or will; where older ones are gone, to the first there is. Returns the sequence found there. */
  async seek(sequence: number): Promise<number> {
    await this.#closeReader();
    const segments = await listSegments(this.#folder);
    const segment = segments.findLast((candidate) => candidate.firstSequence <= sequence) ?? segments[0];
    this.#path = segment?.path ?? null;
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
    while (this.#freshBytes > this.#freshBytesMax) this.#dropOldest();
  }

  /** The next block that is on disk up to `through`, or null. The one before it may not be read any more. */
  async next(through: number): Promise<SourceBlock | null> {
    if (this.#held !== null) this.#release(this.#held);
    this.#held = null;
    if (this.#nextFirst > through) return null;
    while ((this.#fresh[0]?.firstSequence ?? Number.POSITIVE_INFINITY) < this.#nextFirst) this.#dropOldest();
    const fresh = this.#fresh[0];
    return fresh?.firstSequence === this.#nextFirst ? this.#takeFresh(fresh) : await this.#readBack();
  }

  async close(): Promise<void> {
    await this.#closeReader();
    if (this.#held !== null) this.#release(this.#held);
    this.#held = null;
    while (this.#fresh.length > 0) this.#dropOldest();
  }

  #takeFresh(block: Block): SourceBlock {
    this.#fresh.shift();
    this.#freshBytes -= block.end - block.start;
    this.#held = block;
    this.#path = block.segment.path;
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

  async #readBack(): Promise<SourceBlock | null> {
    if (this.#path !== null && this.#readerPath !== this.#path) await this.#openReader(this.#path);
    if (this.#reader !== null) this.#reader.offset = this.#offset;
    const found = (await this.#reader?.next()) ?? (await this.#firstOfNextSegment());
    if (found === null || found === undefined || found.firstSequence !== this.#nextFirst) {
      throw new Error(`journal: no whole block with sequence ${this.#nextFirst} in ${this.#path ?? this.#folder}`);
    }
    this.#offset = found.fileOffset + found.bytes;
    this.#nextFirst = found.firstSequence + found.records;
    return {
      slab: found.slab,
      recordsAt: found.start + blockHeaderBytes,
      end: found.start + found.bytes,
      firstSequence: found.firstSequence,
      records: found.records,
      bootNo: found.bootNo,
      flags: found.flags,
    };
  }

  async #firstOfNextSegment() {
    const segment = (await listSegments(this.#folder)).find((candidate) => candidate.firstSequence === this.#nextFirst);
    if (segment === undefined || segment.path === this.#path) return null;
    this.#path = segment.path;
    this.#offset = 0;
    await this.#openReader(segment.path);
    return (await this.#reader?.next()) ?? null;
  }

  async #openReader(path: string): Promise<void> {
    await this.#closeReader();
    this.#reader = await SegmentReader.open(path, this.#offset);
    this.#readerPath = path;
  }

  async #closeReader(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
    this.#readerPath = "";
  }

  #dropOldest(): void {
    const block = this.#fresh.shift();
    if (block === undefined) return;
    this.#freshBytes -= block.end - block.start;
    this.#release(block);
  }
}
