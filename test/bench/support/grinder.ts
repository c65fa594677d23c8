import { workOfNotify } from "../../../src/simulate/job-wire.ts";
import { uint32ToHex } from "../../../src/stratum/v1/hex.ts";
import { meets } from "../../../src/work/difficulty.ts";
import { sha256dInto } from "../../../src/work/hash.ts";
import { headerWord, type PreparedWork, prepareWork } from "../../../src/work/prepared-work.ts";
import { checkShare } from "../../../src/work/share-check.ts";
import { benchDifficulty } from "./bench-job.ts";
import type { BenchRig } from "./bench-rig.ts";

const firstId = 10_000_000;
const hexDigits = Buffer.from("0123456789abcdef");
const hash = new Uint32Array(8);
const hashBytes = new Uint8Array(hash.buffer);

/** Shares of one rig as the lines that will be sent, all of one length, one behind the other. */
export type GroundLines = { bytes: Buffer; lineBytes: number; count: number };

/**
 * Finds `count` shares of a rig's job before the clock runs, since a generator that hashes while it sends would be what is measured.
 * Each has an extranonce2 of its own, from `firstExtranonce2` on, so that the hub must rebuild the merkle root of every one.
 * Throws where the rig's job cannot be read.
 */
export function grind(rig: BenchRig, firstExtranonce2: number, count: number): GroundLines {
  const { params } = JSON.parse(rig.job) as { params: unknown[] };
  const work = workOfNotify(params, {
    algorithm: "sha256d",
    fixed: Buffer.from(rig.extranonce1, "hex"),
    free: rig.extranonce2Bytes,
    versionMask: 0,
    difficulty: benchDifficulty,
  });
  if (work === null) throw new Error(`no job: ${rig.job}`);
  const prepared = prepareWork(work);
  const extranonce2 = Buffer.alloc(work.free);
  const head = `{"id":`;
  const rest = `,"method":"mining.submit","params":["bench.${rig.name}","${work.poolJobId}","`;
  const template = Buffer.from(`${head}${firstId}${rest}${"0".repeat(2 * work.free)}","${uint32ToHex(work.ntime)}","00000000"]}\n`);
  const extranonce2At = head.length + String(firstId).length + rest.length;
  const nonceAt = template.length - `00000000"]}\n`.length;
  const bytes = Buffer.allocUnsafe(template.length * count);
  for (let index = 0; index < count; index++) {
    const at = index * template.length;
    const number = firstExtranonce2 + index;
    for (let byte = 0; byte < work.free; byte++) extranonce2[byte] = byte < 4 ? number >>> (8 * byte) : 0;
    template.copy(bytes, at);
    putDecimal(bytes, at + head.length + String(firstId).length, number);
    putHex(bytes, at + extranonce2At, extranonce2);
    putNonce(bytes, at + nonceAt, solve(prepared, extranonce2));
  }
  return { bytes, lineBytes: template.length, count };
}

/** The lowest nonce that meets the difficulty; four or five tries. */
function solve(prepared: PreparedWork, extranonce2: Uint8Array): number {
  const { header, headerWords, upstreamTarget, work } = prepared;
  if (checkShare(prepared, { free: extranonce2, ntime: work.ntime, nonce: 0, versionBits: null, target: upstreamTarget }).meetsPool) return 0;
  for (let nonce = 1; ; nonce++) {
    headerWords[headerWord.nonce] = nonce;
    sha256dInto(header, hashBytes);
    if (meets(hash, upstreamTarget)) return nonce;
  }
}

/** Adds `number` to the digits that end at `end`; the first id has seven zeros to spare. */
function putDecimal(bytes: Buffer, end: number, number: number): void {
  let rest = number;
  for (let at = end - 1; rest > 0; at--) {
    bytes[at] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function putHex(bytes: Buffer, at: number, value: Uint8Array): void {
  for (let index = 0; index < value.length; index++) {
    const byte = value[index] ?? 0;
    bytes[at + 2 * index] = hexDigits[byte >> 4] ?? 0;
    bytes[at + 2 * index + 1] = hexDigits[byte & 15] ?? 0;
  }
}

function putNonce(bytes: Buffer, at: number, nonce: number): void {
  for (let digit = 7, rest = nonce; rest > 0; digit--, rest >>>= 4) bytes[at + digit] = hexDigits[rest & 15] ?? 0;
}
