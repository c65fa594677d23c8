import { join } from "node:path";
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { Reach } from "./fact-sources.ts";
import type { LedgerLimits } from "./limits.ts";
import {
  allFigures,
  blockMinute,
  type Cells,
  dayMs,
  effectiveMinute,
  figures,
  figuresOfGroup,
  figuresTakenOut,
  hourMs,
  hubAccepted,
  keys,
  minuteMs,
  rigHour,
  rigMinute,
  rowFigures,
  servedMinute,
} from "./rollup-sql.ts";
import { type Piece, stillLive } from "./share-sources.ts";

/** Rolling waits this often for rows of the running minute to come after those of the last; then a clock was set back, and it goes on. */
const waitsMax = 3;

type Ask = (sql: string) => Promise<DuckDBValue[][]>;

const pieceColumns = "file, day, from_ms, to_ms, through_sequence, row_count, state, sha256";

/** Reads where answers are, in one statement and so of one moment. `folder` holds the files of shares. */
export async function readReach(ask: Ask, folder: string): Promise<Reach> {
  const rows = await ask(
    `SELECT (SELECT string_agg(rig_no, ',') FROM counted_rigs), rolled_sequence, hours_through, minutes_from, generation, restore_below, effective_from, ${pieceColumns}
     FROM rollups LEFT JOIN exports ON true ORDER BY from_ms, file`,
  );
  const [counted, ...watermarks] = rows[0] ?? [];
  const [rolledThrough = 0, hoursThrough = 0, minutesFrom = 0, generation = 0, restoreBelow = 0, effectiveFrom = 0] = watermarks.slice(0, 6).map(Number);
  const pieces = rows.flatMap((row) => pieceOf(row.slice(7), folder));
  return { rolledThrough, hoursThrough, minutesFrom, effectiveFrom, generation, restoreBelow, pieces, countedRigs: typeof counted === "string" ? counted : "" };
}

/** The files of shares alone; none where the database was last used by a hub that knew less of them. */
export async function readPieces(ask: Ask, folder: string): Promise<Piece[]> {
  const known = await ask("SELECT 1 FROM duckdb_columns() WHERE table_name = 'exports' AND column_name = 'sha256'");
  if (known.length === 0) return [];
  return (await ask(`SELECT ${pieceColumns} FROM exports ORDER BY from_ms, file`)).flatMap((row) => pieceOf(row, folder));
}

function pieceOf([file, ...rest]: DuckDBValue[], folder: string): Piece[] {
  if (typeof file !== "string") return [];
  const sha256 = rest.pop();
  const [day = 0, fromMs = 0, toMs = 0, throughSequence = 0, rows = 0, state = 0] = rest.map(Number);
  return [{ file: join(folder, file), day, fromMs, toMs, throughSequence, rows, state, sha256: String(sha256 ?? "") }];
}

/**
 * Counts shares by fate into rig_minute and rig_hour. All of it happens on the loader's connection, one transaction each with its
 * watermark, so a crash at any point leaves every share counted once. Order of time is no condition: a rolling takes the shares that
 * follow the last rolled sequence, whenever they were received, and adds rows to the minutes and hours they belong to.
 */
export class Rollup {
  readonly #limits: LedgerLimits;
  readonly folder: string;
  #reach: Reach = { rolledThrough: 0, hoursThrough: 0, minutesFrom: 0, effectiveFrom: 0, generation: 0, restoreBelow: 0, pieces: [], countedRigs: "" };
  #changes = 0;
  #rolledMinute = 0;
  #waits = 0;

  /** `folder` holds the files of shares. */
  constructor(limits: LedgerLimits, folder: string) {
    this.#limits = limits;
    this.folder = folder;
  }

  /** Odd while it is not sure what is to be read where; never the same again after a change of that. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether nothing has changed since `changes` had that value, nor was about to. */
  isStill(changes: number): boolean {
    return changes % 2 === 0 && changes === this.#changes;
  }

  /** As of the last commit on the loader's connection. */
  get reach(): Reach {
    return this.#reach;
  }

  /** Reads from the database where it is; again after each change of the tables `rollups` and `exports`. */
  async read(connection: DuckDBConnection): Promise<void> {
    this.#reach = await readReach(async (sql) => (await connection.runAndReadAll(sql)).getRows(), this.folder);
    this.#changes += this.#changes % 2;
  }

