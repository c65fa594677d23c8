import { expect, spyOn, test } from "bun:test";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { BlockSource } from "../../src/ledger/block-source.ts";
import { readRepairs } from "../../src/ledger/repairs.ts";
import { ShareColumns } from "../../src/ledger/share-columns.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";

/** A database whose next checkpoint fails, after which DuckDB answers nothing any more; those that are opened after it are sound. */
function failing(): Disposable {
  const create = DuckDBInstance.create.bind(DuckDBInstance);
  return spyOn(DuckDBInstance, "create").mockImplementationOnce((path, options) => create(path, { ...options, debug_checkpoint_abort: "before_header" }));
}

/** Enough for a checkpoint. */
const many = 40_000;

/** Notes shares until the database fails, and some more when it works again. Returns what was told meanwhile. */
async function through(folder: LedgerFolder, beforeFailure: () => Promise<unknown>): Promise<string[]> {
  using _ = failing();
  const ledger = await folder.open({ limits: { loadIntervalMs: 5, checkpointThresholdMb: 1 } });
  const told: string[] = [];
  const again = Promise.withResolvers<void>();
  ledger.onRepair = ({ kind }) => {
    told.push(kind);
    if (kind === "database-reopened") again.resolve();
  };
  ledger.append(aShare({ rigNo: 3 }));
  await ledger.flush();
  await beforeFailure();
  for (let no = 1; no < many; no++) ledger.append(aShare({ rigNo: no % 7 }));
  await again.promise;
  for (let no = 0; no < 500; no++) ledger.append(aShare({ rigNo: no % 7 }));
  await ledger.flush();
  expect((await ledger.summary({ kind: "all" }, 0, startMs * 2)).hubAccepted.count).toBe(many + 500);
  expect(ledger.backlog().rowsBehind).toBe(0);
  return told;
}

test("a database that fails in mid-run is opened again, nothing is missing or double, and it is told once", async () => {
  await using folder = await LedgerFolder.create();
  expect(await through(folder, async () => {})).toEqual(["database-reopened"]);
  expect(readRepairs(folder.path).map(({ kind }) => kind)).toEqual(["database-reopened"]);
}, 30_000);

test("where its file does not open again, it is set aside and built anew, with no restart", async () => {
  await using folder = await LedgerFolder.create();
  const main = join(folder.path, "ledger.duckdb");
  const told = await through(folder, async () => {
    const file = await open(main, "r+");
    await file.write(new Uint8Array(12_288).fill(7), 0, 12_288, 0);
    await file.close();
  });
  expect(told.at(-1)).toBe("database-reopened");
  expect(told).toContain("database-set-aside");
}, 30_000);

test("a load that fails half-way leaves nothing of it behind: what it had handed over is there once", async () => {
  await using folder = await LedgerFolder.create();
  const { next } = BlockSource.prototype;
  const { push } = ShareColumns.prototype;
  const failure: { is: "to come" | "due" | "over" } = { is: "to come" };
  using _pushes = spyOn(ShareColumns.prototype, "push").mockImplementation(function (this: ShareColumns) {
    if (this.rows > 0 && failure.is === "to come") failure.is = "due";
    push.call(this);
  });
  // The next block cannot be read, when a chunk of rows is with DuckDB and not yet flushed.
  using _blocks = spyOn(BlockSource.prototype, "next").mockImplementation(function (this: BlockSource, last: number) {
    if (failure.is !== "due") return next.call(this, last);
    failure.is = "over";
    return Promise.reject(new Error("EIO: i/o error, read"));
  });
  const ledger = await folder.open({ limits: { loadIntervalMs: 5, commitRecordsMax: 2_048 } });
  const shares = 3 * 2_048;
  for (let no = 0; no < shares; no++) ledger.append(aShare({ rigNo: no % 7 }));
  while (failure.is !== "over" || ledger.backlog().rowsBehind > 0) await new Promise((resolve) => setImmediate(resolve));
  expect((await ledger.summary({ kind: "all" }, 0, startMs * 2)).hubAccepted.count).toBe(shares);
}, 30_000);
