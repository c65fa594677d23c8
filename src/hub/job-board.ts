import { NotifyTemplate } from "../stratum/v1/notify-template.ts";
import { fillerBytes, type Layout, shortened } from "../work/extranonce.ts";
import type { UsedGround } from "../work/used-ground.ts";
import type { Work } from "../work/work.ts";
import type { GroundBook } from "./ground-book.ts";
import type { HubJob, PoolJob } from "./hub-job.ts";
import { limits } from "./limits.ts";

/** A rig's connection as the board sees it: a seat to fill and somewhere to send jobs. */
export type Hand = {
  layout: Layout;
  /** The number behind the rig's extranonce1. */
  readonly x: number;
  /** The name that a pool with `{rig}` in its user name knows it by. */
  readonly rigName: string;
  board: JobBoard | null;
  /** Its place on that board; the board's own to write. */
  seat: Block | null;
  /** Gives the rig another layout; false when it cannot follow and has been asked to reconnect with it. */
  relayout: (layout: Layout) => boolean;
  /** Sends the job; `line` is the notify, which hands of one block share byte for byte. */
  give: (job: HubJob, line: Buffer) => void;
};

/** Rigs that get one and the same line: no two of them carry the same extranonce1. */
export type Block = { layout: Layout; hands: Map<number, Hand> };

let lastJobNumber = 0;

/** Job ids never repeat on a connection and, starting anywhere, hardly across restarts; `start` is a random 32-bit number. */
export function startJobNumbers(start: number): void {
  lastJobNumber = start >>> 0;
}

function nextJobId(): string {
  lastJobNumber = (lastJobNumber + 1) >>> 0;
  return lastJobNumber.toString(16).padStart(8, "0");
}

/**
 * Who holds the jobs of one pool session. Rigs sit in blocks, one rig per extranonce1 in each, so that a block gets one and the same line.
 * Each time a pool job is handed out, to a block or to a single rig, it gets a prefix that nothing else of that job has or had;
 * where the pool leaves no room for a prefix there is one block, and ntime moves instead.
 */
export class JobBoard {
  current: PoolJob | null = null;
  lastIssueAtMs = 0;
  private readonly blocks: Block[] = [];
  private seated = 0;
  private readonly bookOf: (work: Work) => GroundBook;
  private book: GroundBook | null = null;
  private ground: UsedGround | null = null;
  private template: NotifyTemplate | null = null;
  private readonly now: () => number;

  /** `bookOf`: the book of a work's extranonce1 at this board's pool. */
  constructor(bookOf: (work: Work) => GroundBook, now: () => number) {
    this.bookOf = bookOf;
    this.now = now;
  }

  get size(): number {
    return this.seated;
  }

  hands(): Hand[] {
    return this.blocks.flatMap((block) => [...block.hands.values()]);
  }

  /**
   * A new job of the pool goes to every hand. Work that the pool merely repeats keeps its used-up prefixes.
   * Returns those who have lost their seat because the pool gives another extranonce1, or leaves another number of bytes, from now on.
   */
  post(job: PoolJob): Hand[] {
    const before = this.current?.work ?? null;
    const book = this.bookOf(job.work);
    const moved = book === this.book ? [] : this.clear();
    this.book = book;
    this.ground = book.groundOf(job.work);
    this.current = job;
    this.template = new NotifyTemplate(job.work);
    if (moved.length > 0) {
      this.lastIssueAtMs = this.now();
      return this.adopt(moved);
    }
    // Shares of an older block are worth nothing, whatever the pool says of this job.
    this.issueAll(job.work.clean || before === null || Buffer.compare(before.prevHash, job.work.prevHash) !== 0);
    return [];
  }

  /** The current job once more under new ids, so that no rig thinks its pool dead. */
  repeat(): void {
    this.issueAll(false);
  }

  /** Seats the hands and gives each the current job, clean. Returns those for whom there is no seat; they keep what they have. */
  adopt(hands: readonly Hand[]): Hand[] {
    const left: Hand[] = [];
    const byBlock = new Map<Block, Hand[]>();
    for (const hand of hands) {
      if (hand.board === this) continue;
      const block = this.seatFor(hand);
      if (block === null) {
        left.push(hand);
        continue;
      }
      hand.board?.leave(hand);
      hand.board = this;
      this.book?.enter(hand);
      block.hands.set(hand.x, hand);
      hand.seat = block;
      this.seated++;
      const group = byBlock.get(block);
      if (group === undefined) byBlock.set(block, [hand]);
      else group.push(hand);
    }
    for (const [block, group] of byBlock) this.issue(group, block.layout, { clean: true, reserve: 0 });
    return left;
  }

  leave(hand: Hand): void {
    if (hand.board !== this || hand.seat === null) return;
    hand.seat.hands.delete(hand.x);
    this.book?.leave(hand);
    hand.seat = null;
    hand.board = null;
    this.seated--;
  }

