import { type Disk, isDiskFull } from "./disk.ts";
import { segmentPath } from "./journal-files.ts";
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
import type { LateVerdict } from "./ledger.ts";
import type { LedgerLimits } from "./limits.ts";
import type { ShareRecord } from "./share-record.ts";

/** A file of the journal, named after the sequence of its first record. */
export type Segment = {
  firstSequence: number;
  path: string;
  /** Bytes dealt out to blocks. */
  bytes: number;
  /** Length of the file: behind `bytes` it holds zeros. */
  fileBytes: number;
};

/** A sealed block: where it lies in memory, and where in the file. */
export type Block = { segment: Segment; fileOffset: number; slab: Slab; start: number; end: number; firstSequence: number; records: number };

export type JournalOptions = {
  folder: string;
  disk: Disk;
  limits: LedgerLimits;
  bootNo: number;
  nextSequence: number;
  /** The segment to go on with; null starts a new one. */
  segment: Segment | null;
  onDurable: (through: number) => void;
  onFull: (full: boolean) => void;
  onFatal: (error: Error) => void;
  /** Blocks that are on disk, in order. Whoever takes them gives their slabs back through `release`. */
  onBlocks: (blocks: Block[]) => void;
};

type Waiter = { through: number; resolve: () => void; reject: (error: Error) => void };

/** UTF-8 needs at most 3 bytes per UTF-16 unit. */
const bytesPerCharMax = 3;
const slabsSpareMax = 8;

