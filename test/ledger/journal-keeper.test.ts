import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Alarm, JournalKeeper, type KeeperOptions } from "../../src/ledger/journal-keeper.ts";
import { type KeeperDisk, keeperThread } from "../../src/ledger/keeper-thread.ts";
import { ledgerLimits } from "../../src/ledger/limits.ts";
import { openSegmentBytes } from "../../src/ledger/segment-bytes.ts";
import { SegmentReader } from "../../src/ledger/segment-reader.ts";
import { silentLog } from "../../src/log.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";

const tight = { commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 8_192, segmentAheadBytes: 1_024, freshBytesMax: 2_048, loadGroupRows: 50 };
const dayMs = 86_400_000;

let folder = "";
let thread: KeeperDisk;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keeper-"));
  thread = keeperThread();
});
afterEach(async () => {
  thread.end();
  await rm(folder, { recursive: true, force: true });
});

function aKeeper(options: Partial<KeeperOptions> = {}) {
  const alarms: Alarm[] = [];
  const limits = { ...ledgerLimits, reserveMinMb: 2, reserveMaxMb: 4, reservePieceMb: 1, ...options.limits };
  const keeper = new JournalKeeper({
    folder,
    disk: thread,
    log: silentLog,
    now: () => startMs,
    appendedBytes: () => 0,
    commitMs: () => 0,
    storedThrough: () => Promise.resolve(0),
    onAlarm: (alarm) => alarms.push(alarm),
    ...options,
    limits,
  });
  return { keeper, alarms };
}

const segment = (first: number) => join(folder, `${String(first).padStart(16, "0")}.seg`);

describe("closed segments", () => {
  test("are compressed one by one, unpack to the same anywhere, and keep their time; the last one is left alone", async () => {
    const bytes = new Uint8Array(700_000).map((_, at) => (at < 600_000 ? (at * 7) % 13 : 0));
    for (const first of [1, 50, 90]) await Bun.write(segment(first), bytes);
    await utimes(segment(1), startMs / 1_000, startMs / 1_000);
    const { keeper } = aKeeper();
    for (let round = 0; round < 4; round++) await keeper.round();
    const names = (await readdir(folder)).filter((name) => name !== "reserve").sort();
    expect(names).toEqual(["0000000000000001.seg.zst", "0000000000000050.seg.zst", "0000000000000090.seg"]);
    const packed = `${segment(1)}.zst`;
    expect((await stat(packed)).mtimeMs).toBe(startMs);
    expect((await stat(packed)).size).toBeLessThan(10_000);
    const reader = await openSegmentBytes(packed);
    expect(await reader.size()).toBe(700_000);
    const target = new Uint8Array(700_000);
    for (let at = 0; at < target.length; ) at += await reader.read(target, at, 100_003, at);
    expect(Bun.hash(target)).toBe(Bun.hash(bytes));
    await reader.close();
  });

  test("go when their rows are stored and they are old enough; not before either", async () => {
    for (const first of [1, 50, 90, 120]) await Bun.write(segment(first), "x");
    const old = (startMs - 8 * dayMs) / 1_000;
    for (const first of [1, 50]) await utimes(segment(first), old, old);
    await utimes(segment(90), startMs / 1_000, startMs / 1_000);
    let stored = 0;
    const { keeper, alarms } = aKeeper({ storedThrough: () => Promise.resolve(stored) });
    const left = async () => (await readdir(folder)).filter((name) => name.includes(".seg")).map((name) => Number(name.slice(0, 16)));
    await keeper.round();
    expect((await left()).sort((a, b) => a - b)).toEqual([1, 50, 90, 120]);
    stored = 60;
    await keeper.round();
    expect((await left()).sort((a, b) => a - b)).toEqual([50, 90, 120]);
    stored = 1_000;
    await keeper.round();
    expect((await left()).sort((a, b) => a - b)).toEqual([90, 120]);
    expect(alarms).toEqual([]);
  });

  test("over the quota they go early, oldest first, but never with rows that are stored nowhere else", async () => {
    for (const first of [1, 50, 90]) await Bun.write(segment(first), crypto.getRandomValues(new Uint8Array(60_000)));
    const { keeper, alarms } = aKeeper({ limits: { ...ledgerLimits, journalQuotaMb: 0.1 }, storedThrough: () => Promise.resolve(49) });
    for (let round = 0; round < 3; round++) await keeper.round();
    expect((await readdir(folder)).filter((name) => name.includes(".seg")).sort()).toEqual(["0000000000000050.seg.zst", "0000000000000090.seg"]);
    expect(alarms.map(({ kind }) => kind)).toEqual(["quota-exceeded"]);
  });

  test("what is damaged in a compressed one costs only what lies in the damaged part", async () => {
    await using ledgerFolder = await LedgerFolder.create();
    const ledger = await ledgerFolder.open({ limits: { ...tight, segmentBytesMax: 2 << 20 } });
    for (let no = 0; no < 20_000; no++) ledger.append(aShare({ rigNo: no }));
    await ledger.flush();
    await ledger.close();
    const plain = join(ledgerFolder.journal, (await readdir(ledgerFolder.journal)).sort()[0] ?? "");
    const count = async (path: string) => {
      const reader = await SegmentReader.open(path);
      let records = 0;
      for (let block = await reader.next(); block !== null; block = (await reader.next()) ?? (await reader.nextBehindDamage(0))) records += block.records;
      await reader.close();
      return records;
    };
    const whole = await count(plain);
    await thread.pack(plain, `${plain}.zst`);
    expect(await count(`${plain}.zst`)).toBe(whole);
    const bytes = await Bun.file(`${plain}.zst`).bytes();
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    await Bun.write(`${plain}.zst`, bytes);
    const left = await count(`${plain}.zst`);
    expect(left).toBeLessThan(whole);
    expect(left).toBeGreaterThan(whole / 2);
  }, 20_000);
});

