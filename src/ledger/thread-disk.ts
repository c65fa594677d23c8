import { type Disk, DiskError, type DiskWrite } from "./disk.ts";
// @ts-expect-error: the text of the file, which has no types
import source from "./disk-thread-source.js" with { type: "text" };

type Order = { kind: "open"; path: string } | { kind: "commit"; fd: number; writes: readonly DiskWrite[] } | { kind: "close"; fd: number };
type Answer = { no: number; fd?: number; failure?: { step: DiskError["step"]; code: string; message: string } };
type Pending = { resolve: (fd: number) => void; reject: (error: Error) => void };

/**
 * The disk on a thread of the journal's own. Bun's shared pool has as few as two threads, and each running question of DuckDB holds
 * one: with two of them an `fdatasync` on that pool waited 27 s (measured). One message out and one back per commit.
 */
export function threadDisk(): Disk {
  const address = URL.createObjectURL(new Blob([source], { type: "application/javascript" }));
  const worker = new Worker(address);
  const pending = new Map<number, Pending>();
  let lastNo = 0;
  const settle = ({ no, fd, failure }: Answer) => {
    const waiting = pending.get(no);
    pending.delete(no);
    if (failure) waiting?.reject(new DiskError(failure));
    else waiting?.resolve(fd ?? -1);
  };
  worker.onmessage = ({ data }: MessageEvent<Answer>) => settle(data);
  worker.onerror = ({ message }) => {
    for (const no of [...pending.keys()]) settle({ no, failure: { step: "sync", code: "", message: `its thread failed: ${message}` } });
  };
  const order = (what: Order, moved: ArrayBuffer[] = []): Promise<number> => {
    const no = ++lastNo;
    return new Promise((resolve, reject) => {
      pending.set(no, { resolve, reject });
      worker.postMessage({ ...what, no }, moved);
    });
  };
  return {
    open: (path) => order({ kind: "open", path }),
    async commit(fd, writes) {
      // A copy is handed over, not shared: 48 bytes a share cost less than any shared memory in between.
      const moved = writes.map((write) => ({ ...write, bytes: write.bytes.slice() }));
      await order(
        { kind: "commit", fd, writes: moved },
        moved.map(({ bytes }) => bytes.buffer),
      );
    },
    async close(fd) {
      await order({ kind: "close", fd });
    },
    end() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
