import { expect, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ShareRow, WorkQuery } from "../../src/ledger/answers.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";
import { type Noted, recount, sorted } from "./recount.ts";

const dayMs = 86_400_000;
const firstDayMs = Math.floor(startMs / dayMs) * dayMs;
const all = { fromMs: firstDayMs - dayMs, toMs: firstDayMs + 40 * dayMs };
const questions: WorkQuery[] = [
  { ...all },
  { ...all, by: "rig", stepMs: dayMs },
  { ...all, by: "contract", fromMs: firstDayMs + 12_345_678 },
  { scope: { kind: "pool", no: 2 }, fromMs: firstDayMs + 60_001, toMs: firstDayMs + 9 * dayMs + 7_777_777, stepMs: 5_000_000 },
];

/** Small segments, so that old ones can be lost, and few rows per file. */
const limits = { commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 4_096, segmentAheadBytes: 1_024 };

async function fill(folder: LedgerFolder, ledger: Ledger, days: number): Promise<Noted[]> {
  const noted: Noted[] = [];
  for (let day = 0; day < days; day++) {
    for (let no = 0; no < 30; no++) {
      folder.nowMs = firstDayMs + day * dayMs + no * 2_777_777;
      const share = aShare({
        atMs: folder.nowMs,
        rigNo: no % 3,
        contractNo: no % 2,
        difficulty: 1_024 + no,
        poolVerdict: no % 7 === 0 ? "rejected" : "accepted",
        reason: no % 7 === 0 ? `why ${no}` : null,
      });
      noted.push({ ...share, sequence: ledger.append(share) });
    }
    await ledger.flush();
  }
  return noted;
}

async function maintained(folder: LedgerFolder, ledger: Ledger, day: number): Promise<void> {
  folder.nowMs = firstDayMs + day * dayMs + 3_600_000;
  await ledger.maintain(folder.nowMs);
}

async function rowsOf(ledger: Ledger): Promise<ShareRow[]> {
  const rows: ShareRow[] = [];
  for await (const page of ledger.shares({ ...all, limit: 1_000_000 })) rows.push(...page);
  return rows.toSorted((one, other) => one.sequence - other.sequence);
}

async function expectSame(ledger: Ledger, noted: readonly Noted[], rows: readonly ShareRow[]): Promise<void> {
  for (const query of questions) expect(sorted(await ledger.work(query))).toEqual(recount(noted, query));
  expect(await rowsOf(ledger)).toEqual([...rows]);
}

test("shares older than a week are in files alone, and no answer tells", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open({ limits: { ...limits, exportRowsMax: 20, pruneRowsMax: 10 } });
  const noted = await fill(folder, ledger, 3);
  const rows = await rowsOf(ledger);
  const summary = await ledger.summary({ kind: "pool", no: 2 }, all.fromMs, all.toMs);
  await maintained(folder, ledger, 16);
  expect((await ledger.lastShares(0, 1_000)).length).toBe(0);
  await expectSame(ledger, noted, rows);
  expect({ ...(await ledger.summary({ kind: "pool", no: 2 }, all.fromMs, all.toMs)), asOfMs: 0 }).toEqual({ ...summary, asOfMs: 0 });
  await maintained(folder, ledger, 500);
  await expectSame(ledger, noted, rows);
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
