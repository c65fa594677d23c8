import { type Segment, segmentPath } from "./journal-files.ts";
import {
  algorithmCodes,
  blockHeaderBytes,
  createSlab,
  flagOthers,
  hubCodes,
  kindPulse,
  kindReason,
  kindShare,
  kindVerdict,
  type Pulse,
  poolCodes,
  pulseBytes,
  reasonHeaderBytes,
  type Slab,
  sealBlock,
  shareBytes,
  verdictBytes,
} from "./journal-format.ts";
import type { LedgerLimits } from "./limits.ts";
import type { LateVerdict, ShareRecord } from "./share-record.ts";

/** A sealed block: where it lies in memory, and where in the file. */
export type Block = { segment: Segment; fileOffset: number; slab: Slab; start: number; end: number; firstSequence: number; records: number };

export type BlockWriterOptions = {
  folder: string;
  limits: LedgerLimits;
  bootNo: number;
  nextSequence: number;
  /** The segment to go on with; null starts a new one. */
  segment: Segment | null;
  /** Asked before each new block with the bytes it may need; false refuses the record. */
  admits: (bytes: number) => boolean;
};

/** Stands for every text beyond the bound on distinct ones. */
export const otherReason = "other";

/** UTF-8 needs at most 3 bytes per UTF-16 unit. */
const bytesPerCharMax = 3;
const slabsSpareMax = 8;

/** Lays records out in memory exactly as they will lie in the file. Nothing is allocated per share. */
export class BlockWriter {
  readonly #options: BlockWriterOptions;
  readonly #recordsMax: number;
  readonly #blockBytesMax: number;
  #slab: Slab;
  readonly #slabUsers = new Map<Slab, number>();
  readonly #spareSlabs: Slab[] = [];
  /** Where the next record goes; the open block starts at #blockStart, or there is none (-1). */
  #offset = 0;
  #blockStart = -1;
  #blockFirst = 0;
  #blockFlags = 0;
  #segment: Segment;
  #sealed: Block[] = [];
  #sealedBytes = 0;
  #next: number;
  readonly #reasons = new Map<string, { no: number; segment: Segment | null }>();
  readonly #encoder = new TextEncoder();

  constructor(options: BlockWriterOptions) {
    const { limits } = options;
    this.#options = options;
    this.#recordsMax = limits.commitRecordsMax;
    this.#blockBytesMax =
      blockHeaderBytes + limits.commitRecordsMax * shareBytes + reasonHeaderBytes + Math.max(otherReason.length, limits.reasonCharsMax) * bytesPerCharMax + 8;
    if (limits.slabBytes < this.#blockBytesMax || limits.slabBytes % 8 !== 0) {
      throw new Error(`journal: slabBytes must be a multiple of 8 and at least ${this.#blockBytesMax}, a block of commitRecordsMax shares`);
    }
    this.#slab = createSlab(limits.slabBytes);
    this.#slabUsers.set(this.#slab, 1);
    this.#next = options.nextSequence;
    this.#segment = options.segment ?? this.#newSegment();
  }

  /** Bytes of all blocks ever sealed here. */
  get sealedBytes(): number {
    return this.#sealedBytes;
  }

  get nextSequence(): number {
    return this.#next;
  }

