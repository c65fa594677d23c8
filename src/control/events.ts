import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { newId } from "./ids.ts";
import { invalid, type Result, succeed } from "./result.ts";

export type EventData = Record<string, unknown>;

/** A change of state that somebody may want to hear of. Its id is the cursor of the feed. */
export type HubEvent = {
  no: number;
  id: string;
  atMs: number;
  /** `noun.what-happened`, e.g. `rig.enrolled`. */
  type: string;
  subjectKind: string;
  /** Public id of what it is about; null = the hub itself. */
  subjectId: string | null;
  /** One sentence for a person. */
  text: string;
  data: EventData;
};

/** `atMs` defaults to now, `data` to nothing. */
export type EventInput = Pick<HubEvent, "type" | "subjectKind" | "subjectId" | "text"> & { atMs?: number; data?: EventData };

type RawEvent = { no: number; id: string; at_ms: number; type: string; subject_kind: string; subject_id: string | null; text: string; data: string };

/** Events before a row (null = the newest) and up to a moment (null = now), about one kind of thing or all (empty), whose type or text holds `text` (empty = any). */
export type EventSearch = { beforeNo: number | null; untilMs: number | null; kind: string; text: string; limit: number };
/** Newest first. `olderNo`: `beforeNo` of the next page; null where there is none. A page may be empty and still have an older one. */
export type EventPage = { rows: HubEvent[]; olderNo: number | null };

/** What bears on a contract in [fromMs, toMs). */
export type ContractEventAsk = { contract: { no: number; id: string }; fromMs: number; toMs: number; limit: number };

/** Rows that one search reads at most, and at a time: 500 take half a millisecond of the loop that answers rigs. */
const searchedMax = 20_000;
const searchedPerTurn = 500;

/** Recorded events that may wait for `flush`; one more is written at once. */
const bufferedMax = 2_000;
/** Those that may wait while the disk refuses them, at some 300 bytes each; further ones are counted, not kept. */
const heldMax = 20_000;
const limitMax = 1_000;

/** Bounded in what it reads, as a page asks every two seconds: of the last hundred allocations the last twenty events of each rig. */
const ofContractSql = `SELECT * FROM events WHERE no IN (
  SELECT no FROM (SELECT no FROM events WHERE subject_id = ?1 AND no >= ?2 AND no < ?3 ORDER BY no DESC LIMIT ?4)
  UNION SELECT no FROM (
    SELECT no FROM events WHERE data ->> 'contract_id' = ?1 AND no >= ?2 AND no < ?3
    AND (type IN ('pool.failover', 'pool.returned', 'pool.all-down') OR (type = 'rig.moved' AND data ->> 'code' = 'replaces')) ORDER BY no DESC LIMIT ?4)
  UNION SELECT e.no FROM (
    SELECT rig_no, from_ms, to_ms FROM allocations WHERE contract_no = ?5 AND from_ms < ?7 AND (to_ms IS NULL OR to_ms > ?6) ORDER BY from_ms DESC LIMIT 100) a
    CROSS JOIN rigs r ON r.no = a.rig_no
    CROSS JOIN events e ON e.no IN (SELECT no FROM events WHERE subject_id = r.id AND no >= ?2 AND no < ?3 ORDER BY no DESC LIMIT 20)
    WHERE e.type = 'rig.status-changed' AND e.at_ms >= a.from_ms AND (a.to_ms IS NULL OR e.at_ms <= a.to_ms)
) ORDER BY no DESC LIMIT ?4`;

const eventOf = (raw: RawEvent): HubEvent => ({
  no: raw.no,
  id: raw.id,
  atMs: raw.at_ms,
  type: raw.type,
  subjectKind: raw.subject_kind,
  subjectId: raw.subject_id,
  text: raw.text,
  data: JSON.parse(raw.data),
});

function lostNote(count: number): EventInput {
  const text = `${count === 1 ? "1 event was" : `${count} events were`} not kept, because the disk took no more`;
  return { type: "hub.events-lost", subjectKind: "hub", subjectId: null, text, data: { count } };
}

