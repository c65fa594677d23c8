import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { dayMs } from "./rollup-sql.ts";
import type { Run } from "./runs.ts";
import { type Piece, pieceLive, type Range, received } from "./share-sources.ts";

const columns = `sequence, at_ms, rig_no, session_no, contract_no, pool_no, algorithm, difficulty, pool_difficulty,
  work::DECIMAL(38, 0) AS work, pool_work::DECIMAL(38, 0) AS pool_work, hub_verdict, pool_verdict, text AS reason, answered_ms`;

/** Which files count, by their names, and what a database built anew cannot have from the journal. */
export type Manifest = { version: 1; pieces: Piece[]; runs: Run[] };

/** A day is cut into as many files of equal time as keep each below the bound on rows. */
const partsOfDay = [1, 24, 24 * 12, 24 * 60];

const dayName = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** The folder of Parquet files of raw shares, a few per day, and the list of those that count. */
export class ParquetFolder {
  readonly path: string;
  #noted = "[]";

  /** `dataDir` must be the one that the database allows files in. */
  constructor(dataDir: string) {
    this.path = join(dataDir, "exports", "shares");
  }

  /**
   * Writes the rows of a day with a sequence up to `throughSequence` to files of their own, sorted by rig and time, and makes sure
   * that they are on disk. They count only once they are in the table `exports`.
   */
  async writeDay(connection: DuckDBConnection, asked: { day: number; rows: number; throughSequence: number; rowsMax: number }): Promise<Piece[]> {
    const { day, throughSequence } = asked;
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const name = await this.#freeName(`${dayName(day)}.${throughSequence}`);
    const parts = await partsFor(connection, asked);
    const pieces: Piece[] = [];
    for (let part = 0; part < parts; part++) {
      const range = { fromMs: day * dayMs + (part * dayMs) / parts, toMs: day * dayMs + ((part + 1) * dayMs) / parts };
      const file = join(this.path, `${name}${parts === 1 ? "" : `.${String(part).padStart(4, "0")}`}.parquet`);
      const rows = await writeFile(connection, file, { range, throughSequence });
      if (rows > 0) pieces.push({ file, day, ...range, throughSequence, rows, state: pieceLive, sha256: await sha256Of(file) });
    }
    await syncFolder(this.path);
    return pieces;
  }

  /** Never that of a file which may count: some of a day's may be written again while others are all that has their rows. */
  async #freeName(name: string): Promise<string> {
    const taken = await readdir(this.path);
    const isTaken = (wanted: string) => taken.some((one) => one.startsWith(`${wanted}.`));
    let free = name;
    for (let edition = 2; isTaken(free); edition++) free = `${name}-${edition}`;
    return free;
  }

  async readManifest(): Promise<Manifest | null> {
    const file = Bun.file(join(this.path, "manifest.json"));
    if (!(await file.exists())) return null;
    const manifest = (await file.json()) as Manifest;
    if (manifest.version !== 1) throw new Error(`${file.name}: was written by a newer version`);
    return { ...manifest, pieces: manifest.pieces.map((piece) => ({ ...piece, file: join(this.path, piece.file) })) };
  }

  /** What counts is asked of another database from now on. */
  forget(): void {
    this.#noted = "[]";
  }

  /** Notes which files count, where that has changed since the last time, and then removes the others. */
  async writeManifest(pieces: readonly Piece[], runs: readonly Run[]): Promise<void> {
    const noted = JSON.stringify(pieces);
    if (noted === this.#noted) return;
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const path = join(this.path, "manifest.json");
    const manifest: Manifest = { version: 1, pieces: pieces.map((piece) => ({ ...piece, file: basename(piece.file) })), runs: [...runs] };
    await Bun.write(`${path}.new`, JSON.stringify(manifest));
    await syncFile(`${path}.new`);
    await rename(`${path}.new`, path);
    await syncFolder(this.path);
    const counting = new Set(pieces.map(({ file }) => basename(file)));
    for (const name of await readdir(this.path)) if (/\.parquet(\.new)?$/.test(name) && !counting.has(name)) await rm(join(this.path, name), { force: true });
    this.#noted = noted;
  }
}

/** How many files a day of `rows` is cut into. Sorting more than the bound at once may need more memory than DuckDB is given, and all may lie in one hour. */
async function partsFor(connection: DuckDBConnection, { day, rows, rowsMax }: { day: number; rows: number; rowsMax: number }): Promise<number> {
  const ofDay = received("at_ms", { fromMs: day * dayMs, toMs: (day + 1) * dayMs });
  for (const parts of partsOfDay.filter((count) => rows / count <= rowsMax)) {
    const largest = `SELECT max(n) FROM (SELECT count(*) AS n FROM shares WHERE ${ofDay} GROUP BY at_ms // ${dayMs / parts})`;
    if (Number((await connection.runAndReadAll(largest)).getRows()[0]?.[0] ?? 0) <= rowsMax) return parts;
  }
  return 24 * 60;
}

async function writeFile(connection: DuckDBConnection, file: string, { range, throughSequence }: { range: Range; throughSequence: number }): Promise<number> {
  const rows = `SELECT ${columns} FROM shares LEFT JOIN reasons USING (reason_no)
    WHERE ${received("at_ms", range)} AND sequence <= ${throughSequence} ORDER BY rig_no, at_ms, sequence`;
  const written = await connection.runAndReadAll(`COPY (${rows}) TO '${`${file}.new`.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`);
  await syncFile(`${file}.new`);
  await rename(`${file}.new`, file);
  return Number(written.getRows()[0]?.[0] ?? 0);
}

/** Of a file's bytes, in hexadecimal; '' where there is no such file. */
export async function sha256Of(path: string): Promise<string> {
  const file = Bun.file(path);
  if (!(await file.exists())) return "";
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const bytes of file.stream()) hasher.update(bytes);
  return hasher.digest("hex");
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