describe("the reserve", () => {
  test("is built up in pieces, real ones, and given up in pieces with one alarm", async () => {
    const { keeper, alarms } = aKeeper();
    for (let round = 0; round < 4; round++) await keeper.round();
    const path = join(folder, "reserve");
    expect(keeper.reserve.bytes).toBe(2 << 20);
    expect((await stat(path)).blocks * 512).toBeGreaterThanOrEqual(2 << 20);
    expect(await keeper.giveUpReserve()).toBe(true);
    expect((await stat(path)).size).toBe(1 << 20);
    expect(await keeper.giveUpReserve()).toBe(true);
    expect(await keeper.giveUpReserve()).toBe(false);
    expect(alarms.map(({ kind }) => kind)).toEqual(["disk-full"]);
    await keeper.round();
    expect(alarms.map(({ kind }) => kind)).toEqual(["disk-full", "disk-usable"]);
    expect(keeper.reserve.bytes).toBe(1 << 20);
    const again = aKeeper();
    expect(again.keeper.reserve.bytes).toBe(1 << 20);
  });

  test("is not built up while the disk is full, and is never more than a twentieth of what is free", async () => {
    let freeBytes = 20 << 20;
    const disk: KeeperDisk = { ...thread, space: () => Promise.resolve({ freeBytes, totalBytes: 1 << 30 }) };
    const { keeper } = aKeeper({ disk });
    for (let round = 0; round < 3; round++) await keeper.round();
    expect(keeper.reserve.bytes).toBe(1 << 20);
    freeBytes = 0;
    await keeper.giveUpReserve();
    await keeper.round();
    expect(keeper.reserve.bytes).toBe(0);
  });
});

test("a commit that lasts is told once, and its end too", async () => {
  let commitMs = 0;
  const { keeper, alarms } = aKeeper({ commitMs: () => commitMs });
  for (commitMs of [10, 6_000, 8_000, 0, 0]) await keeper.round();
  expect(alarms.map(({ kind }) => kind)).toEqual(["disk-slow", "disk-in-time"]);
  expect(alarms[0]?.text).toContain("6 s");
});
