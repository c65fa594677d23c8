import { expect, spyOn, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { PieceReader } from "../../src/ledger/piece-reader.ts";
import type { Repair } from "../../src/ledger/repairs.ts";
import { daysOfShares, expectSame, fill, limits, rowsOf } from "./days-of-shares.ts";
import { aShare, LedgerFolder } from "./ledger-folder.ts";
import { recount, sorted } from "./recount.ts";

const { dayMs, firstDayMs, all } = daysOfShares;

async function maintained(folder: LedgerFolder, ledger: Ledger, day: number): Promise<void> {
  folder.nowMs = firstDayMs + day * dayMs + 3_600_000;
  await ledger.maintain(folder.nowMs);
}

/** What `export` writes of a window in which days begin and end, as lines of CSV. */
async function exportsOf(ledger: Ledger): Promise<string[]> {
  const window = { fromMs: firstDayMs + 12_345_678, toMs: firstDayMs + 2 * dayMs + 7_777_777 };
  const ids = { rigs: [[1, "rig_one"]], pools: [], contracts: [] } as const;
  const texts: string[] = [];
  for (const kind of ["shares", "work"] as const) {
    const { path, rows } = await ledger.exportTo({ kind, format: "csv", ...window, ids });
    const text = await Bun.file(path).text();
    expect(rows).toBeGreaterThan(10);
    expect(text).toContain("rig_one");
    texts.push(text);
  }
  return texts;
}

test("shares older than a week are in files alone, and no answer tells", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits: { ...limits, exportRowsMax: 20, pruneRowsMax: 10 } });
  const noted = await fill(folder, ledger, 3);
  const rows = await rowsOf(ledger);
  const summary = await ledger.summary({ kind: "pool", no: 2 }, all.fromMs, all.toMs);
  const exported = await exportsOf(ledger);
  await maintained(folder, ledger, 16);
  expect((await ledger.lastShares(0, 1_000)).length).toBe(0);
  await expectSame(ledger, noted, rows);
  expect({ ...(await ledger.summary({ kind: "pool", no: 2 }, all.fromMs, all.toMs)), asOfMs: 0 }).toEqual({ ...summary, asOfMs: 0 });
  expect(await exportsOf(ledger)).toEqual(exported);
  await maintained(folder, ledger, 500);
  await expectSame(ledger, noted, rows);
}, 20_000);

test("no day file has more rows than can be sorted at once, though all of a day came in one hour", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits: { ...limits, exportRowsMax: 20 } });
  for (let no = 0; no < 60; no++) ledger.append(aShare({ atMs: firstDayMs + no * 59_999, rigNo: no }));
  await ledger.flush();
  await maintained(folder, ledger, 2);
  const { pieces } = (await Bun.file(join(folder.path, "exports", "shares", "manifest.json")).json()) as { pieces: { rows: number }[] };
  expect(pieces.reduce((sum, { rows }) => sum + rows, 0)).toBe(60);
  expect(Math.max(...pieces.map(({ rows }) => rows))).toBeLessThanOrEqual(20);
}, 20_000);

test("a day that was written is written again when a pool answers late", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits });
  const noted = await fill(folder, ledger, 2);
  await maintained(folder, ledger, 3);
  const [first] = noted;
  if (first === undefined) throw new Error("nothing was noted");
  ledger.appendVerdict(first.sequence, { poolVerdict: "unanswered", reason: "late", answeredMs: 99 });
  noted[0] = { ...first, poolVerdict: "unanswered" };
  await ledger.flush();
  const rows = await rowsOf(ledger);
  expect(rows[0]?.reason).toBe("late");
  await maintained(folder, ledger, 30);
  expect((await ledger.lastShares(0, 1_000)).length).toBe(0);
  await expectSame(ledger, noted, rows);
}, 20_000);

test("a database built anew counts the files of what the journal has no more, the rest from the journal", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits });
  const noted = await fill(folder, ledger, 5);
  await maintained(folder, ledger, 5);
  const rows = await rowsOf(ledger);
  await ledger.close();
  for (const name of (await readdir(folder.path)).filter((one) => one.startsWith("ledger.duckdb"))) await rm(join(folder.path, name));
  const segments = (await readdir(folder.journal)).filter((name) => /^[0-9]{16}\./.test(name)).sort();
  expect(segments.length).toBeGreaterThan(2);
  for (const name of segments.slice(0, segments.length >> 1)) await rm(join(folder.journal, name));
  const again = await folder.open({ limits });
  await again.flush();
  await maintained(folder, again, 5);
  await expectSame(again, noted, rows);
  await maintained(folder, again, 60);
  await expectSame(again, noted, rows);
}, 20_000);

/** Changes one byte in the middle. */
async function spoil(path: string): Promise<void> {
  const bytes = await Bun.file(path).bytes();
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0xff;
  await Bun.write(path, bytes);
}

