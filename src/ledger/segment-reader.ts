import { type BlockHeader, blockHeaderBytes, blockMagic, createSlab, readBlock, type Slab } from "./journal-format.ts";
import { openSegmentBytes, type SegmentBytes } from "./segment-bytes.ts";

/** A whole block; its records lie in `slab` behind `start` until the next call of `next`. */
export type FoundBlock = BlockHeader & { slab: Slab; start: number; fileOffset: number; bytes: number };

/** Reads the blocks of one segment in order, a window at a time. */
export class SegmentReader {
  readonly #file: SegmentBytes;
  #slab: Slab;
  #windowAt = 0;
  #windowBytes = 0;
  /** Where the next block is expected. */
  offset: number;

  private constructor(file: SegmentBytes, offset: number, windowBytes: number) {
    this.#file = file;
    this.#slab = createSlab(windowBytes);
    this.offset = offset;
    this.#windowAt = offset;
  }

  static async open(path: string, offset = 0, windowBytes = 1 << 20): Promise<SegmentReader> {
    return new SegmentReader(await openSegmentBytes(path), offset, windowBytes);
  }

  /** The next block, or null where no whole block lies at `offset`. Asking again later may find one that was written meanwhile. */
  async next(): Promise<FoundBlock | null> {
    let block = this.#parse();
    if (block === null) {
      await this.#fill(this.#slab.bytes.length);
      block = this.#parse();
    }
    if (block === null) {
      const claimed = await this.#claimedBytes();
      if (claimed > this.#slab.bytes.length) {
        await this.#fill(claimed);
        block = this.#parse();
      }
    }
    if (block !== null) this.offset += block.bytes;
    return block;
  }

  /**
   * Behind damage: the next whole block further on that begins with `fromSequence` or a later one, or null where none follows. Blocks lie at multiples
   * of 8, and a checksum of 32 bits that holds by chance behind the magic is one in 10^19.
   */
  async nextBehindDamage(fromSequence: number): Promise<FoundBlock | null> {
    for (;;) {
      if (!(await this.#seekMagic())) return null;
      const block = await this.next();
      if (block !== null && block.firstSequence >= fromSequence) return block;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Moves `offset` on to the next place that looks like a block's beginning; false at the end of the file. */
  async #seekMagic(): Promise<boolean> {
    this.offset += 8;
    for (;;) {
      if (this.offset < this.#windowAt || this.offset - this.#windowAt + blockHeaderBytes > this.#windowBytes) await this.#fill(this.#slab.bytes.length);
      for (let at = this.offset - this.#windowAt; at + blockHeaderBytes <= this.#windowBytes; at += 8) {
        if (this.#slab.u32[at >>> 2] !== blockMagic) continue;
        this.offset = this.#windowAt + at;
        return true;
      }
      if (this.#windowBytes < this.#slab.bytes.length) return false;
      this.offset = this.#windowAt + ((this.#windowBytes - blockHeaderBytes) & ~7) + 8;
    }
  }

  #parse(): FoundBlock | null {
    const start = this.offset - this.#windowAt;
    const header = start < 0 ? null : readBlock(this.#slab, start, this.#windowBytes);
    if (header === null) return null;
    return { ...header, slab: this.#slab, start, fileOffset: this.offset, bytes: blockHeaderBytes + header.payloadBytes };
  }

  async #fill(bytes: number): Promise<void> {
    if (bytes > this.#slab.bytes.length) this.#slab = createSlab((bytes + 7) & ~7);
    this.#windowAt = this.offset;
    this.#windowBytes = 0;
    while (this.#windowBytes < this.#slab.bytes.length) {
      const read = await this.#file.read(this.#slab.bytes, this.#windowBytes, this.#slab.bytes.length - this.#windowBytes, this.offset + this.#windowBytes);
      if (read === 0) break;
      this.#windowBytes += read;
    }
  }

  /** What a block larger than the window says it needs, never more than the file has. */
  async #claimedBytes(): Promise<number> {
    if (this.#windowBytes < blockHeaderBytes) return 0;
    const claimed = blockHeaderBytes + (this.#slab.u32[1] as number);
    const size = await this.#file.size();
    return this.offset + claimed <= size ? claimed : 0;
  }
}
