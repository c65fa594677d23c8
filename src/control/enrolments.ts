import type { Statement } from "bun:sqlite";
import type { Allocations } from "./allocations.ts";
import type { SqlValue } from "./database.ts";
import type { EventInput, Events } from "./events.ts";
import { newId } from "./ids.ts";
import type { RigNumbers } from "./rig-numbers.ts";
import { newRigFields, type RawRig, type Rig } from "./rig-row.ts";
import type { RowTable } from "./row-table.ts";
import { isRigName, rigNameWords } from "./rules.ts";

/** A rig that nobody knows, as it logged in; `nominalHps` (H/s) is what it hinted. */
export type Enrolment = { fleetNo: number; name: string; nominalHps: number | null };

/** The caller enrolled a rig whose name it should have refused. */
export class EnrolmentError extends Error {
  override name = "EnrolmentError";
}

const enrolled = Object.freeze({ code: "enrolled", text: "first seen; its shares have not been judged yet" });

const keyOf = ({ fleetNo, name }: Pick<Rig, "fleetNo" | "name">) => `${fleetNo} ${name}`;

function enrolmentEvent({ id, name }: Rig): EventInput {
  return { type: "rig.enrolled", subjectKind: "rig", subjectId: id, text: `${name} connected for the first time and enrolled itself`, data: { name } };
}

/** Enters unknown rigs, many at once: after a start without data ten thousand of them log in within seconds. */
export class Enrolments {
  readonly #rows: RowTable<Rig, RawRig>;
  readonly #allocations: Allocations;
  readonly #events: Events;
  readonly #numbers: RigNumbers;
  readonly #known: Statement<RawRig, SqlValue[]>;
  readonly #claimed: Statement<{ at: number; rig_no: number }, SqlValue[]>;
  readonly #insert: Statement<unknown, SqlValue[]>;

  constructor(rows: RowTable<Rig, RawRig>, { allocations, events, numbers }: { allocations: Allocations; events: Events; numbers: RigNumbers }) {
    this.#rows = rows;
    this.#allocations = allocations;
    this.#events = events;
    this.#numbers = numbers;
    this.#known = rows.prepare(
      `removed_at_ms IS NULL AND no IN (SELECT rigs.no FROM json_each(?) CROSS JOIN rigs
       ON fleet_no = value ->> 'fleetNo' AND name = value ->> 'name' AND removed_at_ms IS NULL)`,
    );
    this.#claimed = rows.database.sql.prepare(
      `SELECT key AS at, rig_no FROM json_each(?) CROSS JOIN worker_names ON fleet_no = value ->> 'fleetNo' AND name = value ->> 'name'`,
    );
    // One statement for the whole batch, with what all of them share written out: a third of the time of a statement per rig.
    this.#insert = rows.database.sql.prepare(
      `INSERT INTO rigs (no, id, version, created_at_ms, updated_at_ms, name, fleet_no, nominal_hps, nominal_source, lend, lifecycle,
         status, status_since_ms, status_code, status_text, draining, parked, notes, first_seen_ms, last_seen_ms)
       SELECT value ->> 0, value ->> 1, 1, ?2, ?2, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 'none', 'active',
         'vetting', ?2, ?3, ?4, 0, 0, '', ?2, ?2 FROM json_each(?1)`,
    );
  }

  /**
   * See `Rigs.enrol`.
   * @throws EnrolmentError for a name that `isRigName` refuses
   */
  enrol(batch: readonly Enrolment[]): Rig[] {
    const unfit = batch.find(({ name }) => !isRigName(name));
    if (unfit !== undefined) throw new EnrolmentError(`rig name ${JSON.stringify(unfit.name)} must be ${rigNameWords}`);
    return this.#rows.database.transaction(() => {
      const asked = JSON.stringify(batch);
      const rigs = new Map(this.#rows.list(this.#known, asked).map((rig) => [keyOf(rig), rig]));
      for (const [key, rig] of this.#byFurtherName(batch, asked)) rigs.set(key, rig);
      const unknown = new Map(batch.filter((entry) => !rigs.has(keyOf(entry))).map((entry) => [keyOf(entry), entry]));
      for (const rig of this.#insertAll([...unknown.values()])) rigs.set(keyOf(rig), rig);
      return batch.flatMap((entry) => rigs.get(keyOf(entry)) ?? []);
    });
  }

  /** Rigs that claimed a name of the batch, by that name. */
  #byFurtherName(batch: readonly Enrolment[], asked: string): [key: string, rig: Rig][] {
    return this.#claimed.all(asked).flatMap(({ at, rig_no }): [string, Rig][] => {
      const entry = batch[at];
      const rig = this.#rows.byNo(rig_no);
      return entry === undefined || rig === null ? [] : [[keyOf(entry), rig]];
    });
  }

  #insertAll(entries: Enrolment[]): Rig[] {
    if (entries.length === 0) return [];
    const nowMs = this.#rows.database.now();
    const fresh = entries.map((entry) => this.#rigOf(entry, nowMs));
    const rows = fresh.map((rig) => [rig.no, rig.id, rig.name, rig.fleetNo, rig.nominalHps, rig.nominalSource]);
    this.#insert.run(JSON.stringify(rows), nowMs, enrolled.code, enrolled.text);
    this.#rows.changed(fresh.map(({ no }) => no));
    this.#allocations.assign(fresh.map(({ no }) => ({ rigNo: no, reason: enrolled, decidedBy: "planner" })));
    this.#events.append(...fresh.map(enrolmentEvent));
    return fresh;
  }

  #rigOf({ fleetNo, name, nominalHps }: Enrolment, nowMs: number): Rig {
    const seen = { status: "vetting", statusReason: enrolled, firstSeenMs: nowMs, lastSeenMs: nowMs } as const;
    const nominalSource = nominalHps === null ? null : "hint";
    const fields = newRigFields({ fleetNo, name, nominalHps, nominalSource }, nowMs);
    return { no: this.#numbers.next(fleetNo), id: newId("rig", nowMs), version: 1, createdAtMs: nowMs, updatedAtMs: nowMs, ...fields, ...seen };
  }
}
