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
