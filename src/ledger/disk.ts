import { close, constants, fdatasync, fsync, open, write } from "node:fs";

/** What the journal asks of the disk. Tests hand in one that fails or waits at the n-th call. */
export type Disk = {
  /** Opens for reading and writing, creating the file if it isn't there. */
  open: (path: string) => Promise<number>;
  /** Writes all of `bytes` at `position`, or rejects. */
  write: (fd: number, bytes: Uint8Array, position: number) => Promise<void>;
  fdatasync: (fd: number) => Promise<void>;
  /** Makes the names of new files in a folder durable. */
  syncFolder: (path: string) => Promise<void>;
  close: (fd: number) => Promise<void>;
};

const openFile = (path: string, flags: number): Promise<number> =>
  new Promise((resolve, reject) => open(path, flags, 0o600, (error, fd) => (error ? reject(error) : resolve(fd))));
const writeSome = (fd: number, bytes: Uint8Array, position: number): Promise<number> =>
  new Promise((resolve, reject) => write(fd, bytes, 0, bytes.byteLength, position, (error, written) => (error ? reject(error) : resolve(written))));
const closeFile = (fd: number): Promise<void> => new Promise((resolve, reject) => close(fd, (error) => (error ? reject(error) : resolve())));

/** The real one: every call runs on the thread pool, none on the event loop. */
export const realDisk: Disk = {
  open: (path) => openFile(path, constants.O_RDWR | constants.O_CREAT),
  async write(fd, bytes, position) {
    let done = 0;
    while (done < bytes.byteLength) {
      const written = await writeSome(fd, done === 0 ? bytes : bytes.subarray(done), position + done);
      if (written === 0) throw Object.assign(new Error("the disk took no bytes"), { code: "ENOSPC" });
      done += written;
    }
  },
  fdatasync: (fd) => new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
  async syncFolder(path) {
    const fd = await openFile(path, constants.O_RDONLY);
    try {
      await new Promise<void>((resolve, reject) => fsync(fd, (error) => (error ? reject(error) : resolve())));
    } finally {
      await closeFile(fd);
    }
  },
  close: closeFile,
};

/** Out of space or over quota: worth another try, unlike every other failure of a write. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "ENOSPC" || code === "EDQUOT";
}