/**
 * The append-only record of settled shares. `append` writes into memory that already looks like the file; a loop of commits
 * writes and syncs what has gathered, one at a time, each as soon as the last is done. Bytes of a failed sync may be gone from
 * the page cache although a second sync would succeed (reliability.md 4.5), so a failure is final.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #limits: LedgerLimits;
  readonly #blockBytesMax: number;
  #slab: Slab;
  readonly #slabUsers = new Map<Slab, number>();
  readonly #spareSlabs: Slab[] = [];
  /** Where the next record goes; the open block starts at #blockStart, or there is none (-1). */
  #offset = 0;
  #blockStart = -1;
  #blockFirst = 0;
  #blockFlags = 0;
  #blockSegment: Segment;
  #blockFileOffset = 0;
  #sealed: Block[] = [];
  #next: number;
  #durable: number;
  #undurableBytes = 0;
  #committing = false;
  #urgent = false;
  #lastCommitAt = Number.NEGATIVE_INFINITY;
  #full = false;
  #diskFull = false;
  #failure: Error | null = null;
  #closed = false;
  readonly #reasons = new Map<string, { no: number; segment: Segment | null }>();
  readonly #encoder = new TextEncoder();
  #waiters: Waiter[] = [];
  #fd = -1;
  #fdSegment: Segment | null = null;
  #retryNow: () => void = () => {};

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#blockBytesMax =
      blockHeaderBytes + options.limits.commitRecordsMax * shareBytes + reasonHeaderBytes + options.limits.reasonCharsMax * bytesPerCharMax + 8;
    if (options.limits.slabBytes < this.#blockBytesMax || options.limits.slabBytes % 8 !== 0)
      throw new Error("journal: slabBytes must hold a block of commitRecordsMax shares and be a multiple of 8");
    this.#slab = createSlab(options.limits.slabBytes);
    this.#slabUsers.set(this.#slab, 1);
    this.#next = options.nextSequence;
    this.#durable = options.nextSequence - 1;
    this.#blockSegment = options.segment ?? this.#newSegment();
  }

  get durableThrough(): number {
    return this.#durable;
  }

  get lastSequence(): number {
    return this.#next - 1;
  }

  get undurableBytes(): number {
    return this.#undurableBytes;
  }

  get full(): boolean {
    return this.#full;
  }

  /** Returns the share's sequence, or -1 while the journal is full or has failed. */
  append(share: ShareRecord): number {
    const reasonNo = share.reason === null ? 0 : this.#reasonNo(share.reason, shareBytes);
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
    return this.#advance(shareBytes);
  }

  appendVerdict(sequence: number, verdict: LateVerdict, atMs: number): number {
    const reasonNo = verdict.reason === null ? 0 : this.#reasonNo(verdict.reason, verdictBytes);
    if (reasonNo < 0 || !this.#ensureRoom(verdictBytes)) return -1;
    const slab = this.#slab;
    const offset = this.#offset;
    slab.bytes[offset] = kindVerdict;
    slab.bytes[offset + 1] = poolCodes[verdict.poolVerdict] << 4;
    slab.u16[(offset >>> 1) + 1] = reasonNo;
    slab.i32[(offset >>> 2) + 1] = verdict.answeredMs;
    slab.f64[(offset >>> 3) + 1] = atMs;
    slab.f64[(offset >>> 3) + 2] = sequence;
    this.#blockFlags |= flagOthers;
    return this.#advance(verdictBytes);
  }

  appendPulse(pulse: Pulse, atMs: number): number {
    if (!this.#ensureRoom(pulseBytes)) return -1;
    const slab = this.#slab;
    const offset = this.#offset;
    slab.f64[offset >>> 3] = 0;
    slab.bytes[offset] = kindPulse;
    slab.bytes[offset + 1] = pulse;
    slab.f64[(offset >>> 3) + 1] = atMs;
    this.#blockFlags |= flagOthers;
    return this.#advance(pulseBytes);
  }

  /** Resolves when all that was appended before is on disk; rejects when the disk failed or the journal was closed over it. */
  flush(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const through = this.#next - 1;
    if (through <= this.#durable) return Promise.resolve();
    this.#urgent = true;
    this.#retryNow();
    return new Promise((resolve, reject) => this.#waiters.push({ through, resolve, reject }));
  }

  /** Commits what is left, then closes the file. On a full disk one more try is made; what still has no room is named in the error. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      if (this.#fd >= 0 && !this.#failure) await this.#options.disk.close(this.#fd);
      this.#fd = -1;
    }
  }

  /** Gives back memory of a block that `onBlocks` handed out. */
  release(block: Block): void {
    this.#leaveSlab(block.slab);
  }

  #advance(bytes: number): number {
    this.#offset += bytes;
    this.#undurableBytes += bytes;
    if (!this.#committing) {
      this.#committing = true;
      void this.#commitAll();
    }
    return this.#next++;
  }

  /** The number of a text in this boot. Each segment explains the numbers it uses, so that old ones may be deleted. -1 = no room. */
  #reasonNo(text: string, bytesAfter: number): number {
    const clipped = text.length > this.#limits.reasonCharsMax ? text.slice(0, this.#limits.reasonCharsMax) : text;
    const known = this.#reasons.get(clipped);
    if (known === undefined && this.#reasons.size >= this.#limits.reasonsMax - 1 && clipped !== "other") return this.#reasonNo("other", bytesAfter);
    if (!this.#ensureRoom(reasonHeaderBytes + clipped.length * bytesPerCharMax + 8 + bytesAfter)) return -1;
    if (known !== undefined && known.segment === this.#blockSegment) return known.no;
    const entry = known ?? { no: this.#reasons.size + 1, segment: null };
    entry.segment = this.#blockSegment;
    this.#reasons.set(clipped, entry);
    const offset = this.#offset;
    const slab = this.#slab;
    const textAt = offset + reasonHeaderBytes;
    const { written } = this.#encoder.encodeInto(clipped, slab.bytes.subarray(textAt));
    const padded = (written + 7) & ~7;
    slab.bytes.fill(0, textAt + written, textAt + padded);
    slab.f64[offset >>> 3] = 0;
    slab.bytes[offset] = kindReason;
    slab.u16[(offset >>> 1) + 1] = entry.no;
    slab.u32[(offset >>> 2) + 1] = written;
    this.#blockFlags |= flagOthers;
    this.#advance(reasonHeaderBytes + padded);
    return entry.no;
  }

  #ensureRoom(bytes: number): boolean {
    if (
      this.#blockStart >= 0 &&
      this.#next - this.#blockFirst < this.#limits.commitRecordsMax &&
      this.#offset - this.#blockStart + bytes <= this.#blockBytesMax
    ) {
      return !this.#full;
    }
    return this.#beginBlock();
  }

  #beginBlock(): boolean {
    if (this.#failure || this.#closed) return false;
    if (this.#undurableBytes + this.#blockBytesMax > this.#limits.undurableBytesMax) this.#setFull(true);
    if (this.#full) return false;
    this.#seal();
    if (this.#offset + this.#blockBytesMax > this.#slab.bytes.length) this.#nextSlab();
    if (this.#blockSegment.bytes + this.#blockBytesMax > this.#limits.segmentBytesMax && this.#blockSegment.bytes > 0) this.#blockSegment = this.#newSegment();
    this.#blockStart = this.#offset;
    this.#blockFirst = this.#next;
    this.#blockFlags = 0;
    this.#blockFileOffset = this.#blockSegment.bytes;
    this.#offset += blockHeaderBytes;
    this.#undurableBytes += blockHeaderBytes;
    return true;
  }

  #seal(): void {
    const start = this.#blockStart;
    if (start < 0) return;
    this.#blockStart = -1;
    const records = this.#next - this.#blockFirst;
    if (records === 0) {
      this.#offset = start;
      this.#undurableBytes -= blockHeaderBytes;
      return;
    }
    sealBlock(this.#slab, start, {
      payloadBytes: this.#offset - start - blockHeaderBytes,
      bootNo: this.#options.bootNo,
      firstSequence: this.#blockFirst,
      records,
      flags: this.#blockFlags,
    });
    this.#blockSegment.bytes += this.#offset - start;
    this.#slabUsers.set(this.#slab, (this.#slabUsers.get(this.#slab) ?? 0) + 1);
    this.#sealed.push({
      segment: this.#blockSegment,
      fileOffset: this.#blockFileOffset,
      slab: this.#slab,
      start,
      end: this.#offset,
      firstSequence: this.#blockFirst,
      records,
    });
  }

  #nextSlab(): void {
    const last = this.#slab;
    this.#slab = this.#spareSlabs.pop() ?? createSlab(this.#limits.slabBytes);
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

  async #commitAll(): Promise<void> {
    while (!this.#failure && this.#durable < this.#next - 1) {
      await this.#moment();
      this.#lastCommitAt = performance.now();
      this.#urgent = false;
      this.#seal();
      const blocks = this.#sealed;
      this.#sealed = [];
      try {
        await this.#write(blocks);
        this.#settle(blocks);
      } catch (error) {
        await this.#onWriteError(error as Error, blocks);
      }
    }
    this.#committing = false;
  }

  /** Waits for the right moment of the next commit: at once when idle; under load it gathers, since each sync costs the same. */
  #moment(): Promise<void> {
    let seen = -1;
    return new Promise((resolve) => {
      const check = () => {
        const waited = performance.now() - this.#lastCommitAt;
        const quiet = seen === this.#next;
        seen = this.#next;
        const limits = this.#limits;
        if (
          this.#urgent ||
          this.#next - this.#durable > limits.commitRecordsMax ||
          waited >= limits.commitGapMs ||
          (quiet && waited >= limits.commitQuietGapMs)
        )
          resolve();
        else if (quiet) setTimeout(check, Math.max(1, limits.commitQuietGapMs - waited));
        else setImmediate(check);
      };
      setImmediate(check);
    });
  }

  async #write(blocks: readonly Block[]): Promise<void> {
    const { disk } = this.#options;
    for (let first = 0; first < blocks.length; ) {
      const head = blocks[first] as Block;
      let last = first;
      while (last + 1 < blocks.length && follows(blocks[last] as Block, blocks[last + 1] as Block)) last += 1;
      const tail = blocks[last] as Block;
      await this.#openSegment(head.segment);
      await disk.write(this.#fd, head.slab.bytes.subarray(head.start, tail.end), head.fileOffset);
      await this.#writeAhead(tail.segment, tail.fileOffset + tail.end - tail.start);
      first = last + 1;
    }
    await this.#sync();
  }

  async #writeAhead(segment: Segment, writtenTo: number): Promise<void> {
    if (writtenTo <= segment.fileBytes) return;
    segment.fileBytes = writtenTo;
    const aheadTo = Math.min(writtenTo + this.#limits.segmentAheadBytes, this.#limits.segmentBytesMax);
    if (aheadTo <= writtenTo) return;
    await this.#options.disk.write(this.#fd, new Uint8Array(aheadTo - writtenTo), writtenTo);
    segment.fileBytes = aheadTo;
  }

  async #openSegment(segment: Segment): Promise<void> {
    if (this.#fdSegment === segment) return;
    const { disk } = this.#options;
    if (this.#fd >= 0) {
      await this.#sync();
      await disk.close(this.#fd);
      this.#fd = -1;
    }
    this.#fdSegment = null;
    this.#fd = await disk.open(segment.path);
    await disk.syncFolder(this.#options.folder);
    this.#fdSegment = segment;
  }

  async #sync(): Promise<void> {
    try {
      await this.#options.disk.fdatasync(this.#fd);
    } catch (cause) {
      // Even "no space" is final here: the kernel may have dropped the pages it could not write.
      throw new Error("journal: a sync failed", { cause });
    }
  }

  #settle(blocks: Block[]): void {
    const last = blocks[blocks.length - 1];
    if (last === undefined) return;
    this.#durable = last.firstSequence + last.records - 1;
    for (const block of blocks) this.#undurableBytes -= block.end - block.start;
    this.#diskFull = false;
    this.#setFull(false);
    this.#options.onDurable(this.#durable);
    this.#options.onBlocks(blocks);
    const due = this.#waiters.filter((waiter) => waiter.through <= this.#durable);
    if (due.length > 0) this.#waiters = this.#waiters.filter((waiter) => waiter.through > this.#durable);
    for (const waiter of due) waiter.resolve();
  }

  async #onWriteError(error: Error, blocks: Block[]): Promise<void> {
    if (!isDiskFull(error)) {
      this.#fail(error);
      this.#options.onFatal(error);
      return;
    }
    // The blocks keep their places in the file: writing them again later overwrites whatever part got there.
    this.#sealed = [...blocks, ...this.#sealed];
    this.#diskFull = true;
    this.#setFull(true);
    if (this.#closed) {
      this.#fail(new Error(`journal: closed on a full disk; ${this.#next - 1 - this.#durable} records were not recorded`, { cause: error }));
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#limits.fullRetryMs);
      this.#retryNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#retryNow = () => {};
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#full = true;
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters = [];
  }

  #setFull(full: boolean): void {
    if (this.#full === full || (!full && this.#diskFull)) return;
    this.#full = full;
    this.#options.onFull(full);
  }
}

function follows(one: Block, next: Block): boolean {
  return one.slab === next.slab && one.end === next.start && one.segment === next.segment;
}
