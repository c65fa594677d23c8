import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { newId } from "./ids.ts";
import { type Invalid, invalid, type Success, succeed } from "./result.ts";
import { notesRule } from "./rules.ts";

/** What was done to a machine: written once, never changed. */
export type Repair = {
  id: string;
  rigNo: number;
  atMs: number /** `user:…` or `token:…` */;
  by: string /** As he was called then. */;
  byName: string;
  text: string;
};

type RawRepair = { id: string; rig_no: number; at_ms: number; by: string; by_name: string; text: string };

const textMax = 4_000;

/** The repair history of rigs. */
export class Repairs {
  readonly #database: ControlDatabase;
  readonly #ofRig: Statement<RawRepair, SqlValue[]>;
  readonly #insert: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#ofRig = database.sql.prepare(
      "SELECT id, rig_no, at_ms, by, by_name, text FROM repairs WHERE rig_no IN (SELECT value FROM json_each(?)) ORDER BY no DESC LIMIT ?",
    );
    this.#insert = database.sql.prepare("INSERT INTO repairs (id, rig_no, at_ms, by, by_name, text) VALUES (?, ?, ?, ?, ?, ?)");
  }

  /** Newest first. `rigNos`: a rig's own number and those merged into it. */
  latest(rigNos: readonly number[], limit: number): Repair[] {
    const rows = this.#ofRig.all(JSON.stringify(rigNos), limit);
    return rows.map((raw) => ({ id: raw.id, rigNo: raw.rig_no, atMs: raw.at_ms, by: raw.by, byName: raw.by_name, text: raw.text }));
  }

  add(rigNo: number, { by, byName, text }: Pick<Repair, "by" | "byName" | "text">): Success<Repair> | Invalid {
    const broken = text.trim() === "" ? "must say what was done" : notesRule(textMax)(text);
    if (broken !== null) return invalid("text", broken);
    const atMs = this.#database.now();
    const id = newId("rep", atMs);
    this.#insert.run(id, rigNo, atMs, by, byName, text);
    return succeed({ id, rigNo, atMs, by, byName, text });
  }
}
