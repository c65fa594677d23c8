import { PrefixAllocator } from "./extranonce.ts";
import { ReissueTable } from "./reissue-table.ts";

/**
 * What of one work has been handed out, wherever one and the same header would come of the same bytes: under one extranonce1 of one pool.
 * Fillers `P` are dealt once each. A rig beside which there is no room for `P` searches bare: the whole of its `X`, of which an ntime is dealt once.
 * A bare `X` begins fillers and longer `X` alike, so a work is dealt in one of these ways until the pool sends another.
 */
export class UsedGround {
  readonly #prefixes: PrefixAllocator;
  readonly #reissues = new ReissueTable();
  /** Bytes of the bare `X` dealt so far; `fillers` and `nothing` as they say. */
  #dealt: number | "nothing" | "fillers" = "nothing";

  /** `start`: where fillers begin, an integer 0..2^48 - 1. */
  constructor(start: number) {
    this.#prefixes = new PrefixAllocator(start);
  }

  /** The next `P` of `fillerLength` bytes (1..15), or null: wait for the pool's next work. `reserve`: the part of all, 0..1, that is left to others. */
  takePrefix(fillerLength: number, reserve = 0): Uint8Array | null {
    if (this.#dealt !== "nothing" && this.#dealt !== "fillers") return null;
    const prefix = this.#prefixes.take(fillerLength, reserve);
    if (prefix !== null) this.#dealt = "fillers";
    return prefix;
  }

  /** The ntime from which the rig with this bare `x` of `e1Bytes` bytes may search for `ReissueTable.rollMaxS`, or null: wait for the pool's next work. */
  takeBare(e1Bytes: number, x: number, ntime: number): number | null {
    if (!this.hasBare(e1Bytes, x, ntime)) return null;
    this.#dealt = e1Bytes;
    return this.#reissues.issue(x, ntime);
  }

  /** Whether `takeBare` would give something. */
  hasBare(e1Bytes: number, x: number, ntime: number): boolean {
    return (this.#dealt === "nothing" || this.#dealt === e1Bytes) && this.#reissues.next(x, ntime) !== null;
  }
}
