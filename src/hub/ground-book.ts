import { fillerBytes, type Layout } from "../work/extranonce.ts";
import { UsedGround } from "../work/used-ground.ts";
import type { Work } from "../work/work.ts";
import { limits } from "./limits.ts";

const startsMax = 2 ** 48;
/** The golden ratio of it, so that the starts of works spread evenly in fillers of every length. */
const startStep = 0x9e37_79b9_7f4b;

/** A rig as ground sees it: its layout, and the number behind its extranonce1. */
export type Searcher = { readonly layout: Layout; readonly x: number };

/**
 * The ground of one (pool host, port, extranonce1) and number of free bytes, hub-wide: who searches it, and what has been handed out.
 * Sessions that a pool gives the same extranonce1 must not search the same, whosever they are.
 */
export class GroundBook {
  /** Pools take work up again after other work, and their sessions are not all at the same one. The one asked for last is the last. */
  private works: { work: Work; ground: UsedGround }[] = [];
  private start: number;
  private readonly free: number;
  /** Who searches the whole of an extranonce1, as there is no room for a prefix beside it. */
  private readonly bare = new Map<number, Searcher>();
  private withPrefix = 0;

  /** `free`: bytes that the pool leaves. `start`: a random integer, 0..2^48 - 1, so that a restart repeats no work. */
  constructor(free: number, start: number) {
    this.free = free;
    this.start = start;
  }

  get busy(): boolean {
    return this.bare.size > 0 || this.withPrefix > 0;
  }

  /**
   * Whether a rig of this layout may search here. Without a prefix each extranonce1 is one rig's; it begins longer ones and those with
   * a prefix, so all rigs have the same layout then.
   */
  admits(searcher: Searcher, layout: Layout): boolean {
    const filler = fillerBytes(this.free, layout);
    if (filler !== 0) return filler > 0 && this.bare.size === 0;
    const holder = this.bare.get(searcher.x);
    if (holder !== undefined) return holder === searcher;
    const [other] = this.bare.values();
    return this.withPrefix === 0 && (other === undefined || other.layout.e1Bytes === layout.e1Bytes);
  }

  /** From now on it searches here; it must be admitted. */
  enter(searcher: Searcher): void {
    if (fillerBytes(this.free, searcher.layout) === 0) this.bare.set(searcher.x, searcher);
    else this.withPrefix++;
  }

  leave(searcher: Searcher): void {
    if (this.bare.get(searcher.x) === searcher) this.bare.delete(searcher.x);
    else this.withPrefix--;
  }

  groundOf(work: Work): UsedGround {
    const known = this.works.find((last) => sameWork(last.work, work));
    const entry = known ?? { work, ground: new UsedGround(this.nextStart()) };
    this.works = [...this.works.filter((last) => last !== known), entry].slice(-limits.worksRememberedMax);
    return entry.ground;
  }

  /** Work that comes again after it has been forgotten begins elsewhere. */
  private nextStart(): number {
    const start = this.start;
    this.start = (start + startStep) % startsMax;
    return start;
  }
}

/** All books of a hub. With another number of free bytes a coinbase is another, and so is the book. One that no job has asked for in a while is dropped: pools give most sessions an extranonce1 of their own. */
export class GroundBooks {
  private readonly books = new Map<string, { book: GroundBook; usedAtMs: number }>();
  private readonly deps: { now: () => number; random: () => number };

  constructor(deps: { now: () => number; random: () => number }) {
    this.deps = deps;
  }

  get size(): number {
    return this.books.size;
  }

  bookOf(host: string, port: number, { fixed, free }: Pick<Work, "fixed" | "free">): GroundBook {
    const key = `${host}:${port}/${Buffer.from(fixed).toString("hex")}/${free}`;
    const nowMs = this.deps.now();
    const known = this.books.get(key);
    // Kept in the order of their last use, so that the oldest come first.
    this.books.delete(key);
    this.dropUnused(nowMs);
    const book = known?.book ?? new GroundBook(free, Math.floor(this.deps.random() * startsMax));
    this.books.set(key, { book, usedAtMs: nowMs });
    return book;
  }

  private dropUnused(nowMs: number): void {
    for (const [key, { book, usedAtMs }] of this.books) {
      if (nowMs - usedAtMs <= limits.groundKeptMsMax) return;
      this.books.delete(key);
      if (book.busy) this.books.set(key, { book, usedAtMs: nowMs });
    }
  }
}

/**
 * Ids may repeat and difficulties change for one and the same work (miningcore, btcpool), so the work itself is compared. Version and ntime
 * are what rigs roll.
 */
function sameWork(a: Work, b: Work): boolean {
  return (
    same(a.prevHash, b.prevHash) &&
    same(a.coinb1, b.coinb1) &&
    same(a.coinb2, b.coinb2) &&
    same(a.fixed, b.fixed) &&
    a.merklePath.length === b.merklePath.length &&
    a.merklePath.every((branch, at) => same(branch, b.merklePath[at] ?? new Uint8Array(0)))
  );
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
