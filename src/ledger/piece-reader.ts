import type { DuckDBConnection } from "@duckdb/node-api";
import { otherReason } from "./block-writer.ts";
import { blockHeaderBytes, flagOthers, kindReason, kindShare, kindVerdict, reasonHeaderBytes, recordBytes, type Slab } from "./journal-format.ts";
import type { Late } from "./late-verdicts.ts";
import type { FoundBlock } from "./segment-reader.ts";
import { chunkRows, type ShareColumns } from "./share-columns.ts";
import type { Piece } from "./share-sources.ts";

/** Records lie in the journal in the order in which they were settled, which is that of their receipt up to this. */
export const disorderMs = 3_600_000;

/** Rows of one transaction: a whole row group, which DuckDB writes straight to the table's file. */
const rowsPerCommit = 122_880;

/** Of a block's first record that has one. */
export function timeOf({ slab, start, bytes }: FoundBlock): number {
  for (let offset = start + blockHeaderBytes; offset < start + bytes; offset += recordBytes(slab, offset)) {
    if (((slab.bytes[offset] as number) & 15) !== kindReason) return slab.f64[(offset + 8) >>> 3] as number;
  }
  return Number.NEGATIVE_INFINITY;
}

type PieceParts = { piece: Piece; connection: DuckDBConnection; columns: ShareColumns; reasonOfText: ReadonlyMap<string, number> };

/** Picks the shares of a day file out of the journal's blocks, which it is given in order, and the verdicts on them that came late. */
export class PieceReader {
  readonly late = new Map<number, Late>();
  #rows = 0;
  #uncommitted = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  readonly #parts: PieceParts;
  /** Numbers that texts have in this part of the journal. */
  readonly #reasonOfLocal = new Map<number, number>();
  readonly #reasonNoOf = (journalNo: number): number => this.#reasonOfLocal.get(journalNo) ?? 0;
  #boot = -1;

  constructor(parts: PieceParts) {
    this.#parts = parts;
  }

  get isWhole(): boolean {
    return this.#rows === this.#parts.piece.rows;
  }

  /** Whether no share of the file is to be expected from here on. */
  isBehind(block: FoundBlock): boolean {
    const { rows, toMs, throughSequence } = this.#parts.piece;
    return timeOf(block) > toMs + disorderMs && (this.#rows >= rows || block.firstSequence > throughSequence);
  }

  async begin(): Promise<void> {
    await this.#parts.connection.run("BEGIN");
  }

  async finish(): Promise<void> {
    this.#flush();
    await this.#parts.connection.run("COMMIT");
  }

  async read(block: FoundBlock): Promise<void> {
    const { slab, start, bytes } = block;
    this.#noteBoot(block);
    let sequence = block.firstSequence;
    for (let offset = start + blockHeaderBytes; offset < start + bytes; offset += recordBytes(slab, offset)) {
      if (((slab.bytes[offset] as number) & 15) === kindShare) this.#readShare(slab, offset, sequence);
      else this.#readOther(slab, offset);
      sequence += 1;
      if (this.#parts.columns.rows === chunkRows) await this.#pass();
    }
  }

  /** Of a block behind the file's last share; most have nothing but shares. */
  readVerdicts(block: FoundBlock): void {
    const { slab, start, bytes, flags } = block;
    this.#noteBoot(block);
    if ((flags & flagOthers) === 0) return;
    for (let offset = start + blockHeaderBytes; offset < start + bytes; offset += recordBytes(slab, offset)) this.#readOther(slab, offset);
  }

  #noteBoot({ bootNo }: FoundBlock): void {
    if (bootNo !== this.#boot) this.#reasonOfLocal.clear();
    this.#boot = bootNo;
  }

  async #pass(): Promise<void> {
    this.#flush();
    if (this.#uncommitted < rowsPerCommit) await new Promise((resolve) => setImmediate(resolve));
    else {
      this.#uncommitted = 0;
      await this.#parts.connection.run("COMMIT");
      await this.#parts.connection.run("BEGIN");
    }
  }

  #flush(): void {
    const { columns } = this.#parts;
    this.#uncommitted += columns.rows;
    columns.push();
    columns.flush();
  }

  #readShare(slab: Slab, offset: number, sequence: number): void {
    const { fromMs, toMs, throughSequence } = this.#parts.piece;
    const atMs = slab.f64[(offset + 8) >>> 3] as number;
    if (atMs < fromMs || atMs >= toMs || sequence > throughSequence) return;
    this.#parts.columns.addRun(slab, { offset, records: 1, sequence, reasonNoOf: this.#reasonNoOf });
    this.#first = Math.min(this.#first, sequence);
    this.#last = sequence;
    this.#rows += 1;
  }

  #readOther(slab: Slab, offset: number): void {
    const kind = (slab.bytes[offset] as number) & 15;
    if (kind === kindReason) {
      const length = slab.u32[(offset + 4) >>> 2] as number;
      const text = new TextDecoder().decode(slab.bytes.subarray(offset + reasonHeaderBytes, offset + reasonHeaderBytes + length));
      const { reasonOfText } = this.#parts;
      this.#reasonOfLocal.set(slab.u16[(offset + 2) >>> 1] as number, reasonOfText.get(text) ?? reasonOfText.get(otherReason) ?? 0);
    } else if (kind === kindVerdict) this.#readVerdict(slab, offset);
  }

  /** Also of shares between the file's that are none of it: they are not in the table that it is written to. */
  #readVerdict(slab: Slab, offset: number): void {
    const sequence = slab.f64[(offset + 16) >>> 3] as number;
    if (sequence < this.#first || sequence > this.#last) return;
    this.late.set(sequence, {
      poolCode: (slab.bytes[offset + 1] as number) >>> 4,
      reasonNo: this.#reasonNoOf(slab.u16[(offset + 2) >>> 1] as number),
      answeredMs: slab.i32[(offset + 4) >>> 2] as number,
    });
  }
}