/** Told once it is over: before, there was no room for it either. */
function refusedNote(sinceMs: number, nowMs: number): EventInput {
  const text = `The disk took no changes for ${Math.max(1, Math.round((nowMs - sinceMs) / 1_000))} s: what was decided in that time had to wait`;
  return { type: "hub.disk-refused", subjectKind: "hub", subjectId: null, text, data: { until: new Date(nowMs).toISOString() }, atMs: sinceMs };
}

export class Events {
  readonly #database: ControlDatabase;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #after: Statement<RawEvent, SqlValue[]>;
  readonly #latest: Statement<RawEvent, SqlValue[]>;
  readonly #ofSubject: Statement<RawEvent, SqlValue[]>;
  readonly #ofContract: Statement<RawEvent, SqlValue[]>;
  readonly #search: Statement<RawEvent, SqlValue[]>;
  readonly #next: Statement<{ no: number; at_ms: number }, SqlValue[]>;
  readonly #noOf: Statement<{ no: number }, SqlValue[]>;
  readonly #lastNo: Statement<{ no: number | null }, SqlValue[]>;
  readonly #listeners = new Set<() => void>();
  #buffer: EventInput[] = [];
  #lost = 0;
  #refusedSinceMs: number | null = null;
  #toldNo: number;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#insert = sql.prepare(
      `INSERT INTO events (id, at_ms, type, subject_kind, subject_id, text, data)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value -> 6 FROM json_each(?)`,
    );
    this.#after = sql.prepare("SELECT * FROM events WHERE no > ? ORDER BY no LIMIT ?");
    this.#latest = sql.prepare("SELECT * FROM events ORDER BY no DESC LIMIT ?");
    this.#ofSubject = sql.prepare("SELECT * FROM events WHERE subject_id = ? ORDER BY no DESC LIMIT ?");
    this.#ofContract = sql.prepare(ofContractSql);
    this.#search = sql.prepare(
      `SELECT * FROM events WHERE no < ?1 AND no >= ?2 AND (?3 = '' OR subject_kind = ?3) AND (?4 = '' OR type LIKE ?4 ESCAPE '\\' OR text LIKE ?4 ESCAPE '\\')
       ORDER BY no DESC LIMIT ?5`,
    );
    this.#next = sql.prepare("SELECT no, at_ms FROM events WHERE no >= ? ORDER BY no LIMIT 1");
    this.#noOf = sql.prepare("SELECT no FROM events WHERE id = ?");
    this.#lastNo = sql.prepare("SELECT max(no) AS no FROM events");
    this.#toldNo = this.#lastNo.get()?.no ?? 0;
  }

  /** Writes events now, in the transaction at hand if there is one. */
  append(...events: EventInput[]): void {
    if (events.length === 0) return;
    this.#database.transaction(() => {
      for (const { text, subjectId } of events) this.#database.trail.tell(text, subjectId);
      this.#write(events);
    });
    this.#database.afterCommit(() => this.#tell());
  }

  /** For what is only noted (nothing is decided by it): held back and written by the next `flush`. Costs no disk access. Never throws. */
  record(event: EventInput): void {
    if (this.#buffer.length >= heldMax) {
      this.#lost += 1;
      return;
    }
    this.#buffer.push({ ...event, atMs: event.atMs ?? this.#database.now() });
    if (this.#buffer.length <= bufferedMax || this.#refusedSinceMs !== null) return;
    try {
      this.flush();
    } catch {
      // The events are still held; whoever calls `flush` on a timer hears of the failure and tells of it.
    }
  }

  /** Since when the database takes no writes, as on a full disk; null = it takes them, as far as is known. */
  get refusedSinceMs(): number | null {
    return this.#refusedSinceMs;
  }

  /**
   * Writes what was recorded, and tells the listeners about events that other processes wrote meanwhile. To be called about
   * five times a second, and at the end; never inside a transaction, whose end could undo it.
   * @throws what SQLite says when it cannot write (a full disk): what was recorded is held for the next call
   */
  flush(): void {
    if (this.#buffer.length > 0) this.#writeHeld();
    this.#tell();
  }

  /**
   * Events after the one whose id is the cursor, oldest first; null = from the beginning.
   * @param limit 1 to 1000
   */
  after(cursor: string | null, limit: number): Result<HubEvent[]> {
    const no = cursor === null ? 0 : this.#noOf.get(cursor)?.no;
    if (no === undefined) return invalid("after", "must be the id of an event");
    return succeed(this.#after.all(no, Math.min(limit, limitMax)).map(eventOf));
  }

  /** The last events, newest first. */
  latest(limit: number): HubEvent[] {
    return this.#latest.all(Math.min(limit, limitMax)).map(eventOf);
  }

  /** The last events about one thing, newest first. */
  ofSubject(subjectId: string, limit: number): HubEvent[] {
    return this.#ofSubject.all(subjectId, Math.min(limit, limitMax)).map(eventOf);
  }

  /** What bears on what a contract gets, newest first: its own events, changes of its pools, rigs that stepped in, and what became of rigs while they served it. */
  ofContract({ contract, fromMs, toMs, limit }: ContractEventAsk): HubEvent[] {
    const [fromNo, toNo] = [this.#noAfter(fromMs - 1), this.#noAfter(toMs - 1)];
    return this.#ofContract.all(contract.id, fromNo, toNo, Math.min(limit, limitMax), contract.no, fromMs, toMs).map(eventOf);
  }

  /** Finds events, with a `rest` between pieces of work; of rare ones it may take several pages to come to the next. */
  async search({ beforeNo, untilMs, kind, text, limit }: EventSearch, rest: () => Promise<void> | undefined): Promise<EventPage> {
    const endNo = Math.min(
      beforeNo ?? Number.MAX_SAFE_INTEGER,
      (this.#lastNo.get()?.no ?? 0) + 1,
      untilMs === null ? Number.MAX_SAFE_INTEGER : this.#noAfter(untilMs),
    );
    const firstNo = Math.max(1, endNo - searchedMax);
    const pattern = text === "" ? "" : `%${text.replace(/[\\%_]/g, "\\$&")}%`;
    const count = Math.max(1, Math.min(limit, limitMax));
    const rows: HubEvent[] = [];
    let fromNo = endNo;
    while (fromNo > firstNo && rows.length < count) {
      await rest();
      const toNo = fromNo;
      fromNo = Math.max(firstNo, toNo - searchedPerTurn);
      rows.push(...this.#search.all(toNo, fromNo, kind, pattern, count - rows.length).map(eventOf));
    }
    const isFull = rows.length === count;
    const olderNo = isFull ? (rows.at(-1)?.no ?? 1) : fromNo;
    return { rows, olderNo: olderNo > 1 ? olderNo : null };
  }

  /** The row after the last event at or before that moment, by halving: rows come in the order of time. */
  #noAfter(atMs: number): number {
    let low = 1;
    let high = (this.#lastNo.get()?.no ?? 0) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#next.get(middle) ?? null;
      if (row !== null && row.at_ms <= atMs) low = row.no + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls `listener` after events were written (once per batch, on disk); returns how to stop that. It must not throw. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #writeHeld(): void {
    const nowMs = this.#database.now();
    const refused = this.#refusedSinceMs === null ? [] : [refusedNote(this.#refusedSinceMs, nowMs)];
    this.#refusedSinceMs ??= this.#buffer[0]?.atMs ?? nowMs;
    const lost = this.#lost === 0 ? [] : [lostNote(this.#lost)];
    this.#database.transaction(() => this.#write([...refused, ...this.#buffer, ...lost]));
    this.#refusedSinceMs = null;
    this.#buffer = [];
    this.#lost = 0;
  }

  #write(events: EventInput[]): void {
    const nowMs = this.#database.now();
    const rows = events.map(({ atMs = nowMs, type, subjectKind, subjectId, text, data = {} }) => [
      newId("evt", atMs),
      atMs,
      type,
      subjectKind,
      subjectId,
      text,
      data,
    ]);
    this.#insert.run(JSON.stringify(rows));
  }

  #tell(): void {
    const lastNo = this.#lastNo.get()?.no ?? 0;
    if (lastNo === this.#toldNo) return;
    this.#toldNo = lastNo;
    for (const listener of this.#listeners) listener();
  }
}
