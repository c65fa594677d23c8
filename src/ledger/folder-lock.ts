import { dlopen, FFIType } from "bun:ffi";
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Another process, or another opener in this one, has the data folder. */
export class FolderInUse extends Error {}

export type FolderLock = { release: () => void };

const lockExclusive = 2;
const lockDontWait = 4;

/**
 * Makes this the only opener of a data folder until `release` or the end of the process, however it ends: the kernel holds the
 * lock (flock(2)), so nothing stale is left after a kill. It is taken before the journal or the database is touched.
 * Throws FolderInUse.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, "ledger.lock");
  const fd = openSync(path, "a+", 0o600);
  const libc = dlopen(process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6", { flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } });
  const taken = libc.symbols.flock(fd, lockExclusive | lockDontWait) === 0;
  libc.close();
  if (!taken) {
    const owner = readFileSync(path, "utf8").trim();
    closeSync(fd);
    throw new FolderInUse(`the data folder ${folder} is in use by ${owner === "" ? "another process" : `process ${owner}`}; one hub at a time may use it`);
  }
  ftruncateSync(fd, 0);
  writeSync(fd, `${process.pid}\n`);
  return { release: () => closeSync(fd) };
}
