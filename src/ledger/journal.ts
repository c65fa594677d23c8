import { Histogram, secondsBounds } from "../health/histogram.ts";
import { type Block, BlockWriter } from "./block-writer.ts";
import { type Disk, type DiskWrite, isDiskFull } from "./disk.ts";
import type { Segment } from "./journal-files.ts";
import type { Pulse } from "./journal-format.ts";
import type { LedgerLimits } from "./limits.ts";
import type { LateVerdict, ShareRecord } from "./share-record.ts";

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
  /** Asked on a full disk before shares are refused: true when some room was freed, so that the write is worth another try at once. */
  giveUpReserve: () => Promise<boolean>;
  onFatal: (error: Error) => void;
  /** Blocks that are on disk, in order. Whoever takes them gives their memory back through `release`. */
  onBlocks: (blocks: Block[]) => void;
};

type Waiter = { through: number; resolve: () => void; reject: (error: Error) => void };

/**
 * The append-only record of settled shares. `append` writes into memory that already looks like the file; a loop of commits
 * writes and syncs what has gathered, one at a time. Bytes of a failed sync may be gone from the page cache although a second
 * sync would succeed (reliability.md 4.5), so a failure is final; only a full disk is tried again, from memory.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #writer: BlockWriter;
  /** Of each commit: from its first write until it is on disk. */
  readonly commitSeconds = new Histogram(secondsBounds);
  #durable: number;
  #durableBytes = 0;
  /** Blocks that a full disk refused, to be tried again first. */
  #refused: Block[] = [];
  #committing = false;
  #urgent = false;
  #lastCommitAt = Number.NEGATIVE_INFINITY;
  #isWriting = false;
  #full = false;
  #failure: Error | null = null;
  #closed = false;
  #waiters: Waiter[] = [];
  #fd = -1;
  #fdSegment: Segment | null = null;
  #retryNow: () => void = () => {};

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#writer = new BlockWriter({ ...options, admits: (bytes) => this.#admits(bytes) });
    this.#durable = options.nextSequence - 1;
  }

  get durableThrough(): number {
    return this.#durable;
  }

  get lastSequence(): number {
    return this.#writer.nextSequence - 1;
  }

  /** Bytes sealed but not yet on disk; the open block is not in it. */
  get undurableBytes(): number {
    return this.#writer.sealedBytes - this.#durableBytes;
  }

  /** Bytes of all blocks since the start, on disk or not. */
  get appendedBytes(): number {
    return this.#writer.sealedBytes;
  }

  /** How long the commit under way has lasted; 0 when there is none. */
  get commitMs(): number {
    return this.#isWriting ? performance.now() - this.#lastCommitAt : 0;
  }

  /** True while `append` returns -1. */
  get full(): boolean {
    return this.#full;
  }

  /** Returns the share's sequence, or -1 while the journal is full, has failed or is closed. */
  append(share: ShareRecord): number {
    if (this.#full) return -1;
    const sequence = this.#writer.append(share);
    if (!this.#committing) this.#start();
    return sequence;
  }

  appendVerdict(sequence: number, verdict: LateVerdict, atMs: number): number {
    if (this.#full) return -1;
    const own = this.#writer.appendVerdict(sequence, verdict, atMs);
    if (!this.#committing) this.#start();
    return own;
  }

  appendPulse(pulse: Pulse, atMs: number): number {
    if (this.#full) return -1;
    const own = this.#writer.appendPulse(pulse, atMs);
    if (!this.#committing) this.#start();
    return own;
  }

  /** Resolves when all that was appended before is on disk; rejects when the disk failed, or had no room to the last. */
  flush(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const through = this.lastSequence;
    if (through <= this.#durable) return Promise.resolve();
    this.#urgent = true;
    this.#retryNow();
    return new Promise((resolve, reject) => this.#waiters.push({ through, resolve, reject }));
  }

  /** Commits what is left, then closes the file. A full disk gets one more try; what still has no room is counted in the error. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      if (this.#fd >= 0) await this.#options.disk.close(this.#fd);
      this.#fd = -1;
      this.#options.disk.end();
    }
  }

  /** Gives back the memory of a block that `onBlocks` handed out. */
  release(block: Block): void {
    this.#writer.release(block);
  }

  #admits(bytes: number): boolean {
    if (this.#failure || this.#closed) return false;
    if (this.undurableBytes + bytes > this.#options.limits.undurableBytesMax) this.#setFull(true);
    return !this.#full;
  }

  #start(): void {
    if (this.#failure || this.#durable >= this.lastSequence) return;
    this.#committing = true;
    void this.#commitAll();
  }

  async #commitAll(): Promise<void> {
    while (!this.#failure && this.#durable < this.lastSequence) {
      await this.#moment();
      this.#lastCommitAt = performance.now();
      this.#urgent = false;
      const blocks = [...this.#refused, ...this.#writer.take()];
      this.#refused = [];
      this.#isWriting = true;
      try {
        await this.#write(blocks);
      } catch (error) {
        await this.#onWriteError(error as Error, blocks);
        continue;
      } finally {
        this.#isWriting = false;
      }
      this.commitSeconds.note((performance.now() - this.#lastCommitAt) / 1_000);
      this.#settle(blocks);
    }
    this.#committing = false;
  }

  /**
   * Waits for the moment of the next commit: what comes in this turn of the event loop goes with it, and commits keep their
   * distance, as a sync costs the same for one share as for thousands.
   */
  #moment(): Promise<void> {
    const { commitRecordsMax, commitGapMs } = this.#options.limits;
    return new Promise((resolve) => {
      const check = () => {
        const waitMs = commitGapMs - (performance.now() - this.#lastCommitAt);
        if (waitMs <= 0 || this.#urgent || this.lastSequence - this.#durable >= commitRecordsMax) resolve();
        else setTimeout(check, Math.max(1, Math.round(waitMs)));
      };
      setImmediate(check);
    });
  }

  /** One sync per segment that the blocks touch: one, nearly always. */
  async #write(blocks: readonly Block[]): Promise<void> {
    for (let first = 0; first < blocks.length; ) {
      const segment = (blocks[first] as Block).segment;
      const writes: DiskWrite[] = [];
      while (blocks[first]?.segment === segment) {
        let last = first;
        while (last + 1 < blocks.length && follows(blocks[last] as Block, blocks[last + 1] as Block)) last += 1;
        writes.push(this.#writeOf(blocks[first] as Block, blocks[last] as Block));
        first = last + 1;
      }
      await this.#openSegment(segment);
      await this.#options.disk.commit(this.#fd, writes);
    }
  }

  #writeOf(head: Block, tail: Block): DiskWrite {
    const { segment } = tail;
    const { segmentAheadBytes, segmentBytesMax } = this.#options.limits;
    const endsAt = tail.fileOffset + tail.end - tail.start;
    const bytes = head.slab.bytes.subarray(head.start, tail.end);
    if (endsAt <= segment.fileBytes) return { bytes, position: head.fileOffset, zerosAfter: 0 };
    // Asked for once: where there is no room for zeros there may still be room for the records, on the next try.
    segment.fileBytes = Math.max(endsAt, Math.min(endsAt + segmentAheadBytes, segmentBytesMax));
    return { bytes, position: head.fileOffset, zerosAfter: segment.fileBytes - endsAt };
  }

  async #openSegment(segment: Segment): Promise<void> {
    if (this.#fdSegment === segment) return;
    const { disk } = this.#options;
    if (this.#fd >= 0) await disk.close(this.#fd);
    this.#fd = -1;
    this.#fdSegment = null;
    this.#fd = await disk.open(segment.path);
    this.#fdSegment = segment;
  }

  #settle(blocks: Block[]): void {
    const last = blocks[blocks.length - 1];
    if (last === undefined) return;
    this.#durable = last.firstSequence + last.records - 1;
    for (const block of blocks) this.#durableBytes += block.end - block.start;
    this.#setFull(false);
    const due = this.#waiters.filter((waiter) => waiter.through <= this.#durable);
    if (due.length > 0) this.#waiters = this.#waiters.filter((waiter) => waiter.through > this.#durable);
    this.#options.onBlocks(blocks);
    this.#options.onDurable(this.#durable);
    for (const waiter of due) waiter.resolve();
  }

  async #onWriteError(error: Error, blocks: Block[]): Promise<void> {
    if (!isDiskFull(error)) {
      this.#fail(error);
      this.#options.onFatal(error);
      return;
    }
    // The blocks keep their places in the file: written again, they cover whatever part of them got there.
    this.#refused = blocks;
    if (await this.#options.giveUpReserve()) return;
    this.#setFull(true);
    if (this.#closed) {
      this.#fail(new Error(`journal: closed on a full disk; ${this.lastSequence - this.#durable} records were not recorded`, { cause: error }));
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.limits.fullRetryMs);
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
    if (this.#full === full) return;
    this.#full = full;
    this.#options.onFull(full);
  }
}

function follows(one: Block, next: Block): boolean {
  return one.slab === next.slab && one.end === next.start && one.segment === next.segment;
}
