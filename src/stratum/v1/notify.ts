import type { AlgorithmName } from "../../work/algorithm.ts";
import type { Work } from "../../work/work.ts";
import type { Envelope, Fault } from "./envelope.ts";
import { fault, idText } from "./envelope.ts";
import { bytesOfHex, hexOfBytes, hexToUint32, uint32ToHex } from "./hex.ts";
import { v1Limits } from "./limits.ts";

/** A pool's job. */
export type Notify = {
  kind: "notify";
  /** Opaque: any text, may hold spaces, may be used again (btcpool counts 0..255). A pool that sends numbers gets numbers back. */
  jobId: string | number;
  /** 32 bytes in header order: the wire's word swap is undone. */
  prevHash: Uint8Array;
  coinb1: Uint8Array;
  coinb2: Uint8Array;
  /** Each 32 bytes, in hashing order. */
  merklePath: readonly Uint8Array[];
  version: number;
  nbits: number;
  /** Seconds since 1970. */
  ntime: number;
  clean: boolean;
};

/** Reads [job, prevhash, coinb1, coinb2, [branch…], version, nbits, ntime, …, clean]. */
export function readNotify(envelope: Envelope): Notify | Fault {
  const [jobId, prevHash, coinb1, coinb2, branches] = envelope.params;
  if (!isJobId(jobId)) return fault(`notify.job: must be UTF-8 text of 1..${v1Limits.jobIdCharsMax} characters, or a whole number below 2^53`, envelope);
  const previous = typeof prevHash === "string" && prevHash.length === 64 ? bytesOfHex(prevHash) : null;
  if (previous === null) return fault("notify.prevhash: must be 64 hex digits", envelope);
  const head = coinbasePart(coinb1);
  const tail = coinbasePart(coinb2);
  if (head === null || tail === null) {
    return fault(`notify.${head === null ? "coinb1" : "coinb2"}: must be hex of at most ${v1Limits.coinbasePartBytesMax} whole bytes`, envelope);
  }
  const merklePath = readBranches(branches);
  if (merklePath === null) {
    return fault(`notify.merkle_branch: must be an array of at most ${v1Limits.merkleBranchesMax} texts of 64 hex digits`, envelope);
  }
  const numbers = readNumbers(envelope);
  if ("kind" in numbers) return numbers;
  return { kind: "notify", jobId, prevHash: swapWords(previous), coinb1: head, coinb2: tail, merklePath, ...numbers };
}

/** A replacement mark, or a number that a double does not hold, would come back to the pool as another than it sent: such a job is of no use. */
function isJobId(value: unknown): value is string | number {
  if (typeof value === "number") return Number.isSafeInteger(value);
  return typeof value === "string" && value.length > 0 && value.length <= v1Limits.jobIdCharsMax && !value.includes("�");
}

function coinbasePart(value: unknown): Uint8Array | null {
  return typeof value === "string" && value.length <= 2 * v1Limits.coinbasePartBytesMax ? bytesOfHex(value) : null;
}

function readBranches(value: unknown): Uint8Array[] | null {
  if (!Array.isArray(value) || value.length > v1Limits.merkleBranchesMax) return null;
  const path: Uint8Array[] = [];
  for (const branch of value) {
    const bytes = typeof branch === "string" && branch.length === 64 ? bytesOfHex(branch) : null;
    if (bytes === null) return null;
    path.push(bytes);
  }
  return path;
}

type NotifyNumbers = { version: number; nbits: number; ntime: number; clean: boolean };

/** public-pool leaves out leading zeros. */
function readNumbers(envelope: Envelope): NotifyNumbers | Fault {
  const { params } = envelope;
  const version = numberOf(params[5]);
  const nbits = numberOf(params[6]);
  const ntime = numberOf(params[7]);
  if (version < 0) return fault("notify.version: must be 1..8 hex digits", envelope);
  if (nbits < 0) return fault("notify.nbits: must be 1..8 hex digits", envelope);
  if (ntime < 0) return fault("notify.ntime: must be 1..8 hex digits", envelope);
  const clean = cleanOf(params);
  return clean === null ? fault("notify.clean_jobs: must be true or false, as the last parameter", envelope) : { version, nbits, ntime, clean };
}

/**
 * The last parameter, not always the ninth (ESP-Miner reads it so); some write 1 and 0. One that is missing says that old jobs go on, which
 * costs nothing where they do not: a new block makes a job clean whatever its pool says.
 */
function cleanOf(params: readonly unknown[]): boolean | null {
  const ninth = params[8];
  const plain = flagOf(params[params.length - 1]) ?? flagOf(ninth);
  if (plain !== null) return plain;
  if (ninth === 1 || ninth === 0) return ninth === 1;
  return ninth === undefined || ninth === null ? false : null;
}

function numberOf(value: unknown): number {
  return typeof value === "string" ? hexToUint32(value) : -1;
}

function flagOf(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

/** The bytes of each 4-byte word reversed: prevhash between wire and header, its own inverse. */
export function swapWords(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) swapped[index] = bytes[index ^ 3] ?? 0;
  return swapped;
}

/** What a notify does not say but a Work needs. */
export type WorkContext = {
  algorithm: AlgorithmName;
  /** The pool's extranonce1 in force. */
  fixed: Uint8Array;
  /** The pool's extranonce2 size, 1..16. */
  free: number;
  versionMask: number;
  difficulty: number;
};

/** The neutral Work of a pool's job. */
export function workOfNotify(notify: Notify, context: WorkContext): Work {
  const { kind: _, jobId, ...job } = notify;
  return { ...context, ...job, poolJobId: jobId };
}

/** A notify line from its fields, as a pool writes it. For many rigs of one job see NotifyTemplate. */
export function writeNotify(notify: Omit<Notify, "kind">): string {
  const branches = notify.merklePath.map((branch) => `"${hexOfBytes(branch)}"`).join(",");
  const coinbase = `"${hexOfBytes(swapWords(notify.prevHash))}","${hexOfBytes(notify.coinb1)}","${hexOfBytes(notify.coinb2)}"`;
  const numbers = `"${uint32ToHex(notify.version)}","${uint32ToHex(notify.nbits)}","${uint32ToHex(notify.ntime)}",${notify.clean}`;
  return `{"id":null,"method":"mining.notify","params":[${idText(notify.jobId)},${coinbase},[${branches}],${numbers}]}\n`;
}
