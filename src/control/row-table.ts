import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type IdPrefix, newId } from "./ids.ts";
import { missing, type Result, stale, succeed } from "./result.ts";

/** What every row of the control database has. Times are milliseconds since 1970. */
export type RowBase = {
  /** Row number: never given out twice, used wherever speed or space counts. */
  no: number;
  /** Public id, e.g. `rig_01k…`. */
  id: string;
  /** Counts the changes that people (or tokens) made; what the hub itself notes about a row does not count. */
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
};

export type RawBase = { no: number; id: string; version: number; created_at_ms: number; updated_at_ms: number };

/** How one table's rows look in SQLite and in the program. */
export type Mapping<Row extends RowBase, Raw extends RawBase> = {
  table: string;
  /** What people call one row: "pool". */
  noun: string;
  prefix: IdPrefix;
  /** Columns as they are written, without those of `RowBase`. */
  columns: readonly string[];
  /** Further expressions to read. */
  expressions?: readonly string[];
  read: (raw: Raw) => Omit<Row, keyof RowBase>;
  /** Values in the order of `columns`. */
  write: (fields: Omit<Row, keyof RowBase>) => SqlValue[];
  /** Fields that the audit log leaves out. */
  unrecorded?: readonly string[];
};

/** The version that a caller saw; null = whatever is there (commands such as `park`, which have no precondition). */
export type ExpectedVersion = number | null;

