import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import type { ShareRow } from "../../src/ledger/answers.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";

const rig = (no: number) => ({ kind: "rig" as const, no });
const pool = { kind: "pool" as const, no: 2 };

async function allRows(ledger: Ledger): Promise<ShareRow[]> {
  const rows: ShareRow[] = [];
  for await (const page of ledger.shares({ fromMs: 0, toMs: startMs * 2, limit: 1_000_000 })) rows.push(...page);
  return rows;
}

/** Small enough that a few hundred shares need several slabs, segments, loads and read-backs. */
const tight = { commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 8_192, segmentAheadBytes: 1_024, freshBytesMax: 2_048, loadGroupRows: 50 };

describe("the ledger", () => {
  test("commits are timed, and what has caught up lags behind nothing", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const commits = () => ledger.figures().commitSeconds.counts.reduce((sum, count) => sum + count, 0);
    const before = commits();
    ledger.append(aShare());
    await ledger.flush();
    expect(commits()).toBe(before + 1);
    expect(ledger.figures().loaderLagSeconds).toBe(0);
  });

  test("a share comes back as it was noted, work derived from its difficulty", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const share = aShare({
      rigNo: 4_000_000,
      difficulty: 1.5e-9,
      poolDifficulty: 1e18,
      poolVerdict: "rejected",
      reason: "Héllo ✓ \u0000",
      answeredMs: 1_234,
      algorithm: "sha256d",
    });
    const sequence = ledger.append(share);
    share.rigNo = 5;
    await ledger.flush();
    const expected = {
      ...aShare(),
      rigNo: 4_000_000,
      difficulty: 1.5e-9,
      work: 6n,
      poolDifficulty: 1e18,
      poolWork: (10n ** 18n) << 32n,
      poolVerdict: "rejected" as const,
    };
    expect(await allRows(ledger)).toEqual([{ ...expected, sequence, reason: "Héllo ✓ \u0000", answeredMs: 1_234 }]);
  });

  test("a late verdict changes its share, whether that is loaded already or not", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const early = ledger.append(aShare({ poolVerdict: "unanswered" }));
    await ledger.flush();
    const late = ledger.append(aShare({ poolVerdict: "unanswered" }));
    ledger.appendVerdict(early, { poolVerdict: "accepted", reason: null, answeredMs: 4_100 });
    ledger.appendVerdict(late, { poolVerdict: "rejected", reason: "stale share", answeredMs: 9_000 });
    await ledger.flush();
    const rows = (await allRows(ledger)).map(({ sequence, poolVerdict, reason, answeredMs }) => ({ sequence, poolVerdict, reason, answeredMs }));
    expect(rows).toEqual([
      { sequence: early, poolVerdict: "accepted", reason: null, answeredMs: 4_100 },
      { sequence: late, poolVerdict: "rejected", reason: "stale share", answeredMs: 9_000 },
    ]);
  });

  test("a second opener of the same folder is refused in words, also from the same process", async () => {
    await using folder = await LedgerFolder.create();
    const first = await folder.open();
    await expect(folder.open()).rejects.toThrow(`in use by process ${process.pid}`);
    await first.close();
    const second = await folder.open();
    expect(second.bootNo).toBe(first.bootNo + 1);
  });

  test("what was on disk but not loaded is applied after a crash, once", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open({ limits: tight });
    for (let no = 0; no < 70; no++) ledger.append(aShare({ rigNo: no, reason: no % 7 === 0 ? `reason ${no % 3}` : null }));
    await ledger.flush();
    const durable = Promise.withResolvers<void>();
    let last = 0;
    ledger.onDurable = (through) => through >= last && durable.resolve();
    for (let no = 70; no < 333; no++) last = ledger.append(aShare({ rigNo: no, reason: no % 7 === 0 ? `reason ${no % 3}` : null }));
    await durable.promise;
    await using after = await folder.crashed();
    const again = await after.open({ limits: tight });
    await again.flush();
    const rows = await allRows(again);
    expect(rows.map(({ rigNo }) => rigNo)).toEqual(Array.from({ length: 333 }, (_, no) => no));
    expect(rows.map(({ reason }) => reason)).toEqual(Array.from({ length: 333 }, (_, no) => (no % 7 === 0 ? `reason ${no % 3}` : null)));
    expect(rows.at(-1)?.sequence).toBe(last);
    expect(again.append(aShare())).toBeGreaterThan(last);
  });

  test("a database that is gone is built again from the journal, texts included, late verdicts applied", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open({ limits: tight });
    const first = ledger.append(aShare({ poolVerdict: "unanswered" }));
    for (let no = 1; no < 400; no++) ledger.append(aShare({ rigNo: no, poolVerdict: "rejected", reason: `why ${no % 5}` }));
    ledger.appendVerdict(first, { poolVerdict: "accepted", reason: null, answeredMs: 5_000 });
    await ledger.flush();
    const before = await ledger.summary(pool, 0, startMs * 2);
    await ledger.close();
    expect((await readdir(folder.journal)).length).toBeGreaterThan(2);
    for (const name of await readdir(folder.path)) if (name.startsWith("ledger.duckdb")) await Bun.file(`${folder.path}/${name}`).delete();
    const again = await folder.open({ limits: tight });
    await again.flush();
    expect(await again.summary(pool, 0, startMs * 2)).toEqual(before);
  });

  test("rows arrive without being asked for, and many rows do not wait for the clock", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open({ limits: { ...tight, loadIntervalMs: 20 } });
    for (let no = 0; no < 120; no++) ledger.append(aShare());
    while ((await ledger.summary(pool, 0, startMs * 2)).hubAccepted.count < 120) await new Promise((resolve) => setImmediate(resolve));
    expect(ledger.backlog()).toEqual({ journalBytes: 0, rowsBehind: 0, undurableBytes: 0, full: false });
  });

  test("closing loads what is left, and a stop is no gap beyond the time it took", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    ledger.append(aShare());
    folder.nowMs = startMs + 60_000;
    await ledger.close();
    folder.nowMs = startMs + 90_000;
    const again = await folder.open();
    expect((await again.summary(rig(1), 0, startMs + 1)).hubAccepted).toEqual({ count: 1, work: 1_024n << 32n });
    await again.flush();
    folder.nowMs = startMs + 100_000;
    expect(await again.gaps(startMs - 5_000, startMs + 200_000)).toEqual([
      { fromMs: startMs - 5_000, toMs: startMs },
      { fromMs: startMs + 60_000, toMs: startMs + 90_000 },
    ]);
  });

  test("where the journal is gone but not the database, sequences are not used twice", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const used = ledger.append(aShare());
    await ledger.close();
    for (const name of await readdir(folder.journal)) await Bun.file(`${folder.journal}/${name}`).delete();
    const again = await folder.open();
    expect(again.append(aShare())).toBeGreaterThan(used);
    await again.flush();
    expect((await again.summary(pool, 0, startMs * 2)).hubAccepted.count).toBe(2);
  });
});
