import { oneOf } from "./seeded.ts";

const pieces = [
  '"',
  "\\",
  "[",
  "]",
  "{",
  "}",
  ",",
  "null",
  "true",
  "-1",
  "1e999",
  "NaN",
  '"__proto__":',
  "\u0000",
  "é",
  "0".repeat(33),
  "\n",
  "\r\n",
  "99999999999999999999",
];

/** The line with one to four changes: a byte flipped, dropped or put in, a piece put in, the end cut off or another line's joined on. */
export function spoiled(random: () => number, line: string, other: string): Buffer {
  let bytes = Buffer.from(line);
  const below = (count: number) => Math.floor(random() * count);
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const ways = [
      () => Buffer.concat([bytes.subarray(0, at), Buffer.of(below(256)), bytes.subarray(at + 1)]),
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(8))]),
      () => Buffer.concat([bytes.subarray(0, at), Buffer.from(oneOf(random, pieces)), bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, at), Buffer.from(other).subarray(below(other.length))]),
      () => bytes.subarray(0, at),
    ];
    bytes = oneOf(random, ways)();
  }
  return bytes;
}
