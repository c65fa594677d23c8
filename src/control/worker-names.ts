import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** A further name that a rig logs in with; `fleetNo` is the fleet on whose ports it comes in. */
export type WorkerName = { fleetNo: number; name: string; rigNo: number };

type RawName = { fleet_no: number; name: string; rig_no: number };

const nameOf = (raw: RawName): WorkerName => ({ fleetNo: raw.fleet_no, name: raw.name, rigNo: raw.rig_no });

/** The names beside their rigs' own, by which a renamed worker stays one rig. The rules are those of `RigIdentity`. */
export class WorkerNames {
  readonly #all: Statement<RawName, SqlValue[]>;
  readonly #find: Statement<RawName, SqlValue[]>;
  readonly #ofRig: Statement<RawName, SqlValue[]>;
  readonly #put: Statement<unknown, SqlValue[]>;
  readonly #drop: Statement<unknown, SqlValue[]>;
  readonly #dropAll: Statement<unknown, SqlValue[]>;
  readonly #hand: Statement<unknown, SqlValue[]>;

  constructor({ sql }: ControlDatabase) {
    this.#all = sql.prepare("SELECT fleet_no, name, rig_no FROM worker_names ORDER BY rig_no, name");
    this.#find = sql.prepare("SELECT fleet_no, name, rig_no FROM worker_names WHERE fleet_no = ? AND name = ?");
    this.#ofRig = sql.prepare("SELECT fleet_no, name, rig_no FROM worker_names WHERE rig_no = ? ORDER BY name, fleet_no");
    this.#put = sql.prepare("INSERT INTO worker_names (fleet_no, name, rig_no) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rig_no = excluded.rig_no");
    this.#drop = sql.prepare("DELETE FROM worker_names WHERE fleet_no = ? AND name = ?");
    this.#dropAll = sql.prepare("DELETE FROM worker_names WHERE rig_no = ?");
    this.#hand = sql.prepare("UPDATE worker_names SET rig_no = ?2 WHERE rig_no = ?1");
  }

  all(): WorkerName[] {
    return this.#all.all().map(nameOf);
  }

  /** Number of the rig that has the name beside its own; null where none has. */
  rigNoOf(fleetNo: number, name: string): number | null {
    return this.#find.get(fleetNo, name)?.rig_no ?? null;
  }

  ofRig(rigNo: number): WorkerName[] {
    return this.#ofRig.all(rigNo).map(nameOf);
  }

  /** The name is this rig's from now on, whosoever's it was. */
  put({ fleetNo, name, rigNo }: WorkerName): void {
    this.#put.run(fleetNo, name, rigNo);
  }

  drop(fleetNo: number, name: string): void {
    this.#drop.run(fleetNo, name);
  }

  dropAllOf(rigNo: number): void {
    this.#dropAll.run(rigNo);
  }

  /** All names of one rig become another's. */
  hand(fromNo: number, toNo: number): void {
    this.#hand.run(fromNo, toNo);
  }
}
