import { expect } from "bun:test";
import type { ShareRow, WorkQuery } from "../../src/ledger/answers.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { aShare, type LedgerFolder, startMs } from "./ledger-folder.ts";
import { type Noted, recount, sorted } from "./recount.ts";

const dayMs = 86_400_000;
const firstDayMs = Math.floor(startMs / dayMs) * dayMs;
const all = { fromMs: firstDayMs - dayMs, toMs: firstDayMs + 40 * dayMs };
export const daysOfShares = { dayMs, firstDayMs, all };
const questions: WorkQuery[] = [
  { ...all },
  { ...all, by: "rig", stepMs: dayMs },
  { ...all, by: "contract", fromMs: firstDayMs + 12_345_678 },
  { scope: { kind: "pool", no: 2 }, fromMs: firstDayMs + 60_001, toMs: firstDayMs + 9 * dayMs + 7_777_777, stepMs: 5_000_000 },
];

/** Small segments, so that old ones can be lost, and few rows per file. */
export const limits = { commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 4_096, segmentAheadBytes: 1_024 };

/** Thirty shares of three rigs on each of so many days. */
export async function fill(folder: LedgerFolder, ledger: Ledger, days: number): Promise<Noted[]> {
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

export async function rowsOf(ledger: Ledger): Promise<ShareRow[]> {
  const rows: ShareRow[] = [];
  for await (const page of ledger.shares({ ...all, limit: 1_000_000 })) rows.push(...page);
  return rows.toSorted((one, other) => one.sequence - other.sequence);
}

/** Every question about them is answered as a recount of what was noted says, and each row is there once. */
export async function expectSame(ledger: Ledger, noted: readonly Noted[], rows: readonly ShareRow[]): Promise<void> {
  for (const query of questions) expect(sorted(await ledger.work(query))).toEqual(recount(noted, query));
  expect(await rowsOf(ledger)).toEqual([...rows]);
}
