import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createVardiff, noteShare, type RetargetRules, restartWindow, retarget, startDifficulty, type VardiffState } from "../../src/work/vardiff.ts";

const anyRules: RetargetRules = { nowMs: 0, sharesPerMinute: 12, difficultyMax: 1e18, difficultyMin: 1e-9, integersOnly: false };
const tickMs = 5_000;
const minuteMs = 60_000;

/** mulberry32: the same shares for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Rig = { state: VardiffState; idealDifficulty: number; random: () => number; nowMs: number; moves: { atMs: number; difficulty: number }[]; shares: number };

function rigAt(factor: number, seed: number, idealDifficulty = 1000): Rig {
  return { state: createVardiff(idealDifficulty * factor, 0), idealDifficulty, random: randomOf(seed), nowMs: 0, moves: [], shares: 0 };
}

/** A rig whose shares come as they do, at random, with the rate that its difficulty gives; asked every 5 s and at every 64th share. */
function run(rig: Rig, forMs: number, rules: Partial<RetargetRules> = {}): void {
  const endMs = rig.nowMs + forMs;
  let tickAtMs = (Math.floor(rig.nowMs / tickMs) + 1) * tickMs;
  while (rig.nowMs < endMs) {
    const wanted = rules.sharesPerMinute ?? anyRules.sharesPerMinute;
    const perMs = ((wanted / minuteMs) * rig.idealDifficulty) / rig.state.difficulty;
    const shareAtMs = rig.nowMs - Math.log(1 - rig.random()) / perMs;
    rig.nowMs = Math.min(shareAtMs, tickAtMs, endMs);
    const ask = rig.nowMs === shareAtMs ? noteShare(rig.state, rig.nowMs) : rig.nowMs === tickAtMs;
    if (rig.nowMs === shareAtMs) rig.shares++;
    if (rig.nowMs === tickAtMs) tickAtMs += tickMs;
    if (!ask) continue;
    const difficulty = retarget(rig.state, { ...anyRules, ...rules, nowMs: rig.nowMs });
    if (difficulty !== null) rig.moves.push({ atMs: rig.nowMs, difficulty });
  }
}

/** How far off, as a factor of at least 1. */
function factorOff(rig: Rig): number {
  const ratio = rig.state.difficulty / rig.idealDifficulty;
  return Math.max(ratio, 1 / ratio);
}

function rigsAfter(minutes: number, factor: number, rigs = 300): Rig[] {
  return Array.from({ length: rigs }, (_, seed) => {
    const rig = rigAt(factor, seed + 1);
    run(rig, minutes * minuteMs);
    return rig;
  });
}

function partWithin(rigs: Rig[], factor: number): number {
  return rigs.filter((rig) => factorOff(rig) <= factor).length / rigs.length;
}

describe("convergence with Poisson shares", () => {
  for (const factor of [16, 1 / 16, 256, 1 / 1000]) {
    test(`from ${factor} times the right difficulty within 1.5 of it in 2 minutes (9 of 10 rigs), in few moves`, () => {
      const rigs = rigsAfter(2, factor);
      expect(partWithin(rigs, 1.5)).toBeGreaterThan(0.9);
      expect(rigs.reduce((sum, rig) => sum + rig.moves.length, 0) / rigs.length).toBeLessThan(3.5);
    });
  }

  for (const factor of [16, 4, 2.5, 1, 1 / 2.5, 1 / 4, 1 / 16]) {
    test(`from ${factor} times, nearly all rigs are within 1.6 after 10 minutes`, () => {
      expect(partWithin(rigsAfter(10, factor), 1.6)).toBeGreaterThan(0.97);
    });
  }

  test("a rig far too low does not flood: a million times too easy costs under 600 shares in a minute", () => {
    const rig = rigAt(1e-6, 3);
    run(rig, minuteMs);
    expect(rig.shares).toBeLessThan(600);
    expect(factorOff(rig)).toBeLessThan(2);
  });

  test("works at 1e-9 and at 1e18 as between", () => {
    for (const ideal of [1e-8, 1e-3, 1e6, 5e17]) {
      const rig = rigAt(1 / 16, 5, ideal);
      run(rig, 4 * minuteMs);
      expect(factorOff(rig)).toBeLessThan(1.5);
    }
  });

  test("at 60 shares a minute too", () => {
    const rig = rigAt(16, 8);
    run(rig, 3 * minuteMs, { sharesPerMinute: 60 });
    expect(factorOff(rig)).toBeLessThan(1.5);
  });
});

