/** The rig's side of the coinbase: extranonce1 `X` (1..4 bytes) and the bytes of extranonce2 that the rig rolls. Fixed for a session. */
export type Layout = { e1Bytes: number; e2Bytes: number };

/** Bytes of `P`: what is left of the pool's `free` bytes beside the rig's own. Negative = the layout does not fit this pool. */
export function fillerBytes(free: number, layout: Layout): number {
  return free - layout.e1Bytes - layout.e2Bytes;
}

/** For a pool whose `free` bytes are too few: the same extranonce1 and a shorter extranonce2, else both shorter; null where there is none that miners take. */
export function shortened({ e1Bytes }: Layout, free: number): Layout | null {
  // cgminer takes nothing below 2 bytes.
  if (free - e1Bytes >= 2) return { e1Bytes, e2Bytes: free - e1Bytes };
  return free >= 3 ? { e1Bytes: 1, e2Bytes: free - 1 } : null;
}

/**
 * The layout for a rig that was given `given` and sends `e2Bytes` bytes: those if the pool's `free` bytes have room, else 4 or then 2, which
 * such firmware falls back to; null where there is none, or it has been through them.
 */
export function layoutLike(e2Bytes: number, given: Layout, free: number): Layout | null {
  // A rig that does not take 2 has been given 4 before: it would go round for ever.
  const others = given.e2Bytes === 2 ? [] : [4, 2];
  const fits = [e2Bytes, ...others].find((bytes) => bytes >= 2 && bytes <= 8 && bytes < free && bytes !== given.e2Bytes);
  if (fits === undefined) return null;
  // Firmware that takes no more may also leave them as they are; then only the extranonce1 tells it apart.
  return { e1Bytes: fits === 2 && free >= 4 ? 2 : 1, e2Bytes: fits };
}

const hexOf = (x: number, bytes: number): string => x.toString(16).padStart(2 * bytes, "0");
/** Of one byte, the usual length, so that no rig needs a string of its own. */
const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, x) => hexOf(x, 1));

/** The number `x` as `bytes` big-endian bytes in lower-case hex, as `mining.subscribe` tells it. */
export function encodeX(x: number, bytes: number): string {
  return (bytes === 1 ? hexOfByte[x] : undefined) ?? hexOf(x, bytes);
}

/** The same bytes into `target` at `offset`. */
export function writeX(target: Uint8Array, offset: number, x: number, bytes: number): void {
  let rest = x;
  for (let i = bytes - 1; i >= 0; i--) {
    target[offset + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** Six bytes of counter are beyond what any job can use up, and exact in a double; longer fillers end in zeros. */
const counterBytesMax = 6;
const noFiller = 0;

/** The takes of one filler length: `P` counts up from `base`; `visited` of all the positions are used up or another's. */
type Sequence = { counterBytes: number; positions: number; base: number; visited: number };

/**
 * Deals the fillers `P` of one work under one extranonce1 of a pool.
 * No `P` comes twice, and none is the beginning of another: fillers of one length are a counter, and those of another
 * length never begin with the same byte. So with any layout no `P | X` repeats or begins another, and no two rigs search the same ground.
 */
export class PrefixAllocator {
  readonly #start: number;
  readonly #sequences = new Map<number, Sequence>();
  /** Which filler length a first byte belongs to; `noFiller` = nobody's yet. */
  readonly #owners = new Uint8Array(256);

  /** `start`: where the counters begin, an integer 0..2^48 - 1; random per process, so that a restart repeats no work. */
  constructor(start: number) {
    this.#start = start;
  }

  /** The next `P` of `fillerLength` bytes (1..15), or null when this work has none left; `reserve`: the part of all, 0..1, that is left to others. */
  take(fillerLength: number, reserve = 0): Uint8Array | null {
    const sequence = this.#sequence(fillerLength);
    if (sequence.visited >= sequence.positions * (1 - reserve)) return null;
    const value = this.#nextValue(sequence, fillerLength);
    if (value === null) return null;
    const prefix = new Uint8Array(fillerLength);
    writeX(prefix, 0, value, sequence.counterBytes);
    return prefix;
  }

  #sequence(fillerLength: number): Sequence {
    const known = this.#sequences.get(fillerLength);
    if (known) return known;
    const counterBytes = Math.min(fillerLength, counterBytesMax);
    const positions = 256 ** counterBytes;
    const made = { counterBytes, positions, base: this.#start % positions, visited: 0 };
    this.#sequences.set(fillerLength, made);
    return made;
  }

  #nextValue(sequence: Sequence, fillerLength: number): number | null {
    const perFirstByte = sequence.positions / 256;
    while (sequence.visited < sequence.positions) {
      const value = (sequence.base + sequence.visited) % sequence.positions;
      const first = Math.floor(value / perFirstByte);
      const owner = this.#owners[first];
      if (owner === noFiller || owner === fillerLength) {
        this.#owners[first] = fillerLength;
        sequence.visited++;
        return value;
      }
      sequence.visited += perFirstByte - (value % perFirstByte);
    }
    return null;
  }
}

/** A place for a rig: `x` is its extranonce1, `block` tells apart the rigs that carry the same one. */
export type Slot = { x: number; block: number };

type Block = { used: Set<number>; next: number };

/**
 * Deals extranonce1 values round-robin, so that one which just became free is the last to come again, and fills a block
 * before it opens the next: as few rigs as possible share an `X`. The number of blocks is how many sessions a pool without room for `P` needs.
 */
export class SlotTable {
  readonly #values: number;
  readonly #blocks: Block[] = [];

  /** `e1Bytes`: 1..4. */
  constructor(e1Bytes: number) {
    this.#values = 256 ** e1Bytes;
  }

  take(): Slot {
    let block = this.#blocks.findIndex((candidate) => candidate.used.size < this.#values);
    if (block < 0) block = this.#blocks.push({ used: new Set(), next: 0 }) - 1;
    return { x: this.#takeIn(this.#blocks[block] as Block), block };
  }

  /** Gives a slot back; one that nobody holds is ignored. */
  release(x: number, block: number): void {
    this.#blocks[block]?.used.delete(x);
  }

  #takeIn(block: Block): number {
    let x = block.next;
    while (block.used.has(x)) x = (x + 1) % this.#values;
    block.used.add(x);
    block.next = (x + 1) % this.#values;
    return x;
  }
}
