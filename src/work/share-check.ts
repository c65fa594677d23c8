import { magnitudeOf, meets } from "./difficulty.ts";
import { scryptHash, sha256dInto } from "./hash.ts";
import { headerWord, type PreparedWork } from "./prepared-work.ts";
import { cgminerVersions, solvedVersion, type VersionMeaning, versionMeanings } from "./version-rolling.ts";

/** Miners compute their targets in floats, so a share may fall short of its difficulty by this factor (reference 1.6) and still hear `true`. */
const toleratedPart = 0.999;

export type ShareInput = {
  /** All of the pool's extranonce2, `P | X | e2`; exactly `work.free` bytes. */
  free: Uint8Array;
  /** 32 bits unsigned. */
  ntime: number;
  /** 32 bits unsigned. */
  nonce: number;
  /** The submit's sixth parameter, 32 bits unsigned; null when there was none. */
  versionBits: number | null;
  /** Bits that the rig rolled for this job and may not be able to name any more, 32 bits unsigned; 0 = none. */
  outdatedMask?: number;
  /** What the rig's job asked for, from `targetOf`. */
  target: Uint32Array;
};

export type ShareCheck = {
  meetsRig: boolean;
  /** At least 0.999 of the rig's difficulty. True whenever `meetsRig` is. */
  meetsRigTolerance: boolean;
  /** Worth forwarding: meets the difficulty that the pool gave with this job. */
  meetsPool: boolean;
  /** A block: forwarded whatever the difficulties say. */
  meetsBlock: boolean;
  /** The nVersion that solved it; where none did, the one with the lowest hash. */
  version: number;
  versionMeaning: VersionMeaning;
  /** The header hash as eight little-endian words; also the key against duplicates. */
  hash: Uint32Array;
};

function emptyCheck(): ShareCheck {
  return {
    meetsRig: false,
    meetsRigTolerance: false,
    meetsPool: false,
    meetsBlock: false,
    version: 0,
    versionMeaning: "replace",
    hash: new Uint32Array(8),
  };
}

const result = emptyCheck();
const resultBytes = new Uint8Array(result.hash.buffer);
const otherHash = new Uint32Array(8);
const otherBytes = new Uint8Array(otherHash.buffer);

/**
 * Judges a share of a SHA-256d job. Hot: allocates nothing, but where a rig was told another version mask since.
 * The returned object and its `hash` are reused by the next call: read or copy them before.
 * Throws RangeError when `share.free` has another length than the pool's extranonce2.
 */
export function checkShare(job: PreparedWork, share: ShareInput): ShareCheck {
  writeHeader(job, share);
  const { version, versionMask } = job.work;
  const bits = share.versionBits;
  const solved = bits === null ? version : solvedVersion("replace", version, versionMask, bits);
  job.headerWords[headerWord.version] = solved;
  sha256dInto(job.header, resultBytes);
  result.version = solved;
  result.versionMeaning = "replace";
  result.meetsRig = meets(result.hash, share.target);
  if (!result.meetsRig && bits !== null && (version & versionMask) !== 0) tryOtherMeanings(job, bits, share.target);
  if (!result.meetsRig && share.outdatedMask !== undefined && share.outdatedMask !== 0) tryOutdated(job, share.outdatedMask, share.target);
  judge(job, share.target, result);
  return result;
}

/** The three meanings differ only where the job's own version has bits inside the mask (reference 1.5), which few pools send. */
function tryOtherMeanings(job: PreparedWork, bits: number, target: Uint32Array): void {
  const { version, versionMask } = job.work;
  for (const meaning of versionMeanings) if (tryVersion(job, solvedVersion(meaning, version, versionMask, bits), target, meaning)) return;
}

/** cgminer forgets what it rolled as soon as it is told another mask, and sends what it finds for older jobs without its bits. */
function tryOutdated(job: PreparedWork, mask: number, target: Uint32Array): void {
  for (const version of cgminerVersions(job.work.version, mask)) if (tryVersion(job, version, target, "replace")) return;
}

/** Takes this version for the result where its hash is lower; true when it solves the share. */
function tryVersion(job: PreparedWork, solved: number, target: Uint32Array, meaning: VersionMeaning): boolean {
  if (solved === result.version) return false;
  job.headerWords[headerWord.version] = solved;
  sha256dInto(job.header, otherBytes);
  if (meets(result.hash, otherHash)) return false;
  result.hash.set(otherHash);
  result.version = solved;
  result.versionMeaning = meaning;
  result.meetsRig = meets(otherHash, target);
  return result.meetsRig;
}

/**
 * Judges a share of a scrypt job (about 0.15 ms of another thread per header). Several may run at once; the result is the caller's to keep.
 * Rejects with RangeError as `checkShare` throws.
 */
export async function checkShareAsync(job: PreparedWork, share: ShareInput): Promise<ShareCheck> {
  writeHeader(job, share);
  const header = job.header.slice();
  const { target, versionBits: bits } = share;
  const { version, versionMask } = job.work;
  const check = emptyCheck();
  const tried = new Set<number>();
  for (const meaning of versionMeanings) {
    const solved = bits === null ? version : solvedVersion(meaning, version, versionMask, bits);
    if (tried.has(solved)) continue;
    tried.add(solved);
    const hash = await scryptOf(header, solved);
    if (tried.size > 1 && meets(check.hash, hash)) continue;
    check.hash = hash;
    check.version = solved;
    check.versionMeaning = meaning;
    check.meetsRig = meets(hash, target);
    if (check.meetsRig) break;
  }
  judge(job, target, check);
  return check;
}

async function scryptOf(header: Uint8Array, version: number): Promise<Uint32Array> {
  new DataView(header.buffer, header.byteOffset).setUint32(4 * headerWord.version, version, true);
  const hash = await scryptHash(header);
  return new Uint32Array(hash.slice().buffer);
}

/** All of the header but its version. The merkle root is kept while the free bytes stay the same, as they do while a rig rolls versions. */
function writeHeader(job: PreparedWork, share: ShareInput): void {
  const { coinbase, freeOffset, freeBytes, headerWords } = job;
  const free = share.free;
  if (free.length !== freeBytes) throw new RangeError(`free: must have ${freeBytes} bytes, has ${free.length}`);
  let same = job.rootIsCurrent;
  for (let i = 0; i < freeBytes; i++) {
    const byte = free[i] as number;
    if (coinbase[freeOffset + i] === byte) continue;
    coinbase[freeOffset + i] = byte;
    same = false;
  }
  if (!same) {
    writeMerkleRoot(job);
    job.rootIsCurrent = true;
  }
  headerWords[headerWord.ntime] = share.ntime;
  headerWords[headerWord.nonce] = share.nonce;
}

function writeMerkleRoot(job: PreparedWork): void {
  const { slots, nodes } = job;
  sha256dInto(job.coinbase, nodes[0] as Uint8Array);
  for (let level = 0; level < slots.length; level++) sha256dInto(slots[level] as Uint8Array, nodes[level + 1] as Uint8Array);
}

function judge(job: PreparedWork, target: Uint32Array, check: ShareCheck): void {
  check.meetsRigTolerance = check.meetsRig || magnitudeOf(check.hash) * toleratedPart <= magnitudeOf(target);
  check.meetsPool = meets(check.hash, job.upstreamTarget);
  check.meetsBlock = meets(check.hash, job.blockTarget);
}
