import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LineCutter } from "../../src/stratum/v1/lines.ts";
import { readChunks, textOf } from "./support.ts";

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...places].map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...sorted].map((from, index) => Buffer.from(bytes.subarray(from, sorted[index] ?? bytes.length)));
}

describe("lines", () => {
  test("any cutting of any bytes gives the same lines", () => {
    const bytes = fc.array(fc.oneof(fc.constant(10), fc.constant(13), fc.constant(32), fc.integer({ min: 0, max: 255 })), { maxLength: 300 });
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(400), { maxLength: 20 }), (values, places) => {
        const whole = Buffer.from(values);
        expect(readChunks(cut(whole, places), textOf)).toEqual(readChunks([whole], textOf));
      }),
      { numRuns: 500 },
    );
  });

  test("carriage returns and blanks at the end are cut off, empty lines left out, many lines come from one packet", () => {
    expect(readChunks([Buffer.from('{"a":1}\r\n\n\r\n  \n {"b":2} \t\r\n{"c"')], textOf)).toEqual(['{"a":1}', ' {"b":2}']);
  });

  test("a letter of two bytes may come in two packets", () => {
    const bytes = Buffer.from("é\n");
    expect(readChunks([bytes.subarray(0, 1), bytes.subarray(1)], (from, start, end) => from.toString("utf8", start, end))).toEqual(["é"]);
  });

  test("lines that lie whole in a chunk are not copied", () => {
    const chunk = Buffer.from("first\nsecond\n");
    expect(readChunks([chunk], (bytes) => bytes === chunk)).toEqual([true, true]);
  });

  test("a chunk that is no Buffer is taken as well", () => {
    expect(readChunks([new TextEncoder().encode("ab\nc"), new TextEncoder().encode("d\n")], textOf)).toEqual(["ab", "cd"]);
  });

  test("holds the rest of a line and nothing when there is none", () => {
    const cutter = new LineCutter(100);
    cutter.push(Buffer.from("one\ntw"), () => {});
    expect(cutter.pendingBytes).toBe(2);
    cutter.push(Buffer.from("o\n"), () => {});
    expect(cutter.pendingBytes).toBe(0);
  });

  test("keeps its own copy of the rest, as sockets reuse their buffers", () => {
    const lines: string[] = [];
    const cutter = new LineCutter(100);
    const chunk = Buffer.from("abc");
    cutter.push(chunk, () => {});
    chunk.fill(0x7a);
    cutter.push(Buffer.from("\n"), (bytes, start, end) => lines.push(textOf(bytes, start, end)));
    expect(lines).toEqual(["abc"]);
  });

  for (const chunks of [["12345\n"], ["1234", "5\n"], ["12345"], ["ok\n", "1", "2", "3", "4", "5"], ["ok\n12345"]]) {
    test(`a line over the limit is refused, for good: ${JSON.stringify(chunks)}`, () => {
      const cutter = new LineCutter(4);
      const given = chunks.map((chunk) => cutter.push(Buffer.from(chunk), () => {}));
      expect(given.at(-1)).toBe(false);
      expect(cutter.push(Buffer.from("a\n"), () => {})).toBe(false);
      expect(cutter.pendingBytes).toBe(0);
    });
  }

  test("a line of exactly the limit passes, whole and in bytes", () => {
    expect(new LineCutter(4).push(Buffer.from("1234\n1234"), () => {})).toBe(true);
    const cutter = new LineCutter(4);
    let lines = 0;
    for (const byte of "1234\n1234\n") expect(cutter.push(Buffer.from(byte), () => lines++)).toBe(true);
    expect(lines).toBe(2);
  });

  test("after stop nothing more is given out, not even from the same chunk", () => {
    const lines: string[] = [];
    const cutter = new LineCutter(100);
    const stopAtFirst = (bytes: Buffer, start: number, end: number) => {
      lines.push(textOf(bytes, start, end));
      cutter.stop();
    };
    cutter.push(Buffer.from("a"), stopAtFirst);
    expect(cutter.push(Buffer.from("b\nc\nd"), stopAtFirst)).toBe(true);
    expect(cutter.push(Buffer.from("e\n"), stopAtFirst)).toBe(true);
    expect(lines).toEqual(["ab"]);
    expect(cutter.pendingBytes).toBe(0);
  });

  test("a long line in small packets costs few copies", () => {
    const cutter = new LineCutter(1024 * 1024);
    const packet = Buffer.alloc(1000, 0x61);
    let bytes = 0;
    for (let index = 0; index < 1000; index++) cutter.push(packet, () => {});
    cutter.push(Buffer.from("\n"), (_bytes, start, end) => {
      bytes = end - start;
    });
    expect(bytes).toBe(1_000_000);
  });
});
