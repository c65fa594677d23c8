import { describe, expect, test } from "bun:test";
import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { type Repair, readRepairs } from "../../src/ledger/repairs.ts";
import { SegmentReader } from "../../src/ledger/segment-reader.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";

/** Many blocks and several segments out of a few hundred shares. */
const tight = { commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 8_192, segmentAheadBytes: 1_024, freshBytesMax: 2_048, loadGroupRows: 50 };

async function sequencesOf(ledger: Ledger): Promise<number[]> {
  const sequences: number[] = [];
  for await (const page of ledger.shares({ fromMs: 0, toMs: startMs * 2, limit: 1_000_000 })) sequences.push(...page.map(({ sequence }) => sequence));
  return sequences;
}

/** A ledger that was killed: `loaded` shares in its database, `more` in the journal alone. */
async function killed(folder: LedgerFolder, { loaded, more }: { loaded: number; more: number }): Promise<{ after: LedgerFolder; sequences: number[] }> {
  const ledger = await folder.open({ limits: tight });
  const sequences: number[] = [];
  for (let no = 0; no < loaded; no++) sequences.push(ledger.append(aShare({ rigNo: no, reason: no % 9 === 0 ? `why ${no % 4}` : null })));
  await ledger.flush();
  const durable = Promise.withResolvers<void>();
  ledger.onDurable = (through) => through >= (sequences.at(-1) ?? 0) && durable.resolve();
  for (let no = loaded; no < loaded + more; no++) sequences.push(ledger.append(aShare({ rigNo: no })));
  if (more > 0) await durable.promise;
  return { after: await folder.crashed(), sequences };
}

async function reopened(folder: LedgerFolder): Promise<{ ledger: Ledger; repairs: Repair[] }> {
  const ledger = await folder.open({ limits: tight });
  const repairs: Repair[] = [];
  ledger.onRepair = (repair) => repairs.push(repair);
  await ledger.flush();
  return { ledger, repairs };
}

async function spoil(path: string, change: (bytes: Uint8Array) => void): Promise<void> {
  const bytes = await Bun.file(path).bytes();
  change(bytes);
  await Bun.write(path, bytes);
}

const flipMiddle = (bytes: Uint8Array) => {
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
};

describe("a damaged database", () => {
  test.each<[string, (bytes: Uint8Array) => void]>([
    ["one bit changed", flipMiddle],
    ["its last half zeros", (bytes) => bytes.fill(0, bytes.length >>> 1)],
  ])("its own log has %s: set aside, and the journal gives every row once", async (_, change) => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 300, more: 40 });
    await spoil(join(after.path, "ledger.duckdb.wal"), change);
    const { ledger, repairs } = await reopened(after);
    expect(await sequencesOf(ledger)).toEqual(sequences);
    expect(repairs.map(({ kind }) => kind)).toEqual(["log-set-aside"]);
    expect(await Bun.file(repairs[0]?.keptAs ?? "").exists()).toBe(true);
    expect(readRepairs(after.path)).toEqual(repairs);
  });

  test("its own log has lost its head, which DuckDB takes for an empty one: every row is there once all the same", async () => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 300, more: 40 });
    await spoil(join(after.path, "ledger.duckdb.wal"), (bytes) => bytes.fill(0, 0, 64));
    const { ledger } = await reopened(after);
    expect(await sequencesOf(ledger)).toEqual(sequences);
  });

  test.each<[string, (bytes: Uint8Array) => void]>([
    ["its head overwritten", (bytes) => bytes.fill(7, 0, 9_000)],
    ["everything zeros", (bytes) => bytes.fill(0)],
  ])("the file has %s: it is built anew from the journal", async (_, change) => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 300, more: 40 });
    await spoil(join(after.path, "ledger.duckdb"), change);
    const { ledger, repairs } = await reopened(after);
    expect(await sequencesOf(ledger)).toEqual(sequences);
    expect(repairs.map(({ kind }) => kind)).toContain("database-set-aside");
    await ledger.close();
    expect((await reopened(after)).repairs).toEqual([]);
  });
});