  /** Returns the share's sequence, or -1 where it is not admitted. */
  append(share: ShareRecord): number {
    const reasonNo = share.reason === null ? 0 : this.#reasonNo(share.reason);
    if (reasonNo < 0 || !this.#ensureRoom(shareBytes)) return -1;
    const slab = this.#slab;
    const offset = this.#offset;
    const word = offset >>> 2;
    const double = offset >>> 3;
    slab.bytes[offset] = kindShare | (algorithmCodes[share.algorithm] << 4);
    slab.bytes[offset + 1] = hubCodes[share.hubVerdict] | (poolCodes[share.poolVerdict] << 4);
    slab.u16[(offset >>> 1) + 1] = reasonNo;
    slab.i32[word + 1] = share.answeredMs;
    slab.f64[double + 1] = share.atMs;
    slab.f64[double + 2] = share.difficulty;
    slab.f64[double + 3] = share.poolDifficulty;
    slab.u32[word + 8] = share.rigNo;
    slab.u32[word + 9] = share.sessionNo;
    slab.u32[word + 10] = share.contractNo;
    slab.u32[word + 11] = share.poolNo;
    this.#offset = offset + shareBytes;
    return this.#next++;
  }

  appendVerdict(sequence: number, verdict: LateVerdict, atMs: number): number {
    const reasonNo = verdict.reason === null ? 0 : this.#reasonNo(verdict.reason);
    if (reasonNo < 0 || !this.#ensureRoom(verdictBytes)) return -1;
    const slab = this.#slab;
    const offset = this.#offset;
    slab.bytes[offset] = kindVerdict;
    slab.bytes[offset + 1] = poolCodes[verdict.poolVerdict] << 4;
    slab.u16[(offset >>> 1) + 1] = reasonNo;
    slab.i32[(offset >>> 2) + 1] = verdict.answeredMs;
    slab.f64[(offset >>> 3) + 1] = atMs;
    slab.f64[(offset >>> 3) + 2] = sequence;
    return this.#advanceOther(verdictBytes);
  }

  appendPulse(pulse: Pulse, atMs: number): number {
    if (!this.#ensureRoom(pulseBytes)) return -1;
    const offset = this.#offset;
    this.#slab.f64[offset >>> 3] = 0;
    this.#slab.bytes[offset] = kindPulse;
    this.#slab.bytes[offset + 1] = pulse;
    this.#slab.f64[(offset >>> 3) + 1] = atMs;
    return this.#advanceOther(pulseBytes);
  }

  /** Closes the open block and hands over all that are complete, oldest first. */
  take(): Block[] {
    this.#seal();
    const blocks = this.#sealed;
    this.#sealed = [];
    return blocks;
  }

  /** Gives back the memory of a block that nobody reads any more. */
  release(block: Block): void {
    this.#leaveSlab(block.slab);
  }

  #advanceOther(bytes: number): number {
    this.#blockFlags |= flagOthers;
    this.#offset += bytes;
    return this.#next++;
  }

  /** The number of a text in this boot; -1 = not admitted. Each segment explains the numbers it uses, so that older ones may be deleted. */
  #reasonNo(text: string): number {
    const { reasonCharsMax, reasonsMax } = this.#options.limits;
    const clipped = text.length > reasonCharsMax ? text.slice(0, reasonCharsMax) : text;
    const kept = this.#reasons.has(clipped) || this.#reasons.size < reasonsMax - 1 ? clipped : otherReason;
    // Room for the text and for the record that needs it, so that both are in one segment.
    if (!this.#ensureRoom(reasonHeaderBytes + kept.length * bytesPerCharMax + 8 + shareBytes)) return -1;
    const known = this.#reasons.get(kept);
    if (known !== undefined && known.segment === this.#segment) return known.no;
    const no = known?.no ?? this.#reasons.size + 1;
    this.#reasons.set(kept, { no, segment: this.#segment });
    this.#writeReason(no, kept);
    return no;
  }

  #writeReason(no: number, text: string): void {
    const slab = this.#slab;
    const offset = this.#offset;
    const textAt = offset + reasonHeaderBytes;
    const { written } = this.#encoder.encodeInto(text, slab.bytes.subarray(textAt));
    const padded = (written + 7) & ~7;
    slab.bytes.fill(0, textAt + written, textAt + padded);
    slab.f64[offset >>> 3] = 0;
    slab.bytes[offset] = kindReason;
    slab.u16[(offset >>> 1) + 1] = no;
    slab.u32[(offset >>> 2) + 1] = written;
    this.#advanceOther(reasonHeaderBytes + padded);
  }

  #ensureRoom(bytes: number): boolean {
    const open = this.#blockStart >= 0 && this.#next - this.#blockFirst < this.#recordsMax && this.#offset - this.#blockStart + bytes <= this.#blockBytesMax;
    return open || this.#beginBlock();
  }

  #beginBlock(): boolean {
    if (!this.#options.admits(this.#blockBytesMax)) return false;
    this.#seal();
    if (this.#offset + this.#blockBytesMax > this.#slab.bytes.length) this.#nextSlab();
    if (this.#segment.bytes > 0 && this.#segment.bytes + this.#blockBytesMax > this.#options.limits.segmentBytesMax) this.#segment = this.#newSegment();
    this.#blockStart = this.#offset;
    this.#blockFirst = this.#next;
    this.#blockFlags = 0;
    this.#offset += blockHeaderBytes;
    return true;
  }

  #seal(): void {
    const start = this.#blockStart;
    if (start < 0) return;
    this.#blockStart = -1;
    const end = this.#offset;
    const records = this.#next - this.#blockFirst;
    const segment = this.#segment;
    if (records === 0) {
      this.#offset = start;
      return;
    }
    sealBlock(this.#slab, start, {
      payloadBytes: end - start - blockHeaderBytes,
      bootNo: this.#options.bootNo,
      firstSequence: this.#blockFirst,
      records,
      flags: this.#blockFlags,
    });
    this.#slabUsers.set(this.#slab, (this.#slabUsers.get(this.#slab) ?? 0) + 1);
    this.#sealed.push({ segment, fileOffset: segment.bytes, slab: this.#slab, start, end, firstSequence: this.#blockFirst, records });
    segment.bytes += end - start;
    this.#sealedBytes += end - start;
  }

  #nextSlab(): void {
    const last = this.#slab;
    this.#slab = this.#spareSlabs.pop() ?? createSlab(this.#options.limits.slabBytes);
    this.#slabUsers.set(this.#slab, 1);
    this.#offset = 0;
    this.#leaveSlab(last);
  }

  #leaveSlab(slab: Slab): void {
    const users = (this.#slabUsers.get(slab) ?? 0) - 1;
    if (users > 0) {
      this.#slabUsers.set(slab, users);
      return;
    }
    this.#slabUsers.delete(slab);
    if (this.#spareSlabs.length < slabsSpareMax) this.#spareSlabs.push(slab);
  }

  #newSegment(): Segment {
    return { firstSequence: this.#next, path: segmentPath(this.#options.folder, this.#next), bytes: 0, fileBytes: 0 };
  }
}
