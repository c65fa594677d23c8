/** Bytes for one place of a file, and how many zeros to write behind them. */
export type DiskWrite = { bytes: Uint8Array; position: number; zerosAfter: number };

/** What the journal asks of the disk. Tests hand in one that fails or waits at the n-th call. */
export type Disk = {
  /** Opens for reading and writing, creating the file if need be, and makes its name durable. */
  open: (path: string) => Promise<number>;
  /** Writes in order, then syncs. Rejects with a DiskError. */
  commit: (fd: number, writes: readonly DiskWrite[]) => Promise<void>;
  close: (fd: number) => Promise<void>;
  /** Gives up what the port itself holds. */
  end: () => void;
};

/** Which step failed, since that decides whether it may be tried again; `code` is the system's, such as ENOSPC. */
export class DiskError extends Error {
  readonly step: "open" | "write" | "sync" | "close";
  readonly code: string;

  constructor(failure: { step: DiskError["step"]; code: string; message: string }) {
    super(`journal: ${failure.step} failed: ${failure.message}`);
    this.step = failure.step;
    this.code = failure.code;
  }
}

/** Out of space or over quota before a sync was tried: worth another try. A failed sync never is: the kernel may have dropped the pages. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof DiskError && error.step !== "sync" && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
