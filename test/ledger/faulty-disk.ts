import { closeSync, constants, fdatasyncSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Disk, DiskError, type DiskWrite } from "../../src/ledger/disk.ts";

/** Real files, and faults where a test wants them: the n-th commit fails, or waits for its gate. */
export class FaultyDisk implements Disk {
  commits = 0;
  opened: string[] = [];
  /** Called before each commit with its number from 1; may throw or wait. */
  beforeCommit: (no: number) => void | Promise<void> = () => {};
  /** Called between the writes and the sync. */
  beforeSync: (no: number) => void | Promise<void> = () => {};

  open(path: string): Promise<number> {
    this.opened.push(path);
    return Promise.resolve(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
  }

  async commit(fd: number, writes: readonly DiskWrite[]): Promise<void> {
    this.commits += 1;
    const no = this.commits;
    await this.beforeCommit(no);
    for (const { bytes, position, zerosAfter } of writes) {
      writeSync(fd, bytes, 0, bytes.length, position);
      writeSync(fd, new Uint8Array(zerosAfter), 0, zerosAfter, position + bytes.length);
    }
    await this.beforeSync(no);
    fdatasyncSync(fd);
  }

  close(fd: number): Promise<void> {
    closeSync(fd);
    return Promise.resolve();
  }

  end(): void {}

  /** What is held for a full disk in a data folder, in bytes. */
  reserveBytes(dataDir: string): number {
    return statSync(join(dataDir, "journal", "reserve"), { throwIfNoEntry: false })?.size ?? 0;
  }
}

export const noSpace = (): DiskError => new DiskError({ step: "write", code: "ENOSPC", message: "no space left on device" });
export const syncFailed = (): DiskError => new DiskError({ step: "sync", code: "EIO", message: "input/output error" });
