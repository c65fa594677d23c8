import type { DuckDBValue } from "@duckdb/node-api";
import type { Database } from "./database.ts";
import type { Reach } from "./fact-sources.ts";
import { type Rollup, readReach } from "./rollup.ts";
import type { Piece } from "./share-sources.ts";

const triesMax = 5;

/**
 * Asks what is to be read from several tables, while shares move from one to the other. A question is made for the places where
 * shares were a moment ago, and is asked again should they have moved when its own transaction began.
 */
export class Questions {
  readonly #database: Database;
  readonly #rollup: Rollup;

  constructor(database: Database, rollup: Rollup) {
    this.#database = database;
    this.#rollup = rollup;
  }

  /** The files of shares, as far as is known. */
  get pieces(): readonly Piece[] {
    return this.#rollup.reach.pieces;
  }

  /** Rows of the question that `sqlFor` makes, as arrays in the order of its columns. Rejects with QueryTimeout. */
  async ask(sqlFor: (reach: Reach) => string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    let reach = this.#rollup.reach;
    for (let tries = 1; ; tries++) {
      const found = await this.#askOnce(reach, sqlFor(reach), values);
      if (Array.isArray(found)) return found;
      const now = await readReach((sql) => this.#database.ask(sql), this.#rollup.folder);
      // A file that is gone is no fault where its shares have moved.
      if (now.generation === reach.generation && found !== null) throw found;
      if (tries >= triesMax) throw found ?? new Error("the ledger moved its shares all the time; ask again");
      reach = now;
    }
  }

  /** The rows; null where shares have moved; or what went wrong, which may be for the same reason. */
  async #askOnce(reach: Reach, sql: string, values: DuckDBValue[]): Promise<DuckDBValue[][] | Error | null> {
    const checked = `SELECT rollups.generation, asked.* FROM rollups LEFT JOIN (SELECT true AS is_row, * FROM (${sql})) asked ON true`;
    const rows = await this.#database.ask(checked, values).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (rows instanceof Error) return rows;
    if (Number(rows[0]?.[0]) !== reach.generation) return null;
    return rows[0]?.[1] === true ? rows.map((row) => row.slice(2)) : [];
  }
}