describe("steadiness", () => {
  test("a right difficulty moves less than twice an hour, on average less than every fourth", () => {
    const hours = 5;
    const moves = Array.from({ length: 60 }, (_, seed) => {
      const rig = rigAt(1, 1000 + seed);
      run(rig, 10 * minuteMs);
      rig.moves.length = 0;
      run(rig, hours * 60 * minuteMs);
      return rig.moves.length / hours;
    });
    expect(Math.max(...moves)).toBeLessThan(2);
    expect(moves.reduce((sum, perHour) => sum + perHour, 0) / moves.length).toBeLessThan(0.25);
  });

  test("a hashrate that halves or doubles for good is followed within 15 minutes", () => {
    for (const factor of [0.5, 2]) {
      const rigs = Array.from({ length: 100 }, (_, seed) => {
        const rig = rigAt(1, seed);
        run(rig, 60 * minuteMs);
        rig.idealDifficulty *= factor;
        run(rig, 15 * minuteMs);
        return rig;
      });
      expect(partWithin(rigs, 1.6)).toBeGreaterThan(0.9);
    }
  });
});

/** Shares of about the rate that the rig would have, crowded into the end of a tick. */
function noteSome(rig: Rig, nowMs: number): void {
  const expected = Math.min(1000, ((tickMs / minuteMs) * 12 * rig.idealDifficulty) / rig.state.difficulty);
  for (let i = 0; i < expected * 2 * rig.random(); i++) noteShare(rig.state, nowMs - 1);
}

function isWholeOr(difficulty: number, max: number): boolean {
  return max < 1 ? difficulty === max : Number.isInteger(difficulty) && difficulty >= 1;
}

describe("limits", () => {
  test("never above the upstream's difficulty, never below the least, never more than 16 times a step", () => {
    const rule = fc.record({
      startAt: fc.double({ min: 1e-9, max: 1e18, noNaN: true }),
      ideal: fc.double({ min: 1e-9, max: 1e18, noNaN: true }),
      max: fc.double({ min: 1e-9, max: 1e18, noNaN: true }),
      seed: fc.nat(),
      integersOnly: fc.boolean(),
    });
    fc.assert(
      fc.property(rule, ({ startAt, ideal, max, seed, integersOnly }) => {
        const rig = rigAt(startAt / ideal, seed, ideal);
        const state = rig.state;
        for (let nowMs = tickMs; nowMs < 20 * tickMs; nowMs += tickMs) {
          noteSome(rig, nowMs);
          const before = state.difficulty;
          const next = retarget(state, { ...anyRules, nowMs, difficultyMax: max, integersOnly });
          expect(state.difficulty).toBe(next ?? before);
          expect(state.difficulty).toBeLessThanOrEqual(max);
          expect(state.difficulty).toBeGreaterThanOrEqual(1e-9);
          if (integersOnly) expect(isWholeOr(state.difficulty, max)).toBe(true);
          else if (before <= max) expect(Math.abs(Math.log(state.difficulty / before))).toBeLessThanOrEqual(Math.log(16.1));
        }
      }),
    );
  });

  test("an upstream that gets easier is followed at once, to the digit", () => {
    const state = createVardiff(5000, 0);
    expect(retarget(state, { ...anyRules, nowMs: 1, difficultyMax: 1234.5678 })).toBe(1234.5678);
    expect(retarget(state, { ...anyRules, nowMs: 2, difficultyMax: 1234.5678 })).toBeNull();
  });

  test("a rig held down by its upstream is raised when a harder one comes", () => {
    const rig = rigAt(1 / 10, 4);
    run(rig, 30 * minuteMs, { difficultyMax: 100 });
    expect(rig.moves).toEqual([]);
    run(rig, 3 * minuteMs);
    expect(factorOff(rig)).toBeLessThan(1.5);
  });

  test("a start of more than three digits is no reason to move", () => {
    expect(retarget(createVardiff(65_536, 0), { ...anyRules, nowMs: 5000 })).toBeNull();
    expect(retarget(createVardiff(65_536, 0), { ...anyRules, nowMs: 5000, difficultyMax: 65_536 })).toBeNull();
  });
});

