import { expect, test } from "bun:test";
import { overdue, type RigMoments } from "../../src/hub/rig-deadlines.ts";

const startMs = 1_700_000_000_000;
const working: RigMoments = {
  sinceMs: startMs,
  lastLineAtMs: startMs,
  begun: null,
  leaveAtMs: 0,
  joblessSinceMs: 0,
  writer: { unsentForMs: () => 0 },
  slot: {},
  authorized: true,
  rig: null,
  tuning: { shares: 0 },
  sharesPerMinute: 12,
};

const deadlines: [name: string, moments: Partial<RigMoments>, limitMs: number, reason: RegExp][] = [
  ["no word at all", { lastLineAtMs: 0, slot: null, authorized: false }, 15_000, /silent for its first/],
  ["no subscribe", { slot: null, authorized: false }, 20_000, /mining.subscribe/],
  ["no authorize", { authorized: false }, 40_000, /mining.authorize/],
  ["half a line", { begun: { sinceMs: startMs } }, 15_000, /began a line/],
  ["silence", {}, 600_000, /silent for 10 minutes/],
  ["no pool", { joblessSinceMs: startMs }, 60_000, /no pool/],
  ["asked to leave", { leaveAtMs: startMs }, 0, /reconnect/],
];

for (const [name, moments, limitMs, reason] of deadlines) {
  test(`${name}: at ${limitMs} ms it may stay, a millisecond later it goes`, () => {
    expect(overdue({ ...working, ...moments }, startMs + limitMs)).toBeNull();
    expect(overdue({ ...working, ...moments }, startMs + limitMs + 1)).toMatch(reason);
  });
}

test("a rig that said all it has to say in the millisecond it connected is not silent", () => {
  expect(overdue(working, startMs + 599_000)).toBeNull();
});

/** What becomes of a connection that said its last word after ten minutes and `shares`, `saidForMs` after its rig logged in anew and worked on. */
function replaced(shares: number, saidForMs: number, change: Partial<RigMoments> = {}): string | null {
  const lastLineAtMs = startMs + 600_000;
  const newest = { sinceMs: lastLineAtMs + 40_000, lastLineAtMs: lastLineAtMs + 40_000 + saidForMs };
  const old = { ...working, lastLineAtMs, tuning: { shares }, ...change };
  return overdue({ ...old, rig: { sessions: [old, newest] } }, newest.lastLineAtMs);
}

test("a connection that is silent while its rig works over a newer one goes after the time of thirty shares, as it sent them or as vardiff aims at", () => {
  for (const [shares, quietMs] of [
    [60, 300_000],
    [1_000, 150_000],
    [40, 450_000],
  ] as const) {
    expect(replaced(shares, quietMs)).toBeNull();
    expect(replaced(shares, quietMs + 1)).toMatch(/works over another connection/);
  }
  expect(replaced(1_000, 500_000, { sharesPerMinute: 3 })).toBeNull();
  expect(replaced(4, 500_000)).toBeNull();
});

test("where the newer one is silent too, or this is the newest, it stays", () => {
  expect(replaced(120, 0)).toBeNull();
  const newest = { ...working, tuning: { shares: 120 } };
  expect(overdue({ ...newest, rig: { sessions: [working, newest] } }, startMs + 500_000)).toBeNull();
});
