import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { newId } from "./ids.ts";

/** What a channel is told; `data` is for scripts. */
export type Message = {
  /** `noun.what-happened`, e.g. `alarm.started`. */
  type: string;
  atMs: number;
  /** One line. */
  subject: string;
  /** Lines for people, without the subject. */
  text: string;
  data: Record<string, unknown>;
};

export type DeliveryState = "waiting" | "delivered" | "failed";

/** A message on its way through one channel. Its id is the same at every attempt, so that a receiver can tell a repeat. */
export type Delivery = {
  no: number;
  id: string;
  channelNo: number;
  message: Message;
  createdAtMs: number;
  state: DeliveryState;
  attempts: number;
  /** When it is tried next; when it was delivered or given up. */
  atMs: number;
  /** Why the last attempt failed. */
  fault: string | null;
};

/** What became of an attempt; `retryAtMs` null = it is given up. */
export type Attempt = { ok: true } | { ok: false; fault: string; retryAtMs: number | null };

type RawDelivery = {
  no: number;
  id: string;
  channel_no: number;
  message: string;
  created_at_ms: number;
  state: DeliveryState;
  attempts: number;
  at_ms: number;
  fault: string | null;
};

const deliveryOf = (raw: RawDelivery): Delivery => ({
  no: raw.no,
  id: raw.id,
  channelNo: raw.channel_no,
  message: JSON.parse(raw.message),
  createdAtMs: raw.created_at_ms,
  state: raw.state,
  attempts: raw.attempts,
  atMs: raw.at_ms,
  fault: raw.fault,
});

/** Of one channel, that wait: the oldest gives way, for an alarm of last week helps nobody. */
const waitingMax = 500;
/** Of one channel, that are over. */
const keptMax = 200;
const faultLengthMax = 300;

/** The bounded queue of messages; it outlives the process, so that a message is told at least once. */
export class Deliveries {
  readonly #database: ControlDatabase;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #due: Statement<RawDelivery, SqlValue[]>;
  readonly #nextAt: Statement<{ at_ms: number | null }, SqlValue[]>;
  readonly #settle: Statement<unknown, SqlValue[]>;
  readonly #pushOut: Statement<unknown, SqlValue[]>;
  readonly #forget: Statement<unknown, SqlValue[]>;
  readonly #ofChannel: Statement<RawDelivery, SqlValue[]>;
  readonly #waiting: Statement<{ count: number }, SqlValue[]>;
  readonly #readMemory: Statement<{ memory: string }, SqlValue[]>;
  readonly #writeMemory: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#insert = sql.prepare(
      "INSERT INTO deliveries (id, channel_no, message, created_at_ms, state, attempts, at_ms) VALUES (?, ?, ?, ?4, 'waiting', 0, ?4)",
    );
    this.#due = sql.prepare("SELECT * FROM deliveries WHERE state = 'waiting' AND at_ms <= ? ORDER BY no LIMIT ?");
    this.#nextAt = sql.prepare("SELECT min(at_ms) AS at_ms FROM deliveries WHERE state = 'waiting'");
    this.#settle = sql.prepare("UPDATE deliveries SET state = ?2, attempts = attempts + 1, at_ms = ?3, fault = ?4 WHERE no = ?1 AND state = 'waiting'");
    this.#pushOut = sql.prepare(
      `UPDATE deliveries SET state = 'failed', fault = 'too many messages waited' WHERE no IN
       (SELECT no FROM deliveries WHERE channel_no = ?1 AND state = 'waiting' ORDER BY no DESC LIMIT -1 OFFSET ?2)`,
    );
    this.#forget = sql.prepare(
      "DELETE FROM deliveries WHERE no IN (SELECT no FROM deliveries WHERE channel_no = ?1 AND state <> 'waiting' ORDER BY no DESC LIMIT -1 OFFSET ?2)",
    );
    this.#ofChannel = sql.prepare("SELECT * FROM deliveries WHERE channel_no = ? ORDER BY no DESC LIMIT ?");
    this.#waiting = sql.prepare("SELECT count(*) AS count FROM deliveries WHERE state = 'waiting'");
    this.#readMemory = sql.prepare("SELECT memory FROM alarm_memory");
    this.#writeMemory = sql.prepare("INSERT INTO alarm_memory (no, memory) VALUES (1, ?) ON CONFLICT DO UPDATE SET memory = excluded.memory");
  }

  /** Queues a message for each channel, due at once. */
  add(channelNos: readonly number[], message: Message): void {
    if (channelNos.length === 0) return;
    this.#database.transaction(() => {
      const nowMs = this.#database.now();
      const text = JSON.stringify(message);
      for (const channelNo of channelNos) {
        this.#insert.run(newId("dlv", nowMs), channelNo, text, nowMs);
        this.#pushOut.run(channelNo, waitingMax);
        this.#forget.run(channelNo, keptMax);
      }
    });
  }

  /** Those to be tried now, oldest first. */
  due(nowMs: number, limit: number): Delivery[] {
    return this.#due.all(nowMs, limit).map(deliveryOf);
  }

  /** When the next one is due; null when none waits. */
  nextAtMs(): number | null {
    return this.#nextAt.get()?.at_ms ?? null;
  }

  /** Writes down what became of an attempt. */
  settle(no: number, attempt: Attempt): void {
    const nowMs = this.#database.now();
    if (attempt.ok) this.#settle.run(no, "delivered", nowMs, null);
    else this.#settle.run(no, attempt.retryAtMs === null ? "failed" : "waiting", attempt.retryAtMs ?? nowMs, attempt.fault.slice(0, faultLengthMax));
  }

  /** The last ones of a channel, newest first. */
  ofChannel(channelNo: number, limit: number): Delivery[] {
    return this.#ofChannel.all(channelNo, limit).map(deliveryOf);
  }

  /** How many wait, over all channels. */
  waiting(): number {
    return this.#waiting.get()?.count ?? 0;
  }

  /** What `rememberAlarms` was last given, in this run or an earlier one; null before. */
  alarmMemory(): unknown {
    const text = this.#readMemory.get()?.memory;
    return text === undefined ? null : JSON.parse(text);
  }

  /** Keeps what the alarms know; together with the messages that come of it in one transaction, so that none is told twice or not at all. */
  rememberAlarms(memory: unknown): void {
    this.#writeMemory.run(JSON.stringify(memory));
  }
}
