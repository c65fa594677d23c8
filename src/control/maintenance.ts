import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, inside, invalid, type Result, succeed, together } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { booleanRule, checkFields, orNull, textRule } from "./rules.ts";
import type { Sites } from "./sites.ts";

/** What is absent. A rack is told by its place at a site; building and row may be left open where the rack's name is enough. */
export type MaintenanceSubject =
  | { kind: "fleet"; fleetNo: number }
  | { kind: "site"; siteId: string }
  | { kind: "rack"; siteId: string; building: string | null; row: string | null; rack: string }
  | { kind: "rigs"; rigNos: number[] };

/** A planned absence, half-open: `toMs` is the first moment after it. Its rigs are replaced beforehand. */
export type Maintenance = RowBase & {
  subject: MaintenanceSubject;
  fromMs: number;
  toMs: number;
  reason: string;
  /** Its time does not count against the SLA of contracts that it touches. */
  excused: boolean;
};

type MaintenanceFields = Omit<Maintenance, keyof RowBase>;
export type MaintenancePatch = Partial<MaintenanceFields>;
/** Default: excused. */
export type MaintenanceInput = MaintenancePatch & Omit<MaintenanceFields, "excused">;

/** A window with the rigs that it takes away, as they are at the moment of the question. */
export type MaintenanceFact = { no: number; id: string; fromMs: number; toMs: number; reason: string; excused: boolean; rigNos: number[] };

export type MaintenanceParts = { sites: Sites; fleetExists: (no: number) => boolean; rigExists: (no: number) => boolean };

type RawMaintenance = RawBase & { subject: string; from_ms: number; to_ms: number; reason: string; excused: number };

const mapping: Mapping<Maintenance, RawMaintenance> = {
  table: "maintenance",
  noun: "maintenance window",
  prefix: "mwn",
  columns: ["subject", "from_ms", "to_ms", "reason", "excused"],
  read: (raw) => ({ subject: JSON.parse(raw.subject), fromMs: raw.from_ms, toMs: raw.to_ms, reason: raw.reason, excused: raw.excused === 1 }),
  write: ({ subject, fromMs, toMs, reason, excused }) => [JSON.stringify(subject), fromMs, toMs, reason, excused],
};

/** Longer than any repair; what stays away longer is another lifecycle. */
const lengthMsMax = 90 * 86_400_000;
const rigsMax = 10_000;
const rules = { reason: textRule(500), excused: booleanRule };
const place = textRule(100);
const rackRules = { building: orNull(place), row: orNull(place), rack: place };

// A rig that names no site is where its fleet is.
const siteOfRig = "coalesce(rigs.site_id, fleets.site_id)";
const rigsOfSite = `SELECT rigs.no FROM rigs JOIN fleets ON fleets.no = fleet_no WHERE rigs.removed_at_ms IS NULL AND ${siteOfRig} = ?1`;

/** Planned maintenance: whose rigs go when, and whether that counts. */
export class MaintenanceWindows {
  readonly #rows: RowTable<Maintenance, RawMaintenance>;
  readonly #parts: MaintenanceParts;
  readonly #touching: Statement<RawMaintenance, SqlValue[]>;
  readonly #ofFleet: Statement<{ no: number }, SqlValue[]>;
  readonly #ofSite: Statement<{ no: number }, SqlValue[]>;
  readonly #ofRack: Statement<{ no: number }, SqlValue[]>;
  readonly #ofRigs: Statement<{ no: number }, SqlValue[]>;

