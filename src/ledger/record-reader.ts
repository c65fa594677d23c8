import { type BlockSource, type SourceBlock, sharesInARow } from "./block-source.ts";
import { flagOthers, recordBytes, shareBytes } from "./journal-format.ts";
import type { OtherRecords } from "./other-records.ts";
import type { ShareColumns } from "./share-columns.ts";

/** Reads the journal's records in order: shares into columns, all others into `others`. It remembers where it is, in the middle of a block too. */
export class RecordReader {
  readonly #source: BlockSource;
  readonly #others: OtherRecords;
  /** The block being read, and where in it. */
  #block: SourceBlock | null = null;
  #offset = 0;
  #sequence = 0;
  #boot = 0;
  /** The database has what comes before it. */
  #from = 0;

  constructor(source: BlockSource, others: OtherRecords) {
    this.#source = source;
    this.#others = others;
  }

  /** The last record that was read; -1 where none was since `seek`. */
  get lastSequence(): number {
    return this.#sequence - 1;
  }

  /** Goes to a sequence; where the journal begins later, there. Returns the first that there is. */
  async seek(sequence: number): Promise<number> {
    this.#block = null;
    this.#boot = 0;
    this.#sequence = 0;
    this.#others.forget();
    const first = await this.#source.seek(sequence);
    this.#from = Math.max(first, sequence);
    return this.#from;
  }

  /** Reads records until there are `rowsMax` shares in the columns; false when there is nothing more up to the sequence `through`. */
  async collect(columns: ShareColumns, through: number, rowsMax: number): Promise<boolean> {
    let read = 0;
    while (columns.rows < rowsMax) {
      if (this.#block === null && !(await this.#nextBlock(through))) break;
      read += this.#readRecords(columns, rowsMax);
    }
    return read > 0;
  }

  async #nextBlock(through: number): Promise<boolean> {
    const block = await this.#source.next(through);
    if (block === null) return false;
    if (block.bootNo !== this.#boot) this.#others.beginBoot();
    this.#boot = block.bootNo;
    this.#block = block;
    this.#offset = block.recordsAt;
    this.#sequence = block.firstSequence;
    if (block.firstSequence + block.records <= this.#from && (block.flags & flagOthers) === 0) {
      this.#sequence += block.records;
      this.#block = null;
    }
    return true;
  }

  #readRecords(columns: ShareColumns, rowsMax: number): number {
    const block = this.#block;
    if (block === null) return 0;
    const { slab, end } = block;
    const before = this.#sequence;
    while (this.#offset < end && columns.rows < rowsMax) {
      const records = sharesInARow(block, this.#offset, rowsMax - columns.rows);
      if (records === 0) {
        this.#others.read({ slab, offset: this.#offset, boot: this.#boot, isNew: this.#sequence >= this.#from });
        this.#offset += recordBytes(slab, this.#offset);
        this.#sequence += 1;
        continue;
      }
      // The database may have the first part of them already.
      const skipped = Math.min(records, Math.max(0, this.#from - this.#sequence));
      const offset = this.#offset + skipped * shareBytes;
      columns.addRun(slab, { offset, records: records - skipped, sequence: this.#sequence + skipped, reasonNoOf: this.#others.reasonNoOf });
      this.#offset += records * shareBytes;
      this.#sequence += records;
    }
    if (this.#offset >= end) this.#block = null;
    return this.#sequence - before;
  }
}
