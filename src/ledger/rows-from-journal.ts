import type { DuckDBConnection } from "@duckdb/node-api";
import { otherReason } from "./block-writer.ts";
import { listSegments } from "./journal-files.ts";
import { blockHeaderBytes, flagOthers, kindReason, kindShare, kindVerdict, reasonHeaderBytes, recordBytes, type Slab } from "./journal-format.ts";
import { blocksOf } from "./journal-tally.ts";
import { type Late, lateRowsMax, pickLate, writeLate } from "./late-verdicts.ts";
import { LedgerClosed } from "./loader.ts";
import type { DuckDb } from "./native-library.ts";
import type { FoundBlock } from "./segment-reader.ts";
import { chunkRows, ShareColumns } from "./share-columns.ts";
import { type Piece, returnedShares } from "./share-sources.ts";

/** Records lie in the journal in the order in which they were settled, which is that of their receipt up to this. */
const disorderMs = 3_600_000;

/** Rows of one transaction: a whole row group, which DuckDB writes straight to the table's file. */
const rowsPerCommit = 122_880;

/**
 * `hasLate`: pools changed their word on shares of that day after these were counted, so that the journal is read to its end. `firstSequence`: of the
 * file's day. `isStopped` is asked all along.
 */
export type JournalRows = {
  duckDb: DuckDb;
  connection: DuckDBConnection;
  folder: string;
  piece: Piece;
  hasLate: boolean;
  firstSequence: number;
  isStopped: () => boolean;
};

/**
 * Puts the shares of a day file into the table `returned_shares`, out of the journal and with the verdicts that came late. Takes as long as it
 * takes, on a connection of its own: shares go on being loaded meanwhile. False where the journal has not all of them; then there is no such table.
 */
export async function returnFromJournal(asked: JournalRows): Promise<boolean> {
  const { connection, folder, piece, firstSequence } = asked;
  const journalFrom = (await listSegments(folder))[0]?.firstSequence ?? Number.POSITIVE_INFINITY;
  if (journalFrom > piece.throughSequence) return false;
  // The times in the journal find the place quickly, and wrong where a clock was set back.
  const quick = await firstSequenceFor(folder, piece);
  const isWhole = (await returnFrom(asked, quick)) || (firstSequence < quick && (await returnFrom(asked, firstSequence)));
  if (!isWhole) await connection.run(`DROP TABLE IF EXISTS ${returnedShares}`);
  return isWhole;
}

async function returnFrom(asked: JournalRows, fromSequence: number): Promise<boolean> {
  const { duckDb, connection, piece } = asked;
  await connection.run(`CREATE OR REPLACE TABLE ${returnedShares} AS FROM shares LIMIT 0`);
  const known = (await connection.runAndReadAll("SELECT text, reason_no FROM reasons")).getRows();
  const columns = await ShareColumns.create(duckDb, connection, returnedShares);
  const reader = new PieceReader({ piece, connection, columns, reasonOfText: new Map(known.map(([text, no]) => [String(text), Number(no)])) });
  try {
    await readJournal(asked, reader, fromSequence);
    await reader.finish();
  } finally {
    columns.discard();
  }
  if (!reader.isWhole) return false;
  const late = [...reader.late];
  for (let from = 0; from < late.length; from += lateRowsMax) {
    const some = late.slice(from, from + lateRowsMax);
    await writeLate(connection, some, pickLate(some), returnedShares);
  }
  return true;
}

/** Behind the file's last share there are only verdicts to look for, and nothing where some share was not found. */
async function readJournal({ folder, hasLate, isStopped }: JournalRows, reader: PieceReader, fromSequence: number): Promise<void> {
  await reader.begin();
  for await (const block of blocksOf(folder, fromSequence)) {
    if (isStopped()) throw new LedgerClosed("the ledger is closed");
    if (!reader.isBehind(block)) await reader.read(block);
    else if (hasLate && reader.isWhole) reader.readVerdicts(block);
    else return;
  }
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

type PieceParts = { piece: Piece; connection: DuckDBConnection; columns: ShareColumns; reasonOfText: ReadonlyMap<string, number> };

class PieceReader {
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
