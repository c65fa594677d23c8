import { NotifyTemplate } from "../stratum/v1/notify-template.ts";
import { fillerBytes, type Layout, PrefixAllocator } from "../work/extranonce.ts";
import { ReissueTable } from "../work/reissue-table.ts";
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
  /** Asked when the layout leaves no room in a pool's `free` bytes; true when the layout has been changed so that it does. */
  refit: (free: number) => boolean;
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

/** The prefixes of one (pool host, port, extranonce1): sessions that a pool gives the same extranonce1 must not search the same ground. */
export class PrefixBook {
  private readonly allocator: PrefixAllocator;
  private work: PoolJob | null = null;

  /** `start`: a random integer, 0..2^48 - 1. */
  constructor(start: number) {
    this.allocator = new PrefixAllocator(start);
  }

  /** Prefixes of earlier work are free again. The same work from another session of the pool begins nothing. */
  begin(job: PoolJob): void {
    if (this.work !== null && sameWork(this.work, job)) return;
    this.work = job;
    this.allocator.newJob();
  }

  take(fillerLength: number): Uint8Array | null {
    return this.allocator.take(fillerLength);
  }
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
  private readonly prefixesFor: (fixed: Uint8Array) => PrefixBook;
  private prefixes: PrefixBook | null = null;
  /** How often each of the last works was handed out: pools take one up again after another, and where there is no prefix that is the same ground. */
  private readonly lastWorks: { job: PoolJob; reissues: ReissueTable }[] = [];
  private reissues = new ReissueTable();
  private template: NotifyTemplate | null = null;
  private readonly now: () => number;

