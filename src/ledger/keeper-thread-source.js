// The thread for what takes long and nobody waits for (see keeper-thread.ts): plain JavaScript, because it is started from its text.
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { setPriority } from "node:os";
import { dirname } from "node:path";

try {
  // On Linux of this thread alone: the hub's own threads come first.
  setPriority(0, 10);
} catch {
  // Then it runs like the others.
}

function syncFolder(path) {
  const folder = openSync(dirname(path), constants.O_RDONLY);
  fsyncSync(folder);
  closeSync(folder);
}

function readAll(fd, bytes, position) {
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(fd, bytes, done, bytes.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

function writeAll(fd, bytes, position) {
  let done = 0;
  while (done < bytes.length) {
    const written = writeSync(fd, bytes, done, bytes.length - done, position + done);
    if (written === 0) throw Object.assign(new Error("the disk took no bytes"), { code: "ENOSPC" });
    done += written;
  }
}

/**
 * What is written is synced in pieces of this size. Else the system gathers it for half a minute and writes 60 MB at once, and a sync of the journal waits
 * behind that for as many milliseconds (measured).
 */
const pieceBytes = 256 << 10;

const filling = new Uint8Array(pieceBytes);
// Not zeros, which some file systems store as nothing.
for (let at = 0; at < filling.length; at += 65_536) crypto.getRandomValues(filling.subarray(at, at + 65_536));

function packInto(from, to, { frameBytes, frameMagic, level }) {
  const plain = new Uint8Array(frameBytes);
  const header = new DataView(new ArrayBuffer(16));
  let position = 0;
  let synced = 0;
  for (let at = 0; ; ) {
    const piece = readAll(from, plain, at);
    if (piece.length === 0) break;
    const packed = Bun.zstdCompressSync(piece, { level });
    header.setUint32(0, frameMagic, true);
    header.setUint32(4, 8, true);
    header.setUint32(8, packed.length, true);
    header.setUint32(12, piece.length, true);
    writeAll(to, new Uint8Array(header.buffer), position);
    writeAll(to, packed, position + 16);
    // What was written is read back, not what was meant to be.
    const back = Bun.zstdDecompressSync(readAll(to, new Uint8Array(packed.length), position + 16));
    if (Buffer.compare(back, piece) !== 0) throw new Error("what was packed does not unpack to the same");
    position += 16 + packed.length;
    at += piece.length;
    if (position - synced < pieceBytes) continue;
    fdatasyncSync(to);
    synced = position;
  }
  return position;
}

function pack({ path, target, ...how }) {
  const part = `${target}.part`;
  const from = openSync(path, constants.O_RDONLY);
  const to = openSync(part, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    const bytes = packInto(from, to, how);
    const { atimeMs, mtimeMs } = fstatSync(from);
    futimesSync(to, atimeMs / 1000, mtimeMs / 1000);
    fsyncSync(to);
    renameSync(part, target);
    syncFolder(target);
    unlinkSync(path);
    return bytes;
  } catch (error) {
    try {
      unlinkSync(part);
    } catch {
      // It was renamed already.
    }
    throw error;
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/** Makes a file longer or shorter by real bytes; returns its length. */
function resize({ path, bytes }) {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = fstatSync(fd);
    if (bytes < size) ftruncateSync(fd, bytes);
    for (let at = size; at < bytes; at += pieceBytes) {
      writeAll(fd, filling.subarray(0, Math.min(pieceBytes, bytes - at)), at);
      fdatasyncSync(fd);
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

function space({ path }) {
  const { bavail, blocks, bsize } = statfsSync(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

const perform = { pack, resize, space, remove: ({ path }) => unlinkSync(path) };

self.onmessage = ({ data: order }) => {
  try {
    self.postMessage({ no: order.no, value: perform[order.kind](order) });
  } catch (error) {
    self.postMessage({ no: order.no, failure: { code: String(error?.code ?? ""), message: String(error?.message ?? error) } });
  }
};
