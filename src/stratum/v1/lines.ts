const newline = 0x0a;

/** Told of one line: `bytes[start..end)` without newline and carriage return, valid only during the call. Must not throw. */
export type OnLine = (bytes: Buffer, start: number, end: number) => void;

/**
 * Cuts a stream of bytes into lines before anything becomes text, so that a letter of two bytes may arrive in two packets.
 * Lines that lie whole in a chunk are not copied; what is left of a chunk is held only until its line is complete,
 * so an idle connection holds nothing.
 */
export class LineCutter {
  readonly #lineBytesMax: number;
  #held: Buffer | null = null;
  #heldBytes = 0;
  #state: "cutting" | "stopped" | "too-long" = "cutting";

  /** @param lineBytesMax longest line accepted, without its newline */
  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** Bytes of the line that is not complete yet. */
  get pendingBytes(): number {
    return this.#heldBytes;
  }

  /** No further line is given out, not even from the chunk at hand. For a session that closes in the middle of one. */
  stop(): void {
    if (this.#state === "cutting") this.#state = "stopped";
    this.#drop();
  }

  /** Takes a chunk; false when a line is longer than allowed: the connection is then to be closed. */
  push(chunk: Uint8Array, onLine: OnLine): boolean {
    if (this.#state !== "cutting") return !this.#isTooLong;
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let start = 0;
    if (this.#heldBytes > 0) {
      start = this.#completeHeld(bytes, onLine);
      if (start < 0) return !this.#isTooLong;
    }
    for (;;) {
      if (this.#state !== "cutting") return !this.#isTooLong;
      const end = start < bytes.length ? bytes.indexOf(newline, start) : -1;
      if (end < 0) break;
      if (end - start > this.#lineBytesMax) return this.#tooLong();
      giveLine(bytes, start, end, onLine);
      start = end + 1;
    }
    return start >= bytes.length || this.#hold(bytes, start, bytes.length);
  }

  /** Ends the held line with the head of `bytes`; the index after it, or -1 when it goes on or is too long. */
  #completeHeld(bytes: Buffer, onLine: OnLine): number {
    const end = bytes.indexOf(newline, 0);
    if (!this.#hold(bytes, 0, end < 0 ? bytes.length : end) || end < 0) return -1;
    const line = this.#held ?? bytes;
    const lineBytes = this.#heldBytes;
    this.#drop();
    giveLine(line, 0, lineBytes, onLine);
    return end + 1;
  }

  /** Copies, so that a small rest does not keep a large chunk alive; doubles, so that many small chunks stay cheap. */
  #hold(bytes: Buffer, start: number, end: number): boolean {
    const needed = this.#heldBytes + end - start;
    if (needed > this.#lineBytesMax) return this.#tooLong();
    if (this.#held === null || this.#held.length < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, 2 * this.#heldBytes), this.#lineBytesMax));
      this.#held?.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = needed;
    return true;
  }

  get #isTooLong(): boolean {
    return this.#state === "too-long";
  }

  #tooLong(): false {
    this.#state = "too-long";
    this.#drop();
    return false;
  }

  #drop(): void {
    this.#held = null;
    this.#heldBytes = 0;
  }
}

function giveLine(bytes: Buffer, start: number, lineEnd: number, onLine: OnLine): void {
  let end = lineEnd;
  while (end > start && isBlank(bytes[end - 1])) end--;
  if (end > start) onLine(bytes, start, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x20 || byte === 0x09;
}
