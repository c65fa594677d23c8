import { describe, expect, test } from "bun:test";
import { GroundBooks } from "../../src/hub/ground-book.ts";
import { JobBoard } from "../../src/hub/job-board.ts";
import { limits } from "../../src/hub/limits.ts";
import { FakeHand, poolJob } from "./board-hands.ts";

/** All that one hub knows, with fillers that begin at `start`. */
function groundFrom(start: number): GroundBooks {
  return new GroundBooks({ now: () => 0, random: () => start / 2 ** 48 });
}

/** The board of one more session at one and the same pool. */
function boardOn(books: GroundBooks): JobBoard {
  return new JobBoard(
    (work) => books.bookOf("pool", 3333, work),
    () => 0,
  );
}

function repeated(searches: readonly string[]): string[] {
  return searches.filter((search, at) => searches.indexOf(search) !== at);
}

describe("work that a pool takes up again", () => {
  for (const free of [4, 5]) {
    test(`other ground of it, with ${free} free bytes`, () => {
      const board = boardOn(groundFrom(250));
      const rig = new FakeHand(3);
      for (const name of ["A", "B", "A", "C", "B", "A"]) {
        board.post(poolJob(name, { free }));
        board.adopt([rig]);
      }
      board.repeat();
      expect(rig.jobs).toHaveLength(7);
      expect(repeated(rig.searches())).toEqual([]);
    });
  }

  test("two sessions with one extranonce1 that are at different work never deal the same", () => {
    const book = groundFrom(250);
    const [one, other] = [boardOn(book), boardOn(book)];
    const rigs = [new FakeHand(3), new FakeHand(3)];
    for (let turn = 0; turn < 200; turn++) {
      one.post(poolJob(turn % 2 === 0 ? "A" : "B", { free: 5 }));
      other.post(poolJob(turn % 2 === 0 ? "B" : "A", { free: 5 }));
      one.adopt(rigs.slice(0, 1));
      other.adopt(rigs.slice(1));
    }
    expect(rigs.map(({ jobs }) => jobs.length)).toEqual([200, 200]);
    expect(repeated(rigs.flatMap((rig) => rig.searches()))).toEqual([]);
  });

  test("changes of difficulty use half of the fillers at most: a rig that comes later gets a job at once", () => {
    const board = boardOn(groundFrom(7));
    const [rig, late] = [new FakeHand(0), new FakeHand(1)];
    board.post(poolJob("A", { free: 5 }));
    board.adopt([rig]);
    for (let time = 0; time < 300; time++) board.reissue(rig, false);
    expect(rig.jobs).toHaveLength(128);
    board.adopt([late]);
    expect(late.jobs).toHaveLength(1);
    board.repeat();
    expect([rig.jobs.length, late.jobs.length]).toEqual([129, 2]);
  });

  test("a work whose fillers are used up is not given again, and the next one is", () => {
    const board = boardOn(groundFrom(7));
    const rig = new FakeHand(0);
    board.post(poolJob("A", { free: 5 }));
    board.adopt([rig]);
    for (let time = 0; time < 300; time++) board.repeat();
    expect(rig.jobs).toHaveLength(256);
    board.post(poolJob("B", { free: 5 }));
    board.post(poolJob("A", { free: 5 }));
    expect(rig.jobs.map(({ poolJob: job }) => job.work.poolJobId).slice(255)).toEqual(["A", "B"]);
    expect(repeated(rig.searches())).toEqual([]);
  });

  test("what is long forgotten begins elsewhere", () => {
    const board = boardOn(groundFrom(7));
    const rig = new FakeHand(0);
    const works = Array.from({ length: limits.worksRememberedMax + 1 }, (_, at) => `${at}`);
    board.post(poolJob("A", { free: 6 }));
    board.adopt([rig]);
    for (const name of works) board.post(poolJob(name, { free: 6 }));
    board.post(poolJob("A", { free: 6 }));
    expect(repeated(rig.searches())).toEqual([]);
  });
});

describe("layouts on one board", () => {
  const short = { e1Bytes: 1, e2Bytes: 2 };
  const long = { e1Bytes: 1, e2Bytes: 3 };
  const wide = { e1Bytes: 2, e2Bytes: 2 };

  test("beside rigs without a prefix there is no seat for any other layout", () => {
    const board = boardOn(groundFrom(0));
    board.post(poolJob("A", { free: 4 }));
    const others = [new FakeHand(1, short), new FakeHand(1, wide)];
    expect(board.adopt([new FakeHand(0, long), ...others])).toEqual(others);
    expect(others.flatMap(({ jobs }) => jobs)).toEqual([]);
    expect(board.adopt([new FakeHand(1, long)])).toEqual([]);
  });

  test("beside rigs with a prefix there is no seat without one, until they have left", () => {
    const board = boardOn(groundFrom(0));
    board.post(poolJob("A", { free: 4 }));
    const [small, bare] = [new FakeHand(0, short), new FakeHand(0, long)];
    expect(board.adopt([small, bare])).toEqual([bare]);
    board.leave(small);
    expect(board.adopt([bare])).toEqual([]);
    expect(bare.jobs).toEqual([]);
    board.post(poolJob("B", { free: 4 }));
    expect([bare.jobs.length, board.size]).toEqual([1, 1]);
    expect(board.adopt([small])).toEqual([small]);
  });
});

