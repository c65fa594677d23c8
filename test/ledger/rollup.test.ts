import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { HashrateScope, ServedTime, WorkQuery } from "../../src/ledger/answers.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { blockRigs } from "../../src/ledger/rig-blocks.ts";
import { hubVerdicts, poolVerdicts, type ShareRecord } from "../../src/ledger/share-record.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";
import { type Noted, recount, sorted, verdictAdded } from "./recount.ts";

const hourMs = 3_600_000;
/** Half an hour before an hour's end, so that minutes, hours and days change while a test runs. */
const beginMs = Math.floor(startMs / hourMs) * hourMs + hourMs / 2;

/** Rigs that are counted as one block, beside the first ones. */
const farOff = Array.from({ length: 9 }, (_, index) => 2 * blockRigs + index);

const share = fc.record({
  rigNo: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(...farOff)),
  contractNo: fc.integer({ min: 0, max: 2 }),
  poolNo: fc.integer({ min: 1, max: 2 }),
  algorithm: fc.constantFrom("sha256d" as const, "scrypt" as const),
  difficulty: fc.constantFrom(0, 0.125, 1, 1_024, 3_000_000, 2 ** 40),
  poolDifficulty: fc.constantFrom(1, 65_536, 10_000_000),
  hubVerdict: fc.constantFrom(...hubVerdicts, "accepted" as const, "accepted" as const),
  poolVerdict: fc.constantFrom(...poolVerdicts),
  reason: fc.constantFrom(null, "stale", "above target"),
  answeredMs: fc.constantFrom(-1, 0, 40, 3_000),
});

/** What happens to a ledger, in any order. Times run forward, and sometimes back. */
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("shares" as const), shares: fc.array(share, { minLength: 1, maxLength: 12 }), scatterMs: fc.nat(90_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("late" as const),
      pick: fc.nat(),
      poolVerdict: fc.constantFrom(...poolVerdicts),
      reason: fc.constantFrom(null, "late"),
      answeredMs: fc.nat(9_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("time" as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.constantFrom(hourMs, 7 * hourMs, -50_000, -2 * hourMs)),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "load" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "maintain" as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: "next-day" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "crash" as const }) },
);

const scopes: (HashrateScope | undefined)[] = [
  undefined,
  { kind: "rig", no: 2 },
  { kind: "contract", no: 1 },
  { kind: "pool", no: 1 },
  { kind: "fleet", rigNos: [3, 1] },
  { kind: "fleet", rigNos: farOff },
  { kind: "fleet", rigNos: [...farOff, 3] },
  { kind: "fleet", rigNos: [1, 2, 3, 4, 9, ...farOff] },
  { kind: "fleet", rigNos: [4, 2, 3, ...Array.from({ length: 100 }, (_, index) => 10 + 2 * index)] },
];
const between = {
  fromMs: fc.oneof(fc.integer({ min: -4 * hourMs, max: 100 * hourMs }), fc.constantFrom(-hourMs / 2, hourMs / 2, 0)).map((ms) => beginMs + ms),
  lengthMs: fc.oneof(fc.integer({ min: 1, max: 100 * hourMs }), fc.constantFrom(60_000, hourMs, 24 * hourMs)),
};
const question = fc.record({
  by: fc.constantFrom(undefined, "rig" as const, "contract" as const, "pool" as const),
  scope: fc.constantFrom(...scopes),
  ...between,
  stepMs: fc.constantFrom(undefined, 1_000, 60_000, 90_000, 300_000, hourMs, 2 * hourMs, 5_000_000, 24 * hourMs),
});

const rateWindow = fc.record({
  agoMs: fc.oneof(fc.constantFrom(0, 60_000, hourMs, 5 * hourMs), fc.nat(10 * hourMs)),
  windowsS: fc.uniqueArray(fc.oneof(fc.constantFrom(60, 900, 3_600, 86_400), fc.integer({ min: 1, max: 90_000 })), { minLength: 1, maxLength: 3 }),
});

const served = fc
  .record({ rigNo: fc.integer({ min: 1, max: 4 }), contractNo: fc.integer({ min: 0, max: 2 }), ...between })
  .map(({ lengthMs, ...rest }) => ({ ...rest, toMs: rest.fromMs + lengthMs }));

function queryOf({ by, scope, fromMs, lengthMs, stepMs }: typeof question extends fc.Arbitrary<infer T> ? T : never): WorkQuery {
  return { fromMs, toMs: fromMs + lengthMs, ...(by !== undefined && { by }), ...(scope !== undefined && { scope }), ...(stepMs !== undefined && { stepMs }) };
}

/** A ledger that crashes, and beside it a plain list of what it was told. */
class Trial implements AsyncDisposable {
  readonly noted: Noted[] = [];
  latestMs = beginMs;
  #folders: LedgerFolder[] = [];
  ledger: Ledger;

  private constructor(folder: LedgerFolder, ledger: Ledger) {
    this.#folders = [folder];
    this.ledger = ledger;
  }

  static async begin(): Promise<Trial> {
    const folder = await LedgerFolder.create();
    folder.nowMs = beginMs;
    return new Trial(folder, await folder.open({ limits }));
  }

  get folder(): LedgerFolder {
    return this.#folders.at(-1) as LedgerFolder;
  }

  note(record: Partial<ShareRecord>): void {
    const whole = aShare(record);
    this.noted.push({ ...whole, sequence: this.ledger.append(whole) });
  }