describe("a damaged journal", () => {
  test("in the middle of a segment: the rest is kept, and what is missing is told once, exactly", async () => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 0, more: 400 });
    const names = (await readdir(after.journal)).sort();
    const path = join(after.journal, names[1] ?? "");
    const reader = await SegmentReader.open(path);
    await reader.next();
    const lost = await reader.next();
    await reader.close();
    const { firstSequence = 0, records = 0, fileOffset = 0 } = lost ?? {};
    const original = await Bun.file(path).bytes();
    await spoil(path, (bytes) => bytes.fill(0x55, fileOffset + 40, fileOffset + 48));
    await Bun.file(join(after.path, "ledger.duckdb")).delete();
    const { ledger, repairs } = await reopened(after);
    expect(await sequencesOf(ledger)).toEqual(sequences.filter((sequence) => sequence < firstSequence || sequence >= firstSequence + records));
    const missing = repairs.filter(({ kind }) => kind === "sequences-missing");
    expect(missing).toMatchObject([{ fromSequence: firstSequence, toSequence: firstSequence + records - 1 }]);
    expect(missing[0]?.text).toContain(`records ${firstSequence} to ${firstSequence + records - 1} are missing`);
    await ledger.close();
    expect((await Bun.file(missing[0]?.keptAs ?? "").bytes()).length).toBe(original.length);
    for (const name of await readdir(after.path)) if (name.startsWith("ledger.duckdb")) await Bun.file(join(after.path, name)).delete();
    expect((await reopened(after)).repairs.filter(({ kind }) => kind === "sequences-missing")).toEqual([]);
  });

  test("in the middle of the last segment, found at once: what lies behind it is kept", async () => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 0, more: 400 });
    const path = join(after.journal, (await readdir(after.journal)).sort().at(-1) ?? "");
    const reader = await SegmentReader.open(path);
    const lost = await reader.next();
    const kept = await reader.next();
    await reader.close();
    expect(kept).not.toBeNull();
    await spoil(path, (bytes) => bytes.fill(0x55, 0, 32));
    const { ledger, repairs } = await reopened(after);
    const from = lost?.firstSequence ?? 0;
    const to = from + (lost?.records ?? 0);
    expect(await sequencesOf(ledger)).toEqual(sequences.filter((sequence) => sequence < from || sequence >= to));
    expect(repairs).toMatchObject([{ kind: "sequences-missing", fromSequence: from, toSequence: to - 1 }]);
  });

  test("a whole segment gone: the rest is there, and the range is told", async () => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 0, more: 400 });
    const names = (await readdir(after.journal)).sort();
    const [from, to] = [Number(names[1]?.slice(0, 16)), Number(names[2]?.slice(0, 16))];
    await Bun.file(join(after.journal, names[1] ?? "")).delete();
    const { ledger, repairs } = await reopened(after);
    expect(await sequencesOf(ledger)).toEqual(sequences.filter((sequence) => sequence < from || sequence >= to));
    expect(repairs).toMatchObject([{ kind: "sequences-missing", fromSequence: from, toSequence: to - 1 }]);
  });

  test("its end lost, the database ahead of it: sequences go on after the larger, nothing twice, nothing skipped", async () => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 300, more: 0 });
    const names = (await readdir(after.journal)).sort();
    await Bun.file(join(after.journal, names.at(-1) ?? "")).delete();
    await truncate(join(after.journal, names.at(-2) ?? ""), 1_000);
    const { ledger, repairs } = await reopened(after);
    expect(repairs.map(({ kind }) => kind)).toContain("sequences-skipped");
    const more = [ledger.append(aShare()), ledger.append(aShare())];
    await ledger.flush();
    expect(await sequencesOf(ledger)).toEqual([...sequences, ...more]);
    await ledger.close();
    const again = await reopened(after);
    expect(await sequencesOf(again.ledger)).toEqual([...sequences, ...more]);
    expect(again.repairs).toEqual([]);
  });

  test("its end lost, and the database's log too: what the journal has is there once, and the numbers of what is lost are used again", async () => {
    await using folder = await LedgerFolder.create();
    const { after, sequences } = await killed(folder, { loaded: 300, more: 0 });
    const names = (await readdir(after.journal)).sort();
    const last = Number(names.at(-1)?.slice(0, 16));
    await Bun.file(join(after.journal, names.at(-1) ?? "")).delete();
    await spoil(join(after.path, "ledger.duckdb.wal"), flipMiddle);
    const { ledger } = await reopened(after);
    const kept = sequences.filter((sequence) => sequence < last);
    const found = await sequencesOf(ledger);
    expect(found).toEqual(kept.concat(found.slice(kept.length)));
    expect(new Set(found).size).toBe(found.length);
  });
});
