import type { AlgorithmName } from "../work/algorithm.ts";
import { type HubVerdict, hubVerdicts, type PoolVerdict, poolVerdicts } from "./share-record.ts";

/*
 * A segment is a row of blocks; behind the last one lie zeros or nothing. All numbers are little-endian, all lengths multiples of 8.
 *
 * block   0 u32 magic "SHB1"   4 u32 bytes of records   8 u32 CRC-32 of the bytes from 12 to the block's end
 *        12 u32 boot          16 f64 sequence of the first record   24 u32 records   28 u32 flags (1 = holds other than shares)
 * record  0 u8 kind (low 4 bits) and algorithm (high 4 bits), then by kind; each record has the next sequence:
 * share   1 u8 hub verdict and pool verdict << 4   2 u16 reason   4 i32 answered ms   8 f64 at ms   16 f64 difficulty
 *        24 f64 pool difficulty   32 u32 rig   36 u32 session   40 u32 contract   44 u32 pool
 * verdict 1 u8 pool verdict << 4   2 u16 reason   4 i32 answered ms   8 f64 at ms   16 f64 sequence of the share
 * reason  2 u16 its number in this boot   4 u32 bytes of text, then the text in UTF-8, filled up with zeros
 * pulse   1 u8 0 = start, 1 = alive, 2 = stop   8 f64 at ms
 */

export const blockMagic = 0x31_42_48_53;
export const blockHeaderBytes = 32;
export const flagOthers = 1;

export const kindShare = 1;
export const kindVerdict = 2;
export const kindReason = 3;
export const kindPulse = 4;
export const shareBytes = 48;
export const verdictBytes = 24;
export const pulseBytes = 16;
export const reasonHeaderBytes = 8;

export const pulseStart = 0;
export const pulseAlive = 1;
export const pulseStop = 2;
export type Pulse = typeof pulseStart | typeof pulseAlive | typeof pulseStop;

/** In the order of its code in the journal. Codes are never reused. */
export const journalAlgorithms = ["sha256d", "scrypt"] as const satisfies readonly AlgorithmName[];

const codes = <Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> =>
  Object.freeze(Object.fromEntries(names.map((name, code) => [name, code])) as Record<Name, number>);
export const hubCodes: Readonly<Record<HubVerdict, number>> = codes(hubVerdicts);
export const poolCodes: Readonly<Record<PoolVerdict, number>> = codes(poolVerdicts);
export const algorithmCodes: Readonly<Record<AlgorithmName, number>> = codes<AlgorithmName>(journalAlgorithms);

/** The same bytes seen as every width that records use. `start` must be a multiple of 8. */
export type Slab = { bytes: Uint8Array; u16: Uint16Array; u32: Uint32Array; i32: Int32Array; f64: Float64Array };

export function createSlab(byteLength: number): Slab {
  const buffer = new ArrayBuffer(byteLength);
  return {
    bytes: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    u32: new Uint32Array(buffer),
    i32: new Int32Array(buffer),
    f64: new Float64Array(buffer),
  };
}

export type BlockHeader = { payloadBytes: number; bootNo: number; firstSequence: number; records: number; flags: number };

/** Completes the block that lies at `start`, its records already in place. */
export function sealBlock(slab: Slab, start: number, header: BlockHeader): void {
  const word = start >>> 2;
  slab.u32[word] = blockMagic;
  slab.u32[word + 1] = header.payloadBytes;
  slab.u32[word + 3] = header.bootNo;
  slab.f64[(start + 16) >>> 3] = header.firstSequence;
  slab.u32[word + 6] = header.records;
  slab.u32[word + 7] = header.flags;
  slab.u32[word + 2] = Bun.hash.crc32(slab.bytes.subarray(start + 12, start + blockHeaderBytes + header.payloadBytes));
}

/** The block at `start` if it is whole and its checksum holds, else null. `end` is where the readable bytes stop. */
export function readBlock(slab: Slab, start: number, end: number): BlockHeader | null {
  if (start + blockHeaderBytes > end) return null;
  const word = start >>> 2;
  const payloadBytes = slab.u32[word + 1] as number;
  if (slab.u32[word] !== blockMagic || payloadBytes % 8 !== 0 || start + blockHeaderBytes + payloadBytes > end) return null;
  if (slab.u32[word + 2] !== Bun.hash.crc32(slab.bytes.subarray(start + 12, start + blockHeaderBytes + payloadBytes))) return null;
  return {
    payloadBytes,
    bootNo: slab.u32[word + 3] as number,
    firstSequence: slab.f64[(start + 16) >>> 3] as number,
    records: slab.u32[word + 6] as number,
    flags: slab.u32[word + 7] as number,
  };
}

/** Length of the record at `offset`. Throws on a kind that this version does not know: its checksum held, so a newer version wrote it. */
export function recordBytes(slab: Slab, offset: number): number {
  const kind = (slab.bytes[offset] as number) & 15;
  if (kind === kindShare) return shareBytes;
  if (kind === kindVerdict) return verdictBytes;
  if (kind === kindPulse) return pulseBytes;
  if (kind === kindReason) return reasonHeaderBytes + (((slab.u32[(offset + 4) >>> 2] as number) + 7) & ~7);
  throw new Error(`journal: unknown kind of record ${kind}; was it written by a newer version?`);
}
