import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import type { EventInput, Events } from "./events.ts";
import type { Rig, RigStatus } from "./rig-row.ts";

export type StatusChange = { rigNo: number; status: RigStatus; reason: { code: string; text: string } };
export type FoundNominal = { rigNo: number; nominalHps: number; source: "hint" | "learned" };

type StatusRow = Pick<Rig, "no" | "id" | "name" | "status">;

/** What the hub finds out of rigs by itself. Versions stay: nobody's edit goes stale by it. */
export class RigFindings {
  readonly #database: ControlDatabase;
  readonly #events: Events;
  readonly #changed: (rigNos: readonly number[]) => void;
  readonly #statusOf: Statement<StatusRow, SqlValue[]>;
  readonly #setStatus: Statement<unknown, SqlValue[]>;
  readonly #setReason: Statement<unknown, SqlValue[]>;
  readonly #setSeen: Statement<unknown, SqlValue[]>;
  readonly #setLearned: Statement<unknown, SqlValue[]>;

  /** `changed` is told whose rows were written. */
  constructor(database: ControlDatabase, { events, changed }: { events: Events; changed: (rigNos: readonly number[]) => void }) {
    this.#database = database;
    this.#events = events;
    this.#changed = changed;
    const { sql } = database;
    this.#statusOf = sql.prepare("SELECT no, id, name, status FROM rigs WHERE no = ?");
    this.#setStatus = sql.prepare("UPDATE rigs SET status = ?, status_since_ms = ?, status_code = ?, status_text = ? WHERE no = ?");
    this.#setReason = sql.prepare("UPDATE rigs SET status_code = ?, status_text = ? WHERE no = ?");
    this.#setSeen = sql.prepare(
      "UPDATE rigs SET first_seen_ms = coalesce(first_seen_ms, ?1), last_seen_ms = max(coalesce(last_seen_ms, ?1), ?1) WHERE no = ?2",
    );
    this.#setLearned = sql.prepare("UPDATE rigs SET nominal_hps = ?, nominal_source = ? WHERE no = ? AND nominal_source IS NOT 'declared'");
  }

  /**
   * What the shares say now, for many rigs in one transaction. Where the status itself changes, `statusSinceMs` becomes now and an event
   * `rig.status-changed` is written; a new reason for the same status is stored silently.
   */
  setStatus(changes: readonly StatusChange[]): void {
    if (changes.length === 0) return;
    this.#database.transaction(() => {
      const nowMs = this.#database.now();
      const events: EventInput[] = [];
      for (const change of changes) {
        const rig = this.#statusOf.get(change.rigNo);
        if (rig !== null) this.#setOneStatus(rig, change, { nowMs, events });
      }
      this.#events.append(...events);
      this.#noteAll(changes);
    });
  }

  /** When rigs were last connected; also notes the first time. */
  setSeen(list: readonly { rigNo: number; atMs: number }[]): void {
    if (list.length === 0) return;
    this.#database.transaction(() => {
      for (const { rigNo, atMs } of list) this.#setSeen.run(atMs, rigNo);
      this.#noteAll(list);
    });
  }

  /** Nominal hashrates that the hub found out itself; what somebody declared stays. */
  setNominal(list: readonly FoundNominal[]): void {
    if (list.length === 0) return;
    this.#database.transaction(() => {
      for (const { rigNo, nominalHps, source } of list) this.#setLearned.run(nominalHps, source, rigNo);
      this.#noteAll(list);
    });
  }

  #noteAll(list: readonly { rigNo: number }[]): void {
    this.#changed(list.map(({ rigNo }) => rigNo));
  }

  #setOneStatus(rig: StatusRow, { status, reason }: StatusChange, { nowMs, events }: { nowMs: number; events: EventInput[] }): void {
    if (rig.status === status) {
      this.#setReason.run(reason.code, reason.text, rig.no);
      return;
    }
    this.#setStatus.run(status, nowMs, reason.code, reason.text, rig.no);
    const data = { from: rig.status, to: status, code: reason.code };
    events.push({ type: "rig.status-changed", subjectKind: "rig", subjectId: rig.id, text: `${rig.name} is ${status}: ${reason.text}`, data });
  }
}
