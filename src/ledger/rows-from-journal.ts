import type { DuckDBConnection } from "@duckdb/node-api";
import { otherReason } from "./block-writer.ts";
import { listSegments } from "./journal-files.ts";
import { blockHeaderBytes, kindReason, kindShare, kindVerdict, reasonHeaderBytes, recordBytes, type Slab } from "./journal-format.ts";
import { blocksOf } from "./journal-tally.ts";
import { type Late, lateRowsMax, pickLate, writeLate } from "./late-verdicts.ts";
import type { DuckDb } from "./native-library.ts";
import type { FoundBlock } from "./segment-reader.ts";
import { chunkRows, ShareColumns } from "./share-columns.ts";
import type { Piece } from "./share-sources.ts";

/** Records lie in the journal in the order in which they were settled, which is that of their receipt up to this. */
const disorderMs = 3_600_000;

/**
 * `hasLate`: pools changed their word on shares of that day after these were counted, so that the journal is read to its end. `fromSequence`: where to begin; null finds the place by the times in the journal, which is quick and wrong where a clock was set back.
 */
export type JournalRows = { duckDb: DuckDb; connection: DuckDBConnection; folder: string; piece: Piece; hasLate: boolean; fromSequence: number | null };

/**
 * Puts the shares of a day file into the table of shares once more, out of the journal and with the verdicts that came late, in the caller's
 * transaction. Returns how many the journal still had.
 */
export async function rowsFromJournal({ duckDb, connection, folder, piece, hasLate, fromSequence }: JournalRows): Promise<number> {
  const known = (await connection.runAndReadAll("SELECT text, reason_no FROM reasons")).getRows();
  const columns = await ShareColumns.create(duckDb, connection);
  const reader = new PieceReader(piece, columns, new Map(known.map(([text, no]) => [String(text), Number(no)])));
  try {
    for await (const block of blocksOf(folder, fromSequence ?? (await firstSequenceFor(folder, piece)))) {
      if (!hasLate && reader.isBehind(block)) break;
      await reader.read(block);
    }
    columns.push();
    columns.flush();
  } finally {
    columns.discard();
  }
  const late = [...reader.late];
  for (let from = 0; from < late.length; from += lateRowsMax) {
    const some = late.slice(from, from + lateRowsMax);
    await writeLate(connection, some, pickLate(some));
  }
  return reader.rows;
}

/** Of the last segment that begins well before the file's shares, so that not all days are gone through. */
async function firstSequenceFor(folder: string, { fromMs, throughSequence }: Piece): Promise<number> {
  let found = 0;
  for (const { firstSequence } of await listSegments(folder)) {
    if (firstSequence > throughSequence) break;
    if ((await firstTimeFrom(folder, firstSequence)) > fromMs - disorderMs) break;
    found = firstSequence;
  }
  return found;
}

async function firstTimeFrom(folder: string, sequence: number): Promise<number> {
  for await (const block of blocksOf(folder, sequence)) return timeOf(block);
  return Number.POSITIVE_INFINITY;
}

/** Of a block's first record that has one. */
function timeOf({ slab, start, bytes }: FoundBlock): number {
  for (let offset = start + blockHeaderBytes; offset < start + bytes; offset += recordBytes(slab, offset)) {
    if (((slab.bytes[offset] as number) & 15) !== kindReason) return slab.f64[(offset + 8) >>> 3] as number;
  }
  return Number.NEGATIVE_INFINITY;
}

class PieceReader {
  readonly late = new Map<number, Late>();
  rows = 0;
  readonly #piece: Piece;
  readonly #columns: ShareColumns;
  readonly #reasonOfText: ReadonlyMap<string, number>;
  /** Numbers that texts have in this part of the journal. */
  readonly #reasonOfLocal = new Map<number, number>();
  readonly #reasonNoOf = (journalNo: number): number => this.#reasonOfLocal.get(journalNo) ?? 0;
  readonly #sequences = new Set<number>();
  #boot = -1;

  constructor(piece: Piece, columns: ShareColumns, reasonOfText: ReadonlyMap<string, number>) {
    this.#piece = piece;
    this.#columns = columns;
    this.#reasonOfText = reasonOfText;
  }

  /** Whether nothing of the file, nor a verdict on it, is to be expected from here on. */
  isBehind(block: FoundBlock): boolean {
    const { rows, toMs, throughSequence } = this.#piece;
    return timeOf(block) > toMs + disorderMs && (this.rows >= rows || block.firstSequence > throughSequence);
  }

  async read({ slab, start, bytes, bootNo, firstSequence }: FoundBlock): Promise<void> {
    if (bootNo !== this.#boot) this.#reasonOfLocal.clear();
    this.#boot = bootNo;
    let sequence = firstSequence;
    for (let offset = start + blockHeaderBytes; offset < start + bytes; offset += recordBytes(slab, offset)) {
      this.#readRecord(slab, offset, sequence);
      sequence += 1;
      if (this.#columns.rows < chunkRows) continue;
      this.#columns.push();
      this.#columns.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #readRecord(slab: Slab, offset: number, sequence: number): void {
    const kind = (slab.bytes[offset] as number) & 15;
    if (kind === kindShare && this.#isOfPiece(slab.f64[(offset + 8) >>> 3] as number, sequence)) {
      this.#columns.addRun(slab, { offset, records: 1, sequence, reasonNoOf: this.#reasonNoOf });
      this.#sequences.add(sequence);
      this.rows += 1;
    } else if (kind === kindReason) {
      const length = slab.u32[(offset + 4) >>> 2] as number;
      const text = new TextDecoder().decode(slab.bytes.subarray(offset + reasonHeaderBytes, offset + reasonHeaderBytes + length));
      this.#reasonOfLocal.set(slab.u16[(offset + 2) >>> 1] as number, this.#reasonOfText.get(text) ?? this.#reasonOfText.get(otherReason) ?? 0);
    } else if (kind === kindVerdict) this.#readVerdict(slab, offset);
  }

  #readVerdict(slab: Slab, offset: number): void {
    const sequence = slab.f64[(offset + 16) >>> 3] as number;
    if (!this.#sequences.has(sequence)) return;
    this.late.set(sequence, {
      poolCode: (slab.bytes[offset + 1] as number) >>> 4,
      reasonNo: this.#reasonNoOf(slab.u16[(offset + 2) >>> 1] as number),
      answeredMs: slab.i32[(offset + 4) >>> 2] as number,
    });
  }

  #isOfPiece(atMs: number, sequence: number): boolean {
    const { fromMs, toMs, throughSequence } = this.#piece;
    return atMs >= fromMs && atMs < toMs && sequence <= throughSequence;
  }
}
