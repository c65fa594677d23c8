import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeX, fillerBytes, layoutLike, PrefixAllocator, SlotTable, writeX } from "../../src/work/extranonce.ts";

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

  test("a rig that sends one length whatever it is told gets what there is room for, and is asked for no more when nothing helps", () => {
    for (let free = 3; free <= 16; free++) {
      for (let sent = 1; sent <= 16; sent++) {
        const given: number[] = [];
        for (
          let layout = layoutLike(sent, { e1Bytes: 1, e2Bytes: 3 }, free);
          layout !== null && layout.e2Bytes !== sent;
          layout = layoutLike(sent, layout, free)
        ) {
          expect(layout.e1Bytes + layout.e2Bytes).toBeLessThanOrEqual(free);
          given.push(layout.e2Bytes);
          expect([free, sent, new Set(given).size]).toEqual([free, sent, given.length]);
        }
      }
    }
    expect(layoutLike(4, { e1Bytes: 1, e2Bytes: 3 }, 8)).toEqual({ e1Bytes: 1, e2Bytes: 4 });
    expect(layoutLike(4, { e1Bytes: 1, e2Bytes: 3 }, 4)).toEqual({ e1Bytes: 2, e2Bytes: 2 });
    expect(layoutLike(4, { e1Bytes: 2, e2Bytes: 2 }, 4)).toBeNull();
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
  test("layouts share a work of 5 free bytes until it is full", () => {
    fc.assert(
      fc.property(start, fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (begin, turns) => {
        const allocator = new PrefixAllocator(begin);
        const dealt = turns.map((short) => hex(allocator.take(short ? 1 : 2) ?? new Uint8Array(0)));
        const all = [...dealt, ...takeAll(allocator, 2), ...takeAll(allocator, 1)];
        expect(repeatsOrBegins(all)).toBeUndefined();
        const ofOne = all.filter((prefix) => prefix.length === 2).length;
        expect(all.length).toBe(ofOne + 256 * (256 - ofOne));
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

  test("a restart begins elsewhere", () => {
    expect(hex(new PrefixAllocator(0x123456789abc).take(4) ?? new Uint8Array())).toBe("56789abc");
    expect(hex(new PrefixAllocator(0x123456789abc).take(8) ?? new Uint8Array())).toBe("123456789abc0000");
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
