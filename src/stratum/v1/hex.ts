/** Value of an ASCII hex digit (either case) by its code, 255 for anything else. */
export const hexDigit: Uint8Array = makeDigitTable();

/** Two lower-case digits per byte value. */
const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

/** The same two digits as ASCII codes, for patching bytes in place: [2 * value] and [2 * value + 1]. */
export const hexCodes: Uint8Array = Uint8Array.from(hexOfByte.join(""), (digit) => digit.charCodeAt(0));

function makeDigitTable(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16);
    table[digit.charCodeAt(0)] = value;
    table[digit.toUpperCase().charCodeAt(0)] = value;
  }
  return table;
}

function digitAt(text: string, index: number): number {
  return hexDigit[text.charCodeAt(index)] ?? 255;
}

/** True when `text` is nothing but hex digits (an empty text is). */
export function isHex(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (digitAt(text, index) === 255) return false;
  return true;
}

/** A 32-bit unsigned number from 1..8 hex digits, unpadded as NerdMiner and public-pool send them; -1 for anything else. */
export function hexToUint32(text: string): number {
  if (text.length === 0 || text.length > 8) return -1;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = digitAt(text, index);
    if (digit === 255) return -1;
    value = (value << 4) | digit;
  }
  return value >>> 0;
}

/** Eight lower-case digits of a 32-bit number, most significant first, as every number field goes on the wire. */
export function uint32ToHex(value: number): string {
  const first = hexOfByte[(value >>> 24) & 255] ?? "";
  const second = hexOfByte[(value >>> 16) & 255] ?? "";
  return first + second + (hexOfByte[(value >>> 8) & 255] ?? "") + (hexOfByte[value & 255] ?? "");
}

/**
 * Writes the bytes of `hex` into `target` from `offset`. False, with `target` in part overwritten, when a digit is not
 * hex, their count is odd, or they do not fit.
 */
export function hexInto(target: Uint8Array, offset: number, hex: string): boolean {
  const { length } = hex;
  if ((length & 1) !== 0 || offset < 0 || offset + (length >>> 1) > target.length) return false;
  for (let index = 0, to = offset; index < length; index += 2, to++) {
    const high = digitAt(hex, index);
    const low = digitAt(hex, index + 1);
    if (high === 255 || low === 255) return false;
    target[to] = (high << 4) | low;
  }
  return true;
}

/** The bytes of a hex text, or null when it is not whole bytes of hex. */
export function bytesOfHex(hex: string): Uint8Array | null {
  if ((hex.length & 1) !== 0) return null;
  // Buffer stops silently at the first digit it does not know, so the length is the proof.
  const bytes = Buffer.from(hex, "hex");
  return bytes.length === hex.length >>> 1 ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : null;
}

/** Lower-case hex of bytes. */
export function hexOfBytes(bytes: Uint8Array): string {
  let text = "";
  if (bytes.length > 16) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  for (const value of bytes) text += hexOfByte[value] ?? "";
  return text;
}
