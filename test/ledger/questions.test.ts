import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { TooScattered } from "../../src/ledger/delivered-works.ts";
import { type HubVerdict, hubVerdicts, type PoolVerdict, poolVerdicts, type ShareRecord } from "../../src/ledger/share-record.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";

const workOf = ({ algorithm }: ShareRecord, difficulty: number): bigint =>
  BigInt(Math.max(difficulty === 0 ? 0 : 1, difficulty * (algorithm === "sha256d" ? 2 ** 32 : 2 ** 16)));

const anyShare: fc.Arbitrary<ShareRecord> = fc.record({
  atMs: fc.integer({ min: startMs - 50, max: startMs + 50 }),
  rigNo: fc.integer({ min: 1, max: 3 }),
  sessionNo: fc.integer({ min: 0, max: 9 }),
  contractNo: fc.integer({ min: 0, max: 2 }),
  poolNo: fc.integer({ min: 0, max: 2 }),
  algorithm: fc.constantFrom("sha256d" as const, "scrypt" as const),
  difficulty: fc.constantFrom(0, 1, 8, 1_024.5, 2 ** 40, 1e18),
  poolDifficulty: fc.constantFrom(1, 65_536, 1e18),
  hubVerdict: fc.constantFrom(...hubVerdicts),
  poolVerdict: fc.constantFrom(...poolVerdicts),
  reason: fc.constantFrom(null, "stale", "low difficulty share of 3", "constructor", "toString", "__proto__"),
  answeredMs: fc.integer({ min: -1, max: 3_000 }),
});

/** The definitions of the contract, counted share by share. */
function recount(shares: readonly ShareRecord[]) {
  const hub = (verdict: HubVerdict) => shares.filter((share) => share.hubVerdict === verdict);
  const forwarded = (verdict: PoolVerdict) => shares.filter((share) => share.poolVerdict === verdict);
  const own = (some: readonly ShareRecord[]) => ({ count: some.length, work: some.reduce((sum, share) => sum + workOf(share, share.difficulty), 0n) });
  const pools = (some: readonly ShareRecord[]) => ({ count: some.length, work: some.reduce((sum, share) => sum + workOf(share, share.poolDifficulty), 0n) });
  const byReason = new Map([...Map.groupBy(forwarded("rejected"), ({ reason }) => reason ?? "other")].map(([reason, some]) => [reason, pools(some)]));
  return {
    hubAccepted: own(hub("accepted")),
    poolAccepted: pools(forwarded("accepted")),
    poolRejected: { ...pools(forwarded("rejected")), byReason },
    unanswered: pools(forwarded("unanswered")),
    stale: own(hub("stale")),
    lowDifficulty: own(hub("low-difficulty")),
    duplicate: own(hub("duplicate")),
    invalid: own(hub("invalid")),
    expired: own(hub("expired")),
    unauthorized: own(hub("unauthorized")),
    orphaned: own(forwarded("orphaned")),
  };
}

