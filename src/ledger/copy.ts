import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { wholeBytesOf } from "./journal-end.ts";
import { listSegments, type SegmentFile } from "./journal-files.ts";

/** A copied file, `path` relative to the folder that holds the copy. */
export type CopiedFile = { path: string; bytes: number; sha256: string };

const triesMax = 10;
const journalFolder = "journal";
const dayFolder = join("exports", "shares");

const isGone = (error: unknown): boolean => (error as { code?: string }).code === "ENOENT";

/**
 * Copies journal and day files of a data folder, also of a running hub, to `target`: of the segment that is being written, as much as is whole. The
 * journal first: a segment that goes meanwhile goes because its rows are in a day file.
 */
export async function copyLedger(dataDir: string, target: string): Promise<CopiedFile[]> {
  const segments = await copySegments(dataDir, target);
  return [...segments, ...(await copyDays(dataDir, target))];
}

async function copySegments(dataDir: string, target: string): Promise<CopiedFile[]> {
  const from = join(dataDir, journalFolder);
  const copied = new Map<number, CopiedFile>();
  for (let tries = 1; ; tries++) {
    const segments = await listSegments(from);
    const missing = await copyMissing(segments, copied, (path) => join(target, journalFolder, path.slice(from.length + 1)));
    if (!missing) break;
    if (tries === triesMax) throw new Error("the journal's files went away again and again while they were copied; try again");
  }
  // What was deleted meanwhile leaves no hole: what lies before it goes as well.
  const oldest = (await listSegments(from))[0]?.firstSequence ?? 0;
  for (const [firstSequence, { path }] of copied) {
    if (firstSequence >= oldest) continue;
    await rm(join(target, path));
    copied.delete(firstSequence);
  }
  return [...copied.values()];
}

/** True where one had another name, or was gone, when its turn came. */
async function copyMissing(segments: readonly SegmentFile[], copied: Map<number, CopiedFile>, nameOf: (path: string) => string): Promise<boolean> {
  for (const segment of segments) {
    if (copied.has(segment.firstSequence)) continue;
    try {
      const isLast = segment === segments.at(-1);
      const { bytes, sha256 } = await copyFileDurably(segment.path, nameOf(segment.path), isLast ? await wholeBytesOf(segment) : undefined);
      copied.set(segment.firstSequence, { path: join(journalFolder, segment.path.slice(dirname(segment.path).length + 1)), bytes, sha256 });
    } catch (error) {
      if (!isGone(error)) throw error;
      return true;
    }
  }
  return false;
}

/** The list of day files names those that count; another one may replace it, and them, meanwhile. */
async function copyDays(dataDir: string, target: string): Promise<CopiedFile[]> {
  const from = join(dataDir, dayFolder);
  for (let tries = 1; ; tries++) {
    const names = (await readdir(from).catch(() => [] as string[])).filter((name) => /\.parquet$|^manifest\.json$/.test(name));
    const copied: CopiedFile[] = [];
    try {
      // The list first: the files it names are there as long as no newer one is.
      for (const name of names.sort((one, other) => Number(other.endsWith(".json")) - Number(one.endsWith(".json")))) {
        const path = join(dayFolder, name);
        copied.push({ path, ...(await copyFileDurably(join(from, name), join(target, path))) });
      }
      return copied;
    } catch (error) {
      if (!isGone(error) || tries === triesMax) throw error;
      await rm(join(target, dayFolder), { recursive: true, force: true });
    }
  }
}

/** Copies the file, or its first bytes; keeps the time of its last change, and returns only when the copy is on disk. */
export async function copyFileDurably(from: string, to: string, firstBytes?: number): Promise<{ bytes: number; sha256: string }> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const { atime, mtime } = await stat(from);
  const source = firstBytes === 0 ? Readable.from([]) : createReadStream(from, firstBytes === undefined ? {} : { end: firstBytes - 1 });
  const file = await open(to, "wx", 0o600);
  const hasher = new Bun.CryptoHasher("sha256");
  let bytes = 0;
  try {
    for await (const piece of source as AsyncIterable<Buffer>) {
      hasher.update(piece);
      bytes += piece.length;
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await utimes(to, atime, mtime);
  return { bytes, sha256: hasher.digest("hex") };
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
