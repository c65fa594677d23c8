import { type AnswerQuantiles, AnswerTimes } from "../health/answer-times.ts";
import { Histogram } from "../health/histogram.ts";
import type { ShareCount } from "../health/operation-facts.ts";
import { hubVerdicts, poolVerdicts, type ShareRecord } from "../ledger/share-record.ts";
import { algorithms } from "../work/algorithm.ts";

const kinds = hubVerdicts.length * poolVerdicts.length;
const hubCodes = codesOf(hubVerdicts);
const poolCodes = codesOf(poolVerdicts);
/** Pool numbers count up from 1 and stay far below. */
const poolsMax = 2 ** 24;
const hashesPer = { sha256d: algorithms.sha256d.hashesPerDifficultyDouble, scrypt: algorithms.scrypt.hashesPerDifficultyDouble };
const answerBounds: readonly number[] = Object.freeze([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]);

type Counted = Pick<ShareRecord, "atMs" | "poolNo" | "contractNo" | "algorithm" | "difficulty" | "hubVerdict" | "poolVerdict" | "answeredMs">;

/** Settled shares since the hub started, by pool, contract and both verdicts. On the way of every share, so it makes nothing but at a first share. */
export class ShareCounts {
  unrecorded = 0;
  readonly late = new Map<string, number>();
  readonly answerSeconds = new Map<number, Histogram>();
  private readonly answerTimes = new Map<number, AnswerTimes>();
  /** By contract and pool: counts, then work, one for each pair of verdicts. */
  private readonly byPlace = new Map<number, Float64Array>();

  /** `atMs`: in the hub's time. */
  note({ atMs, poolNo, contractNo, algorithm, difficulty, hubVerdict, poolVerdict, answeredMs }: Counted): void {
    const key = contractNo * poolsMax + poolNo;
    let row = this.byPlace.get(key);
    if (row === undefined) {
      row = new Float64Array(2 * kinds);
      this.byPlace.set(key, row);
    }
    const at = (hubCodes[hubVerdict] as number) * poolVerdicts.length + (poolCodes[poolVerdict] as number);
    row[at] = (row[at] as number) + 1;
    row[kinds + at] = (row[kinds + at] as number) + difficulty * hashesPer[algorithm];
    if (poolNo === 0) return;
    if (answeredMs >= 0) this.secondsOf(poolNo).note(answeredMs / 1_000);
    if (answeredMs >= 0 || poolVerdict === "unanswered") this.timesOf(poolNo).note(answeredMs, atMs);
  }

  noteLate(poolVerdict: string): void {
    this.late.set(poolVerdict, (this.late.get(poolVerdict) ?? 0) + 1);
  }

  /** Only what there was at least one share of. */
  *all(): Iterable<ShareCount> {
    for (const [key, row] of this.byPlace) {
      for (let at = 0; at < kinds; at++) {
        const count = row[at] as number;
        if (count === 0) continue;
        yield {
          poolNo: key % poolsMax,
          contractNo: Math.floor(key / poolsMax),
          hubVerdict: hubVerdicts[Math.floor(at / poolVerdicts.length)] as string,
          poolVerdict: poolVerdicts[at % poolVerdicts.length] as string,
          count,
          workHashes: row[kinds + at] as number,
        };
      }
    }
  }

  /** How long the pool took to answer, over the last hour as the hub's time has it. */
  answers(poolNo: number, nowMs: number): AnswerQuantiles | null {
    return this.answerTimes.get(poolNo)?.over(nowMs) ?? null;
  }

  private timesOf(poolNo: number): AnswerTimes {
    const known = this.answerTimes.get(poolNo) ?? new AnswerTimes();
    this.answerTimes.set(poolNo, known);
    return known;
  }

  private secondsOf(poolNo: number): Histogram {
    const known = this.answerSeconds.get(poolNo) ?? new Histogram(answerBounds);
    this.answerSeconds.set(poolNo, known);
    return known;
  }
}

function codesOf(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.freeze(Object.fromEntries(names.map((name, code) => [name, code])));
}
