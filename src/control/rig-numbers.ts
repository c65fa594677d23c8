import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** Of one block; the ledger's `blockRigs`, which a test holds equal. */
export const blockNumbers = 256;

/**
 * Deals the numbers of new rigs in blocks, each one fleet's alone as long as no rig changes its fleet: the ledger also counts the rigs of a block together, and a
 * fleet that has all of a block is answered from that a hundred times faster than from its rigs one by one.
 */
export class RigNumbers {
  readonly #lastOf: Statement<{ no: number }, SqlValue[]>;
  readonly #taken: Statement<{ no: number }, SqlValue[]>;
  readonly #greatest: Statement<{ no: number }, SqlValue[]>;
  readonly #strangers: Statement<{ no: number }, SqlValue[]>;
  /** The last of each fleet, and of all. A transaction that is rolled back leaves numbers unused, which harms nothing. */
  readonly #dealt = new Map<number, number>();
  #greatestDealt = 0;
  /** The fleet that numbers of a block are dealt to. */
  readonly #fleetOfBlock = new Map<number, number>();

  constructor({ sql }: ControlDatabase) {
    this.#lastOf = sql.prepare("SELECT no FROM rigs WHERE fleet_no = ? ORDER BY no DESC LIMIT 1");
    this.#taken = sql.prepare("SELECT no FROM rigs WHERE no = ?");
    this.#greatest = sql.prepare("SELECT max(no) AS no FROM rigs");
    this.#strangers = sql.prepare("SELECT no FROM rigs WHERE no BETWEEN ? AND ? AND fleet_no <> ? LIMIT 1");
  }

  /** A number that no rig ever had, for a rig of this fleet. */
  next(fleetNo: number): number {
    const following = (this.#dealt.get(fleetNo) ?? this.#lastOf.get(fleetNo)?.no ?? -1) + 1;
    const no = this.#goesOn(fleetNo, following) ? following : this.#ofNewBlock();
    this.#fleetOfBlock.set(blockOf(no), fleetNo);
    this.#dealt.set(fleetNo, no);
    this.#greatestDealt = Math.max(this.#greatestDealt, no);
    return no;
  }

  #goesOn(fleetNo: number, following: number): boolean {
    return following % blockNumbers !== 0 && this.#isOwn(fleetNo, blockOf(following)) && this.#taken.get(following) === null;
  }

  /** Of a block that nothing was dealt from since the start, its rigs say whose it is. */
  #isOwn(fleetNo: number, block: number): boolean {
    const known = this.#fleetOfBlock.get(block);
    if (known !== undefined) return known === fleetNo;
    return this.#strangers.get(block * blockNumbers, (block + 1) * blockNumbers - 1, fleetNo) === null;
  }

  #ofNewBlock(): number {
    const greatest = Math.max(this.#greatestDealt, this.#greatest.get()?.no ?? 0);
    // Numbers begin with 1.
    return greatest === 0 ? 1 : (blockOf(greatest) + 1) * blockNumbers;
  }
}

const blockOf = (no: number): number => Math.floor(no / blockNumbers);
