import { UsedGround } from "../work/used-ground.ts";
import type { Work } from "../work/work.ts";
import { limits } from "./limits.ts";

const startsMax = 2 ** 48;
/** The golden ratio of it, so that the starts of works spread evenly in fillers of every length. */
const startStep = 0x9e37_79b9_7f4b;

/**
 * The used ground of one (pool host, port, extranonce1), hub-wide: sessions that a pool gives the same extranonce1 must not search the same.
 * Pools take work up again after other work, and their sessions are not all at the same one, so the last few are remembered.
 */
export class GroundBook {
  /** The one asked for last is the last. */
  private works: { work: Work; ground: UsedGround }[] = [];
  private start: number;

  /** `start`: a random integer, 0..2^48 - 1, so that a restart repeats no work. */
  constructor(start: number) {
    this.start = start;
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

/** All books of a hub. One that no job has asked for in a while is dropped: pools give most sessions an extranonce1 of their own. */
export class GroundBooks {
  private readonly books = new Map<string, { book: GroundBook; usedAtMs: number }>();
  private readonly deps: { now: () => number; random: () => number };

  constructor(deps: { now: () => number; random: () => number }) {
    this.deps = deps;
  }

  get size(): number {
    return this.books.size;
  }

  bookOf(host: string, port: number, fixed: Uint8Array): GroundBook {
    const key = `${host}:${port}/${Buffer.from(fixed).toString("hex")}`;
    const nowMs = this.deps.now();
    const known = this.books.get(key);
    // Kept in the order of their last use, so that the oldest come first.
    this.books.delete(key);
    this.dropUnused(nowMs);
    const book = known?.book ?? new GroundBook(Math.floor(this.deps.random() * startsMax));
    this.books.set(key, { book, usedAtMs: nowMs });
    return book;
  }

  private dropUnused(nowMs: number): void {
    for (const [key, { usedAtMs }] of this.books) {
      if (nowMs - usedAtMs <= limits.groundKeptMsMax) return;
      this.books.delete(key);
    }
  }
}

/**
 * Ids may repeat and difficulties change for one and the same work (miningcore, btcpool), so the work itself is compared. Version and ntime
 * are what rigs roll; with another number of free bytes the coinbase is another.
 */
function sameWork(a: Work, b: Work): boolean {
  return (
    a.free === b.free &&
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
