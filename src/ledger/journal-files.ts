import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A file of the journal, named after the sequence of its first record. */
export type Segment = {
  firstSequence: number;
  path: string;
  /** Bytes dealt out to blocks. */
  bytes: number;
  /** Length of the file: behind `bytes` it holds zeros. */
  fileBytes: number;
};

const segmentName = /^(\d{16})\.seg(\.zst)?$/;

/** A segment as it lies on disk; closed ones may be compressed. */
export type SegmentFile = { firstSequence: number; path: string; compressed: boolean };

/** Segments sort by name, since the name is the sequence of the first record in 16 digits. */
export function segmentPath(folder: string, firstSequence: number): string {
  return join(folder, `${String(firstSequence).padStart(16, "0")}.seg`);
}

/** The journal's files by first sequence. Creates the folder if it isn't there. */
export async function listSegments(folder: string): Promise<SegmentFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => segmentName.test(name)).sort();
  const files = names.map((name) => ({ firstSequence: Number(name.slice(0, 16)), path: join(folder, name), compressed: name.endsWith(".zst") }));
  // A crash between writing the compressed one and deleting the other leaves both; the plain one comes first and counts.
  return files.filter(({ firstSequence }, at) => files[at - 1]?.firstSequence !== firstSequence);
}