const dayFiles = async (folder: LedgerFolder) =>
  (await readdir(join(folder.path, "exports", "shares")))
    .filter((name) => name.endsWith(".parquet"))
    .sort()
    .map((name) => join(folder.path, "exports", "shares", name));

/** As many rounds as there are files, so that each has its turn. */
async function lookedAt(folder: LedgerFolder, ledger: Ledger, day: number): Promise<void> {
  for (const _ of await dayFiles(folder)) await maintained(folder, ledger, day);
}

test.each([
  // All files of a day are written again where all of it is at hand.
  { where: "the database", day: 4, toldOf: () => 2 },
  { where: "the journal", day: 16, toldOf: (files: number) => files },
])(
  "a damaged day file whose shares are in $where is told and written again",
  async ({ where, day, toldOf }) => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open({ limits: { ...limits, exportRowsMax: 20 } });
    const told: Repair[] = [];
    ledger.onRepair = (repair) => told.push(repair);
    const noted = await fill(folder, ledger, 2);
    const [first] = noted;
    if (first === undefined) throw new Error("nothing was noted");
    await ledger.maintain(folder.nowMs);
    ledger.appendVerdict(first.sequence, { poolVerdict: "rejected", reason: "late", answeredMs: 99 });
    noted[0] = { ...first, poolVerdict: "rejected" };
    await ledger.flush();
    const rows = await rowsOf(ledger);
    await maintained(folder, ledger, day);
    const files = await dayFiles(folder);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) await spoil(file);
    await lookedAt(folder, ledger, day);
    expect(new Set(told.map(({ kind }) => kind))).toEqual(new Set(["day-file-rebuilt"]));
    expect(told.length).toBe(toldOf(files.length));
    expect(told[0]?.text).toContain(`are in ${where} and it is written again`);
    await expectSame(ledger, noted, rows);
    // And so it stays, with the rows in files alone.
    await maintained(folder, ledger, 30);
    await lookedAt(folder, ledger, 30);
    expect(told.length).toBe(toldOf(files.length));
    expect((await ledger.lastShares(0, 1_000)).length).toBe(0);
    await expectSame(ledger, noted, rows);
  },
  30_000,
);

test("a day file that nothing else has the shares of is told once, and what is counted of it is still answered", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits });
  const told: Repair[] = [];
  ledger.onRepair = (repair) => told.push(repair);
  const noted = await fill(folder, ledger, 5);
  await maintained(folder, ledger, 19);
  const [file = ""] = await dayFiles(folder);
  await rm(file);
  const segments = (await readdir(folder.journal)).filter((name) => /^[0-9]{16}\./.test(name)).sort();
  for (const name of segments.slice(0, -1)) await rm(join(folder.journal, name));
  await expect(rowsOf(ledger)).rejects.toThrow();
  await maintained(folder, ledger, 19);
  await maintained(folder, ledger, 19);
  expect(told.map(({ kind }) => kind)).toEqual(["day-file-damaged"]);
  const whole = { fromMs: all.fromMs, toMs: all.toMs, by: "rig" } as const;
  expect(sorted(await ledger.work(whole))).toEqual(recount(noted, whole));
}, 30_000);

test("a ledger that is closed while a day file's shares come back out of the journal goes on with it next time", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits });
  const noted = await fill(folder, ledger, 2);
  const rows = await rowsOf(ledger);
  await maintained(folder, ledger, 16);
  const [file = ""] = await dayFiles(folder);
  await spoil(file);
  const mending = maintained(folder, ledger, 16);
  await ledger.close();
  await mending;
  const again = await folder.open({ limits });
  await lookedAt(folder, again, 16);
  await expectSame(again, noted, rows);
}, 30_000);

test("shares go on being loaded while those of a day file come back out of the journal", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits });
  const noted = await fill(folder, ledger, 2);
  await maintained(folder, ledger, 16);
  const [file = ""] = await dayFiles(folder);
  await spoil(file);
  const young = aShare({ atMs: firstDayMs + 15 * dayMs, rigNo: 77 });
  const { read } = PieceReader.prototype;
  // In the midst of it; where loads wait for its end this waits for them, and for good.
  const reading = spyOn(PieceReader.prototype, "read").mockImplementation(async function (this: PieceReader, block) {
    if (noted.at(-1)?.rigNo !== young.rigNo) {
      noted.push({ ...young, sequence: ledger.append(young) });
      await ledger.flush();
      expect(await ledger.lastShares(young.rigNo, 1)).toHaveLength(1);
    }
    await read.call(this, block);
  });
  await lookedAt(folder, ledger, 16);
  reading.mockRestore();
  expect(noted.at(-1)?.rigNo).toBe(young.rigNo);
  await expectSame(ledger, noted, await rowsOf(ledger));
}, 10_000);