describe("sessions that a pool gives one extranonce1", () => {
  test("without room for a prefix each extranonce1 is one rig's, hub-wide, until it leaves or moves on itself", () => {
    const books = groundFrom(0);
    const [one, other] = [boardOn(books), boardOn(books)];
    one.post(poolJob("A", { free: 4 }));
    other.post(poolJob("B", { free: 4 }));
    const [rig, same, next] = [new FakeHand(7), new FakeHand(7), new FakeHand(8)];
    expect(one.adopt([rig])).toEqual([]);
    expect(other.adopt([same, next])).toEqual([same]);
    expect([rig.jobs.length, same.jobs.length, next.jobs.length]).toEqual([1, 0, 1]);
    expect(other.adopt([rig])).toEqual([]);
    other.clear();
    expect(other.adopt([same])).toEqual([]);
  });

  test("rigs with a prefix and without never meet, on whichever session", () => {
    const books = groundFrom(0);
    const [one, other] = [boardOn(books), boardOn(books)];
    for (const board of [one, other]) board.post(poolJob("A", { free: 5 }));
    const [bare, filled] = [new FakeHand(1, { e1Bytes: 1, e2Bytes: 4 }), new FakeHand(2)];
    expect(one.adopt([bare])).toEqual([]);
    expect(other.adopt([filled])).toEqual([filled]);
    one.leave(bare);
    other.post(poolJob("B", { free: 5 }));
    expect(other.adopt([filled])).toEqual([]);
    expect([one.adopt([bare]), filled.jobs.length]).toEqual([[bare], 1]);
  });

  test("with room for a prefix they share it", () => {
    const books = groundFrom(0);
    const boards = [boardOn(books), boardOn(books)];
    const rigs = boards.map(() => new FakeHand(7));
    for (const [at, board] of boards.entries()) {
      board.post(poolJob("A"));
      expect(board.adopt(rigs.slice(at, at + 1))).toEqual([]);
    }
    expect(repeated(rigs.flatMap((rig) => rig.searches()))).toEqual([]);
  });

  test("a session that gets the extranonce1 of another keeps those rigs whose ground is nobody's", () => {
    const books = groundFrom(0);
    const [one, other] = [boardOn(books), boardOn(books)];
    one.post(poolJob("A", { free: 4 }));
    other.post(poolJob("A", { free: 4, fixed: "00000001" }));
    const [first, same, next] = [new FakeHand(7), new FakeHand(7), new FakeHand(8)];
    one.adopt([first]);
    expect(other.adopt([same, next])).toEqual([]);
    expect(other.post(poolJob("A", { free: 4 }))).toEqual([same]);
    expect([other.size, same.board, next.board]).toEqual([1, null, other]);
    expect([same.jobs.length, next.jobs.length]).toEqual([1, 2]);
  });
});

describe("a pool with less room than a rig's layout", () => {
  const long = { e1Bytes: 1, e2Bytes: 3 };
  const short = { e1Bytes: 1, e2Bytes: 2 };

  function follower(x: number): FakeHand {
    const hand = new FakeHand(x, long);
    hand.follows = true;
    return hand;
  }

  test("the rig is told of a shorter layout and gets a job of it; the jobs it holds keep theirs", () => {
    const [home, narrow] = [boardOn(groundFrom(0)), boardOn(groundFrom(0))];
    const rig = follower(1);
    home.post(poolJob("A"));
    home.adopt([rig]);
    narrow.post(poolJob("B", { free: 3 }));
    expect(narrow.adopt([rig])).toEqual([]);
    expect(rig.told).toEqual([short]);
    expect(rig.jobs.map(({ layout }) => layout)).toEqual([long, short]);
  });

  test("without a seat the rig is told nothing and works on where it is", () => {
    const [home, narrow] = [boardOn(groundFrom(0)), boardOn(groundFrom(0))];
    const rig = follower(1);
    home.post(poolJob("A"));
    home.adopt([rig]);
    narrow.post(poolJob("B", { free: 3 }));
    narrow.adopt([new FakeHand(1, short)]);
    expect(narrow.adopt([rig])).toEqual([rig]);
    home.repeat();
    expect([rig.told, rig.board, rig.layout]).toEqual([[], home, long]);
    expect(rig.jobs.map(({ layout }) => layout)).toEqual([long, long]);
  });

  test("without ground left in the pool's work neither, until the next", () => {
    const narrow = boardOn(groundFrom(0));
    const [before, rig] = [new FakeHand(1, short), follower(1)];
    narrow.post(poolJob("B", { free: 3 }));
    narrow.adopt([before]);
    for (let time = 0; time < 120; time++) narrow.repeat();
    narrow.leave(before);
    expect(narrow.adopt([rig])).toEqual([rig]);
    expect(rig.told).toEqual([]);
    narrow.post(poolJob("C", { free: 3 }));
    expect(narrow.adopt([rig])).toEqual([]);
    expect([rig.told.length, rig.jobs.length]).toEqual([1, 1]);
  });
});

describe("GroundBooks", () => {
  test("one book per host, port and extranonce1, dropped when no job has asked for it within the time that pools take shares of", () => {
    let nowMs = 0;
    const books = new GroundBooks({ now: () => nowMs, random: () => 0.5 });
    const [a, b] = [
      { fixed: Uint8Array.of(1), free: 8 },
      { fixed: Uint8Array.of(2), free: 8 },
    ];
    const kept = books.bookOf("p", 1, a);
    const dropped = books.bookOf("p", 1, b);
    expect(books.bookOf("p", 2, a)).not.toBe(kept);
    expect(books.bookOf("p", 1, { ...a, free: 4 })).not.toBe(kept);
    nowMs = limits.groundKeptMsMax;
    expect(books.bookOf("p", 1, a)).toBe(kept);
    nowMs += 1;
    expect(books.bookOf("p", 1, a)).toBe(kept);
    expect(books.size).toBe(1);
    expect(books.bookOf("p", 1, b)).not.toBe(dropped);
  });
});
