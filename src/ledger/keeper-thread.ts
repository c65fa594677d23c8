// @ts-expect-error: the text of the file, which has no types
import source from "./keeper-thread-source.js" with { type: "text" };
import { frameBytes, frameMagic } from "./segment-bytes.ts";

export type Space = { freeBytes: number; totalBytes: number };

/** What the keeper asks of the disk. Rejects with a KeeperError. */
export type KeeperDisk = {
  /** Writes a compressed copy that unpacks to the same, then deletes the file; returns the copy's bytes. Keeps the time of its last change. */
  pack: (path: string, target: string) => Promise<number>;
  /** Makes a file, created if need be, this long; new bytes take real room. */
  resize: (path: string, bytes: number) => Promise<number>;
  remove: (path: string) => Promise<void>;
  space: (folder: string) => Promise<Space>;
  end: () => void;
};

export class KeeperError extends Error {
  /** The system's, such as ENOSPC. */
  readonly code: string;

  constructor({ code, message }: { code: string; message: string }) {
    super(message);
    this.code = code;
  }
}

type Order = { kind: "pack"; path: string; target: string } | { kind: "resize"; path: string; bytes: number } | { kind: "remove" | "space"; path: string };
type Answer = { no: number; value?: unknown; failure?: { code: string; message: string } };
type Pending = { resolve: (value: unknown) => void; reject: (error: Error) => void };

/** zstd's own default; 4.5 times smaller than the plain segment, at about 300 MB/s. */
const level = 3;

/**
 * The disk for work in the background, on a thread of its own at a lower priority, started with the first order: compressing a segment takes
 * a quarter of a second of CPU, and a full or slow disk may hold any of these calls up for as long as it likes.
 */
export function keeperThread(): KeeperDisk {
  let worker: Worker | null = null;
  let address = "";
  const pending = new Map<number, Pending>();
  let lastNo = 0;
  const settle = ({ no, value, failure }: Answer) => {
    const waiting = pending.get(no);
    pending.delete(no);
    if (failure) waiting?.reject(new KeeperError(failure));
    else waiting?.resolve(value);
  };
  const failAll = (message: string) => {
    for (const no of [...pending.keys()]) settle({ no, failure: { code: "", message } });
  };
  const start = (): Worker => {
    address = URL.createObjectURL(new Blob([source], { type: "application/javascript" }));
    const started = new Worker(address);
    started.onmessage = ({ data }: MessageEvent<Answer>) => settle(data);
    started.onerror = ({ message }) => failAll(`its thread failed: ${message}`);
    return started;
  };
  let hasEnded = false;
  const order = <Value>(what: Order, how: Record<string, number> = {}): Promise<Value> => {
    if (hasEnded) return Promise.reject(new KeeperError({ code: "", message: "the ledger is closed" }));
    worker ??= start();
    const no = ++lastNo;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    pending.set(no, { resolve, reject });
    worker.postMessage({ ...what, ...how, no });
    return promise as Promise<Value>;
  };
  return {
    pack: (path, target) => order({ kind: "pack", path, target }, { frameBytes, frameMagic, level }),
    resize: (path, bytes) => order({ kind: "resize", path, bytes }),
    remove: (path) => order({ kind: "remove", path }),
    space: (folder) => order({ kind: "space", path: folder }),
    end() {
      hasEnded = true;
      worker?.terminate();
      if (address !== "") URL.revokeObjectURL(address);
      failAll("the ledger is closed");
    },
  };
}