describe("questions to the ledger", () => {
  test("a summary is what a recount of the shares gives, for any shares, scope and window", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const noted: ShareRecord[] = [];
    const scope = fc.record({ kind: fc.constantFrom("rig" as const, "pool" as const, "contract" as const), no: fc.integer({ min: 0, max: 3 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyShare, { maxLength: 40 }),
        scope,
        fc.tuple(fc.integer({ min: -60, max: 60 }), fc.nat(70)),
        async (shares, asked, [from, length]) => {
          for (const share of shares) expect(ledger.append(share)).toBeGreaterThan(0);
          noted.push(...shares);
          await ledger.flush();
          const fromMs = startMs + from;
          const inScope = noted.filter((share) => share[`${asked.kind}No`] === asked.no && share.atMs >= fromMs && share.atMs < fromMs + length);
          expect(await ledger.summary(asked, fromMs, fromMs + length)).toEqual({ ...recount(inScope), asOfMs: startMs });
        },
      ),
      { numRuns: 25 },
    );
  });

  test("difficulties that no pool may send break no figure", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    for (const difficulty of [1e28, 1e300]) {
      for (let no = 0; no < 20; no++) ledger.append(aShare({ difficulty, poolDifficulty: difficulty, poolVerdict: "accepted" }));
    }
    await ledger.flush();
    folder.nowMs = startMs + 10_000;
    const tally = { count: 40, work: 40n << 92n };
    expect(await ledger.summary({ kind: "rig", no: 1 }, startMs, startMs + 1)).toMatchObject({ hubAccepted: tally, poolAccepted: tally });
    const [point] = await ledger.hashrate({ kind: "rig", no: 1 }, { fromMs: startMs, toMs: startMs + 10_000, stepS: 10 });
    expect(point?.effectiveHps).toBe((40 * 2 ** 92) / 10);
    expect(await ledger.rejects(startMs, folder.nowMs)).toEqual(new Map([[2, { accepted: 40n << 92n, rejected: 0n }]]));
  });

  test("hashrate: effective is accepted work, delivered is without orphaned and less what pools refused, at their difficulty", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    for (let second = 0; second < 10; second++) ledger.append(aShare({ atMs: startMs + second * 1_000, difficulty: 10 }));
    ledger.append(aShare({ atMs: startMs + 11_000, difficulty: 10, poolVerdict: "orphaned" }));
    ledger.append(aShare({ atMs: startMs + 12_000, difficulty: 10, poolDifficulty: 50, poolVerdict: "rejected", reason: "no" }));
    ledger.append(aShare({ atMs: startMs + 13_000, difficulty: 10, hubVerdict: "stale" }));
    folder.nowMs = startMs + 30_000;
    await ledger.flush();
    const points = await ledger.hashrate({ kind: "fleet", rigNos: [1, 99] }, { fromMs: startMs, toMs: startMs + 30_000, stepS: 10 });
    const hps = (difficulty: number) => (difficulty * 2 ** 32) / 10;
    expect(points.map(({ effectiveHps }) => effectiveHps)).toEqual([hps(100), hps(20), 0]);
    expect(points.map(({ deliveredHps }) => deliveredHps)).toEqual([hps(100), hps(10 - 50), 0]);
    // Ten equal shares: the exact Poisson interval of 10 is 4.795 to 18.39; of none, 0 to 3.689 shares of the window's largest.
    expect(points[0]?.lowerHps).toBeCloseTo(hps(10) * 4.795389, -4);
    expect(points[0]?.upperHps).toBeCloseTo(hps(10) * 18.390356, -4);
    expect(points[2]?.lowerHps).toBe(0);
    expect((points[2]?.upperHps ?? 0) / hps(10)).toBeCloseTo(3.688879, 5);
  });

  test("hashrate of a fleet: of its rigs alone, however many, also of none", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    for (const rigNo of [1, 2, 9_999, 10_001]) ledger.append(aShare({ rigNo, difficulty: 10 }));
    await ledger.flush();
    folder.nowMs = startMs + 10_000;
    const window = { fromMs: startMs, toMs: startMs + 10_000, stepS: 10 };
    const sharesOf = async (rigNos: number[]) => ((await ledger.hashrate({ kind: "fleet", rigNos }, window))[0]?.effectiveHps ?? 0) / 2 ** 32;
    expect(await sharesOf(Array.from({ length: 10_000 }, (_, index) => index + 1))).toBe(3);
    expect(await sharesOf([2])).toBe(1);
    expect(await sharesOf([])).toBe(0);
  });

  test("hashrate: where no hub was running there is no data, and a step partly covered is divided by what was", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    ledger.append(aShare({ atMs: startMs + 1_000, difficulty: 10 }));
    folder.nowMs = startMs + 5_000;
    await ledger.close();
    folder.nowMs = startMs + 30_000;
    const again = await folder.open();
    await again.flush();
    folder.nowMs = startMs + 40_000;
    const points = await again.hashrate({ kind: "rig", no: 1 }, { fromMs: startMs - 10_000, toMs: startMs + 60_000, stepS: 10 });
    expect(points.map(({ effectiveHps }) => effectiveHps)).toEqual([null, (10 * 2 ** 32) / 5, null, null, 0, null, null]);
    expect(
      points.every(
        ({ effectiveHps, deliveredHps, lowerHps, upperHps }) => (effectiveHps === null) === [deliveredHps, lowerHps, upperHps].every((value) => value === null),
      ),
    ).toBe(true);
    expect(points.map(({ atMs }) => atMs - startMs)).toEqual([-10_000, 0, 10_000, 20_000, 30_000, 40_000, 50_000]);
  });

  test("rates of all rigs over several windows, and what pools refused, in one question each", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    folder.nowMs = startMs + 100_000;
    ledger.append(aShare({ rigNo: 1, atMs: startMs + 95_000, difficulty: 10, poolVerdict: "accepted", poolDifficulty: 100 }));
    ledger.append(aShare({ rigNo: 1, atMs: startMs + 20_000, difficulty: 30, poolVerdict: "rejected", poolDifficulty: 7, poolNo: 3 }));
    ledger.append(aShare({ rigNo: 2, atMs: startMs + 20_000, difficulty: 5, poolVerdict: "unanswered", poolDifficulty: 9, poolNo: 3 }));
    await ledger.flush();
    const unit = 2 ** 32;
    expect(new Map(await ledger.rates([10, 100, 10_000], folder.nowMs))).toEqual(
      new Map([
        [1, [(10 * unit) / 10, (40 * unit) / 100, null]],
        [2, [0, (5 * unit) / 100, null]],
      ]),
    );
    expect(await ledger.rejects(startMs, folder.nowMs)).toEqual(
      new Map([
        [2, { accepted: 100n << 32n, rejected: 0n }],
        [3, { accepted: 0n, rejected: 16n << 32n }],
      ]),
    );
  });

  test("rates count each share's work as the sums do, whatever its difficulty, before it is counted into minutes and after", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const difficulties = [0, 1e-9, 3e-6, 0.3, 1, 1.5, 777.77, 65_535.9, 65_536.5, 3e9, 1e18, 1e25];
    const shares = difficulties.flatMap((difficulty, index) =>
      (["sha256d", "scrypt"] as const).map((algorithm, odd) => aShare({ difficulty, algorithm, rigNo: 2 * index + odd })),
    );
    for (const share of shares) ledger.append(share);
    await ledger.flush();
    folder.nowMs = startMs + 3_600_000;
    await ledger.flush();
    const seconds = 3_600;
    const check = async () => {
      const sums = new Map((await ledger.work({ by: "rig", fromMs: startMs - 1, toMs: startMs + 1 })).map(({ no, effective }) => [no, Number(effective)]));
      const rates = await ledger.rates([seconds], startMs + seconds * 1_000);
      expect(rates.size).toBe(shares.length);
      for (const [no, [rate]] of rates) expect(Math.abs((rate ?? 0) * seconds - (sums.get(no) ?? -1))).toBeLessThanOrEqual(1e-9 * (sums.get(no) ?? 0));
    };
    await check();
    await ledger.maintain(folder.nowMs);
    await check();
  });

  test("delivered by steps: for every contract and step what exact sums say", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    for (let at = 0; at < 60; at++) {
      const poolVerdict = at % 7 === 0 ? "rejected" : "accepted";
      ledger.append(aShare({ atMs: startMs + at * 1_000, contractNo: at % 3, poolVerdict, difficulty: 8 + (at % 2), poolDifficulty: 16 }));
    }
    await ledger.flush();
    const window = { fromMs: startMs, toMs: startMs + 60_000, stepMs: 10_000 };
    const { nos, steps, hashes } = await ledger.deliveredSteps(window);
    const found = [...nos].map((no, at) => [no, startMs + (steps[at] ?? 0) * 10_000, hashes[at]]);
    const exact = (await ledger.work({ by: "contract", ...window })).map(({ no, atMs, held, rejected }) => [no, atMs, Number(held - rejected)]);
    const order = (rows: (number | undefined)[][]) => rows.map((row) => row.join(" ")).toSorted();
    expect(order(found)).toEqual(order(exact));
    await expect(ledger.deliveredSteps({ ...window, stepMs: 0 })).rejects.toThrow("step: must be a whole number");
  });

  test("effective by steps: of every rig and pool what exact sums say, from single shares, minutes and hours", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const hourMs = 3_600_000;
    const fromMs = Math.floor(startMs / hourMs) * hourMs - 3 * hourMs;
    const times = { fromMs, toMs: fromMs + 3 * hourMs };
    for (let at = 0; at < 180; at++) {
      const hubVerdict = at % 5 === 0 ? "stale" : "accepted";
      ledger.append(aShare({ atMs: fromMs + at * 60_000 + 7, rigNo: 1 + (at % 3), poolNo: 1 + (at % 2), hubVerdict, difficulty: 8 + (at % 2) }));
    }
    await ledger.flush();
    const order = (rows: (number | undefined)[][]) => rows.map((row) => row.join(" ")).toSorted();
    const agree = async () => {
      for (const [by, stepMs] of [
        ["rig", hourMs],
        ["rig", 900_000],
        ["pool", 900_000],
      ] as const) {
        const { nos, steps, hashes } = await ledger.effectiveSteps(by, { ...times, stepMs });
        const found = [...nos].map((no, at) => [no, fromMs + (steps[at] ?? 0) * stepMs, hashes[at]]);
        const exact = (await ledger.work({ by, ...times, stepMs })).filter(({ effective }) => effective > 0n);
        expect(order(found)).toEqual(order(exact.map(({ no, atMs, effective }) => [no, atMs, Number(effective)])));
        expect(found.length).toBeGreaterThan(5);
      }
    };
    await agree();
    folder.nowMs = fromMs + 5 * hourMs;
    await ledger.maintain(folder.nowMs);
    await agree();
  });

  test("delivered in given times: by receipt, between their ends, under the numbers that were booked, and as of when", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const one = 1_024n << 32n;
    for (const atMs of [-1, 0, 90_000, 119_999, 120_000]) ledger.append(aShare({ contractNo: 3, atMs: startMs + atMs }));
    ledger.append(aShare({ contractNo: 3, atMs: startMs + 5, poolVerdict: "orphaned" }));
    ledger.append(aShare({ contractNo: 3, atMs: startMs + 6, hubVerdict: "stale" }));
    ledger.append(aShare({ contractNo: 4, atMs: startMs + 7, poolDifficulty: 8_192, poolVerdict: "rejected" }));
    ledger.append(aShare({ rigNo: 2, contractNo: 3, atMs: startMs + 8 }));
    await ledger.flush();
    const time = { rigNo: 1, contractNo: 3, fromMs: startMs, toMs: startMs + 120_000 };
    const asked = [time, { ...time, contractNo: 4 }, { ...time, rigNo: 2 }, { ...time, toMs: startMs }, time];
    expect(await ledger.deliveredWorks(asked)).toEqual({ works: [3n * one, -7n * one, one, 0n, 3n * one], asOfMs: startMs });
    expect((await ledger.deliveredWorks([])).works).toEqual([]);
    await expect(ledger.deliveredWorks([{ ...time, toMs: startMs - 1 }])).rejects.toThrow("to: must be");
    const scattered = Array.from({ length: 5_000 }, (_, index) => ({ ...time, fromMs: startMs - index * 700_000 - 1, toMs: startMs - index * 700_000 }));
    expect((await ledger.deliveredWorks(scattered.slice(0, 40))).works).toHaveLength(40);
    await expect(ledger.deliveredWorks(scattered)).rejects.toThrow(TooScattered);
  });

  test("raw rows come in pages by sequence, within limit, scope and window; the last shares newest first", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    for (let no = 0; no < 9_000; no++) ledger.append(aShare({ rigNo: no % 2, atMs: startMs + no }));
    await ledger.flush();
    const rows: number[] = [];
    for await (const page of ledger.shares({ rigNos: [1], fromMs: startMs + 10, toMs: startMs + 8_999, limit: 4_300 }))
      rows.push(...page.map(({ atMs }) => atMs - startMs));
    expect(rows).toEqual(Array.from({ length: 4_300 }, (_, index) => 11 + index * 2));
    expect((await ledger.lastShares(1, 3)).map(({ atMs }) => atMs - startMs)).toEqual([8_999, 8_997, 8_995]);
  });

  test("the last shares of a rig are found however long ago it sent them, up to a week", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    const agesMs = [8 * 86_400_000, 6 * 86_400_000, 2 * 3_600_000, 1_800_000, 1_000, 0];
    folder.nowMs = startMs;
    const sequences = agesMs.map((ageMs) => ledger.append(aShare({ atMs: startMs - ageMs })));
    await ledger.flush();
    for (let n = 0; n <= agesMs.length; n++) {
      const found = (await ledger.lastShares(1, n)).map(({ sequence }) => sequence);
      expect(found).toEqual(sequences.slice(1).toReversed().slice(0, n));
    }
  });

  test("windows that are none, and steps too many, are refused by name", async () => {
    await using folder = await LedgerFolder.create();
    const ledger = await folder.open();
    await expect(ledger.summary({ kind: "rig", no: 1 }, 2, 1)).rejects.toThrow("to: must be");
    await expect(ledger.hashrate({ kind: "rig", no: 1 }, { fromMs: 0, toMs: 1, stepS: 0 })).rejects.toThrow("step_s: must be");
    await expect(ledger.hashrate({ kind: "rig", no: 1 }, { fromMs: 0, toMs: startMs, stepS: 1 })).rejects.toThrow("use a longer step");
  });
});
