import type { Statement } from "bun:sqlite";
import type { Allocations } from "./allocations.ts";
import type { SqlValue } from "./database.ts";
import { type Failure, invalid, missing, type Result, succeed, taken } from "./result.ts";
import type { RawRig, Rig, RigFields } from "./rig-row.ts";
import type { RowTable } from "./row-table.ts";
import { rigNameRule } from "./rules.ts";
import type { WorkerName, WorkerNames } from "./worker-names.ts";

/** A rig may have so many names beside its own: enough for every control board it will ever see. */
const namesPerRigMax = 32;

type Parts = { rows: RowTable<Rig, RawRig>; names: WorkerNames; allocations: Allocations; refuseRemoval: (rig: Rig) => Failure | null };

/**
 * One machine, one rig: whatever its worker is called today. A name that a rig claimed leads to it at its next login; two rows that turn
 * out to be one machine are merged, and what the merged number did counts for the survivor.
 */
export class RigIdentity {
  readonly #rows: RowTable<Rig, RawRig>;
  readonly #names: WorkerNames;
  readonly #allocations: Allocations;
  readonly #refuseRemoval: (rig: Rig) => Failure | null;
  readonly #byName: Statement<RawRig, SqlValue[]>;
  readonly #survivor: Statement<{ no: number }, SqlValue[]>;
  readonly #merged: Statement<{ no: number; into_no: number }, SqlValue[]>;
  readonly #numbersOf: Statement<{ no: number }, SqlValue[]>;
  readonly #point: Statement<unknown, SqlValue[]>;

  constructor({ rows, names, allocations, refuseRemoval }: Parts) {
    this.#rows = rows;
    this.#names = names;
    this.#allocations = allocations;
    this.#refuseRemoval = refuseRemoval;
    this.#byName = rows.prepare("fleet_no = ? AND name = ? AND removed_at_ms IS NULL");
    const { sql } = rows.database;
    this.#survivor = sql.prepare("SELECT merged_into_no AS no FROM rigs WHERE id = ? AND merged_into_no IS NOT NULL");
    this.#merged = sql.prepare("SELECT no, merged_into_no AS into_no FROM rigs WHERE merged_into_no IS NOT NULL");
    this.#numbersOf = sql.prepare("SELECT no FROM rigs WHERE merged_into_no = ? ORDER BY no");
    // A row that was merged into the one that is merged now points at the survivor too, so that no pointer has to be followed twice.
    this.#point = sql.prepare("UPDATE rigs SET merged_into_no = ?2 WHERE no = ?1 OR merged_into_no = ?1");
  }

  /** Why a rig cannot have this name of its own; null when it can. A name that it claimed before becomes its own. */
  checkOwnName(rig: Pick<RigFields, "fleetNo" | "name">, no: number | null): Failure | null {
    const namesake = this.#rows.find(this.#byName, rig.fleetNo, rig.name);
    if (namesake !== null && namesake.no !== no) return taken("name", "is the name of another rig of the fleet");
    const claimedBy = this.#names.rigNoOf(rig.fleetNo, rig.name);
    if (claimedBy === null || claimedBy === no) return null;
    return taken("name", `is a worker name of rig ${this.#rows.byNo(claimedBy)?.name}`);
  }

  /** A renamed rig still logs in as before until somebody visits it, so the old name stays with it. */
  keepNames(before: Rig, after: Rig): void {
    this.#names.drop(after.fleetNo, after.name);
    if (before.name !== after.name) this.#names.put({ fleetNo: before.fleetNo, name: before.name, rigNo: after.no });
  }

