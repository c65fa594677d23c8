import type { PlannedRig } from "./planned-rig.ts";

const blockRigsMax = 192;

/** Rigs in rising order of a hashrate, then of their numbers: one order whatever came first. A rig's key must not change while it is in. */
export class RigList {
  readonly #key: "h" | "nominalHps";
  /** None is empty. */
  readonly #blocks: PlannedRig[][] = [];
  size = 0;

  constructor(key: "h" | "nominalHps") {
    this.#key = key;
  }

  add(rig: PlannedRig): void {
    this.size++;
    if (this.#blocks.length === 0) {
      this.#blocks.push([rig]);
      return;
    }
    const at = Math.min(this.#blockOf(rig[this.#key], rig.no), this.#blocks.length - 1);
    const block = this.#blocks[at] ?? [];
    const place = this.#placeIn(block, rig[this.#key], rig.no);
    if (place === block.length) block.push(rig);
    else block.splice(place, 0, rig);
    if (block.length > blockRigsMax) this.#blocks.splice(at + 1, 0, block.splice(blockRigsMax >> 1));
  }

  remove(rig: PlannedRig): void {
    const at = this.#blockOf(rig[this.#key], rig.no);
    const block = this.#blocks[at] ?? [];
    const place = this.#placeIn(block, rig[this.#key], rig.no);
    if (block[place] !== rig) throw new Error(`rig ${rig.no} is not in the list`);
    this.size--;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The first with at least `key`. */
  ceil(key: number): PlannedRig | null {
    const block = this.#blocks[this.#blockOf(key, 0)];
    return block?.[this.#placeIn(block, key, 0)] ?? null;
  }

  /** The last with at most `key`. */
  floor(key: number): PlannedRig | null {
    const at = this.#blockOf(key, Number.POSITIVE_INFINITY);
    const block = this.#blocks[at];
    const place = block === undefined ? 0 : this.#placeIn(block, key, Number.POSITIVE_INFINITY);
    return (place > 0 ? block?.[place - 1] : this.#blocks[at - 1]?.at(-1)) ?? null;
  }

  /** Goes up from `key` until `visit` says true. */
  scan(key: number, visit: (rig: PlannedRig) => boolean): void {
    let at = this.#blockOf(key, 0);
    let place = this.#placeIn(this.#blocks[at] ?? [], key, 0);
    for (let block = this.#blocks[at]; block !== undefined; block = this.#blocks[++at], place = 0) {
      for (; place < block.length; place++) {
        const rig = block[place];
        if (rig !== undefined && visit(rig)) return;
      }
    }
  }

  all(): PlannedRig[] {
    return this.#blocks.flat();
  }

  /** Index of the first block that ends at or above (key, no). */
  #blockOf(key: number, no: number): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.#blocks[middle]?.at(-1);
      if (last !== undefined && (last[this.#key] < key || (last[this.#key] === key && last.no < no))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placeIn(block: readonly PlannedRig[], key: number, no: number): number {
    let low = 0;
    let high = block.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const rig = block[middle];
      if (rig !== undefined && (rig[this.#key] < key || (rig[this.#key] === key && rig.no < no))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
