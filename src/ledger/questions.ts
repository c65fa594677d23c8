import type { DuckDBValue } from "@duckdb/node-api";
import { type Columns, columnsOfRows } from "./columns.ts";
import { type Database, QueryTimeout } from "./database.ts";
import type { DayFileCheck } from "./day-file-check.ts";
import type { Reach } from "./fact-sources.ts";
import { type Rollup, readReach } from "./rollup.ts";
import type { Piece } from "./share-sources.ts";

const triesMax = 5;

/**
 * Asks what is to be read from several tables, while shares move from one to the other. A question is made for the places where
 * shares are, and is asked again should they have moved while it ran.
 */
export class Questions {
  readonly #database: Database;
  readonly #rollup: Rollup;
  readonly #check: DayFileCheck;

  constructor(database: Database, rollup: Rollup, check: DayFileCheck) {
    this.#database = database;
    this.#rollup = rollup;
    this.#check = check;
  }

  /** The files of shares, as far as is known. */
  get pieces(): readonly Piece[] {
    return this.#rollup.reach.pieces;
  }

  /** Rows of the question that `sqlFor` makes, as arrays in the order of its columns. Rejects with QueryTimeout. */
  ask(sqlFor: (reach: Reach) => string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    const checked = () => this.#askChecked(sqlFor, values);
    return this.#askUnchecked((reach) => this.#database.ask(sqlFor(reach), values), checked);
  }

  /** The same as columns, for many rows. */
  askColumns(sqlFor: (reach: Reach) => string, values: DuckDBValue[] = []): Promise<Columns> {
    const checked = async () => columnsOfRows(await this.#askChecked(sqlFor, values));
    return this.#askUnchecked((reach) => this.#database.askColumns(sqlFor(reach), values), checked);
  }

  /** Nearly always nothing moves while a question runs: then it costs less without a look at the watermark. */
  async #askUnchecked<T>(ask: (reach: Reach) => Promise<T>, checked: () => Promise<T>): Promise<T> {
    const { reach, changes } = this.#rollup;
    try {
      const found = await ask(reach);
      if (this.#rollup.isStill(changes)) return found;
    } catch (error) {
      if (this.#rollup.isStill(changes)) throw this.#suspected(error);
    }
    return await checked();
  }

  #suspected(error: unknown): unknown {
    if (error !== null && !(error instanceof QueryTimeout)) this.#check.suspect(error, this.pieces);
    return error;
  }

  /** Shares moved meanwhile, or just do: the question itself tells of which moment its answer is. */
  async #askChecked(sqlFor: (reach: Reach) => string, values: DuckDBValue[]): Promise<DuckDBValue[][]> {
    let failed: Error | null = null;
    for (let tries = 0; tries < triesMax; tries++) {
      const reach = await readReach((text) => this.#database.ask(text), this.#rollup.folder);
      const sql = `SELECT rollups.generation, asked.* FROM rollups LEFT JOIN (SELECT true AS is_row, * FROM (${sqlFor(reach)})) asked ON true`;
      const rows = await this.#rowsOrError(sql, values);
      // A file that is gone is no fault where its shares have moved.
      if (rows instanceof Error) failed = rows;
      else if (Number(rows[0]?.[0]) === reach.generation) return rows[0]?.[1] === true ? rows.map((row) => row.slice(2)) : [];
    }
    throw this.#suspected(failed) ?? new Error("the ledger moved its shares all the time; ask again");
  }

  #rowsOrError(sql: string, values: DuckDBValue[]): Promise<DuckDBValue[][] | Error> {
    return this.#database.ask(sql, values).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  }
}