  /** Leads a worker name to the rig, from its next login on. It may have it already. */
  claim(id: string, name: string): Result<Rig> {
    return this.#rows.database.transaction(() => {
      const rig = this.#rows.byId(id);
      if (rig === null) return missing(`there is no rig ${id}`);
      const broken = rigNameRule(name);
      if (broken !== null) return invalid("name", broken);
      if (rig.name === name || this.#names.rigNoOf(rig.fleetNo, name) === rig.no) return succeed(rig);
      const failure = this.#checkClaim(rig, name);
      if (failure !== null) return failure;
      this.#names.put({ fleetNo: rig.fleetNo, name, rigNo: rig.no });
      return succeed(rig);
    });
  }

  /** Takes a claimed name away again; whoever logs in with it next enrols as a new rig. A name that it has not claimed is no fault. */
  release(id: string, name: string): Result<Rig> {
    return this.#rows.database.transaction(() => {
      const rig = this.#rows.byId(id);
      if (rig === null) return missing(`there is no rig ${id}`);
      if (rig.name === name) return invalid("name", "is the rig's own name; change that instead");
      for (const own of this.#names.ofRig(rig.no)) if (own.name === name) this.#names.drop(own.fleetNo, own.name);
      return succeed(rig);
    });
  }

  /**
   * The row `id` goes, `intoId` stays: it gets the other's worker names, and its details where it has none itself. Shares and allocations
   * keep the number they were booked under; `numbersOf` says which those are. Merging again what was merged so changes nothing.
   */
  merge(id: string, intoId: string): Result<Rig> {
    return this.#rows.database.transaction(() => {
      const into = this.#rows.byId(intoId);
      if (into === null) return invalid("into", "must be the id of a rig that exists");
      if (this.#survivor.get(id)?.no === into.no) return succeed(into);
      const rig = this.#rows.byId(id);
      if (rig === null) return missing(`there is no rig ${id}`);
      if (rig.no === into.no) return invalid("into", "must be another rig");
      const refusal = this.#refuseRemoval(rig);
      return refusal ?? succeed(this.#join(rig, into));
    });
  }

  /** The rig that a merged one became. */
  survivorOf(id: string): Rig | null {
    const no = this.#survivor.get(id)?.no;
    return no === undefined ? null : this.#rows.byNo(no);
  }

  /** Where the numbers of merged rigs lead. */
  merged(): Map<number, number> {
    return new Map(this.#merged.all().map(({ no, into_no }) => [no, into_no]));
  }

  /** The numbers under which this rig's shares and allocations stand: its own first, then those of rigs that were merged into it. */
  numbersOf(no: number): number[] {
    return [no, ...this.#numbersOf.all(no).map((row) => row.no)];
  }

  #checkClaim(rig: Rig, name: string): Failure | null {
    const namesake = this.#rows.find(this.#byName, rig.fleetNo, name);
    if (namesake !== null) return taken("name", "is the name of another rig of the fleet; merge that one into this, if they are one machine");
    const otherNo = this.#names.rigNoOf(rig.fleetNo, name);
    if (otherNo !== null) return taken("name", `is a worker name of rig ${this.#rows.byNo(otherNo)?.name}`);
    const isFull = this.#names.ofRig(rig.no).length >= namesPerRigMax;
    return isFull ? invalid("name", `must not be one more: the rig has ${namesPerRigMax} worker names already`) : null;
  }

  #join(rig: Rig, into: Rig): Rig {
    const removed = this.#rows.remove(rig.id, null, () => null);
    if (!removed.ok) throw new Error(`rig ${rig.no} vanished inside its own transaction`);
    this.#allocations.end(rig.no);
    this.#point.run(rig.no, into.no);
    this.#names.hand(rig.no, into.no);
    const own: WorkerName = { fleetNo: rig.fleetNo, name: rig.name, rigNo: into.no };
    if (own.fleetNo !== into.fleetNo || own.name !== into.name) this.#names.put(own);
    return this.#rows.write(filledFrom(into, rig));
  }
}

/** What the survivor does not know of itself, the other tells. */
function filledFrom(into: Rig, rig: Rig): Rig {
  const hasPlace = into.siteId !== null || Object.values(into.location).some((part) => part !== null);
  const hasNominal = into.nominalHps !== null;
  return {
    ...into,
    assetCode: into.assetCode ?? rig.assetCode,
    model: into.model ?? rig.model,
    serial: into.serial ?? rig.serial,
    mac: into.mac ?? rig.mac,
    warrantyUntil: into.warrantyUntil ?? rig.warrantyUntil,
    ...(!hasPlace && { siteId: rig.siteId, location: rig.location }),
    ...(!hasNominal && { nominalHps: rig.nominalHps, nominalSource: rig.nominalSource }),
    notes: into.notes === "" ? rig.notes : into.notes,
    firstSeenMs: earlier(into.firstSeenMs, rig.firstSeenMs),
    lastSeenMs: later(into.lastSeenMs, rig.lastSeenMs),
  };
}

const earlier = (left: number | null, right: number | null): number | null => (left === null || right === null ? (left ?? right) : Math.min(left, right));
const later = (left: number | null, right: number | null): number | null => (left === null || right === null ? (left ?? right) : Math.max(left, right));
