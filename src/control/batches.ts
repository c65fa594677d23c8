import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { newId } from "./ids.ts";

export const batchStates = Object.freeze(["ready", "applying", "done"] as const);
export type BatchState = (typeof batchStates)[number];
export const batchOutcomes = Object.freeze(["changed", "unchanged", "refused"] as const);
export type BatchOutcome = (typeof batchOutcomes)[number];
export type BatchCounts = Record<BatchOutcome, number>;
export const noCounts: BatchCounts = Object.freeze({ changed: 0, unchanged: 0, refused: 0 });

/** One order for many rigs; nothing of it is in force before it is applied. */
export type Batch = {
  no: number;
  id: string;
  createdAtMs: number;
  by: string;
  byName: string;
  /** What is ordered; the web room's own. */
  what: string;
  state: BatchState;
  /** Rigs, and how many of them are through. */
  total: number;
  done: number;
};

/** A rig of a batch, in the order of the batch. Outcome and `detail` (the web room's own) are null until it is through. */
export type BatchRig = { at: number; rigId: string; outcome: BatchOutcome | null; detail: string | null };

type RawBatch = Pick<Batch, "no" | "id" | "by" | "what" | "state" | "total" | "done"> & { created_at_ms: number; by_name: string };
type RawCount = { batch_no: number; outcome: BatchOutcome; rigs: number };
type RawRig = { at: number; rig_id: string; outcome: BatchOutcome | null; detail: string | null };

const keptMs = 7 * 86_400_000;

function batchOf({ no, id, by, what, state, total, done, created_at_ms, by_name }: RawBatch): Batch {
  return { no, id, createdAtMs: created_at_ms, by, byName: by_name, what, state, total, done };
}

/** Orders for many rigs that people and scripts gave; kept for seven days. What they change is in the audit log rig by rig; that they were given is no change. */
export class Batches {
  readonly #database: ControlDatabase;
  readonly #byId: Statement<RawBatch, SqlValue[]>;
  readonly #latest: Statement<RawBatch, SqlValue[]>;
  readonly #insert: Statement<{ no: number }, SqlValue[]>;
  readonly #insertRigs: Statement<unknown, SqlValue[]>;
  readonly #order: Statement<unknown, SqlValue[]>;
  readonly #progress: Statement<unknown, SqlValue[]>;
  readonly #settle: Statement<unknown, SqlValue[]>;
  readonly #rigs: Statement<RawRig, SqlValue[]>;
  readonly #counts: Statement<RawCount, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#byId = sql.prepare("SELECT * FROM batches WHERE id = ?");
    this.#latest = sql.prepare("SELECT * FROM batches WHERE state <> 'ready' ORDER BY no DESC LIMIT ?");
    this.#insert = sql.prepare(
      "INSERT INTO batches (id, created_at_ms, by, by_name, what, state, total, done) VALUES (?, ?, ?, ?, ?, 'ready', ?, 0) RETURNING no",
    );
    this.#insertRigs = sql.prepare("INSERT INTO batch_rigs (batch_no, at, rig_id) SELECT ?1, key, value FROM json_each(?2)");
    this.#order = sql.prepare("UPDATE batches SET what = ? WHERE no = ? AND state = 'ready'");
    this.#progress = sql.prepare("UPDATE batches SET state = ?, done = ? WHERE no = ?");
    this.#settle = sql.prepare("UPDATE batch_rigs SET outcome = ?, detail = ? WHERE batch_no = ? AND at = ?");
    this.#rigs = sql.prepare("SELECT at, rig_id, outcome, detail FROM batch_rigs WHERE batch_no = ? AND at >= ? ORDER BY at LIMIT ?");
    this.#counts = sql.prepare(`
      SELECT batch_no, outcome, count(*) AS rigs FROM batch_rigs
      WHERE batch_no IN (SELECT value FROM json_each(?)) AND outcome IS NOT NULL GROUP BY batch_no, outcome`);
  }

  byId(id: string): Batch | null {
    const raw = this.#byId.get(id);
    return raw === null ? null : batchOf(raw);
  }

  /** Those that were applied, newest first. */
  latest(limit: number): Batch[] {
    return this.#latest.all(limit).map(batchOf);
  }

  /** Keeps an order for these rigs; orders older than seven days go. */
  add({ by, byName, what, rigIds }: Pick<Batch, "by" | "byName" | "what"> & { rigIds: readonly string[] }): Batch {
    return this.#unrecorded(() => {
      this.#prune();
      const nowMs = this.#database.now();
      const id = newId("bat", nowMs);
      const no = this.#insert.get(id, nowMs, by, byName, what, rigIds.length)?.no ?? 0;
      this.#insertRigs.run(no, JSON.stringify(rigIds));
      const added = this.byId(id);
      if (added === null) throw new Error("a batch vanished inside its own transaction");
      return added;
    });
  }

  /** What is ordered; only before it is applied. */
  order(no: number, what: string): void {
    this.#unrecorded(() => this.#order.run(what, no));
  }

  /** How far it is; where a rig is through, what became of it: run that in the transaction of the rig itself. */
  note(no: number, { state, done, rig }: Pick<Batch, "state" | "done"> & { rig?: Omit<BatchRig, "rigId"> }): void {
    this.#unrecorded(() => {
      if (rig !== undefined) this.#settle.run(rig.outcome, rig.detail, no, rig.at);
      this.#progress.run(state, done, no);
    });
  }

  /** Its rigs from one place on, in the order of the batch. */
  rigs(no: number, { fromAt, limit }: { fromAt: number; limit: number }): BatchRig[] {
    return this.#rigs.all(no, fromAt, limit).map(({ at, rig_id, outcome, detail }) => ({ at, rigId: rig_id, outcome, detail }));
  }

  /** How many rigs of each of these batches came to which outcome, by the batch's number; one of which no rig is through is missing. */
  counts(nos: readonly number[]): Map<number, BatchCounts> {
    const counts = new Map<number, BatchCounts>();
    for (const { batch_no, outcome, rigs } of this.#counts.all(JSON.stringify(nos))) {
      counts.set(batch_no, { ...noCounts, ...counts.get(batch_no), [outcome]: rigs });
    }
    return counts;
  }

  #unrecorded<T>(work: () => T): T {
    return this.#database.transaction(() => this.#database.trail.ignoring(work));
  }

  #prune(): void {
    const before = this.#database.now() - keptMs;
    this.#database.sql.run("DELETE FROM batch_rigs WHERE batch_no IN (SELECT no FROM batches WHERE created_at_ms < ?)", [before]);
    this.#database.sql.run("DELETE FROM batches WHERE created_at_ms < ?", [before]);
  }
}
