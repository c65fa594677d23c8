import { expect, test } from "bun:test";
import { AnswerWatch } from "../../src/health/pool-answers.ts";
import { seeded } from "../support/seeded.ts";

const tickMs = 250;

/** Runs the watch over `ms` at one share a second, each slow with this chance; the first fault and when it came. */
function run(watch: AnswerWatch, { ms, slowPart, random }: { ms: number; slowPart: number; random: () => number }): { fault: string; atMs: number } | null {
  const counts = { answered: 0, slow: 0, owingSinceMs: 0 };
  for (let atMs = tickMs; atMs <= ms; atMs += tickMs) {
    if (atMs % 1_000 === 0) counts[random() < slowPart ? "slow" : "answered"]++;
    const fault = watch.look(atMs, counts);
    if (fault !== null) return { fault, atMs };
  }
  return null;
}

test("a pool that owes every answer hangs: found at the second look, within 45 s of its last answer", () => {
  const watch = new AnswerWatch();
  const counts = { answered: 100, slow: 0, owingSinceMs: 0 };
  for (let atMs = tickMs; ; atMs += tickMs) {
    if (atMs === 20_000) counts.owingSinceMs = atMs;
    if (watch.look(atMs, counts) !== "stuck") continue;
    expect(atMs - 20_000).toBeGreaterThan(30_000 - tickMs);
    expect(atMs - 20_000).toBeLessThanOrEqual(45_000);
    return;
  }
});

test("one share that is never answered, while others are, is no hanging pool", () => {
  const watch = new AnswerWatch();
  for (let atMs = tickMs; atMs < 600_000; atMs += tickMs) {
    // Each later answer ends the debt.
    const owingSinceMs = atMs - (atMs % 10_000);
    expect(watch.look(atMs, { answered: Math.floor(atMs / 10_000), slow: 1, owingSinceMs })).toBeNull();
  }
});

test("one answer in five above 3 s is slow after three windows; one in a hundred is not in two days", () => {
  expect(run(new AnswerWatch(), { ms: 3_600_000, slowPart: 0.2, random: seeded(1) })).toMatchObject({ fault: "slow", atMs: 90_250 });
  expect(run(new AnswerWatch(), { ms: 2 * 86_400_000, slowPart: 0.01, random: seeded(2) })).toBeNull();
});

test("a window with few shares waits for more of them", () => {
  const watch = new AnswerWatch();
  for (let atMs = tickMs; atMs < 300_000; atMs += tickMs) {
    expect(watch.look(atMs, { answered: 0, slow: Math.floor(atMs / 15_000), owingSinceMs: 0 })).toBeNull();
  }
});

test("what the session before left unanswered is not held against a new one", () => {
  const watch = new AnswerWatch();
  const counts = { answered: 1_000, slow: 0, owingSinceMs: 0 };
  let atMs = tickMs;
  const pass = (ms: number, perSecond: { answered: number; slow: number }): string[] => {
    const faults: string[] = [];
    for (const untilMs = atMs + ms; atMs < untilMs; atMs += tickMs) {
      if (atMs % 1_000 === 0) {
        counts.answered += perSecond.answered;
        counts.slow += perSecond.slow;
      }
      const fault = watch.look(atMs, counts);
      if (fault !== null) faults.push(fault);
    }
    return faults;
  };
  expect(pass(31_000, { answered: 10, slow: 0 })).toEqual([]);
  // It died with 500 shares on their way, and was away for a while.
  counts.slow += 500;
  watch.reset();
  expect(pass(60_000, { answered: 0, slow: 0 })).toEqual([]);
  // Two windows with the line's last hiccups are not three.
  expect(pass(33_000, { answered: 9, slow: 1 })).toEqual([]);
  expect(pass(60_000, { answered: 10, slow: 0 })).toEqual([]);
});
