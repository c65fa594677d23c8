import type { Database, Statement } from "bun:sqlite";
import { createHash } from "node:crypto";
import type { AuditChange } from "./audit-change.ts";
import type { Deed, Doer } from "./audit-trail.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { newId } from "./ids.ts";
import { invalid, type Result, succeed } from "./result.ts";

/** Who changed what, when, from where. */
export type AuditEntry = {
  id: string;
  atMs: number;
  actor: string;
  name: string;
  address: string | null;
  action: string;
  subjectId: string | null;
  /** Sentences for people; may be none. */
  told: string[];
  changes: AuditChange[];
  hash: string;
};

/** All bounds may be left out. `after` and `before` are ids of entries, `fromMs` is included, `toMs` is not. */
export type AuditQuery = { after?: string; before?: string; fromMs?: number; toMs?: number; subject?: string; actor?: string };

/** `broken` = the first entry that is not what was written, and why; null = the chain is whole. */
export type AuditCheck = { entries: number; broken: { id: string; text: string } | null };

type RawEntry = { no: number; id: string; at_ms: number; actor: string; entry: string; hash: string };
type Body = Omit<AuditEntry, "hash" | "atMs" | "subjectId"> & { at: string; subject_id: string | null };

const limitMax = 1_000;
/** Of the chain, some 10 to 20 µs each. */
const entriesPerPiece = 100;

const hashOf = (previous: string, entry: string): string => createHash("sha256").update(`${previous}\n${entry}`).digest("hex");

function entryOf({ at_ms, entry, hash }: RawEntry): AuditEntry {
  const { id, actor, name, address, action, subject_id, told, changes } = JSON.parse(entry) as Body;
  return { id, atMs: at_ms, actor, name, address, action, subjectId: subject_id, told, changes, hash };
}

/** The audit log. Written by `ControlDatabase.transaction`, in the transaction of the change itself; read by people and scripts. */
export class Audit {
  readonly #database: ControlDatabase;
  readonly #last: Statement<{ hash: string }, SqlValue[]>;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #insertSubject: Statement<unknown, SqlValue[]>;
  readonly #noOf: Statement<{ no: number }, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#last = sql.prepare("SELECT hash FROM audit ORDER BY no DESC LIMIT 1");
    this.#insert = sql.prepare("INSERT INTO audit (id, at_ms, actor, entry, hash) VALUES (?, ?, ?, ?, ?)");
    this.#insertSubject = sql.prepare("INSERT OR IGNORE INTO audit_subjects (subject_id, audit_no) VALUES (?, ?)");
    this.#noOf = sql.prepare("SELECT no FROM audit WHERE id = ?");
    database.trail.writeWith((doer, deed) => this.#append(doer, deed));
  }

  /** Runs `work` in somebody's name: each transaction in it that changes something leaves one entry. */
  during<T>(doer: Doer, work: () => T): T {
    return this.#database.trail.during(doer, work);
  }

  /** Entries in the order in which they were written. @param limit 1 to 1000 */
  list(query: AuditQuery, limit: number): Result<AuditEntry[]> {
    return this.#read(query, limit, "ASC");
  }

  /** The same, newest first. */
  latest(query: AuditQuery, limit: number): Result<AuditEntry[]> {
    return this.#read(query, limit, "DESC");
  }

  /** Counts every hash again, some entries at a time; between them `rest` lets others have their turn. What is written meanwhile is counted too. */
  async verify(rest: () => Promise<void> | undefined): Promise<AuditCheck> {
    const counting = countChain(this.#database.sql);
    let step = counting.next();
    while (step.done !== true) {
      await rest();
      step = counting.next();
    }
    return step.value;
  }

  #read(query: AuditQuery, limit: number, order: "ASC" | "DESC"): Result<AuditEntry[]> {
    const conditions: string[] = [];
    const values: SqlValue[] = [];
    const add = (condition: string, value: SqlValue) => {
      conditions.push(condition);
      values.push(value);
    };
    for (const [field, sign] of [
      ["after", ">"],
      ["before", "<"],
    ] as const) {
      const id = query[field];
      if (id === undefined) continue;
      const no = this.#noOf.get(id)?.no;
      if (no === undefined) return invalid(field, "must be the id of an entry of the audit log");
      add(`no ${sign} ?`, no);
    }
    if (query.fromMs !== undefined) add("at_ms >= ?", query.fromMs);
    if (query.toMs !== undefined) add("at_ms < ?", query.toMs);
    if (query.actor !== undefined) add("actor = ?", query.actor);
    if (query.subject !== undefined) add("no IN (SELECT audit_no FROM audit_subjects WHERE subject_id = ?)", query.subject);
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const statement = this.#database.sql.query<RawEntry, SqlValue[]>(`SELECT * FROM audit ${where} ORDER BY no ${order} LIMIT ?`);
    return succeed(statement.all(...values, Math.min(limit, limitMax)).map(entryOf));
  }

  #append({ actor, name, address, action, subjectId }: Doer, { changes, told }: Deed): void {
    const nowMs = this.#database.now();
    const id = newId("aud", nowMs);
    const named = subjectId ?? changes.find((change) => change.id !== null)?.id ?? told.find((one) => one.subjectId !== null)?.subjectId ?? null;
    const body: Body = { id, at: new Date(nowMs).toISOString(), actor, name, address, action, subject_id: named, told: told.map(({ text }) => text), changes };
    const entry = canonicalJson(body);
    const hash = hashOf(this.#last.get()?.hash ?? "", entry);
    const { lastInsertRowid } = this.#insert.run(id, nowMs, actor, entry, hash);
    const subjects = new Set([named, ...changes.map((change) => change.id), ...told.map((one) => one.subjectId)]);
    for (const subject of subjects) if (subject !== null) this.#insertSubject.run(subject, lastInsertRowid);
  }
}

/**
 * Counts the chain again from its first entry. Finds entries that were changed, put in, taken out of the middle, or taken off the end
 * (SQLite remembers the last number it gave); who may write the file can make a new chain, so keep a hash elsewhere.
 */
export function verifyAudit(sql: Database): AuditCheck {
  const exists = sql.query("SELECT 1 FROM sqlite_schema WHERE name = 'audit'").get() !== null;
  if (!exists) return { entries: 0, broken: null };
  const counting = countChain(sql);
  let step = counting.next();
  while (step.done !== true) step = counting.next();
  return step.value;
}

function* countChain(sql: Database): Generator<void, AuditCheck> {
  const piece = sql.query<RawEntry, [number, number]>("SELECT * FROM audit WHERE no > ? ORDER BY no LIMIT ?");
  let entries = 0;
  let previous = "";
  for (let rows = piece.all(0, entriesPerPiece); rows.length > 0; rows = piece.all(entries, entriesPerPiece)) {
    for (const raw of rows) {
      entries += 1;
      const fault = faultOf(raw, entries, previous);
      if (fault !== null) return { entries, broken: { id: raw.id, text: fault } };
      previous = raw.hash;
    }
    yield;
  }
  const given = sql.query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").get()?.seq ?? 0;
  if (given > entries) return { entries, broken: { id: "", text: `entries ${entries + 1} to ${given} are gone` } };
  return { entries, broken: null };
}

function faultOf(raw: RawEntry, no: number, previous: string): string | null {
  if (raw.no !== no) return `entry ${no} is gone`;
  if (raw.hash !== hashOf(previous, raw.entry)) return `entry ${no} is not what was written`;
  const { id, at, actor } = JSON.parse(raw.entry) as Body;
  return id === raw.id && actor === raw.actor && Date.parse(at) === raw.at_ms ? null : `the columns of entry ${no} are not what was written`;
}
