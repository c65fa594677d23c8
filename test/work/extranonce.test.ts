import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeX, fillerBytes, type Layout, PrefixAllocator, SlotTable, writeX } from "../../src/work/extranonce.ts";
import { ReissueTable } from "../../src/work/reissue-table.ts";

const layouts: readonly Layout[] = [
  { e1Bytes: 1, e2Bytes: 3 },
  { e1Bytes: 2, e2Bytes: 2 },
  { e1Bytes: 4, e2Bytes: 4 },
  { e1Bytes: 2, e2Bytes: 4 },
];
const start = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Takes until nothing is left; fails when that never happens. */
function takeAll(allocator: PrefixAllocator, length: number): string[] {
  const taken: string[] = [];
  for (let prefix = allocator.take(length); prefix !== null; prefix = allocator.take(length)) {
    taken.push(hex(prefix));
    if (taken.length > 70_000) throw new Error("never exhausted");
  }
  return taken;
}

/** Sorted, what begins with another stands right behind it. */
function repeatsOrBegins(prefixes: string[]): string | undefined {
  const sorted = prefixes.toSorted();
  return sorted.find((prefix, i) => i > 0 && prefix.startsWith(sorted[i - 1] ?? "never"));
}

describe("layout", () => {
  test("the filler is what the rig's part leaves", () => {
    expect(fillerBytes(8, { e1Bytes: 1, e2Bytes: 3 })).toBe(4);
    expect(fillerBytes(4, { e1Bytes: 1, e2Bytes: 3 })).toBe(0);
    expect(fillerBytes(3, { e1Bytes: 1, e2Bytes: 3 })).toBe(-1);
  });

  test("X in hex is X in bytes", () => {
    expect(encodeX(10, 1)).toBe("0a");
    expect(encodeX(0xdeadbeef, 4)).toBe("deadbeef");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), (bytes, seed) => {
        const x = seed % 256 ** bytes;
        const target = new Uint8Array(bytes + 2).fill(0xee);
        writeX(target, 1, x, bytes);
        expect(hex(target)).toBe(`ee${encodeX(x, bytes)}ee`);
      }),
    );
  });
});

describe("PrefixAllocator", () => {
  test("per job no P | X comes twice or begins another, whatever layouts and jobs", () => {
    const command = fc.oneof(
      { weight: 12, arbitrary: fc.record({ layout: fc.constantFrom(...layouts), x: fc.nat() }) },
      { weight: 1, arbitrary: fc.constant("new job" as const) },
    );
    fc.assert(
      fc.property(start, fc.integer({ min: 4, max: 16 }), fc.array(command, { maxLength: 400 }), (begin, free, commands) => {
        const allocator = new PrefixAllocator(begin);
        let job: string[] = [];
        for (const step of commands) {
          if (step === "new job") {
            allocator.newJob();
            job = [];
            continue;
          }
          const filler = fillerBytes(free, step.layout);
          const prefix = filler < 0 ? null : allocator.take(filler);
          if (prefix === null) continue;
          expect(prefix.length).toBe(filler);
          job.push(hex(prefix) + encodeX(step.x % 256 ** step.layout.e1Bytes, step.layout.e1Bytes));
        }
        expect(repeatsOrBegins(job)).toBeUndefined();
      }),
    );
  });

  test("layouts share a job of 5 free bytes until it is full, and a new job has room again", () => {
    fc.assert(
      fc.property(start, fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (begin, turns) => {
        const allocator = new PrefixAllocator(begin);
        const dealt = turns.map((short) => hex(allocator.take(short ? 1 : 2) ?? new Uint8Array(0)));
        const all = [...dealt, ...takeAll(allocator, 2), ...takeAll(allocator, 1)];
        expect(repeatsOrBegins(all)).toBeUndefined();
        const ofOne = all.filter((prefix) => prefix.length === 2).length;
        expect(all.length).toBe(ofOne + 256 * (256 - ofOne));
        allocator.newJob();
        expect(allocator.take(1)).not.toBeNull();
      }),
      { numRuns: 10 },
    );
  });

  test("steps over another length's first byte to the very next one", () => {
    const allocator = new PrefixAllocator(0x0507);
    for (let i = 0; i < 3; i++) allocator.take(1);
    expect(hex(allocator.take(2) ?? new Uint8Array())).toBe("0507");
    const other = new PrefixAllocator(0x0705);
    for (const first of ["05", "06", "07"]) expect(hex(other.take(1) ?? new Uint8Array())).toBe(first);
    expect(hex(other.take(2) ?? new Uint8Array())).toBe("0800");
    expect(takeAll(other, 2).length).toBe(253 * 256 - 1);
  });

  test("every filler of one and two bytes is dealt, from any start, before null", () => {
    for (const begin of [0, 255, 65_535, 123_456_789]) {
      expect(new Set(takeAll(new PrefixAllocator(begin), 1)).size).toBe(256);
      expect(new Set(takeAll(new PrefixAllocator(begin), 2)).size).toBe(65_536);
    }
  });

  test("a job that is used up stays so until the next, which goes on where it ended", () => {
    const allocator = new PrefixAllocator(7);
    expect(takeAll(allocator, 1)[0]).toBe("07");
    expect(allocator.take(1)).toBeNull();
    allocator.newJob();
    expect(allocator.take(1)).toEqual(Uint8Array.of(7));
    allocator.newJob();
    expect(allocator.take(1)).toEqual(Uint8Array.of(8));
  });

  test("a restart begins elsewhere", () => {
    expect(hex(new PrefixAllocator(0x123456789abc).take(4) ?? new Uint8Array())).toBe("56789abc");
    expect(hex(new PrefixAllocator(0x123456789abc).take(8) ?? new Uint8Array())).toBe("123456789abc0000");
  });

  test("no filler goes once a job and beside no other", () => {
    const allocator = new PrefixAllocator(1);
    expect(allocator.take(0)).toEqual(new Uint8Array(0));
    expect([allocator.take(0), allocator.take(2)]).toEqual([null, null]);
    allocator.newJob();
    expect(allocator.take(2)).not.toBeNull();
    expect(allocator.take(0)).toBeNull();
  });
});

