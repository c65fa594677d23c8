import fixture from "../../fixtures/stratum-vectors.json" with { type: "json" };
import type { AlgorithmName } from "../../src/work/algorithm.ts";
import { type PreparedWork, prepareWork } from "../../src/work/prepared-work.ts";
import type { ShareInput } from "../../src/work/share-check.ts";
import type { Work } from "../../src/work/work.ts";

type Notify = [string, string, string, string, string[], string, string, string, boolean];
type Submit = [string, string, string, string, string, string?];

export type HeaderVector = {
  id: string;
  kind: "header";
  algo: AlgorithmName;
  header: string;
  hash_display?: string;
  pow_hash_display?: string;
  block_id_display?: string;
  nbits: string;
  network_target: string;
  difficulty: number;
};
export type ShareVector = {
  id: string;
  kind: "share";
  algo: AlgorithmName;
  extranonce1: string;
  extranonce2_size: number;
  version_mask: string | null;
  notify: Notify;
  submit: Submit;
  coinbase: string;
  merkle_root: string;
  nversion: string;
  header: string;
  hash_display: string;
  difficulty: number;
  pool_difficulty?: number;
  meets_network_target: boolean;
  expect_reject_at_difficulty?: number;
};
export type FoldVector = {
  id: string;
  kind: "fold";
  pool: { extranonce1: string; extranonce2_size: number; coinb1: string };
  P: string;
  X: string;
  n2: number;
  hub_coinb1: string;
  rig_extranonce2: string;
  upstream_extranonce2: string;
  same_header_as: string;
  header: string;
};
export type VersionVector = {
  id: string;
  kind: "version";
  job_version: string;
  mask: string;
  bits: string;
  bip310_replace: string;
  or: string;
  xor: string;
  unambiguous: boolean;
};
export type DifficultyVector = {
  id: string;
  kind: "difficulty";
  difficulty: number;
  target_sha256d: string;
  target_scrypt: string;
  expected_hashes_sha256d: number;
  expected_hashes_scrypt: number;
  approx_sha256d: number;
  approx_scrypt: number;
};
export type PrevhashVector = { id: string; kind: "prevhash"; display: string; header_bytes: string; stratum: string };
export type Vector = HeaderVector | ShareVector | FoldVector | VersionVector | DifficultyVector | PrevhashVector;

/** The vectors of our own algorithms; `cn-target` and `target256` are other dialects'. */
const vectors = fixture.vectors as unknown as Vector[];

export function vectorsOf<K extends Vector["kind"]>(kind: K): Extract<Vector, { kind: K }>[] {
  return vectors.filter((vector): vector is Extract<Vector, { kind: K }> => vector.kind === kind);
}

export function shareVector(id: string): ShareVector {
  const found = vectorsOf("share").find((vector) => vector.id === id);
  if (!found) throw new Error(`no share vector ${id}`);
  return found;
}

export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

export function number32(hex: string): number {
  return Number.parseInt(hex, 16) >>> 0;
}

/** The bytes of a 256-bit number in hex, most significant digit first, as the words that `meets` compares. */
export function words(shown: string): Uint32Array {
  return new Uint32Array(bytes(shown).reverse().buffer);
}

export function display(hash: Uint32Array): string {
  return Buffer.from(new Uint8Array(hash.slice().buffer).reverse()).toString("hex");
}

/** The wire's prevhash has each 4-byte word reversed (stratum-v1 reference 1.4). */
export function swapWords(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex").swap32());
}

export function workOfVector(vector: ShareVector, changes: Partial<Work> = {}): Work {
  const [poolJobId, prevHash, coinb1, coinb2, branches, version, nbits, ntime, clean] = vector.notify;
  return {
    algorithm: vector.algo,
    prevHash: swapWords(prevHash),
    version: number32(version),
    nbits: number32(nbits),
    ntime: number32(ntime),
    coinb1: bytes(coinb1),
    coinb2: bytes(coinb2),
    merklePath: branches.map(bytes),
    fixed: bytes(vector.extranonce1),
    free: vector.extranonce2_size,
    versionMask: number32(vector.version_mask ?? "0"),
    difficulty: vector.pool_difficulty ?? 1,
    poolJobId,
    clean,
    ...changes,
  };
}

export function shareOfVector(vector: ShareVector, target: Uint32Array): ShareInput {
  const [, , extranonce2, ntime, nonce, versionBits] = vector.submit;
  return {
    free: bytes(extranonce2),
    ntime: number32(ntime),
    nonce: number32(nonce),
    versionBits: versionBits === undefined ? null : number32(versionBits),
    target,
  };
}

export function preparedOf(vector: ShareVector, changes: Partial<Work> = {}): PreparedWork {
  return prepareWork(workOfVector(vector, changes));
}
