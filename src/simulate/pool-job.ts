import type { AlgorithmName } from "../work/algorithm.ts";
import type { Work } from "../work/work.ts";

/** Randomness as an argument: a number in [0, 1). */
export type Random = () => number;

export type PoolJob = {
  id: string;
  /** The work without a connection's own extranonce1 (`fixed` is empty). */
  work: Omit<Work, "fixed">;
};

export type JobSource = {
  algorithm: AlgorithmName;
  random: Random;
  /** Milliseconds since 1970. */
  now: () => number;
  extranonce2Size: number;
  versionMask: number;
  branches: number;
};

export function randomBytes(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
}

/** The version bit pattern of a block without signalling; no rollable bit is set in it, so the three readings of version bits agree. */
const plainVersion = 0x20000000;

/** A network target that no simulated rig meets (2015's difficulty), so that a share is never a block by chance. */
const networkBits = 0x18148edf;

/** Outputs and locktime of a coinbase that pays one script. */
const coinbaseTail = Buffer.from(`ffffffff01${"00f2052a01000000"}1976a914${"00".repeat(20)}88ac00000000`, "hex");

/** Makes jobs that look like a chain's: height, previous hash and coinbase follow each other. */
export function createJobSource(source: JobSource): { next: (options: { difficulty: number; clean: boolean }) => PoolJob } {
  let count = 0;
  let height = 900_000;
  let prevHash = randomBytes(source.random, 32);
  const idBase = Math.floor(source.random() * 0xffff);
  return {
    next({ difficulty, clean }) {
      count += 1;
      if (clean && count > 1) {
        height += 1;
        prevHash = randomBytes(source.random, 32);
      }
      const work = {
        algorithm: source.algorithm,
        prevHash,
        version: plainVersion,
        nbits: networkBits,
        ntime: Math.floor(source.now() / 1000),
        coinb1: coinbaseHead(height, source.extranonce2Size, randomBytes(source.random, 8)),
        coinb2: coinbaseTail,
        merklePath: Array.from({ length: source.branches }, () => randomBytes(source.random, 32)),
        free: source.extranonce2Size,
        versionMask: source.versionMask,
        difficulty,
        poolJobId: ((idBase << 16) + count).toString(16),
        clean,
      };
      return { id: work.poolJobId, work };
    },
  };
}

/** Version, the one input without a source, and a scriptSig of height (BIP34), eight bytes of the pool's own, and room for both extranonces. */
function coinbaseHead(height: number, free: number, tag: Uint8Array): Uint8Array {
  const scriptBytes = 4 + tag.length + 4 + free;
  const head = Buffer.from(`01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff`, "hex");
  return Buffer.concat([head, Uint8Array.of(scriptBytes, 3, height & 255, (height >> 8) & 255, height >> 16), tag]);
}