  /** Whatever is known may be wrong until it is read again. */
  doubt(): void {
    this.#changes += 1 - (this.#changes % 2);
  }

  /** True once a minute, some seconds into the next one, so that what was received at its end has been settled and loaded. */
  isDue(nowMs: number): boolean {
    return Math.floor((nowMs - this.#limits.rollDelayMs) / minuteMs) > this.#rolledMinute;
  }

  /** Rolls up what was received before the running minute, at most `rollRowsMax` shares. Returns whether there is more. */
  async roll(connection: DuckDBConnection, { appliedThrough, nowMs }: { appliedThrough: number; nowMs: number }): Promise<boolean> {
    const minute = Math.floor((nowMs - this.#limits.rollDelayMs) / minuteMs);
    const { rolledThrough } = this.#reach;
    const end = Math.min(appliedThrough, rolledThrough + this.#limits.rollRowsMax);
    const young = await firstYoung(connection, { after: rolledThrough, through: end, fromMs: minute * minuteMs });
    const through = this.#waits < waitsMax && young !== null ? young - 1 : end;
    const more = through === end && end < appliedThrough;
    if (!more) this.#rolledMinute = minute;
    this.#waits = through <= rolledThrough && rolledThrough < appliedThrough ? this.#waits + 1 : 0;
    if (through > rolledThrough) await this.rollThrough(connection, through);
    return more;
  }

  /** Rolls up all shares up to a sequence, in one transaction. */
  async rollThrough(connection: DuckDBConnection, through: number): Promise<void> {
    const { rolledThrough } = this.#reach;
    await this.change(connection, async () => {
      await this.addRows(connection, `shares WHERE sequence > ${rolledThrough} AND sequence <= ${through}`);
      await connection.run(daysSql(`shares WHERE sequence > ${rolledThrough} AND sequence <= ${through}`));
      await connection.run(`UPDATE rollups SET rolled_sequence = ${through}`);
    });
  }

  /** The first hour that is over and is not in rig_hour; null = none. */
  async hourOver(connection: DuckDBConnection, nowMs: number): Promise<number | null> {
    const rows = await connection.runAndReadAll(`SELECT min(minute) // 60 FROM rig_minute WHERE minute >= ${this.#reach.hoursThrough * 60}`);
    const hour = rows.getRows()[0]?.[0] ?? null;
    return hour === null || (Number(hour) + 1) * hourMs + this.#limits.hourDelayMs > nowMs ? null : Number(hour);
  }

  /**
   * Puts together what a quarter of an hour has of each rig, which came minute by minute, and makes one row of those of one key. A
   * question about one rig then reads one place per quarter and not fifteen. Changes no answer, so it may be done again.
   */
  async gatherQuarter(connection: DuckDBConnection, quarter: number): Promise<void> {
    const within = `minute >= ${quarter * 15} AND minute < ${(quarter + 1) * 15}`;
    await inTransaction(connection, async () => {
      await connection.run(`CREATE OR REPLACE TEMP TABLE gathered AS SELECT minute, ${keys}, ${figuresOfGroup} FROM rig_minute WHERE ${within} GROUP BY ALL`);
      await connection.run(`DELETE FROM rig_minute WHERE ${within}`);
      await connection.run(`INSERT INTO rig_minute BY NAME SELECT * FROM gathered ORDER BY ${rigMinute.order}`);
      await connection.run("DROP TABLE gathered");
    });
  }

  /** Makes rig_hour of an hour. */
  async closeHour(connection: DuckDBConnection, hour: number): Promise<void> {
    const ofHour = `minute >= ${hour * 60} AND minute < ${(hour + 1) * 60}`;
    await this.change(connection, async () => {
      await connection.run(
        `INSERT INTO rig_hour BY NAME SELECT minute // 60 AS hour, ${keys}, ${figuresOfGroup} FROM rig_minute WHERE ${ofHour} GROUP BY ALL ORDER BY rig_no`,
      );
      await connection.run(`UPDATE rollups SET hours_through = ${hour + 1}`);
    });
  }

  /**
   * Takes shares out of the fates they had and puts them into those that late verdicts give them, in the caller's transaction and
   * before and after he changes their rows: `sign` is -1 and then 1. What is not rolled up yet is none of its business.
   */
  async correct(connection: DuckDBConnection, picked: string, sign: -1 | 1): Promise<void> {
    await this.addRows(connection, `shares WHERE ${picked} AND sequence <= ${this.#reach.rolledThrough}`, sign);
    if (sign > 0) return;
    const days = `SELECT DISTINCT at_ms // ${dayMs} FROM shares WHERE ${picked} AND sequence <= ${this.#reach.rolledThrough}`;
    await connection.run(`UPDATE days SET changes = changes + 1 WHERE day IN (${days})`);
  }

  /** Picks the shares that verdicts may still change: not those which are in a file and on their way out of the table. */
  get changeable(): string {
    return stillLive(this.#reach.pieces);
  }

  /** One transaction that changes where answers are read; rolled back when `work` fails. */
  async change(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
    this.doubt();
    try {
      await inTransaction(connection, async () => {
        await work();
        await connection.run("UPDATE rollups SET generation = generation + 1");
      });
    } finally {
      await this.read(connection);
    }
  }

  /** Adds raw rows to the minutes, and to those hours that are made already. `from` is a FROM clause with its conditions. */
  async addRows(connection: DuckDBConnection, from: string, sign: -1 | 1 = 1): Promise<void> {
    const minutes = `SELECT (at_ms // ${minuteMs})::INTEGER AS minute, ${keys}, ${figuresOfGroup}
      FROM (SELECT at_ms, ${keys}, ${rowFigures(allFigures)} FROM ${from}) GROUP BY ALL`;
    const signed = sign > 0 ? minutes : `SELECT * EXCLUDE (${figures}), ${figuresTakenOut} FROM (${minutes})`;
    // Millions of raw rows are gone through once; all else comes from the tenth that is left of them.
    await connection.run(`CREATE OR REPLACE TEMP TABLE folded AS ${signed}`);
    const insert = ({ table, column, keys: kept, order }: Cells, cell: string, where = "") => {
      const rows = `SELECT ${cell} AS ${column}, ${kept}, ${figuresOfGroup} FROM folded ${where} GROUP BY ALL`;
      return connection.run(`INSERT INTO ${table} BY NAME SELECT * FROM (${rows}) ORDER BY ${order}`);
    };
    await connection.run(`INSERT INTO rig_minute BY NAME SELECT * FROM folded ORDER BY ${rigMinute.order}`);
    await insert(servedMinute, "minute");
    await insert(blockMinute, "minute");
    const effective = `SELECT minute, rig_no, sum(hashes) AS hashes FROM folded WHERE ${hubAccepted} AND minute >= ${this.#reach.effectiveFrom} GROUP BY ALL`;
    await connection.run(`INSERT INTO ${effectiveMinute.table} BY NAME SELECT * FROM (${effective}) ORDER BY ${effectiveMinute.order}`);
    await insert(rigHour, "minute // 60", `WHERE minute < ${this.#reach.hoursThrough * 60}`);
    await connection.run("INSERT INTO counted_rigs SELECT DISTINCT rig_no FROM folded WHERE rig_no NOT IN (SELECT rig_no FROM counted_rigs)");
    await connection.run("DROP TABLE folded");
  }
}

async function inTransaction(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  try {
    await connection.run("BEGIN");
    await work();
    await connection.run("COMMIT");
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function firstYoung(
  connection: DuckDBConnection,
  { after, through, fromMs }: { after: number; through: number; fromMs: number },
): Promise<number | null> {
  const sql = `SELECT min(sequence) FROM shares WHERE sequence > ${after} AND sequence <= ${through} AND at_ms >= ${fromMs}`;
  const first = (await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? null;
  return first === null ? null : Number(first);
}

/** Folds raw rows into the table `days`. */
export function daysSql(from: string): string {
  const fresh = `SELECT (at_ms // ${dayMs})::INTEGER AS day, count(*) AS row_count, min(sequence) AS first_sequence, max(sequence) AS last_sequence,
    0 AS changes, 0 AS exported_through, 0 AS exported_changes FROM ${from} GROUP BY 1`;
  return `MERGE INTO days USING (${fresh}) AS fresh ON days.day = fresh.day
    WHEN MATCHED THEN UPDATE SET row_count = days.row_count + fresh.row_count, first_sequence = least(days.first_sequence, fresh.first_sequence),
      last_sequence = greatest(days.last_sequence, fresh.last_sequence)
    WHEN NOT MATCHED THEN INSERT BY NAME`;
}
