import { encode } from "uqr";
import type { QrModules } from "../../views/parts/qr-code.tsx";

/** One mask for all: to try all eight takes one to three milliseconds more, and every reader knows each of them. */
const style = Object.freeze({ border: 0, maskPattern: 2 });
const utf8 = new TextEncoder();

function drawn(bytes: Uint8Array): QrModules {
  const { data } = encode([...bytes], style);
  const size = data.length;
  const bits = new Uint32Array(Math.ceil((size * size) / 32));
  data.forEach((row, y) => {
    row.forEach((isDark, x) => {
      const at = y * size + x;
      if (isDark) bits[at >> 5] = (bits[at >> 5] ?? 0) | (1 << (at & 31));
    });
  });
  return { size, bits };
}

function flip(bits: Uint32Array, by: Uint32Array): void {
  for (let at = 0; at < bits.length; at++) bits[at] = (bits[at] ?? 0) ^ (by[at] ?? 0);
}

/** The QR code of one text, as bytes. */
export function qrCodeOf(text: string): QrModules {
  return drawn(utf8.encode(text));
}

/**
 * QR codes of many texts of one length, such as the addresses of rigs. Their modules are linear in the bits of the text (Reed-Solomon and the mask are),
 * so each is the code of the first text with what every other bit changes: microseconds, where the library takes a quarter of a millisecond.
 */
export class QrCodes {
  /** Of the last length of a text that was asked for; texts of another length begin anew. */
  #first: { bytes: Uint8Array; code: QrModules } | null = null;
  /** What a bit of the text changes, by its place in the text. */
  readonly #changes = new Map<number, Uint32Array>();

  of(text: string): QrModules {
    const bytes = utf8.encode(text);
    if (this.#first?.bytes.length !== bytes.length) {
      this.#first = { bytes, code: drawn(bytes) };
      this.#changes.clear();
    }
    const { bytes: first, code } = this.#first;
    const bits = code.bits.slice();
    for (const [at, byte] of bytes.entries()) {
      const other = byte ^ (first[at] ?? 0);
      for (let bit = 0; other >> bit > 0; bit++) if (((other >> bit) & 1) === 1) flip(bits, this.#changeOf(first, code.bits, at * 8 + bit));
    }
    return { size: code.size, bits };
  }

  #changeOf(first: Uint8Array, code: Uint32Array, bit: number): Uint32Array {
    const known = this.#changes.get(bit);
    if (known !== undefined) return known;
    const bytes = first.slice();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const change = drawn(bytes).bits;
    flip(change, code);
    this.#changes.set(bit, change);
    return change;
  }
}
