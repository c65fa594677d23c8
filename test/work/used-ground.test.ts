import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeX, fillerBytes, type Layout } from "../../src/work/extranonce.ts";
import { ReissueTable } from "../../src/work/reissue-table.ts";
import { UsedGround } from "../../src/work/used-ground.ts";

const layouts: readonly Layout[] = [
  { e1Bytes: 1, e2Bytes: 3 },
  { e1Bytes: 2, e2Bytes: 2 },
  { e1Bytes: 1, e2Bytes: 2 },
  { e1Bytes: 4, e2Bytes: 4 },
  { e1Bytes: 2, e2Bytes: 4 },
];
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** What a rig was told to search: all that begins with `bytes`, at 61 values of ntime or, where it has a filler, at any. */
type Search = { bytes: string; from: number; to: number };

function searchOf(ground: UsedGround, free: number, step: { layout: Layout; x: number; ntime: number }): Search | null {
  const filler = fillerBytes(free, step.layout);
  const x = step.x % 256 ** step.layout.e1Bytes;
  const xHex = encodeX(x, step.layout.e1Bytes);
  if (filler < 0) return null;
  if (filler === 0) {
    const from = ground.takeBare(step.layout.e1Bytes, x, step.ntime);
    return from === null ? null : { bytes: xHex, from, to: from + ReissueTable.rollMaxS };
  }
  const prefix = ground.takePrefix(filler);
  return prefix === null ? null : { bytes: hex(prefix) + xHex, from: 0, to: Infinity };
}

function overlap(a: Search, b: Search): boolean {
  return (a.bytes.startsWith(b.bytes) || b.bytes.startsWith(a.bytes)) && a.from <= b.to && b.from <= a.to;
}

describe("UsedGround", () => {
  test("no two searches of one work overlap, whatever the layouts, the ntimes of the pool and the order", () => {
    const steps = fc.array(fc.record({ layout: fc.constantFrom(...layouts), x: fc.nat(5), ntime: fc.integer({ min: 1000, max: 1300 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 3, max: 12 }), steps, (start, free, all) => {
        const ground = new UsedGround(start);
        const searches = all.map((step) => searchOf(ground, free, step)).filter((search) => search !== null);
        const pair = searches.find((one, at) => searches.slice(0, at).some((other) => overlap(one, other)));
        expect(pair).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test("fillers, bare X of one byte and bare X of two exclude each other", () => {
    const fillers = new UsedGround(1);
    expect(fillers.takePrefix(1)).not.toBeNull();
    expect([fillers.takeBare(1, 0, 0), fillers.hasBare(1, 0, 0)]).toEqual([null, false]);
    const bare = new UsedGround(1);
    expect(bare.takeBare(1, 0, 0)).toBe(0);
    expect([bare.takeBare(2, 7, 0), bare.takePrefix(1), bare.takeBare(1, 7, 0)]).toEqual([null, null, 0]);
  });

  test("asking whether there is bare ground uses nothing", () => {
    const ground = new UsedGround(1);
    expect([ground.hasBare(1, 4, 100), ground.takeBare(1, 4, 100), ground.takeBare(1, 4, 100)]).toEqual([true, 100, 161]);
  });
});

describe("ReissueTable", () => {
  test("each issue of an X starts beyond what the one before may roll to", () => {
    const table = new ReissueTable();
    expect([table.issue(1, 1000), table.issue(1, 1000), table.issue(2, 1000), table.issue(1, 1000)]).toEqual([1000, 1061, 1000, 1122]);
  });

  test("a pool that sends the work again with an earlier or a later ntime gets ground that was not searched", () => {
    const table = new ReissueTable();
    expect([table.issue(1, 1000), table.issue(1, 950), table.issue(1, 1500), table.issue(1, 1530)]).toEqual([1000, 1061, 1500, 1561]);
  });

  test("stops where a rig could roll out of the pool's 7000 s", () => {
    const table = new ReissueTable();
    const starts: number[] = [];
    for (let start = table.issue(9, 0); start !== null; start = table.issue(9, 0)) starts.push(start);
    expect(starts.length).toBe(114);
    expect((starts.at(-1) ?? 0) + ReissueTable.rollMaxS).toBeLessThanOrEqual(7000);
    expect((starts.at(-1) ?? 0) + 61 + ReissueTable.rollMaxS).toBeGreaterThan(7000);
    expect([table.issue(9, 0), table.next(9, 0)]).toEqual([null, null]);
    expect(table.issue(8, 0)).toBe(0);
  });
});
