import { describe, expect, test } from "bun:test";
import { barsOf, bucketMs, bucketsKept, type PromiseStretch, promiseLevels } from "../../../src/web/pages/delivery-bars.ts";
import { deliveredBook } from "../../../src/web/pages/strips.ts";
import type { WorkDay } from "../../../src/web/work-book.ts";
import { type StripBar, stripSentence } from "../../../views/parts/delivery-strip.tsx";

const endMs = Date.UTC(2026, 10, 30, 12);
const fromMs = endMs + bucketMs - bucketsKept * bucketMs;
const promise: PromiseStretch[] = [{ fromMs: 0, promisedHps: 1_000, state: "active", toleranceBp: 1_000 }];
const dueHashes = (1_000 * bucketMs) / 1_000;

/** A day in which contract 1 got `parts` of its promise in its last whole buckets, oldest first. */
function dayOf(parts: readonly number[], gaps: WorkDay["gaps"] = []): WorkDay {
  const works = new Float64Array(bucketsKept).fill(dueHashes);
  parts.forEach((part, at) => {
    works[bucketsKept - 1 - parts.length + at] = part * dueHashes;
  });
  return { fromMs, asOfMs: endMs + bucketMs - 1, of: (no) => (no === 1 ? works : null), gaps };
}

const lastOf = (day: WorkDay, stretches = promise, steps = 1): StripBar[] => barsOf(day, 1, { promise: stretches, bars: 5, steps });

describe("bars of a strip", () => {
  test("are delivered over promised; short below the tolerance; what pools refused later is no negative bar", () => {
    const bars = lastOf(dayOf([1, 0.95, 0.85, -0.2]));
    expect(bars.slice(0, 4)).toEqual([
      { kind: "delivered", part: 1, isShort: false },
      { kind: "delivered", part: 0.95, isShort: false },
      { kind: "delivered", part: 0.85, isShort: true },
      { kind: "delivered", part: 0, isShort: true },
    ]);
  });

  test("of a quarter of an hour are sums of three buckets", () => {
    const [, , , bar] = barsOf(dayOf([0, 1, 1]), 1, { promise, bars: 5, steps: 3 });
    expect(bar).toEqual({ kind: "delivered", part: 2 / 3, isShort: true });
  });

  test("where no hub was running there is no data, and half a bar is measured by its other half", () => {
    const gapFrom = endMs - 2 * bucketMs;
    const bars = lastOf(dayOf([1, 1, 0, 0.5], [{ fromMs: gapFrom, toMs: gapFrom + 1.5 * bucketMs }]));
    expect(bars.slice(1, 4)).toEqual([{ kind: "delivered", part: 1, isShort: false }, { kind: "no-data" }, { kind: "delivered", part: 1, isShort: false }]);
  });

  test("before it was active, while it is suspended, and with another promise", () => {
    const at = (buckets: number) => endMs - buckets * bucketMs;
    const history: PromiseStretch[] = [
      { fromMs: at(9), promisedHps: 1_000, state: "other", toleranceBp: 1_000 },
      { fromMs: at(3), promisedHps: 2_000, state: "active", toleranceBp: 1_000 },
      { fromMs: at(2), promisedHps: 2_000, state: "suspended", toleranceBp: 1_000 },
      { fromMs: at(1), promisedHps: 500, state: "active", toleranceBp: 1_000 },
    ];
    expect(lastOf(dayOf([1, 1, 1, 1]), history).slice(0, 4)).toEqual([
      { kind: "none" },
      { kind: "delivered", part: 0.5, isShort: true },
      { kind: "suspended" },
      { kind: "delivered", part: 2, isShort: false },
    ]);
  });

  test("a contract that is younger than a bar can measure says so, and not that nothing was due", () => {
    const young: PromiseStretch[] = [{ fromMs: endMs + bucketMs - 60_000, promisedHps: 1_000, state: "active", toleranceBp: 1_000 }];
    const bars = lastOf(dayOf([0]), young).slice(-2);
    expect(bars.map(({ kind }) => kind)).toContain("early");
    expect(stripSentence({ bars, barMs: bucketMs })).toBe("Last 10 min: in force too shortly to be measured.");
  });

  test("the bucket that runs is drawn once two minutes of it have run, for until then its bar is luck", () => {
    const runningFor = (ms: number) => lastOf({ ...dayOf([1]), asOfMs: endMs + ms }).at(-1)?.kind;
    expect([10_000, 119_999, 120_000].map(runningFor)).toEqual(["early", "early", "delivered"]);
  });

  test("a contract that began after the last count says the same", () => {
    const young: PromiseStretch[] = [{ fromMs: endMs + bucketMs, promisedHps: 1_000, state: "active", toleranceBp: 1_000 }];
    expect(lastOf(dayOf([0]), young).map(({ kind }) => kind)).toEqual(["none", "none", "none", "none", "early"]);
  });

  test("a contract without a share was delivered nothing", () => {
    expect(barsOf(dayOf([]), 2, { promise, bars: 2, steps: 1 })[0]).toEqual({ kind: "delivered", part: 0, isShort: true });
  });

  test("a sentence says the same", () => {
    const full: StripBar = { kind: "delivered", part: 1, isShort: false };
    const bars: StripBar[] = [full, full, { kind: "delivered", part: 0.8, isShort: true }, { kind: "no-data" }, { kind: "suspended" }, { kind: "none" }];
    expect(stripSentence({ bars, barMs: 900_000 })).toBe(
      "Last 1 h: 93.3 % of the promise delivered; below its tolerance for 15 min; suspended for 15 min; no data for 15 min, in which the hub did not run; not in force for 15 min.",
    );
  });
});