  /** `prefixesFor`: the book of an extranonce1 at this board's pool. */
  constructor(prefixesFor: (fixed: Uint8Array) => PrefixBook, now: () => number) {
    this.prefixesFor = prefixesFor;
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
   * Returns those who have lost their seat because the pool leaves another number of bytes free from now on.
   */
  post(job: PoolJob): Hand[] {
    const before = this.current?.work ?? null;
    this.prefixes = this.prefixesFor(job.work.fixed);
    this.prefixes.begin(job);
    this.reissues = this.reissuesOf(job);
    this.current = job;
    this.template = new NotifyTemplate(job.work);
    if (before !== null && before.free !== job.work.free) {
      this.lastIssueAtMs = this.now();
      return this.adopt(this.clear());
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
      const filler = this.filler(hand.layout);
      const fits = filler !== null && (filler >= 0 || hand.refit(this.current?.work.free ?? 0));
      const block = fits ? this.seatFor(hand) : null;
      if (block === null) {
        left.push(hand);
        continue;
      }
      hand.board?.leave(hand);
      hand.board = this;
      block.hands.set(hand.x, hand);
      hand.seat = block;
      this.seated++;
      const group = byBlock.get(block);
      if (group === undefined) byBlock.set(block, [hand]);
      else group.push(hand);
    }
    for (const [block, group] of byBlock) this.issue(group, block.layout, true);
    return left;
  }

  leave(hand: Hand): void {
    if (hand.board !== this || hand.seat === null) return;
    hand.seat.hands.delete(hand.x);
    hand.seat = null;
    hand.board = null;
    this.seated--;
  }

  /** The current job to one rig again, because its difficulty changes. */
  reissue(hand: Hand, clean: boolean): void {
    if (hand.board === this && hand.seat !== null) this.issue([hand], hand.seat.layout, clean);
  }

  /** All seats are given up; the hands keep the jobs that they have. */
  clear(): Hand[] {
    const hands = this.hands();
    for (const hand of hands) {
      hand.board = null;
      hand.seat = null;
    }
    this.seated = 0;
    this.blocks.length = 0;
    return hands;
  }

  /** Bytes between the pool's extranonce1 and the rig's; negative where the layout does not fit; null before the first job. */
  filler(layout: Layout): number | null {
    return this.current === null ? null : fillerBytes(this.current.work.free, layout);
  }

  private seatFor(hand: Hand): Block | null {
    const filler = this.filler(hand.layout);
    if (filler === null || filler < 0) return null;
    for (const block of this.blocks) {
      if (sameLayout(block.layout, hand.layout) && !block.hands.has(hand.x)) return block;
    }
    // Without a prefix, one extranonce1 could begin another: a second block, or another layout, would search the same ground.
    if (filler === 0 && this.blocks.some(({ hands }) => hands.size > 0)) return null;
    if (filler === 0) this.blocks.length = 0;
    const block = { layout: hand.layout, hands: new Map<number, Hand>() };
    this.blocks.push(block);
    return block;
  }

  private reissuesOf(job: PoolJob): ReissueTable {
    const known = this.lastWorks.find((last) => sameWork(last.job, job));
    if (known !== undefined) return known.reissues;
    const reissues = new ReissueTable();
    this.lastWorks.push({ job, reissues });
    if (this.lastWorks.length > limits.worksRememberedMax) this.lastWorks.shift();
    return reissues;
  }

  private issueAll(clean: boolean): void {
    this.lastIssueAtMs = this.now();
    for (const block of this.blocks) {
      if (block.hands.size > 0) this.issue([...block.hands.values()], block.layout, clean);
    }
  }

  private issue(hands: readonly Hand[], layout: Layout, clean: boolean): void {
    const filler = this.filler(layout);
    if (this.current === null || filler === null || filler < 0) return;
    if (filler > 0) {
      const prefix = this.prefixes?.take(filler) ?? null;
      // No prefix left in this job: the rigs go on with what they have until the pool's next one.
      if (prefix !== null) this.send(hands, { layout, prefix, laterS: 0, clean });
      return;
    }
    for (const [laterS, group] of this.byNextIssue(hands)) this.send(group, { layout, prefix: new Uint8Array(0), laterS, clean });
  }

  private byNextIssue(hands: readonly Hand[]): Map<number, Hand[]> {
    const groups = new Map<number, Hand[]>();
    for (const hand of hands) {
      const laterS = this.reissues.issue(hand.x);
      if (laterS === null) continue;
      const group = groups.get(laterS);
      if (group === undefined) groups.set(laterS, [hand]);
      else group.push(hand);
    }
    return groups;
  }

  private send(hands: readonly Hand[], how: { layout: Layout; prefix: Uint8Array; laterS: number; clean: boolean }): void {
    const poolJob = this.current;
    if (poolJob === null || this.template === null) return;
    const job: HubJob = {
      id: nextJobId(),
      poolJob,
      layout: how.layout,
      prefix: how.prefix,
      prefixHex: Buffer.from(how.prefix).toString("hex"),
      ntime: poolJob.work.ntime + how.laterS,
      ntimeRollS: how.prefix.length === 0 ? limits.ntimeRollOwnSMax : limits.ntimeRollSMax,
    };
    const line = this.template.line({ jobId: job.id, prefix: how.prefix, ntime: job.ntime, clean: how.clean });
    for (const hand of hands) hand.give(job, line);
  }
}

function sameLayout(a: Layout, b: Layout): boolean {
  return a.e1Bytes === b.e1Bytes && a.e2Bytes === b.e2Bytes;
}

/** Ids may repeat and difficulties change for one and the same work (miningcore, btcpool), so the work itself is compared. */
function sameWork(a: PoolJob, b: PoolJob): boolean {
  const left = a.work;
  const right = b.work;
  return (
    Buffer.compare(left.prevHash, right.prevHash) === 0 &&
    Buffer.compare(left.coinb1, right.coinb1) === 0 &&
    Buffer.compare(left.coinb2, right.coinb2) === 0 &&
    Buffer.compare(left.fixed, right.fixed) === 0 &&
    left.merklePath.length === right.merklePath.length &&
    left.merklePath.every((branch, at) => Buffer.compare(branch, right.merklePath[at] ?? new Uint8Array(0)) === 0)
  );
}
