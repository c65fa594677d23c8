/** What one share costs in the thinking room `work`: `bun test/bench/work.bench.ts`, one JSON line per figure. */
import { targetOf } from "../../src/work/difficulty.ts";
import { DuplicateSet } from "../../src/work/duplicate-set.ts";
import { scryptHash, sha256dInto } from "../../src/work/hash.ts";
import { prepareWork } from "../../src/work/prepared-work.ts";
import { checkShare, type ShareInput } from "../../src/work/share-check.ts";
import { createVardiff, noteShare } from "../../src/work/vardiff.ts";
import type { Work } from "../../src/work/work.ts";

function report(metric: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ bench: "work", metric, value: Number(value.toPrecision(3)), unit })}\n`);
}

/** Nanoseconds per call: the best of `rounds`, since other processes only ever make a round slower. */
function nanosecondsPerCall(calls: number, call: (i: number) => void, rounds = 7): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const startedNs = Bun.nanoseconds();
    for (let i = 0; i < calls; i++) call(i);
    if (round > 0) best = Math.min(best, (Bun.nanoseconds() - startedNs) / calls);
  }
  return best;
}

function benchWork(branches: number, coinbaseBytes: number): Work {
  const free = 8;
  const fixed = new Uint8Array(4).fill(7);
  return {
    algorithm: "sha256d",
    prevHash: new Uint8Array(32).fill(1),
    version: 0x20000000,
    nbits: 0x17056102,
    ntime: 1_700_000_000,
    coinb1: new Uint8Array(60).fill(2),
    coinb2: new Uint8Array(coinbaseBytes - 60 - free - fixed.length).fill(3),
    merklePath: Array.from({ length: branches }, (_, i) => new Uint8Array(32).fill(16 + i)),
    fixed,
    free,
    versionMask: 0x1fffe000,
    difficulty: 1e-9,
    poolJobId: "1",
    clean: false,
  };
}

function checkNs(branches: number, newExtranonce: boolean): number {
  const job = prepareWork(benchWork(branches, 250));
  const share: ShareInput = { free: new Uint8Array(8), ntime: 1_700_000_001, nonce: 0, versionBits: 0x2000, target: targetOf("sha256d", 1e-9) };
  const words = new Uint32Array(share.free.buffer);
  return nanosecondsPerCall(100_000, (i) => {
    share.nonce = i;
    if (newExtranonce) words[1] = i;
    checkShare(job, share);
  });
}

/** The same hashes with nothing around them: the floor under `check_share_12_branches`. */
function hashesAloneNs(branches: number): number {
  const { coinbase, slots, nodes, header } = prepareWork(benchWork(branches, 250));
  const hash = new Uint8Array(32);
  return nanosecondsPerCall(100_000, () => {
    sha256dInto(coinbase, nodes[0] ?? hash);
    for (let i = 0; i < branches; i++) sha256dInto(slots[i] ?? hash, nodes[i + 1] ?? hash);
    sha256dInto(header, hash);
  });
}

function duplicateNs(shares: number): number {
  const hash = new Uint32Array(8);
  const set = new DuplicateSet();
  const startedNs = Bun.nanoseconds();
  for (let i = 0; i < shares; i++) {
    hash[0] = Math.imul(i, 0x9e3779b1);
    hash[1] = i;
    set.add(hash);
  }
  return (Bun.nanoseconds() - startedNs) / shares;
}

/** The longest single add, which a rehash in one go would make tens of milliseconds. */
function duplicateWorstMs(shares: number): number {
  const hash = new Uint32Array(8);
  const set = new DuplicateSet();
  let worstNs = 0;
  for (let i = 0; i < shares; i++) {
    hash[0] = Math.imul(i, 0x9e3779b1);
    hash[1] = i;
    const startedNs = Bun.nanoseconds();
    set.add(hash);
    worstNs = Math.max(worstNs, Bun.nanoseconds() - startedNs);
  }
  return worstNs / 1e6;
}

/** Bytes of garbage per call; 0 is the goal. */
function bytesPerCheck(calls: number): number {
  const job = prepareWork(benchWork(12, 250));
  const share: ShareInput = { free: new Uint8Array(8), ntime: 1, nonce: 0, versionBits: 0x2000, target: targetOf("sha256d", 1e-9) };
  const words = new Uint32Array(share.free.buffer);
  Bun.gc(true);
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < calls; i++) {
    words[0] = i;
    checkShare(job, share);
  }
  return Math.max(0, process.memoryUsage().heapUsed - before) / calls;
}

async function scryptPerSecond(count: number, atOnce: number): Promise<number> {
  const startedNs = Bun.nanoseconds();
  for (let done = 0; done < count; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, () => scryptHash(new Uint8Array(80))));
  }
  return (count * 1e9) / (Bun.nanoseconds() - startedNs);
}

const input80 = new Uint8Array(80);
const output = new Uint8Array(32);
report(
  "sha256d_80_bytes",
  nanosecondsPerCall(300_000, () => sha256dInto(input80, output)),
  "ns",
);
report("check_share_12_branches", checkNs(12, true), "ns");
report("hashes_alone_12_branches", hashesAloneNs(12), "ns");
report("check_share_0_branches", checkNs(0, true), "ns");
report("check_share_same_extranonce", checkNs(12, false), "ns");
report("check_share_garbage", bytesPerCheck(500_000), "bytes");
report("duplicate_add_of_1000000", duplicateNs(1_000_000), "ns");
report("duplicate_add_of_1000", duplicateNs(1_000), "ns");
report("duplicate_add_worst_of_4000000", duplicateWorstMs(4_000_000), "ms");
const vardiff = createVardiff(1, 0);
report(
  "vardiff_note_share",
  nanosecondsPerCall(1_000_000, (i) => void noteShare(vardiff, i)),
  "ns",
);
report(
  "target_of",
  nanosecondsPerCall(20_000, (i) => void targetOf("sha256d", 1 + i / 3)),
  "ns",
);
report(
  "prepare_work_12_branches",
  nanosecondsPerCall(20_000, () => void prepareWork(benchWork(12, 250))),
  "ns",
);
report("scrypt_one_at_a_time", await scryptPerSecond(2_000, 1), "1/s");
report("scrypt_16_at_once", await scryptPerSecond(4_000, 16), "1/s");
