import { notifyParams } from "../../../src/simulate/job-wire.ts";
import { writeNotification } from "../../../src/stratum/v1/envelope.ts";
import type { Work } from "../../../src/work/work.ts";
import { preciseNowMs } from "./clock.ts";

/** Stands in the coinbase before a job's stamp, and nowhere else by chance. */
export const stampMark = "57a3fa57a3fa57a3";
/** One byte for the pool, seven for the microsecond since 1970. */
export const stampDigits = 16;

export const benchDifficulty = 1e-9;
export const benchExtranonce2Bytes = 8;
const branchesOfJob = 12;
/** A target that no share of a bench meets. */
const networkBits = 0x17026a1c;
const plainVersion = 0x20000000;

export type BenchJob = { work: Omit<Work, "fixed">; line: Buffer };

/** A job of the usual size: coinbase of about 200 bytes, 12 branches. Its stamp tells which pool made it, and when. */
export function benchJob(count: number, poolTag: number): BenchJob {
  const stamp =
    poolTag.toString(16).padStart(2, "0") +
    Math.round(preciseNowMs() * 1000)
      .toString(16)
      .padStart(14, "0");
  const script = `03400d0d10${stampMark}${stamp}`;
  const scriptBytes = script.length / 2 + 4 + benchExtranonce2Bytes;
  const work = {
    algorithm: "sha256d" as const,
    prevHash: randomBytes(32),
    version: plainVersion,
    nbits: networkBits,
    ntime: Math.floor(Date.now() / 1000),
    coinb1: Buffer.from(`0100000001${"00".repeat(32)}ffffffff${scriptBytes.toString(16).padStart(2, "0")}${script}`, "hex"),
    coinb2: Buffer.from(`ffffffff02${"00f2052a01000000"}160014${"11".repeat(20)}${"00".repeat(8)}266a24${"22".repeat(36)}00000000`, "hex"),
    merklePath: Array.from({ length: branchesOfJob }, () => randomBytes(32)),
    free: benchExtranonce2Bytes,
    versionMask: 0x1fffe000,
    difficulty: benchDifficulty,
    poolJobId: count.toString(16),
    clean: true,
  };
  return { work, line: Buffer.from(writeNotification("mining.notify", notifyParams(work))) };
}

function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
