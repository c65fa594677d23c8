import { expect, test } from "bun:test";
import { Presence, presenceLimits } from "../../src/watch/presence.ts";
import { FakeTimers } from "../support/fake-timers.ts";

function set({ rigs = 100, graceMs = 15_000 as number | null } = {}) {
  const timers = new FakeTimers();
  const gone: { atMs: number; rigNos: number[] }[] = [];
  const awayMs: number[] = [];
  const presence = new Presence({
    now: timers.now,
    after: timers.after,
    graceMsOf: () => graceMs,
    siteOf: () => 1,
    rigsOfSite: () => rigs,
    gone: (left) => {
      gone.push({ atMs: timers.nowMs, rigNos: left.map(({ rigNo }) => rigNo) });
      awayMs.push(...left.map((rig) => rig.awayMs));
    },
  });
  return { timers, gone, awayMs, presence, startMs: timers.nowMs };
}

test("a rig is gone when its grace is over, to the millisecond and not before", () => {
  const { timers, gone, presence, startMs } = set();
  presence.left(7);
  timers.pass(14_999);
  expect(gone).toEqual([]);
  timers.pass(1);
  expect(gone).toEqual([{ atMs: startMs + 15_000, rigNos: [7] }]);
  expect(timers.waiting).toBe(0);
});

test("back within its grace, nobody hears of it", () => {
  const { timers, gone, presence } = set();
  presence.left(7);
  timers.pass(14_000);
  presence.came(7);
  timers.pass(60_000);
  expect(gone).toEqual([]);
});

test("each rig has its own grace, counted from its own last moment", () => {
  const { timers, gone, presence, startMs } = set();
  presence.left(1);
  timers.pass(5_000);
  presence.left(2);
  timers.pass(30_000);
  expect(gone).toEqual([
    { atMs: startMs + 15_000, rigNos: [1] },
    { atMs: startMs + 20_000, rigNos: [2] },
  ]);
});

test("when more than a tenth of a site falls within ten seconds, all of those are given a minute", () => {
  const { timers, gone, awayMs, presence, startMs } = set({ rigs: 100 });
  for (let no = 1; no <= 11; no++) {
    presence.left(no);
    timers.pass(500);
  }
  timers.pass(60_000);
  expect(gone[0]).toEqual({ atMs: startMs + presenceLimits.outageGraceMs, rigNos: [1] });
  expect(gone.flatMap(({ rigNos }) => rigNos)).toHaveLength(11);
  // What is told of each is how long it was away, not what its fleet would have given one that falls alone.
  expect(awayMs).toEqual(Array(11).fill(presenceLimits.outageGraceMs));
});

test("a tenth of it is no outage, and neither are two rigs of ten", () => {
  for (const [rigs, left] of [
    [100, 10],
    [10, 2],
  ] as const) {
    const { timers, gone, presence, startMs } = set({ rigs });
    for (let no = 1; no <= left; no++) presence.left(no);
    timers.pass(15_000);
    expect(gone).toEqual([{ atMs: startMs + 15_000, rigNos: Array.from({ length: left }, (_, index) => index + 1) }]);
  }
});

test("nobody waits for a rig that serves no contract", () => {
  const { timers, gone, presence } = set({ graceMs: null });
  presence.left(1);
  timers.pass(100_000);
  expect(gone).toEqual([]);
  expect(timers.waiting).toBe(0);
});

test("once stopped it waits for nobody", () => {
  const { timers, gone, presence } = set();
  presence.left(1);
  presence.stop();
  presence.left(2);
  timers.pass(100_000);
  expect(gone).toEqual([]);
  expect(timers.waiting).toBe(0);
});
