import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Alarm } from "../../src/ledger/journal-keeper.ts";
import { keeperThread } from "../../src/ledger/keeper-thread.ts";
import { type Ledger, openLedger } from "../../src/ledger/ledger.ts";
import { silentLog } from "../../src/log.ts";
import { FaultyDisk, noSpace, syncFailed } from "../ledger/faulty-disk.ts";
import { House } from "../support/house.ts";
import { codeOf, RawMiner } from "../support/raw-miner.ts";

let folder = "";
let disk: FaultyDisk;
let ledger: Ledger;
let house: House;
let fatal: Error[] = [];
let alarms: Alarm[] = [];
let freeBytes = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "disk-"));
  disk = new FaultyDisk();
  fatal = [];
  alarms = [];
  freeBytes = 1 << 30;
  const onFatal = (error: Error) => fatal.push(error);
  const keeperDisk = { ...keeperThread(), space: () => Promise.resolve({ freeBytes, totalBytes: 1 << 40 }) };
  const limits = { fullRetryMs: 20, heartbeatMs: 3_600_000, keeperIntervalMs: 10, reserveMinMb: 2, reservePieceMb: 1 };
  ledger = await openLedger({ dataDir: folder, log: silentLog, now: Date.now, disk, keeperDisk, limits, onFatal });
  ledger.onAlarm = (alarm) => alarms.push(alarm);
  house = new House(() => {}, ledger);
});
afterEach(async () => {
  house.close();
  await ledger.close().catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

/** A pool that takes what comes, and a rig at work for it. */
async function atWork() {
  const pool = house.pool();
  house.setHouse(house.addProfile([house.addPool(pool)]));
  const rig = house.rig("farm.one");
  expect((await rig.mineShare()).accepted).toBe(true);
  return { pool, rig };
}

describe("a disk that", () => {
  test("does not confirm a write for long: only `true` waits; forwarding, refusals and new jobs go on", async () => {
    const { pool, rig } = await atWork();
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    disk.beforeSync = () => {
      reached.resolve();
      return gate.promise;
    };
    const before = rig.stats.accepted;
    const answers = [rig.mineShare()];
    await reached.promise;
    answers.push(rig.mineShare(), rig.mineShare());
    await pool.until((stats) => stats.accepted === before + 3);
    const other = await RawMiner.login(house.port, "farm.two");
    expect(codeOf(await other.ask({ job: "no-such-job" }))).toBe(21);
    const [job, heard] = [rig.nextJob(), other.job()];
    pool.newJob();
    await Promise.all([job, heard]);
    expect(rig.stats.accepted).toBe(before);
    gate.resolve();
    expect((await Promise.all(answers)).map(({ accepted }) => accepted)).toEqual([true, true, true]);
  });

  test("is full: first the reserve is used up with an alarm, then shares hear 20 `not recorded`, and with room again `true`", async () => {
    const { rig } = await atWork();
    const piece = 1 << 20;
    while (disk.reserveBytes(folder) < 2 * piece) await new Promise((resolve) => setImmediate(resolve));
    freeBytes = 0;
    let isFull = true;
    let given = 0;
    // Each freed piece has room for one commit.
    disk.beforeCommit = () => {
      if (!isFull) return;
      const freed = 2 - disk.reserveBytes(folder) / piece;
      if (freed === given) throw noSpace();
      given = freed;
    };
    for (const left of [piece, 0]) {
      expect((await rig.mineShare()).accepted).toBe(true);
      expect(disk.reserveBytes(folder)).toBe(left);
    }
    expect(alarms.map(({ kind }) => kind)).toEqual(["disk-full"]);
    const refused = Promise.withResolvers<void>();
    ledger.onFull = (full) => full && refused.resolve();
    const waiting = rig.mineShare();
    await refused.promise;
    const answer = await rig.mineShare();
    expect(answer).toMatchObject({ accepted: false, code: 20 });
    expect(answer.text).toContain("not recorded");
    expect(alarms.map(({ kind }) => kind)).toContain("shares-refused");
    isFull = false;
    // What was noted before it was known that there is no room waited in memory.
    expect((await waiting).accepted).toBe(true);
    await house.until(() => !ledger.backlog().full);
    expect((await rig.mineShare()).accepted).toBe(true);
    expect(fatal).toEqual([]);
  });

  test("fails to confirm: nobody hears `true` for it, and the owner is told to end the process", async () => {
    const { pool, rig } = await atWork();
    const before = rig.stats.accepted;
    disk.beforeSync = () => {
      throw syncFailed();
    };
    void rig.mineShare();
    await house.until(() => fatal.length > 0);
    expect(fatal[0]?.message).toContain("sync failed");
    expect(rig.stats.accepted).toBe(before);
    expect(pool.stats.accepted).toBe(before + 1);
    expect(await rig.mineShare()).toMatchObject({ accepted: false, code: 20 });
  });
});

test("a hub whose writes fail ends with 70 and says why", async () => {
  const main = join(import.meta.dir, "../../src/main.ts");
  const data = join(folder, "other");
  const made = Bun.spawnSync([process.execPath, main, "token", "create", "--data", data, "--name", "first", "--scopes", "fleet:read"]);
  expect(made.exitCode).toBe(0);
  // A limit on the length of files stands in for a broken disk: the control database has its pages, the journal's first commit reaches beyond it.
  const command = `trap '' XFSZ; ulimit -f 512; exec "${process.execPath}" "${main}" serve --data "${data}" --http 127.0.0.1:0 --stratum 127.0.0.1:0`;
  const child = Bun.spawn(["bash", "-c", command], { stdout: "pipe", stderr: "pipe" });
  const said = await new Response(child.stderr).text();
  expect(await child.exited).toBe(70);
  expect(said).toContain("ledger.journal-failed");
  expect(said).toContain("EFBIG");
});
