import { meets, targetOf } from "../work/difficulty.ts";
import { scryptHash, sha256dInto } from "../work/hash.ts";
import { headerWord, type PreparedWork, prepareWork } from "../work/prepared-work.ts";
import { checkShare } from "../work/share-check.ts";
import type { Work } from "../work/work.ts";

/** A solved share in the terms of a submit. */
export type Solution = {
  jobId: Work["poolJobId"];
  extranonce2: string;
  ntime: number;
  nonce: number;
  versionBits: number | null;
  difficulty: number;
};

/** Nonces tried before the header changes otherwise: few, so that even a slow rig sends rolled versions and several values of extranonce2. */
const noncesPerVersion = 64;
const noncesPerExtranonce2 = 65_536;
/** Versions tried for one extranonce2, counted up in BIP320's range from its lowest bit. */
const versionsPerExtranonce2 = 16;
const versionBitShift = 13;

/**
 * One rig's search through one job. Like ESP-Miner and cpuminer it starts each job at extranonce2 0 and nonce 0, which is what finds a hub
 * that hands out the same work twice.
 */
export class Search {
  readonly work: Work;
  readonly #prepared: PreparedWork;
  readonly #target: Uint32Array;
  readonly #hash = new Uint32Array(8);
  readonly #hashBytes = new Uint8Array(this.#hash.buffer);
  readonly #free: Uint8Array;
  readonly #versionMask: number;
  #round = 0;
  #nonce = 0;
  #versionBits: number | null = null;

  /** `work.difficulty` is the rig's, `work.fixed` its extranonce1, `work.free` the size of its extranonce2; `work.versionMask` 0 = no rolling. */
  constructor(work: Work) {
    this.work = work;
    this.#prepared = prepareWork(work);
    this.#target = targetOf(work.algorithm, work.difficulty);
    this.#free = new Uint8Array(work.free);
    this.#versionMask = work.versionMask;
    this.#writeHeader();
  }

  /** Tries up to `hashes` nonces of a SHA-256d job; the first that meets the difficulty, or null. Hot. `spent` tells how many were tried. */
  scan(hashes: number): { found: Solution | null; spent: number } {
    const { header, headerWords } = this.#prepared;
    for (let spent = 1; spent <= hashes; spent += 1) {
      headerWords[headerWord.nonce] = this.#nonce;
      sha256dInto(header, this.#hashBytes);
      if (meets(this.#hash, this.#target)) return { found: this.#take(), spent };
      this.#advance();
    }
    return { found: null, spent: hashes };
  }

  /** One nonce of a scrypt job (0.15 ms on another thread). */
  async tryScrypt(): Promise<Solution | null> {
    this.#prepared.headerWords[headerWord.nonce] = this.#nonce;
    const hash = await scryptHash(this.#prepared.header);
    this.#hashBytes.set(hash);
    if (meets(this.#hash, this.#target)) return this.#take();
    this.#advance();
    return null;
  }

  #take(): Solution {
    const { poolJobId, ntime, difficulty } = this.work;
    const extranonce2 = Buffer.from(this.#free).toString("hex");
    const solution = { jobId: poolJobId, extranonce2, ntime, nonce: this.#nonce, versionBits: this.#versionBits, difficulty };
    this.#advance();
    return solution;
  }

  #advance(): void {
    this.#nonce += 1;
    if (this.#nonce < (this.#versionMask === 0 ? noncesPerExtranonce2 : noncesPerVersion)) return;
    this.#nonce = 0;
    this.#round += 1;
    this.#writeHeader();
  }

  /** Rolls the version first and extranonce2 after it, as ASICs do, since a new extranonce2 costs a merkle root. */
  #writeHeader(): void {
    const versions = this.#versionMask === 0 ? 1 : versionsPerExtranonce2;
    const roll = this.#round % versions;
    this.#versionBits = this.#versionMask === 0 ? null : ((roll << versionBitShift) & this.#versionMask) >>> 0;
    let counter = Math.floor(this.#round / versions);
    for (let at = 0; at < this.#free.length; at += 1) {
      this.#free[at] = counter & 255;
      counter = Math.floor(counter / 256);
    }
    const share = { free: this.#free, ntime: this.work.ntime, nonce: 0, versionBits: this.#versionBits, target: this.#target };
    // A check of nonce 0 leaves the whole header behind, which is all that a search needs of it.
    checkShare(this.#prepared, share);
  }
}