  /** The current job to one rig again, because its difficulty changes. Where the pool leaves one byte that can wait: a rig that comes, or was sent here, cannot. */
  reissue(hand: Hand, clean: boolean): void {
    if (hand.board === this && hand.seat !== null) this.issue([hand], hand.seat.layout, { clean, reserve: limits.groundForComersPart });
  }

  /** All seats are given up; the hands keep the jobs that they have. */
  clear(): Hand[] {
    const hands = this.hands();
    for (const hand of hands) {
      this.book?.leave(hand);
      hand.board = null;
      hand.seat = null;
    }
    this.seated = 0;
    this.blocks.length = 0;
    return hands;
  }

  /** Whether somebody works here whose layout is such. */
  hasLayout(isSuch: (layout: Layout) => boolean): boolean {
    return this.blocks.some(({ hands, layout }) => hands.size > 0 && isSuch(layout));
  }

  /** Bytes between the pool's extranonce1 and the rig's; negative where the layout does not fit; null before the first job. */
  filler(layout: Layout): number | null {
    return this.current === null ? null : fillerBytes(this.current.work.free, layout);
  }

  /** The block to sit in. A rig whose layout is too long is told of a shorter one here, when it is certain that it gets a job of it. */
  private seatFor(hand: Hand): Block | null {
    const filler = this.filler(hand.layout);
    if (this.current === null || this.book === null || filler === null) return null;
    if (filler >= 0) return this.book.admits(hand, hand.layout) ? this.blockFor(hand.layout, hand.x) : null;
    const { free, ntime } = this.current.work;
    const layout = shortened(hand.layout, free);
    // Another length of extranonce1 is another extranonce1, which it gets when it comes again.
    if (layout !== null && layout.e1Bytes !== hand.layout.e1Bytes) hand.relayout(layout);
    if (layout?.e1Bytes !== hand.layout.e1Bytes || !this.book.admits(hand, layout) || this.ground?.hasBare(layout.e1Bytes, hand.x, ntime) !== true) return null;
    return hand.relayout(layout) ? this.blockFor(layout, hand.x) : null;
  }

  private blockFor(layout: Layout, x: number): Block {
    const known = this.blocks.find((one) => sameLayout(one.layout, layout) && !one.hands.has(x));
    if (known !== undefined) return known;
    const block = { layout, hands: new Map<number, Hand>() };
    if (this.seated === 0) this.blocks.length = 0;
    this.blocks.push(block);
    return block;
  }

  private issueAll(clean: boolean): void {
    this.lastIssueAtMs = this.now();
    for (const block of this.blocks) {
      if (block.hands.size > 0) this.issue([...block.hands.values()], block.layout, { clean, reserve: 0 });
    }
  }

  private issue(hands: readonly Hand[], layout: Layout, { clean, reserve }: { clean: boolean; reserve: number }): void {
    const filler = this.filler(layout);
    if (this.current === null || filler === null || filler < 0) return;
    const { ntime } = this.current.work;
    if (filler > 0) {
      const prefix = this.ground?.takePrefix(filler, reserve) ?? null;
      // No ground left in this work: the rigs go on with what they have until the pool's next one.
      if (prefix !== null) this.send(hands, { layout, prefix, ntime, clean });
      return;
    }
    for (const [start, group] of this.byNextIssue(hands, ntime)) this.send(group, { layout, prefix: new Uint8Array(0), ntime: start, clean });
  }

  private byNextIssue(hands: readonly Hand[], ntime: number): Map<number, Hand[]> {
    const groups = new Map<number, Hand[]>();
    for (const hand of hands) {
      const start = this.ground?.takeBare(hand.layout.e1Bytes, hand.x, ntime) ?? null;
      if (start === null) continue;
      const group = groups.get(start);
      if (group === undefined) groups.set(start, [hand]);
      else group.push(hand);
    }
    return groups;
  }

  private send(hands: readonly Hand[], how: { layout: Layout; prefix: Uint8Array; ntime: number; clean: boolean }): void {
    const poolJob = this.current;
    if (poolJob === null || this.template === null) return;
    const job: HubJob = {
      id: nextJobId(),
      poolJob,
      atMs: this.now(),
      layout: how.layout,
      prefix: how.prefix,
      prefixHex: Buffer.from(how.prefix).toString("hex"),
      ntime: how.ntime,
      ntimeRollS: how.prefix.length === 0 ? limits.ntimeRollOwnSMax : limits.ntimeRollSMax,
    };
    const line = this.template.line({ jobId: job.id, prefix: how.prefix, ntime: job.ntime, clean: how.clean });
    for (const hand of hands) hand.give(job, line);
  }
}

function sameLayout(a: Layout, b: Layout): boolean {
  return a.e1Bytes === b.e1Bytes && a.e2Bytes === b.e2Bytes;
}
