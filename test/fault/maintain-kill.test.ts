import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { daysOfShares, expectSame, fill, limits, rowsOf } from "../ledger/days-of-shares.ts";
import { LedgerFolder } from "../ledger/ledger-folder.ts";

const { dayMs, firstDayMs } = daysOfShares;

/** Steps of the housekeeping in their order: counting, hours, files, deletion. Each dies before and while it is done, and what follows goes on from there. */
const steps = [
  "INSERT INTO rig_minute",
  "UPDATE rollups SET rolled_sequence",
  "DELETE FROM rig_minute",
  "INSERT INTO rig_hour",
  "COPY",
  "DELETE FROM exports",
  "UPDATE days SET exported_through",
  "UPDATE exports SET state = 1",
  "DELETE FROM shares",
  "UPDATE exports SET state = 2",
];

test("killed at every step of counting, writing files and deleting, the ledger has every share once", async () => {
  await using folder = await LedgerFolder.create();
  const first = await folder.open({ limits });
  const noted = await fill(folder, first, 2);
  const rows = await rowsOf(first);
  await first.close();
  folder.nowMs = firstDayMs + 16 * dayMs;
  for (const step of steps) {
    for (const when of ["before", "during"]) {
      const args = [folder.path, String(folder.nowMs), step, when];
      const child = Bun.spawn([process.execPath, join(import.meta.dir, "maintain-kill-child.ts"), ...args], { stdio: ["ignore", "ignore", "inherit"] });
      await child.exited;
      expect({ step, when, signal: child.signalCode }).toEqual({ step, when, signal: "SIGKILL" });
    }
    const ledger = await folder.open({ limits });
    await ledger.flush();
    await expectSame(ledger, noted, rows);
    await ledger.close();
  }
  const ledger = await folder.open({ limits });
  await ledger.maintain(folder.nowMs);
  await expectSame(ledger, noted, rows);
  // All of it is in files now, and nothing half done lies beside them.
  expect(await ledger.lastShares(0, 10)).toEqual([]);
  const files = await readdir(join(folder.path, "exports", "shares"));
  expect(files.filter((name) => !/^[\d-]+\.\d+(-\d+)?(\.\d+)?\.parquet$|^manifest\.json$/.test(name))).toEqual([]);
}, 120_000);
