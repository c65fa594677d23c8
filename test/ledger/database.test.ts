import { describe, expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Database, DatabaseUnusable, QueryTimeout } from "../../src/ledger/database.ts";
import { ledgerLimits } from "../../src/ledger/limits.ts";
import { threadDisk } from "../../src/ledger/thread-disk.ts";
import { LedgerFolder } from "./ledger-folder.ts";

const endless = "SELECT count(*) FROM range(100000000) a(i) JOIN range(100000) b(j) ON (i + j) % 7 = 3";

describe("the database of shares", () => {
  test("a file of a newer version is refused in words and left as it is, and the folder is free again", async () => {
    await using folder = await LedgerFolder.create();
    const database = await Database.open(folder.path, ledgerLimits);
    await database.ask("INSERT INTO migrations VALUES ('9999_from_the_future')");
    database.close();
    await expect(folder.open()).rejects.toThrow("written by a newer version (9999_from_the_future)");
    await expect(folder.open()).rejects.toThrow(DatabaseUnusable);
    expect((await readdir(folder.path)).filter((name) => name.includes("corrupt"))).toEqual([]);
  });

  test("a question that takes too long is stopped, and the journal's syncs do not wait for it", async () => {
    await using folder = await LedgerFolder.create();
    const database = await Database.open(folder.path, { ...ledgerLimits, queryMsMax: 700, queriesMax: 4 });
    await mkdir(folder.journal);
    const disk = threadDisk();
    const fd = await disk.open(join(folder.journal, "one"));
    let running = 4;
    // As many as fill Bun's pool of threads on a small machine.
    const asked = [1, 2, 3, 4].map(() => database.ask(endless).finally(() => (running -= 1)));
    const settled = Promise.allSettled(asked);
    await disk.commit(fd, [{ bytes: new Uint8Array([1, 2, 3]), position: 0, zerosAfter: 5 }]);
    expect(running).toBe(4);
    for (const answer of await settled) expect(answer.status === "rejected" && answer.reason).toBeInstanceOf(QueryTimeout);
    expect(await database.ask("SELECT 1")).toEqual([[1]]);
    await disk.close(fd);
    disk.end();
    database.close();
    expect(await Bun.file(join(folder.journal, "one")).bytes()).toEqual(new Uint8Array([1, 2, 3, 0, 0, 0, 0, 0]));
  });

  test("no statement reaches files outside the folder of exports, nor changes that", async () => {
    await using folder = await LedgerFolder.create();
    const database = await Database.open(folder.path, ledgerLimits);
    await expect(database.ask(`COPY (SELECT 1) TO '${join(folder.path, "x.csv")}'`)).rejects.toThrow("Permission");
    await expect(database.ask("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow("Permission");
    await expect(database.ask("SET enable_external_access = true")).rejects.toThrow();
    database.close();
  });
});