describe("silence", () => {
  const at = (state: VardiffState, nowMs: number) => retarget(state, { ...anyRules, nowMs });

  test("a new rig is divided by 16 every 15 s without a share", () => {
    const state = createVardiff(65_536, 0);
    const seen = [14_999, 15_000, 29_999, 30_000, 45_000].map((nowMs) => at(state, nowMs));
    expect(seen).toEqual([null, 4100, null, 256, 16]);
  });

  test("one that worked over another connection until a while ago is let down as fast, and no further than 256 times", () => {
    const state = createVardiff(116_000, 0, 100_000);
    const steps = [15_000, 30_000, 45_000, 60_000, 3_600_000].map((nowMs) => retarget(state, { ...anyRules, nowMs }));
    expect(steps).toEqual([7250, 453, 391, null, null]);
    // Its boards are up.
    for (let share = 0; share < 64; share++) noteShare(state, 3_600_000 + share * 20);
    expect(retarget(state, { ...anyRules, nowMs: 3_601_280 })).toBeGreaterThan(6_000);
  });

  test("one that has worked is let down after 50 s, and no further than 256 times", () => {
    const state = createVardiff(65_536, 0);
    for (let nowMs = 0; nowMs < 10 * minuteMs; nowMs += 5000) {
      noteShare(state, nowMs);
      at(state, nowMs);
    }
    expect(at(state, 10 * minuteMs + 40_000)).toBeNull();
    expect(at(state, 10 * minuteMs + 46_000)).toBe(4100);
    for (let nowMs = 11 * minuteMs; nowMs < 60 * minuteMs; nowMs += 5000) at(state, nowMs);
    expect(state.difficulty).toBeGreaterThanOrEqual(255);
  });

  test("says nothing while there was no work to do", () => {
    const state = createVardiff(65_536, 0);
    restartWindow(state, 14_000);
    expect(at(state, 28_000)).toBeNull();
  });
});

describe("noteShare", () => {
  test("a late share of an easier job counts as the part that it is", () => {
    const state = createVardiff(160, 0);
    for (let i = 0; i < 16; i++) noteShare(state, i, 10);
    noteShare(state, 17, 640);
    expect(state.shares).toBeCloseTo(2, 9);
  });

  test("asks at every 64th", () => {
    const state = createVardiff(1, 0);
    const asked = Array.from({ length: 200 }, (_, i) => noteShare(state, i)).flatMap((ask, i) => (ask ? [i + 1] : []));
    expect(asked).toEqual([64, 128, 192]);
  });
});

describe("startDifficulty", () => {
  const rules = { hintD: null, suggested: null, nominalHps: null, algorithm: "sha256d", upstream: 1e6, sharesPerMinute: 12 } as const;

  test("the password's wish, else the firmware's, else the nominal rate, else 65,536", () => {
    expect(startDifficulty({ ...rules, hintD: 500, suggested: 700, nominalHps: 1e14 })).toBe(500);
    expect(startDifficulty({ ...rules, suggested: 700, nominalHps: 1e14 })).toBe(700);
    expect(startDifficulty({ ...rules, nominalHps: 1e14 })).toBe(116_000);
    expect(startDifficulty({ ...rules, nominalHps: 1e9, algorithm: "scrypt" })).toBe(76_300);
    expect(startDifficulty(rules)).toBe(65_536);
  });

  test("whole numbers for who cuts fractions off", () => {
    expect(startDifficulty({ ...rules, suggested: 700.5, upstream: 700.9, integersOnly: true })).toBe(700);
    expect(startDifficulty({ ...rules, suggested: 0.2, integersOnly: true })).toBe(1);
    expect(startDifficulty({ ...rules, suggested: 0.2, upstream: 0.5, integersOnly: true })).toBe(0.5);
  });

  test("never above the upstream's, and no wish for nothing", () => {
    expect(startDifficulty({ ...rules, hintD: 5e6 })).toBe(1e6);
    expect(startDifficulty({ ...rules, upstream: 0.001 })).toBe(0.001);
    expect(startDifficulty({ ...rules, hintD: 0, suggested: Number.NaN })).toBe(65_536);
  });
});