  async after(what: typeof event extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    const { folder } = this;
    this.latestMs = Math.max(this.latestMs, folder.nowMs);
    if (what.kind === "time") folder.nowMs += what.ms;
    else if (what.kind === "load") await this.ledger.flush();
    else if (what.kind === "maintain") await this.ledger.maintain(folder.nowMs);
    else if (what.kind === "next-day") await this.nextDay();
    else if (what.kind === "crash") await this.crash();
    else if (what.kind === "shares")
      for (const [index, one] of what.shares.entries()) this.note({ ...one, atMs: folder.nowMs - ((index * 7_919) % (what.scatterMs + 1)) });
    else {
      // A verdict that comes when its share was moved to a file is not noted any more.
      const young = this.noted.filter(({ atMs }) => atMs > this.latestMs - limits.rawDays * 24 * hourMs);
      if (young.length === 0) return;
      const { sequence } = young[what.pick % young.length] as Noted;
      const late = { poolVerdict: what.poolVerdict, reason: what.reason, answeredMs: what.answeredMs };
      this.ledger.appendVerdict(sequence, late);
      verdictAdded(this.noted, sequence, late);
    }
  }

  async nextDay(): Promise<void> {
    this.folder.nowMs += 24 * hourMs;
    await this.ledger.flush();
    await this.ledger.maintain(this.folder.nowMs);
  }

  /** All that was noted is on disk, but not all of it loaded. */
  async crash(): Promise<void> {
    const durable = Promise.withResolvers<void>();
    const last = this.ledger.append(aShare({ rigNo: 9, atMs: 0 }));
    this.ledger.onDurable = (through) => through >= last && durable.resolve();
    await durable.promise;
    const copy = await this.folder.crashed();
    this.#folders.push(copy);
    this.ledger = await copy.open({ limits });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#folders.toReversed()) await folder[Symbol.asyncDispose]();
  }
}

/** Few rows at a time, so that a handful of shares needs several rollings, files and deletions. */
const limits = { rollRowsMax: 7, exportRowsMax: 40, pruneRowsMax: 3, rawDays: 0.1, minuteDays: 0.5, effectiveDays: 0.1 };

/** What a rig delivered to a contract, share by share. */
function deliveredOf(noted: readonly Noted[], { rigNo, contractNo, fromMs, toMs }: ServedTime): bigint {
  const [row] = recount(
    noted.filter((one) => one.rigNo === rigNo && one.contractNo === contractNo),
    { fromMs, toMs },
  );
  return row === undefined ? 0n : row.held - row.rejected;
}

/** Rates are of doubles; one hash more or less is none. */
async function expectRates({ ledger, folder, noted }: Trial, { agoMs, windowsS }: { agoMs: number; windowsS: number[] }): Promise<void> {
  const toMs = folder.nowMs - agoMs;
  const rates = await ledger.rates(windowsS, toMs);
  for (const [index, seconds] of windowsS.entries()) {
    const fromMs = toMs - seconds * 1_000;
    const unseenMs = (await ledger.gaps(fromMs, toMs)).reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0);
    const coveredS = seconds - unseenMs / 1_000;
    const hashes = new Map(recount(noted, { by: "rig", fromMs, toMs }).map(({ no, effective }) => [no, Number(effective)]));
    for (const no of new Set([...rates.keys(), ...hashes.keys()])) {
      const expected = hashes.get(no) ?? 0;
      const rate = rates.get(no)?.[index] ?? 0;
      if (rates.get(no)?.[index] === null) expect(coveredS).toBeLessThan(seconds / 10);
      else expect(Math.abs(rate * coveredS - expected)).toBeLessThanOrEqual(1 + expected * 1e-9);
    }
  }
}

describe("what is counted in advance", () => {
  test("with what is not, it is what a recount of all shares gives, whatever happened", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 35 }), fc.array(question, { minLength: 6, maxLength: 12 }), async (events, questions) => {
        await using trial = await Trial.begin();
        for (const what of events) await trial.after(what);
        await trial.ledger.flush();
        for (const asked of questions) {
          const query = queryOf(asked);
          expect(sorted(await trial.ledger.work(query))).toEqual(recount(trial.noted, query));
          const { fromMs, toMs } = query;
          for (const by of ["pool", "rig"] as const) {
            const forwarded = recount(trial.noted, { by, fromMs, toMs }).filter(({ accepted, rejected }) => accepted + rejected > 0n);
            const expected = new Map(forwarded.map(({ no, accepted, rejected }) => [no, { accepted, rejected }]));
            expect(await trial.ledger.rejects(fromMs, toMs, by)).toEqual(expected);
          }
        }
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  test("the rates of all rigs are what a recount gives over the time that a hub ran", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 35 }), fc.array(rateWindow, { minLength: 6, maxLength: 12 }), async (events, asked) => {
        await using trial = await Trial.begin();
        for (const what of events) await trial.after(what);
        await trial.ledger.flush();
        for (const one of asked) await expectRates(trial, one);
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  test("what rigs delivered to contracts in many times at once is what a recount gives, to the hash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 35 }), fc.array(served, { minLength: 30, maxLength: 40 }), async (events, list) => {
        await using trial = await Trial.begin();
        for (const what of events) await trial.after(what);
        await trial.ledger.flush();
        const { works } = await trial.ledger.deliveredWorks(list);
        expect(works).toEqual(list.map((one) => deliveredOf(trial.noted, one)));
      }),
      { numRuns: 4 },
    );
  }, 120_000);
});
