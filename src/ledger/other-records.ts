import type { DuckDBConnection } from "@duckdb/node-api";
import { otherReason } from "./block-writer.ts";
import { kindPulse, kindReason, kindVerdict, reasonHeaderBytes, type Slab } from "./journal-format.ts";
import { type Late, type LateRows, lateRowsMax, pickLate, writeLate } from "./late-verdicts.ts";
import type { Rollup } from "./rollup.ts";
import type { Run } from "./runs.ts";

/** Where a record lies; `isNew`: the database has not got it yet. */
export type RecordPlace = { slab: Slab; offset: number; boot: number; isNew: boolean };

/**
 * What the journal says beside shares: texts of reasons, when hubs ran, and pools' verdicts that came late. It is read record by record and gathers here, until
 * it is written in the transaction of the shares that it was read with.
 */
export class OtherRecords {
  readonly #reasonsMax: number;
  readonly #rollup: Rollup;
  /** The database's numbers of texts, by their numbers in this part of the journal and by themselves. */
  readonly #reasonOfLocal = new Map<number, number>();
  readonly #reasonOfText = new Map<string, number>();
  #newReasons: { no: number; text: string }[] = [];
  #runs = new Map<number, Run>();
  #knownBoots = new Set<number>();
  readonly #changedBoots = new Set<number>();
  readonly #late = new Map<number, Late>();

  constructor({ reasonsMax, rollup }: { reasonsMax: number; rollup: Rollup }) {
    this.#reasonsMax = reasonsMax;
    this.#rollup = rollup;
  }

  /** When hubs ran on this folder, as far as it was read. */
  get runs(): Run[] {
    return [...this.#runs.values()];
  }

  get lastBootNo(): number {
    return Math.max(0, ...this.#knownBoots);
  }

  /** Reads what the database knows, in place of all that is known here. */
  async readFrom(connection: DuckDBConnection): Promise<void> {
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
    this.#reasonOfText.clear();
    for (const [no, text] of await rows("SELECT reason_no, text FROM reasons")) this.#reasonOfText.set(String(text), Number(no));
    this.#runs = new Map(
      (await rows("SELECT boot_no, from_ms, to_ms FROM runs")).map(([boot, from, to]) => [Number(boot), { fromMs: Number(from), toMs: Number(to) }]),
    );
    this.#knownBoots = new Set(this.#runs.keys());
  }

  /** Forgets what was read and not written. */
  forget(): void {
    this.#late.clear();
    this.#newReasons = [];
    this.#changedBoots.clear();
  }

  /** The records that follow are of another boot, which numbers reasons anew. */
  beginBoot(): void {
    this.#reasonOfLocal.clear();
  }

  /** The database's number of a reason that the journal's number stands for; 0 = none. */
  readonly reasonNoOf = (journalNo: number): number => this.#reasonOfLocal.get(journalNo) ?? 0;

  read({ slab, offset, boot, isNew }: RecordPlace): void {
    const kind = (slab.bytes[offset] as number) & 15;
    // Also of a text that the database has: shares that follow in this segment use the number.
    if (kind === kindReason) this.#readReason(slab, offset);
    else if (kind === kindVerdict && isNew) this.#readVerdict(slab, offset);
    else if (kind === kindPulse && isNew) this.#notePulse(boot, slab.f64[(offset >>> 3) + 1] as number);
  }

  /** Gives texts their numbers, before rows that have them come from elsewhere than the journal. */
  async learnReasons(connection: DuckDBConnection, texts: readonly string[]): Promise<void> {
    for (const text of texts) this.#numberOf(text);
    await this.#writeReasons(connection);
  }

  /** Writes all that was read since the last time, in the caller's transaction. */
  async writeTo(connection: DuckDBConnection): Promise<void> {
    await this.#writeReasons(connection);
    await this.#writeRuns(connection);
    const late = [...this.#late];
    for (let from = 0; from < late.length; from += lateRowsMax) await this.#writeLate(connection, late.slice(from, from + lateRowsMax));
    this.#late.clear();
  }

  #readReason(slab: Slab, offset: number): void {
    const length = slab.u32[(offset + 4) >>> 2] as number;
    const text = new TextDecoder().decode(slab.bytes.subarray(offset + reasonHeaderBytes, offset + reasonHeaderBytes + length));
    this.#reasonOfLocal.set(slab.u16[(offset >>> 1) + 1] as number, this.#numberOf(text));
  }

  #readVerdict(slab: Slab, offset: number): void {
    this.#late.set(slab.f64[(offset + 16) >>> 3] as number, {
      poolCode: (slab.bytes[offset + 1] as number) >>> 4,
      reasonNo: this.reasonNoOf(slab.u16[(offset >>> 1) + 1] as number),
      answeredMs: slab.i32[(offset >>> 2) + 1] as number,
    });
  }

  #notePulse(boot: number, atMs: number): void {
    const run = this.#runs.get(boot);
    if (run === undefined) this.#runs.set(boot, { fromMs: atMs, toMs: atMs });
    else this.#runs.set(boot, { fromMs: Math.min(run.fromMs, atMs), toMs: Math.max(run.toMs, atMs) });
    this.#changedBoots.add(boot);
  }

  #numberOf(text: string): number {
    const kept = this.#reasonOfText.has(text) || this.#reasonOfText.size < this.#reasonsMax - 1 ? text : otherReason;
    const known = this.#reasonOfText.get(kept);
    if (known !== undefined) return known;
    const no = this.#reasonOfText.size + 1;
    this.#reasonOfText.set(kept, no);
    this.#newReasons.push({ no, text: kept });
    return no;
  }

  async #writeReasons(connection: DuckDBConnection): Promise<void> {
    for (const { no, text } of this.#newReasons) await connection.run("INSERT INTO reasons VALUES ($1, $2)", [no, text]);
    this.#newReasons = [];
  }

  async #writeRuns(connection: DuckDBConnection): Promise<void> {
    for (const boot of this.#changedBoots) {
      const run = this.#runs.get(boot) as Run;
      const sql = this.#knownBoots.has(boot) ? "UPDATE runs SET from_ms = $2, to_ms = $3 WHERE boot_no = $1" : "INSERT INTO runs VALUES ($1, $2, $3)";
      await connection.run(sql, [boot, BigInt(Math.floor(run.fromMs)), BigInt(Math.floor(run.toMs))]);
      this.#knownBoots.add(boot);
    }
    this.#changedBoots.clear();
  }

  async #writeLate(connection: DuckDBConnection, late: LateRows): Promise<void> {
    const rollup = this.#rollup;
    const picked = `${pickLate(late)} AND ${rollup.changeable}`;
    const isRolled = late.some(([sequence]) => sequence <= rollup.reach.rolledThrough);
    if (isRolled) await rollup.correct(connection, picked, -1);
    await writeLate(connection, late, picked);
    if (isRolled) await rollup.correct(connection, picked, 1);
  }
}
