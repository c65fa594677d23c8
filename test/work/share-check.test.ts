import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { meets, targetOf } from "../../src/work/difficulty.ts";
import { scryptHash, sha256dInto } from "../../src/work/hash.ts";
import { prepareWork } from "../../src/work/prepared-work.ts";
import { checkShare, checkShareAsync, type ShareInput } from "../../src/work/share-check.ts";
import { ntimeInRange } from "../../src/work/share-ranges.ts";
import { solvedVersion } from "../../src/work/version-rolling.ts";
import type { Work } from "../../src/work/work.ts";
import { bytes, display, number32, preparedOf, shareOfVector, shareVector, swapWords, vectorsOf, workOfVector } from "./vectors.ts";

const easiest = targetOf("sha256d", 1e-9);
const sha256d = (input: Uint8Array) => createHash("sha256").update(createHash("sha256").update(input).digest()).digest();
const hex = (input: Uint8Array) => Buffer.from(input).toString("hex");

/** The plain way, by another implementation: concatenate, hash, compare as BigInt. */
function referenceHeader(work: Work, share: ShareInput, version: number): Buffer {
  let root = sha256d(Buffer.concat([work.coinb1, work.fixed, share.free, work.coinb2]));
  for (const branch of work.merklePath) root = sha256d(Buffer.concat([root, branch]));
  const numbers = Buffer.alloc(16);
  numbers.writeUInt32LE(version, 0);
  numbers.writeUInt32LE(share.ntime, 4);
  numbers.writeUInt32LE(work.nbits, 8);
  numbers.writeUInt32LE(share.nonce, 12);
  return Buffer.concat([numbers.subarray(0, 4), work.prevHash, root, numbers.subarray(4)]);
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyWork = fc
  .record({
    prevHash: bytes32,
    version: u32,
    nbits: fc.constant(0x1d00ffff),
    ntime: u32,
    coinb1: fc.uint8Array({ maxLength: 300 }),
    coinb2: fc.uint8Array({ maxLength: 300 }),
    merklePath: fc.array(bytes32, { maxLength: 14 }),
    fixed: fc.uint8Array({ maxLength: 8 }),
    free: fc.integer({ min: 1, max: 16 }),
    versionMask: u32,
  })
  .map((fields): Work => ({ ...fields, algorithm: "sha256d", difficulty: 1, poolJobId: "j", clean: false }));

describe("hashes of whole headers", () => {
  for (const vector of vectorsOf("header")) {
    test(vector.id, async () => {
      const header = bytes(vector.header);
      const hash = new Uint32Array(8);
      sha256dInto(header, new Uint8Array(hash.buffer));
      expect(display(hash)).toBe(vector.hash_display ?? vector.block_id_display ?? "");
      if (vector.algo === "scrypt") expect(hex((await scryptHash(header)).slice().reverse())).toBe(vector.pow_hash_display ?? "");
    });
  }

  test("prevhash-125552: the wire's word swap", () => {
    const [vector] = vectorsOf("prevhash");
    expect(hex(swapWords(vector?.stratum ?? ""))).toBe(vector?.header_bytes ?? "missing");
  });

  test("input and output may be the same memory", () => {
    const memory = new Uint8Array(64).fill(9);
    const expected = hex(sha256d(memory));
    sha256dInto(memory, memory.subarray(0, 32));
    expect(hex(memory.subarray(0, 32))).toBe(expected);
  });
});

describe("share vectors", () => {
  for (const vector of vectorsOf("share")) {
    test(vector.id, async () => {
      const job = preparedOf(vector);
      const share = shareOfVector(vector, targetOf(vector.algo, vector.pool_difficulty ?? vector.difficulty * 0.9999));
      const check = vector.algo === "scrypt" ? await checkShareAsync(job, share) : checkShare(job, share);
      expect(hex(job.coinbase)).toBe(vector.coinbase);
      expect(hex(job.header.subarray(36, 68))).toBe(vector.merkle_root);
      expect(display(check.hash)).toBe(vector.hash_display);
      expect(check.version).toBe(number32(vector.nversion));
      expect(check.meetsRig).toBe(true);
      expect(check.meetsPool).toBe(true);
      expect(check.meetsBlock).toBe(vector.meets_network_target);
      if (vector.algo === "sha256d") expect(hex(job.header)).toBe(vector.header);
      const tooHard = { ...share, target: targetOf(vector.algo, vector.expect_reject_at_difficulty ?? vector.difficulty * 1.02) };
      const refused = vector.algo === "scrypt" ? await checkShareAsync(job, tooHard) : checkShare(job, tooHard);
      expect([refused.meetsRig, refused.meetsRigTolerance]).toEqual([false, false]);
    });
  }

  for (const vector of vectorsOf("fold")) {
    test(`${vector.id}: same header however the extranonce is split`, () => {
      const share = shareVector(vector.same_header_as);
      const free = bytes(vector.P + vector.X + vector.rig_extranonce2);
      const job = preparedOf(share);
      expect(vector.pool.coinb1 + vector.pool.extranonce1 + vector.P).toBe(vector.hub_coinb1);
      expect(hex(free)).toBe(vector.upstream_extranonce2);
      expect(vector.rig_extranonce2.length).toBe(2 * vector.n2);
      checkShare(job, { ...shareOfVector(share, easiest), free });
      expect(hex(job.header)).toBe(vector.header);
    });
  }
});

describe("checkShare", () => {
  test("builds the header as the plain way does, for any job and any order of shares", () => {
    fc.assert(
      fc.property(anyWork, fc.array(fc.tuple(fc.infiniteStream(fc.nat(255)), u32, u32), { minLength: 1, maxLength: 4 }), (work, shares) => {
        const job = prepareWork(work);
        for (const [stream, ntime, nonce] of shares) {
          const free = Uint8Array.from({ length: work.free }, () => stream.next().value);
          const share: ShareInput = { free, ntime, nonce, versionBits: null, target: easiest };
          const check = checkShare(job, share);
          const header = referenceHeader(work, share, work.version);
          expect(hex(job.header)).toBe(hex(header));
          expect(display(check.hash)).toBe(hex(sha256d(header).reverse()));
        }
      }),
    );
  });

  test("a kept merkle root follows every byte of the free space", () => {
    const vector = shareVector("btc-s19xp-versionroll-1");
    const job = preparedOf(vector);
    const share = shareOfVector(vector, easiest);
    const first = display(checkShare(job, share).hash);
    for (let i = 0; i < share.free.length; i++) {
      share.free[i] = (share.free[i] ?? 0) ^ 1;
      const other = display(checkShare(job, share).hash);
      expect(other).not.toBe(first);
      share.free[i] = (share.free[i] ?? 0) ^ 1;
      expect(display(checkShare(job, share).hash)).toBe(first);
    }
  });

  test("jobs do not disturb each other", () => {
    const [a, b] = [shareVector("btc-s19xp-versionroll-1"), shareVector("btc-testnet3-share")];
    const [jobA, jobB] = [preparedOf(a), preparedOf(b)];
    for (let i = 0; i < 3; i++) {
      expect(display(checkShare(jobA, shareOfVector(a, easiest)).hash)).toBe(a.hash_display);
      expect(display(checkShare(jobB, shareOfVector(b, easiest)).hash)).toBe(b.hash_display);
    }
  });

  test("three thresholds: the rig's, the tolerated 0.999 of it, the pool's", () => {
    const vector = shareVector("btc-s19xp-versionroll-1");
    const at = (rig: number, pool: number) => {
      const check = checkShare(preparedOf(vector, { difficulty: pool }), shareOfVector(vector, targetOf("sha256d", rig)));
      return [check.meetsRig, check.meetsRigTolerance, check.meetsPool];
    };
    expect(at(699, 699)).toEqual([true, true, true]);
    expect(at(512, 700)).toEqual([true, true, false]);
    expect(at(700, 699)).toEqual([false, true, true]);
    expect(at(700.3, 1e6)).toEqual([false, false, false]);
    expect(at(vector.difficulty / 0.999 - 1e-6, 1)).toEqual([false, true, true]);
    expect(at(vector.difficulty / 0.999 + 1e-6, 1)).toEqual([false, false, true]);
  });

  test("a block is seen whatever the difficulties say", () => {
    const vector = shareVector("btc-testnet3-share");
    const check = checkShare(preparedOf(vector, { difficulty: 1e9 }), shareOfVector(vector, targetOf("sha256d", 1e9)));
    expect([check.meetsRig, check.meetsPool, check.meetsBlock]).toEqual([false, false, true]);
  });

  test("names the field when the free bytes have another length", async () => {
    const vector = shareVector("btc-testnet3-share");
    const share = { ...shareOfVector(vector, easiest), free: new Uint8Array(3) };
    expect(() => checkShare(preparedOf(vector), share)).toThrow("free: must have 4 bytes, has 3");
    await expect(checkShareAsync(preparedOf(vector), share)).rejects.toThrow("free: must have 4 bytes, has 3");
  });

  test("scrypt checks may overlap", async () => {
    const vector = shareVector("ltc-synthetic-share");
    const job = preparedOf(vector);
    const good = shareOfVector(vector, targetOf("scrypt", 0.0625));
    const bad = { ...good, free: bytes("00000006") };
    const checks = await Promise.all([good, bad, good].map((share) => checkShareAsync(job, share)));
    expect(checks.map((check) => display(check.hash) === vector.hash_display)).toEqual([true, false, true]);
  });
});

describe("version rolling in a check", () => {
  const vector = shareVector("btc-synthetic-fractional");

  /** A nonce for which only the header with `version` meets difficulty 1e-7 (about 430 hashes), by the plain way. */
  function mined(work: Work, version: number, bits: number): ShareInput {
    const target = targetOf("sha256d", 1e-7);
    const share: ShareInput = { free: new Uint8Array(work.free), ntime: work.ntime, nonce: 0, versionBits: bits, target };
    const meetsWith = (tried: number) => meets(new Uint32Array(Uint8Array.from(sha256d(referenceHeader(work, share, tried))).buffer), target);
    const others = (["replace", "or", "xor"] as const).map((meaning) => solvedVersion(meaning, work.version, work.versionMask, bits));
    while (!meetsWith(version) || others.some((other) => other !== version && meetsWith(other))) share.nonce++;
    return share;
  }

  for (const meaning of ["replace", "or", "xor"] as const) {
    test(`finds the version of a rig that means ${meaning}`, () => {
      const work = workOfVector(vector, { version: 0x20006000, versionMask: 0x1fffe000 });
      const version = solvedVersion(meaning, work.version, work.versionMask, 0x2000);
      const check = checkShare(prepareWork(work), mined(work, version, 0x2000));
      expect([check.meetsRig, check.version, check.versionMeaning]).toEqual([true, version, meaning]);
    });
  }

  test("clears bits outside the mask", () => {
    const work = workOfVector(vector, { version: 0x20000004, versionMask: 0x1fffe000 });
    const share = mined(work, 0x20002004, 0x20002004);
    const check = checkShare(prepareWork(work), share);
    expect([check.meetsRig, check.version]).toEqual([true, 0x20002004]);
  });

  test("without bits, or without a mask, the job's own version is hashed", () => {
    const work = workOfVector(vector, { version: 0x3fffe000, versionMask: 0 });
    const share = shareOfVector(vector, easiest);
    expect(checkShare(prepareWork(work), share).version).toBe(0x3fffe000);
    expect(checkShare(prepareWork({ ...work, versionMask: 0x1fffe000 }), { ...share, versionBits: null }).version).toBe(0x3fffe000);
  });

  test("where no meaning solves it, the lowest hash is shown", () => {
    const work = workOfVector(vector, { version: 0x20006000, versionMask: 0x1fffe000 });
    const share = { ...shareOfVector(vector, targetOf("sha256d", 1e12)), versionBits: 0x2000 };
    const hashes = [0x20002000, 0x20006000, 0x20004000].map((version) => hex(sha256d(referenceHeader(work, share, version)).reverse())).sort();
    const check = checkShare(prepareWork(work), share);
    expect(display(check.hash)).toBe(hashes[0] ?? "");
    expect(check.meetsRig).toBe(false);
  });

  test("scrypt finds the meaning too", async () => {
    const work = workOfVector(shareVector("ltc-synthetic-share"), { version: 0x20006000, versionMask: 0x1fffe000 });
    const share: ShareInput = { free: new Uint8Array(4), ntime: work.ntime, nonce: 0, versionBits: 0x2000, target: new Uint32Array(8) };
    const sums = await Promise.all(
      [0x20002000, 0x20006000, 0x20004000].map(async (version) => hex((await scryptHash(referenceHeader(work, share, version))).slice().reverse())),
    );
    expect(display((await checkShareAsync(prepareWork(work), share)).hash)).toBe(sums.sort()[0] ?? "");
  });
});

describe("prepareWork", () => {
  test("names the field that cannot be hashed", () => {
    const work = workOfVector(shareVector("btc-testnet3-share"));
    expect(() => prepareWork({ ...work, prevHash: new Uint8Array(31) })).toThrow("prevHash: must have 32 bytes, has 31");
    expect(() => prepareWork({ ...work, merklePath: [new Uint8Array(33)] })).toThrow("merklePath");
    expect(() => prepareWork({ ...work, difficulty: 0 })).toThrow("difficulty");
  });
});

test("ntime may be rolled up to 600 s, or what is said, and never back", () => {
  expect([999, 1000, 1600, 1601].map((ntime) => ntimeInRange(1000, ntime))).toEqual([false, true, true, false]);
  expect([1060, 1061].map((ntime) => ntimeInRange(1000, ntime, 60))).toEqual([true, false]);
});

test("a share that cgminer solved with bits it could not name any more is found, and with the version that solved it", () => {
  const work: Work = { ...workOfRolled, version: 0x20000000, versionMask: 0x1fffe000, difficulty: 1e-7 };
  const job = prepareWork(work);
  const share: ShareInput = { free: new Uint8Array(work.free), ntime: work.ntime, nonce: 0, versionBits: null, target: targetOf("sha256d", 1e-7) };
  const solves = (bits: number | null) => checkShare(job, { ...share, versionBits: bits }).meetsRig;
  while (solves(null) || solves(0x1fffe000) || solves(0xe000) || !solves(0x1fff0000)) share.nonce++;
  expect(checkShare(job, { ...share, outdatedMask: 0 }).meetsRig).toBe(false);
  expect(checkShare(job, { ...share, outdatedMask: 0x1fffe000 })).toMatchObject({ meetsRig: true, meetsPool: true, version: 0x3fff0000 });
});

const workOfRolled: Work = {
  algorithm: "sha256d",
  prevHash: new Uint8Array(32).fill(7),
  version: 0,
  nbits: 0x1d00ffff,
  ntime: 0x67000000,
  coinb1: new Uint8Array(60).fill(1),
  coinb2: new Uint8Array(60).fill(2),
  merklePath: [],
  fixed: new Uint8Array(4).fill(3),
  free: 4,
  versionMask: 0,
  difficulty: 1,
  poolJobId: "j",
  clean: false,
};
