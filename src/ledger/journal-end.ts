import { open, stat } from "node:fs/promises";
import { listSegments, type Segment, type SegmentFile } from "./journal-files.ts";
import { SegmentReader } from "./segment-reader.ts";

/** Sequences of which no whole block is left, both ends included, and the file that should have them. */
export type JournalGap = { fromSequence: number; toSequence: number; path: string };

export type JournalEnd = {
  /** The segment to go on with; null when the journal is empty. */
  segment: Segment | null;
  nextSequence: number;
  /** Boot number of the last block; 0 in an empty journal. */
  bootNo: number;
  /** Bytes behind the last whole block that a crash left half written, now cut off and kept beside the segment; and where. */
  tornBytes: number;
  tornKeptAs: string;
  /** Damage with whole blocks behind it, in the last segment. */
  gaps: JournalGap[];
};

/**
 * Finds the end of the journal after any kind of stop: the last block whose checksum and sequence hold. What lies behind it was
 * never reported durable, since a commit is one write order and is reported only after its sync; it is cut off, and kept in a
 * file of its own for whoever doubts that. The found end is synced, because what is read back here will count as durable.
 */
export async function recoverEnd(folder: string): Promise<JournalEnd> {
  const segments = await listSegments(folder);
  const last = segments.at(-1);
  if (last === undefined) return { segment: null, nextSequence: 1, bootNo: 0, tornBytes: 0, tornKeptAs: "", gaps: [] };
  const end = await wholeBlocks(last);
  let { bootNo } = end;
  for (let index = segments.length - 2; bootNo === 0 && index >= 0; index--) bootNo = (await wholeBlocks(segments[index] as SegmentFile)).bootNo;
  const found = { nextSequence: end.nextSequence, bootNo, gaps: end.gaps };
  // A compressed segment was closed; its successor is gone.
  if (last.compressed) return { ...found, segment: null, tornBytes: 0, tornKeptAs: "" };
  const torn = await cutTail(last.path, end.bytes);
  const file = await open(last.path, "r+");
  try {
    await file.datasync();
    const { size } = await file.stat();
    return { ...found, ...torn, segment: { firstSequence: last.firstSequence, path: last.path, bytes: end.bytes, fileBytes: size } };
  } finally {
    await file.close();
  }
}

/** The last record that a whole block holds, 0 where there is none. Changes nothing. */
export async function lastSequenceOf(folder: string): Promise<number> {
  const last = (await listSegments(folder)).at(-1);
  return last === undefined ? 0 : (await wholeBlocks(last)).nextSequence - 1;
}

/** Where the last whole block of a segment ends. */
export async function wholeBytesOf(segment: SegmentFile): Promise<number> {
  return segment.compressed ? (await stat(segment.path)).size : (await wholeBlocks(segment)).bytes;
}

type Whole = { bytes: number; nextSequence: number; bootNo: number; gaps: JournalGap[] };

async function wholeBlocks(segment: SegmentFile): Promise<Whole> {
  const reader = await SegmentReader.open(segment.path);
  const whole: Whole = { bytes: 0, nextSequence: segment.firstSequence, bootNo: 0, gaps: [] };
  try {
    for (;;) {
      let block = await reader.next();
      if (block === null || block.firstSequence < whole.nextSequence) block = await reader.nextBehindDamage(whole.nextSequence);
      if (block === null) return whole;
      if (block.firstSequence > whole.nextSequence) {
        whole.gaps.push({ fromSequence: whole.nextSequence, toSequence: block.firstSequence - 1, path: segment.path });
      }
      whole.nextSequence = block.firstSequence + block.records;
      whole.bootNo = block.bootNo;
      whole.bytes = reader.offset;
    }
  } finally {
    await reader.close();
  }
}

/** Zeros behind the end are room that was written ahead and stay; anything else is cut off. */
async function cutTail(path: string, end: number): Promise<{ tornBytes: number; tornKeptAs: string }> {
  const file = await open(path, "r+");
  try {
    const { size } = await file.stat();
    const tail = new Uint8Array(Math.max(0, size - end));
    let read = 0;
    while (read < tail.length) {
      const { bytesRead } = await file.read(tail, read, tail.length - read, end + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    const tornBytes = bytesWithoutZeros(tail);
    if (tornBytes === 0) return { tornBytes: 0, tornKeptAs: "" };
    const tornKeptAs = `${path}.torn-at-${end}`;
    await Bun.write(tornKeptAs, tail.subarray(0, tornBytes));
    await file.truncate(end);
    return { tornBytes, tornKeptAs };
  } finally {
    await file.close();
  }
}

const zeros = new Uint8Array(64 << 10);

/** Length without the zeros at the end, most of which are passed over a piece at a time: this is on the way of every start. */
function bytesWithoutZeros(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end >= zeros.length && Buffer.compare(bytes.subarray(end - zeros.length, end), zeros) === 0) end -= zeros.length;
  return bytes.subarray(0, end).findLastIndex((byte) => byte !== 0) + 1;
}