/** The statements that all tables share, prepared once. Removed rows are found by `byNo` alone, because history points at them. */
export class RowTable<Row extends RowBase, Raw extends RawBase> {
  readonly database: ControlDatabase;
  readonly #mapping: Mapping<Row, Raw>;
  readonly #selectText: string;
  readonly #cached = new Map<string, Statement<Raw, SqlValue[]>>();
  readonly #feeds: Set<number>[] = [];
  readonly #changeFeeds: Set<number>[] = [];
  readonly #all: Statement<Raw, SqlValue[]>;
  readonly #byNo: Statement<Raw, SqlValue[]>;
  readonly #byId: Statement<Raw, SqlValue[]>;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #write: Statement<unknown, SqlValue[]>;
  readonly #remove: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase, mapping: Mapping<Row, Raw>) {
    this.database = database;
    this.#mapping = mapping;
    const { table, columns } = mapping;
    const read = ["no", "id", "version", "created_at_ms", "updated_at_ms", ...columns, ...(mapping.expressions ?? [])];
    this.#selectText = `SELECT ${read.join(", ")} FROM ${table}`;
    this.#all = this.prepare("removed_at_ms IS NULL ORDER BY no");
    this.#byNo = this.prepare("no = ?");
    this.#byId = this.prepare("id = ? AND removed_at_ms IS NULL");
    const marks = columns.map(() => "?").join(", ");
    this.#insert = database.sql.prepare(
      `INSERT INTO ${table} (no, id, version, created_at_ms, updated_at_ms, ${columns.join(", ")}) VALUES (?, ?, 1, ?, ?, ${marks})`,
    );
    this.#write = database.sql.prepare(
      `UPDATE ${table} SET version = version + 1, updated_at_ms = ?, ${columns.map((name) => `${name} = ?`).join(", ")} WHERE no = ?`,
    );
    this.#remove = database.sql.prepare(`UPDATE ${table} SET version = version + 1, removed_at_ms = ?, updated_at_ms = ? WHERE no = ?`);
  }

  /** What to ask for the numbers of rows that were written or removed through this table since it was last asked. */
  edits(): () => number[] {
    return feedOf(this.#feeds);
  }

  /** The same of rows that were written in whatever way; who writes past this table says so with `changed`. */
  changes(): () => number[] {
    return feedOf(this.#changeFeeds);
  }

  /** These rows were written past this table. */
  changed(numbers: readonly number[]): void {
    this.database.afterCommit(() => {
      for (const feed of this.#changeFeeds) for (const no of numbers) feed.add(no);
    });
  }

  /** A statement that reads rows of this table; `condition` is what follows WHERE. Prepare once, run with `find` or `list`. */
  prepare(condition: string): Statement<Raw, SqlValue[]> {
    return this.database.sql.prepare<Raw, SqlValue[]>(`${this.#selectText} WHERE ${condition}`);
  }

  /** The same for conditions that are put together at run time from a few parts; one statement is kept for each text. */
  cached(condition: string): Statement<Raw, SqlValue[]> {
    const kept = this.#cached.get(condition) ?? this.prepare(condition);
    this.#cached.set(condition, kept);
    return kept;
  }

  find(statement: Statement<Raw, SqlValue[]>, ...values: SqlValue[]): Row | null {
    const raw = statement.get(...values);
    return raw === null ? null : this.#rowOf(raw);
  }

  list(statement: Statement<Raw, SqlValue[]>, ...values: SqlValue[]): Row[] {
    return statement.all(...values).map((raw) => this.#rowOf(raw));
  }

  all(): Row[] {
    return this.list(this.#all);
  }

  byNo(no: number): Row | null {
    return this.find(this.#byNo, no);
  }

  byId(id: string): Row | null {
    return this.find(this.#byId, id);
  }

  /** @param no its number; null = the next one. `fill` writes what is kept of it in tables of its own, so that the record of it is whole. */
  insert(fields: Omit<Row, keyof RowBase>, no: number | null = null, fill: (no: number) => void = nothing): Row {
    return this.database.transaction(() => {
      const nowMs = this.database.now();
      const { lastInsertRowid } = this.#insert.run(no, newId(this.#mapping.prefix, nowMs), nowMs, nowMs, ...this.#mapping.write(fields));
      fill(Number(lastInsertRowid));
      const row = this.#existing(Number(lastInsertRowid));
      this.#record(null, row);
      return row;
    });
  }

  write(row: Row, fill: (row: Row) => void = nothing): Row {
    const before = this.database.trail.isOpen() ? this.byNo(row.no) : null;
    this.#write.run(this.database.now(), ...this.#mapping.write(row), row.no);
    fill(row);
    const after = this.#existing(row.no);
    this.#record(before, after);
    return after;
  }

  /**
   * One careful change in one transaction: `change` gets the row as it is and gives the row as it shall be, or why not.
   * Where both are the same nothing is written and the version stays, lest somebody's edit goes stale by it. `fill` as with `insert`.
   */
  edit(id: string, expected: ExpectedVersion, change: (current: Row) => Result<Row>, fill?: (next: Row) => void): Result<Row> {
    return this.database.transaction(() => {
      const current = this.current(id, expected);
      if (!current.ok) return current;
      const next = change(current.value);
      if (!next.ok) return next;
      return this.#isSame(current.value, next.value) ? current : succeed(this.write(next.value, fill));
    });
  }

  /** Takes a row out of every list; `refuse` says why it cannot be, or null. The row stays for history. */
  remove(id: string, expected: ExpectedVersion, refuse: (current: Row) => Result<Row> | null): Result<Row> {
    return this.database.transaction(() => {
      const current = this.current(id, expected);
      if (!current.ok) return current;
      const refusal = refuse(current.value);
      if (refusal !== null) return refusal;
      const nowMs = this.database.now();
      this.#remove.run(nowMs, nowMs, current.value.no);
      this.#noteEdit(current.value.no);
      this.#record(current.value, null);
      return current;
    });
  }

  /** The row, if it is still at the version that the caller saw. */
  current(id: string, expected: ExpectedVersion): Result<Row> {
    const row = this.byId(id);
    if (row === null) return missing(`there is no ${this.#mapping.noun} ${id}`);
    return expected === null || expected === row.version ? succeed(row) : stale(row.version);
  }

  /** The columns tell of secrets, which do not show their values; the row tells of what is kept in tables of its own. */
  #isSame(left: Row, right: Row): boolean {
    return Bun.deepEquals(this.#mapping.write(left), this.#mapping.write(right)) && Bun.deepEquals(left, right);
  }

  #record(before: Row | null, after: Row | null): void {
    const { noun: kind, unrecorded } = this.#mapping;
    this.database.trail.note({ kind, id: (after ?? before)?.id ?? null, before, after }, unrecorded);
  }

  /** Of what is rolled back nobody hears. */
  #noteEdit(no: number): void {
    this.database.afterCommit(() => {
      for (const feed of this.#feeds) feed.add(no);
    });
    this.changed([no]);
  }

  #existing(no: number): Row {
    this.#noteEdit(no);
    const row = this.byNo(no);
    if (row === null) throw new Error(`${this.#mapping.table} ${no} vanished inside its own transaction`);
    return row;
  }

  #rowOf(raw: Raw): Row {
    const base: RowBase = { no: raw.no, id: raw.id, version: raw.version, createdAtMs: raw.created_at_ms, updatedAtMs: raw.updated_at_ms };
    return Object.assign(base, this.#mapping.read(raw)) as Row;
  }
}

const nothing = () => {};

/** The row with the patch laid over it; keys that are absent or undefined leave the row's value. */
export function patched<Row extends object>(row: Row, patch: Partial<NoInfer<Row>>): Row {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return { ...row, ...Object.fromEntries(given) };
}

/** The row, unless it was removed: history goes on pointing at it, new things must not. */
export function inForce<Row extends RowBase>(table: { byNo: (no: number) => Row | null; byId: (id: string) => Row | null }, no: number): Row | null {
  const row = table.byNo(no);
  return row === null ? null : table.byId(row.id);
}

function feedOf(feeds: Set<number>[]): () => number[] {
  const noted = new Set<number>();
  feeds.push(noted);
  return () => {
    const numbers = [...noted];
    noted.clear();
    return numbers;
  };
}
