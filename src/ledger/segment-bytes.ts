import { type FileHandle, open } from "node:fs/promises";

/** Bytes of one segment by their place in it, however it lies on disk. */
export type SegmentBytes = {
  /** Length of the segment, uncompressed. */
  size: () => Promise<number>;
  /** Reads up to `length` bytes from `position` on to `target[at …]`; 0 at the end. */
  read: (target: Uint8Array, at: number, length: number, position: number) => Promise<number>;
  close: () => Promise<void>;
};

/*
 * A compressed segment is a row of pairs: a skippable frame (zstd, RFC 8878 3.1.2) with the lengths of what follows, and a zstd
 * frame of at most `frameBytes` of the segment. So any place of it is found without unpacking all, and `zstd -d` unpacks it.
 *
 * 0 u32 magic 0x184d2a50   4 u32 8   8 u32 bytes of the zstd frame   12 u32 bytes of it unpacked
 */
export const frameMagic = 0x18_4d_2a_50;
export const frameHeaderBytes = 16;
/** Unpacking one takes about a quarter of a millisecond. */
export const frameBytes = 256 << 10;

export async function openSegmentBytes(path: string): Promise<SegmentBytes> {
  const file = await open(path, "r");
  if (path.endsWith(".zst")) return new PackedBytes(file);
  return {
    size: async () => (await file.stat()).size,
    read: async (target, at, length, position) => (await file.read(target, at, length, position)).bytesRead,
    close: () => file.close(),
  };
}

type Frame = { fileOffset: number; packedBytes: number; position: number; bytes: number };

class PackedBytes implements SegmentBytes {
  readonly #file: FileHandle;
  #frames: Promise<Frame[]> | null = null;
  #unpacked: { frame: Frame; bytes: Uint8Array } | null = null;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async size(): Promise<number> {
    const last = (await this.#index()).at(-1);
    return last === undefined ? 0 : last.position + last.bytes;
  }

  async read(target: Uint8Array, at: number, length: number, position: number): Promise<number> {
    const frame = (await this.#index()).find((one) => position >= one.position && position < one.position + one.bytes);
    if (frame === undefined) return 0;
    const bytes = await this.#unpack(frame);
    const piece = bytes.subarray(position - frame.position, Math.min(bytes.length, position - frame.position + length));
    target.set(piece, at);
    return piece.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #index(): Promise<Frame[]> {
    this.#frames ??= this.#readIndex();
    return this.#frames;
  }

  async #readIndex(): Promise<Frame[]> {
    const frames: Frame[] = [];
    const header = new DataView(new ArrayBuffer(frameHeaderBytes));
    const { size } = await this.#file.stat();
    let position = 0;
    for (let fileOffset = 0; fileOffset + frameHeaderBytes <= size; ) {
      await this.#file.read(header, 0, frameHeaderBytes, fileOffset);
      const packedBytes = header.getUint32(8, true);
      const bytes = header.getUint32(12, true);
      // Behind a damaged header nothing can be found; the reader sees a segment that ends there.
      if (header.getUint32(0, true) !== frameMagic || bytes === 0 || bytes > frameBytes || fileOffset + frameHeaderBytes + packedBytes > size) break;
      frames.push({ fileOffset: fileOffset + frameHeaderBytes, packedBytes, position, bytes });
      position += bytes;
      fileOffset += frameHeaderBytes + packedBytes;
    }
    return frames;
  }

  /** A damaged frame reads as zeros, so that the blocks in the others are still found. */
  async #unpack(frame: Frame): Promise<Uint8Array> {
    if (this.#unpacked?.frame === frame) return this.#unpacked.bytes;
    const packed = new Uint8Array(frame.packedBytes);
    await this.#file.read(packed, 0, packed.length, frame.fileOffset);
    const bytes = unpacked(packed, frame.bytes);
    this.#unpacked = { frame, bytes };
    return bytes;
  }
}

function unpacked(packed: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array {
  try {
    const plain = Bun.zstdDecompressSync(packed);
    return plain.length === bytes ? plain : new Uint8Array(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}
