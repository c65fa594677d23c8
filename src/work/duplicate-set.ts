const slotsAtFirst = 64;
const migratedPerAdd = 4;

/**
 * The header hashes seen so far, to tell a share that came before. Two words of a hash (64 bits) stand for it: among a million shares
 * the odds that two differing ones agree are 1 in 40 million. Open addressing in typed arrays, 12 to 24 bytes a share. It grows bit by bit,
 * a few slots with each `add`, so that a table of millions never stops the event loop.
 */
export class DuplicateSet {
  #table: Uint32Array = new Uint32Array(0);
  #mask = -1;
  #count = 0;
  #limit = 0;
  #old: Uint32Array | null = null;
  #oldMask = 0;
  #migrated = 0;

  get size(): number {
    return this.#count;
  }

  /** True when the hash is new and now remembered, false when it was seen. Hot. */
  add(hash: Uint32Array): boolean {
    const low = hash[0] as number;
    // (0, 0) marks an empty slot, so a hash that ends in 64 zero bits is kept as (0, 1).
    const high = low === 0 && hash[1] === 0 ? 1 : (hash[1] as number);
    // Before the look into the old table: this very add may make the current one old.
    if (this.#count >= this.#limit) this.#grow();
    if (this.#old !== null) {
      if (has(this.#old, this.#oldMask, low, high)) return false;
      this.#migrate(this.#old);
    }
    if (!insert(this.#table, this.#mask, low, high)) return false;
    this.#count++;
    return true;
  }

  /** Forgets everything and gives the memory back. */
  clear(): void {
    this.#table = new Uint32Array(0);
    this.#mask = -1;
    this.#count = 0;
    this.#limit = 0;
    this.#old = null;
  }

  #grow(): void {
    const slots = this.#mask < 0 ? slotsAtFirst : 2 * (this.#mask + 1);
    if (this.#count > 0) {
      this.#old = this.#table;
      this.#oldMask = this.#mask;
      this.#migrated = 0;
    }
    this.#table = new Uint32Array(2 * slots);
    this.#mask = slots - 1;
    this.#limit = Math.floor((slots * 2) / 3);
  }

  /** Two thirds of a table are moved well before twice its size is two thirds full: 4 slots an add are more than the 1.5 that it takes. */
  #migrate(old: Uint32Array): void {
    const end = Math.min(this.#migrated + migratedPerAdd, this.#oldMask + 1);
    for (let slot = this.#migrated; slot < end; slot++) {
      const low = old[2 * slot] as number;
      const high = old[2 * slot + 1] as number;
      if (low !== 0 || high !== 0) insert(this.#table, this.#mask, low, high);
    }
    this.#migrated = end;
    if (end > this.#oldMask) this.#old = null;
  }
}

function has(table: Uint32Array, mask: number, low: number, high: number): boolean {
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const seenLow = table[2 * slot] as number;
    const seenHigh = table[2 * slot + 1] as number;
    if (seenLow === low && seenHigh === high) return true;
    if (seenLow === 0 && seenHigh === 0) return false;
  }
}

function insert(table: Uint32Array, mask: number, low: number, high: number): boolean {
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const seenLow = table[2 * slot] as number;
    const seenHigh = table[2 * slot + 1] as number;
    if (seenLow === low && seenHigh === high) return false;
    if (seenLow !== 0 || seenHigh !== 0) continue;
    table[2 * slot] = low;
    table[2 * slot + 1] = high;
    return true;
  }
}
