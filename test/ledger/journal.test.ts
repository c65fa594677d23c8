import { afterEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Block } from "../../src/ledger/block-writer.ts";
import { Journal, type JournalOptions } from "../../src/ledger/journal.ts";
import { recoverEnd } from "../../src/ledger/journal-end.ts";
import { ledgerLimits } from "../../src/ledger/limits.ts";
import { FaultyDisk, noSpace, syncFailed } from "./faulty-disk.ts";
import { aShare } from "./ledger-folder.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function aJournal(options: Partial<JournalOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "journal-"));
  folders.push(folder);
  const seen = { durable: [] as number[], full: [] as boolean[], fatal: [] as Error[], blocks: [] as Block[] };
  const disk = new FaultyDisk();
  const journal = new Journal({
    folder,
    disk,
    limits: { ...ledgerLimits, fullRetryMs: 5 },
    bootNo: 1,
    nextSequence: 1,
    segment: null,
    onDurable: (through) => seen.durable.push(through),
    onFull: (full) => seen.full.push(full),
    giveUpReserve: () => Promise.resolve(false),
    onFatal: (error) => seen.fatal.push(error),
    onBlocks: (blocks) => seen.blocks.push(...blocks),
    ...options,
  });
  return { journal, disk, seen, folder };
}

describe("the journal", () => {
  test("reports durable only after the sync, once per commit, in order", async () => {
    const { journal, disk, seen } = await aJournal();
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    disk.beforeSync = () => {
      reached.resolve();
      return gate.promise;
    };
    expect(journal.append(aShare())).toBe(1);
    await reached.promise;
    expect(journal.append(aShare())).toBe(2);
    expect(journal.append(aShare())).toBe(3);
    expect(seen.durable).toEqual([]);
    expect(journal.durableThrough).toBe(0);
    gate.resolve();
    await journal.flush();
    expect(seen.durable).toEqual([1, 3]);
    expect(disk.commits).toBe(2);
    await journal.close();
  });

  test("a failed sync is final: reported as fatal, nothing after it is accepted or becomes durable", async () => {
    const { journal, disk, seen } = await aJournal();
    journal.append(aShare());
    await journal.flush();
    disk.beforeSync = () => {
      throw syncFailed();
    };
    journal.append(aShare());
    await expect(journal.flush()).rejects.toThrow("sync failed");
    expect(seen.fatal).toHaveLength(1);
    expect(seen.durable).toEqual([1]);
    expect(journal.append(aShare())).toBe(-1);
    disk.beforeSync = () => {};
    await expect(journal.flush()).rejects.toThrow("sync failed");
    expect(disk.commits).toBe(2);
    await journal.close().catch(() => {});
  });

  test("a full disk refuses new shares, says so, and keeps what it took until there is room", async () => {
    const { journal, disk, seen, folder } = await aJournal();
    const full = Promise.withResolvers<void>();
    disk.beforeCommit = (no) => {
      if (no > 2) return;
      if (no === 2) full.resolve();
      throw noSpace();
    };
    journal.append(aShare());
    const flushed = journal.flush();
    const again = journal.flush();
    await full.promise;
    expect(seen.full).toEqual([true]);
    expect(journal.append(aShare())).toBe(-1);
    const last = journal.flush();
    await Promise.all([flushed, again, last]);
    expect(seen.full).toEqual([true, false]);
    expect(seen.durable).toEqual([1]);
    expect(journal.append(aShare())).toBe(2);
    await journal.close();
    expect((await recoverEnd(folder)).nextSequence).toBe(3);
  });

  test("on a full disk the reserve is given up first, and nobody is refused while there is some", async () => {
    let pieces = 2;
    const { journal, disk, seen } = await aJournal({ giveUpReserve: () => Promise.resolve(pieces-- > 0) });
    disk.beforeCommit = (no) => {
      if (no <= 3) throw noSpace();
    };
    journal.append(aShare());
    const full = Promise.withResolvers<void>();
    disk.beforeSync = () => full.resolve();
    await journal.flush();
    await full.promise;
    expect(pieces).toBe(-1);
    expect(seen.full).toEqual([true, false]);
    expect(seen.durable).toEqual([1]);
    await journal.close();
  });

  test("closing on a full disk says how many records were not recorded", async () => {
    const { journal, disk, seen } = await aJournal();
    disk.beforeCommit = () => {
      throw noSpace();
    };
    journal.append(aShare());
    journal.append(aShare());
    await expect(journal.close()).rejects.toThrow("2 records were not recorded");
    expect(seen.durable).toEqual([]);
    expect(seen.fatal).toEqual([]);
  });

  test("memory for what is not on disk is bounded: beyond it shares are refused, not dropped", async () => {
    const limits = { ...ledgerLimits, commitRecordsMax: 16, slabBytes: 4_096, undurableBytesMax: 8_192 };
    const { journal, disk, seen, folder } = await aJournal({ limits });
    const gate = Promise.withResolvers<void>();
    disk.beforeCommit = () => gate.promise;
    let accepted = 0;
    while (journal.append(aShare()) > 0) accepted += 1;
    expect(accepted).toBeGreaterThan(50);
    expect(accepted * 48).toBeLessThanOrEqual(8_192);
    expect(seen.full).toEqual([true]);
    gate.resolve();
    await journal.flush();
    expect(seen.full).toEqual([true, false]);
    expect(journal.append(aShare())).toBe(accepted + 1);
    await journal.close();
    expect((await recoverEnd(folder)).nextSequence).toBe(accepted + 2);
  });

  test("segments are closed before they grow too long, and are named after their first record", async () => {
    const limits = { ...ledgerLimits, commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 4_096, segmentAheadBytes: 512 };
    const { journal, folder } = await aJournal({ limits });
    for (let no = 0; no < 200; no++) journal.append(aShare());
    await journal.close();
    const names = (await readdir(folder)).sort();
    expect(names.length).toBeGreaterThan(2);
    expect(names[0]).toBe("0000000000000001.seg");
    const end = await recoverEnd(folder);
    expect(end.nextSequence).toBe(201);
    expect(names).toContain(end.segment?.path.slice(folder.length + 1) ?? "");
  });

  test("a long text is cut and too many texts become `other`", async () => {
    const { journal, seen } = await aJournal({ limits: { ...ledgerLimits, reasonsMax: 3, reasonCharsMax: 4 } });
    for (const reason of ["abcdefgh", "two", "three", "four"]) expect(journal.append(aShare({ reason }))).toBeGreaterThan(0);
    await journal.flush();
    const bytes = seen.blocks.map(({ slab, start, end }) => new TextDecoder("latin1").decode(slab.bytes.subarray(start, end))).join("");
    expect(bytes).toContain("abcd");
    expect(bytes).not.toContain("abcde");
    expect(bytes).toContain("other");
    expect(bytes).not.toContain("four");
    await journal.close();
  });
});