describe("the day of deliveries", () => {
  test("is read once, then only its last buckets, and buckets move on with the time", async () => {
    let nowMs = endMs + 1_000;
    const asked: { fromMs: number; toMs: number; stepMs: number }[] = [];
    const ledger = {
      gaps: () => Promise.resolve([]),
      deliveredSteps: (window: { fromMs: number; toMs: number; stepMs: number }) => {
        asked.push(window);
        // One hash in each bucket of the window.
        const steps = Float64Array.from({ length: Math.ceil((window.toMs - window.fromMs) / window.stepMs) }, (_, at) => at);
        return Promise.resolve({ nos: steps.map(() => 7), steps, hashes: steps.map(() => (asked.length <= 13 ? 1 : 2)) });
      },
    };
    const book = deliveredBook({ ledger, now: () => nowMs } as unknown as Parameters<typeof deliveredBook>[0]);
    const first = await book.current();
    expect(await book.current()).toBe(first);
    nowMs += 2 * bucketMs;
    const second = await book.current();
    // In pieces that lie one after the other.
    const piecesOf = (windows: typeof asked) => windows.map((window) => Math.ceil((window.toMs - window.fromMs) / bucketMs));
    expect(piecesOf(asked)).toEqual([...Array<number>(12).fill(24), 1, 6]);
    expect(asked.slice(1, 13).map(({ fromMs: pieceMs }) => pieceMs)).toEqual(asked.slice(0, 12).map(({ toMs }) => toMs));
    expect(second.fromMs - first.fromMs).toBe(2 * bucketMs);
    expect([...(second.of(7) ?? [])].slice(-8)).toEqual([1, 1, 2, 2, 2, 2, 2, 2]);
    expect([...(first.of(7) ?? [])].every((hashes) => hashes === 1)).toBe(true);
  });

  test("nobody waits while it is read again, unless what is known is old", async () => {
    let nowMs = endMs + 1_000;
    let gate = Promise.withResolvers<void>();
    let reads = 0;
    const nothing = { nos: new Float64Array(), steps: new Float64Array(), hashes: new Float64Array() };
    const ledger = {
      gaps: () => Promise.resolve([]),
      deliveredSteps: () => {
        reads += 1;
        return gate.promise.then(() => nothing);
      },
    };
    const book = deliveredBook({ ledger, now: () => nowMs } as unknown as Parameters<typeof deliveredBook>[0]);
    const reading = book.current();
    gate.resolve();
    const first = await reading;
    expect(reads).toBe(13);
    gate = Promise.withResolvers<void>();
    nowMs += 10_000;
    expect(await book.current()).toBe(first);
    nowMs += 20_000;
    const waiting = book.current();
    gate.resolve();
    expect(await waiting).not.toBe(first);
    expect(reads).toBe(14);
  });
});

test("the line of a promise begins with the contract, ends with it, leaves out what is suspended, and takes each change as long as it holds", () => {
  const stretch = (atMs: number, state: PromiseStretch["state"], promisedHps = 100): PromiseStretch => ({ fromMs: atMs, promisedHps, state, toleranceBp: 0 });
  const stretches = [
    stretch(1, "other"),
    stretch(2, "active"),
    stretch(3, "active"),
    stretch(4, "active", 200),
    stretch(5, "suspended", 200),
    stretch(6, "active", 200),
  ];
  const lines = [
    { fromMs: 2, toMs: 4, hps: 100 },
    { fromMs: 4, toMs: 5, hps: 200 },
  ];
  expect(promiseLevels(stretches)).toEqual([...lines, { fromMs: 6, toMs: Number.POSITIVE_INFINITY, hps: 200 }]);
  expect(promiseLevels([...stretches, stretch(7, "other", 200)])).toEqual([...lines, { fromMs: 6, toMs: 7, hps: 200 }]);
});
