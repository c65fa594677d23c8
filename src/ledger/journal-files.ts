import { type FileHandle, mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type BlockHeader, blockHeaderBytes, createSlab, readBlock, type Slab } from "./journal-format.ts";

/** A file of the journal, named after the sequence of its first record. */
export type Segment = {
  firstSequence: number;
  path: string;
  /** Bytes dealt out to blocks. */
  bytes: number;
  /** Length of the file: behind `bytes` it holds zeros. */
  fileBytes: number;
};

const segmentName = /^(\d{16})\.seg$/;

/** Segments sort by name, since the name is the sequence of the first record in 16 digits. */
export function segmentPath(folder: string, firstSequence: number): string {
  return join(folder, `${String(firstSequence).padStart(16, "0")}.seg`);
}

/** The journal's files by first sequence. Creates the folder if it isn't there. */
export async function listSegments(folder: string): Promise<{ firstSequence: number; path: string }[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => segmentName.test(name)).sort();
  return names.map((name) => ({ firstSequence: Number(name.slice(0, 16)), path: join(folder, name) }));
}

/** A whole block; its records lie in `slab` behind `start` until the next call of `next`. */
export type FoundBlock = BlockHeader & { slab: Slab; start: number; fileOffset: number; bytes: number };

/** Reads the blocks of one segment in order, a window at a time. */
export class SegmentReader {
  readonly #file: FileHandle;
  #slab: Slab;
  #windowAt = 0;
  #windowBytes = 0;
  /** Where the next block is expected. */
  offset: number;

  private constructor(file: FileHandle, offset: number, windowBytes: number) {
    this.#file = file;
    this.#slab = createSlab(windowBytes);
    this.offset = offset;
    this.#windowAt = offset;
  }

  static async open(path: string, offset = 0, windowBytes = 1 << 20): Promise<SegmentReader> {
    return new SegmentReader(await open(path, "r"), offset, windowBytes);
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

  close(): Promise<void> {
    return this.#file.close();
  }

  #parse(): FoundBlock | null {
    const start = this.offset - this.#windowAt;
    const header = readBlock(this.#slab, start, this.#windowBytes);
    if (header === null) return null;
    return { ...header, slab: this.#slab, start, fileOffset: this.offset, bytes: blockHeaderBytes + header.payloadBytes };
  }

  async #fill(bytes: number): Promise<void> {
    if (bytes > this.#slab.bytes.length) this.#slab = createSlab((bytes + 7) & ~7);
    this.#windowAt = this.offset;
    this.#windowBytes = 0;
    while (this.#windowBytes < this.#slab.bytes.length) {
      const { bytesRead } = await this.#file.read(
        this.#slab.bytes,
        this.#windowBytes,
        this.#slab.bytes.length - this.#windowBytes,
        this.offset + this.#windowBytes,
      );
      if (bytesRead === 0) break;
      this.#windowBytes += bytesRead;
    }
  }

  /** What a block larger than the window says it needs, never more than the file has. */
  async #claimedBytes(): Promise<number> {
    if (this.#windowBytes < blockHeaderBytes) return 0;
    const claimed = blockHeaderBytes + (this.#slab.u32[1] as number);
    const { size } = await this.#file.stat();
    return this.offset + claimed <= size ? claimed : 0;
  }
}

export type JournalEnd = {
  /** The segment to go on with; null when the journal is empty. */
  segment: Segment | null;
  nextSequence: number;
  /** Boot number of the last block; 0 in an empty journal. */
  bootNo: number;
  /** Bytes behind the last whole block that a crash left half written, now cut off and kept beside the segment. */
  tornBytes: number;
};

/**
 * Finds the end of the journal after any kind of stop: the last block whose checksum and sequence hold. What lies behind it was
 * never reported durable, since a commit is one write order and is reported only after its sync; it is cut off, and kept in a
 * file of its own for whoever doubts that. The found end is synced, because what is read back here will count as durable.
 */
export async function recoverEnd(folder: string): Promise<JournalEnd> {
  const segments = await listSegments(folder);
  const last = segments.at(-1);
  if (last === undefined) return { segment: null, nextSequence: 1, bootNo: 0, tornBytes: 0 };
  const end = await wholeBlocks(last);
  const tornBytes = await cutTail(last.path, end.bytes);
  let { bootNo } = end;
  for (let index = segments.length - 2; bootNo === 0 && index >= 0; index--)
    bootNo = (await wholeBlocks(segments[index] as { firstSequence: number; path: string })).bootNo;
  const file = await open(last.path, "r+");
  try {
    await file.datasync();
    const { size } = await file.stat();
    return {
      segment: { firstSequence: last.firstSequence, path: last.path, bytes: end.bytes, fileBytes: size },
      nextSequence: end.nextSequence,
      bootNo,
      tornBytes,
    };
  } finally {
    await file.close();
  }
}

async function wholeBlocks(segment: { firstSequence: number; path: string }): Promise<{ bytes: number; nextSequence: number; bootNo: number }> {
  const reader = await SegmentReader.open(segment.path);
  let nextSequence = segment.firstSequence;
  let bootNo = 0;
  let bytes = 0;
  try {
    for (let block = await reader.next(); block !== null && block.firstSequence === nextSequence; block = await reader.next()) {
      nextSequence += block.records;
      bootNo = block.bootNo;
      bytes = reader.offset;
    }
  } finally {
    await reader.close();
  }
  return { bytes, nextSequence, bootNo };
}

/** Zeros behind the end are room that was written ahead and stay; anything else is cut off. Returns how many bytes that were. */
async function cutTail(path: string, end: number): Promise<number> {
  const file = await open(path, "r+");
  try {
    const { size } = await file.stat();
    const tail = new Uint8Array(Math.max(0, size - end));
    let read = 0;
    while (read < tail.length) {
      const { bytesRead } = await file.read(tail, read, tail.length - read, end + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    const tornBytes = tail.findLastIndex((byte) => byte !== 0) + 1;
    if (tornBytes === 0) return 0;
    await Bun.write(`${path}.torn-at-${end}`, tail.subarray(0, tornBytes));
    await file.truncate(end);
    return tornBytes;
  } finally {
    await file.close();
  }
}