describe("SlotTable", () => {
  test("deals all of a block before the next one", () => {
    const table = new SlotTable(1);
    const slots = Array.from({ length: 600 }, () => table.take());
    expect(slots.map(({ x }) => x)).toEqual(Array.from({ length: 600 }, (_, i) => i % 256));
    expect(slots.map(({ block }) => block)).toEqual(Array.from({ length: 600 }, (_, i) => Math.floor(i / 256)));
  });

  test("what was just given back comes last", () => {
    const table = new SlotTable(1);
    for (let i = 0; i < 10; i++) table.take();
    table.release(3, 0);
    expect(table.take()).toEqual({ x: 10, block: 0 });
    for (let i = 11; i < 256; i++) table.take();
    expect(table.take()).toEqual({ x: 3, block: 0 });
    expect(table.take()).toEqual({ x: 0, block: 1 });
  });

  test("never deals a slot that is held", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(400), { freq: 3 }), { maxLength: 900 }), (steps) => {
        const table = new SlotTable(1);
        const held = new Map<string, { x: number; block: number }>();
        for (const release of steps) {
          const slot = release === null ? undefined : [...held.values()][release];
          if (slot) {
            table.release(slot.x, slot.block);
            held.delete(`${slot.x}/${slot.block}`);
            continue;
          }
          const taken = table.take();
          expect(held.has(`${taken.x}/${taken.block}`)).toBe(false);
          held.set(`${taken.x}/${taken.block}`, taken);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("four bytes of X cost no memory for the free ones, and releasing the unheld is harmless", () => {
    const table = new SlotTable(4);
    table.release(5, 9);
    expect([table.take(), table.take()]).toEqual([
      { x: 0, block: 0 },
      { x: 1, block: 0 },
    ]);
  });
});

describe("ReissueTable", () => {
  test("each issue of an X starts beyond what the one before may roll to", () => {
    const table = new ReissueTable();
    expect([table.issue(1), table.issue(1), table.issue(2), table.issue(1)]).toEqual([0, 61, 0, 122]);
    table.newJob();
    expect(table.issue(1)).toBe(0);
  });

  test("stops where a rig could roll out of the pool's 7000 s", () => {
    const table = new ReissueTable();
    const offsets: number[] = [];
    for (let offset = table.issue(9); offset !== null; offset = table.issue(9)) offsets.push(offset);
    expect(offsets.length).toBe(114);
    expect((offsets.at(-1) ?? 0) + ReissueTable.rollMaxS).toBeLessThanOrEqual(7000);
    expect((offsets.at(-1) ?? 0) + 61 + ReissueTable.rollMaxS).toBeGreaterThan(7000);
    expect(table.issue(9)).toBeNull();
    expect(table.issue(8)).toBe(0);
  });
});