  constructor(database: ControlDatabase, parts: MaintenanceParts) {
    this.#rows = new RowTable(database, mapping);
    this.#parts = parts;
    this.#touching = this.#rows.prepare("removed_at_ms IS NULL AND to_ms > ?1 AND from_ms < ?2 ORDER BY from_ms, no");
    const { sql } = database;
    this.#ofFleet = sql.prepare("SELECT no FROM rigs WHERE fleet_no = ?1 AND removed_at_ms IS NULL");
    this.#ofSite = sql.prepare(rigsOfSite);
    this.#ofRack = sql.prepare(`${rigsOfSite} AND (?2 IS NULL OR building = ?2) AND (?3 IS NULL OR row = ?3) AND rack = ?4`);
    this.#ofRigs = sql.prepare(
      `SELECT DISTINCT rigs.no FROM rigs WHERE removed_at_ms IS NULL
       AND no IN (SELECT coalesce(named.merged_into_no, named.no) FROM json_each(?1) JOIN rigs AS named ON named.no = value)`,
    );
  }

  /** All windows that are not removed, oldest first; those that are over too. */
  all(): Maintenance[] {
    return this.#rows.all();
  }

  byId(id: string): Maintenance | null {
    return this.#rows.byId(id);
  }

  /** Windows that touch [fromMs, toMs), in the order of their beginnings. */
  during(fromMs: number, toMs: number): Maintenance[] {
    return this.#rows.list(this.#touching, fromMs, toMs);
  }

  /** For the planner: windows that are on, or begin within `aheadMs`, each with its rigs. */
  activeOrSoon(nowMs: number, aheadMs: number): MaintenanceFact[] {
    return this.during(nowMs, nowMs + Math.max(1, aheadMs)).map(({ no, id, fromMs, toMs, reason, excused, subject }) => {
      return { no, id, fromMs, toMs, reason, excused, rigNos: this.rigsOf(subject) };
    });
  }

  /** Numbers of the rigs that a subject means now, in no order. */
  rigsOf(subject: MaintenanceSubject): number[] {
    return this.#find(subject).map(({ no }) => no);
  }

  create(input: MaintenanceInput): Result<Maintenance> {
    return this.#rows.database.transaction(() => {
      const fields: MaintenanceFields = { ...input, excused: input.excused ?? true };
      return this.#check(fields) ?? succeed(this.#rows.insert(fields));
    });
  }

  update(id: string, patch: MaintenancePatch, expected: ExpectedVersion): Result<Maintenance> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched(current, patch);
      return this.#check(next) ?? succeed(next);
    });
  }

  remove(id: string, expected: ExpectedVersion): Result<Maintenance> {
    return this.#rows.remove(id, expected, () => null);
  }

  #find(subject: MaintenanceSubject): { no: number }[] {
    switch (subject.kind) {
      case "fleet":
        return this.#ofFleet.all(subject.fleetNo);
      case "site":
        return this.#ofSite.all(subject.siteId);
      case "rack":
        return this.#ofRack.all(subject.siteId, subject.building, subject.row, subject.rack);
      case "rigs":
        return this.#ofRigs.all(JSON.stringify(subject.rigNos));
    }
  }

  #check(fields: MaintenanceFields): Failure | null {
    return together(checkFields(fields, rules), checkLength(fields), this.#checkSubject(fields.subject));
  }

  #checkSubject(subject: MaintenanceSubject): Failure | null {
    if (subject.kind === "fleet") return this.#parts.fleetExists(subject.fleetNo) ? null : invalid("subject.fleet_id", "must name a fleet that exists");
    if (subject.kind === "rigs") return this.#checkRigs(subject.rigNos);
    const broken = this.#parts.sites.rule(subject.siteId);
    const inRack = subject.kind === "rack";
    if (broken !== null) return invalid(inRack ? "subject.rack.site_id" : "subject.site_id", broken);
    return inRack ? inside("subject.rack", checkFields(subject, rackRules)) : null;
  }

  #checkRigs(rigNos: readonly number[]): Failure | null {
    if (rigNos.length < 1 || rigNos.length > rigsMax) return invalid("subject.rig_ids", `must name 1 to ${rigsMax} rigs`);
    return rigNos.every((no) => this.#parts.rigExists(no)) ? null : invalid("subject.rig_ids", "must name rigs that exist");
  }
}

function checkLength({ fromMs, toMs }: MaintenanceFields): Failure | null {
  if (!(toMs > fromMs)) return invalid("to", "must be after its beginning");
  return toMs - fromMs > lengthMsMax ? invalid("to", "must be at most 90 days after its beginning") : null;
}
