import type { RatesByNo } from "./answers.ts";

/**
 * Rates as the few arrays that they come in. A map of ten thousand lists, made anew every few seconds, holds the event loop up for 4 ms (8 where memory comes
 * slowly), these for less than one.
 */
export class RateTable implements RatesByNo {
  readonly #nos: Float64Array;
  /** Of each window, in the order of `nos`; null = no data. */
  readonly #columns: readonly (Float64Array | null)[];
  /** Where a number is, counted from 1; 0 = nowhere. */
  readonly #places: Int32Array;

  /** Numbers are whole and not below 0, each there once. */
  constructor(nos: Float64Array, columns: readonly (Float64Array | null)[]) {
    this.#nos = nos;
    this.#columns = columns;
    let last = -1;
    for (let at = 0; at < nos.length; at++) last = Math.max(last, nos[at] as number);
    this.#places = new Int32Array(last + 1);
    for (let at = 0; at < nos.length; at++) this.#places[nos[at] as number] = at + 1;
  }

  get size(): number {
    return this.#nos.length;
  }

  has(no: number): boolean {
    return (this.#places[no] ?? 0) > 0;
  }

  get(no: number): readonly (number | null)[] | undefined {
    const place = this.#places[no] ?? 0;
    return place === 0 ? undefined : this.#at(place - 1);
  }

  *keys(): MapIterator<number> {
    yield* this.#nos;
  }

  *values(): MapIterator<readonly (number | null)[]> {
    for (let at = 0; at < this.size; at++) yield this.#at(at);
  }

  *entries(): MapIterator<[number, readonly (number | null)[]]> {
    for (let at = 0; at < this.size; at++) yield [this.#nos[at] as number, this.#at(at)];
  }

  [Symbol.iterator](): MapIterator<[number, readonly (number | null)[]]> {
    return this.entries();
  }

  forEach(callback: (rates: readonly (number | null)[], no: number, table: RatesByNo) => void): void {
    for (const [no, rates] of this) callback(rates, no, this);
  }

  #at(at: number): (number | null)[] {
    return this.#columns.map((column) => (column === null ? null : (column[at] as number)));
  }
}
