// @ts-expect-error: the text of the file, which has no types
import scryptThread from "./scrypt-thread.js" with { type: "text" };

/** SHA-256 twice, from `input` into the 32 bytes of `output` (which may lie inside `input`). Hot: allocates nothing. */
export function sha256dInto(input: Uint8Array, output: Uint8Array): void {
  Bun.SHA256.hash(input, output);
  Bun.SHA256.hash(output, output);
}

type Pending = { resolve: (hash: Uint8Array) => void; reject: (error: Error) => void };

let thread: Worker | null = null;
let lastNo = 0;
const pending = new Map<number, Pending>();

/**
 * The scrypt proof-of-work hash of an 80-byte header: N = 1024, r = 1, p = 1, the header is its own salt
 * (pooler/cpuminer's and Litecoin's parameters). About 0.15 ms, on a thread of its own: the runtime's shared pool may have as few as
 * two threads, and a long question to the database holds one. The thread starts with the first hash. Rejects when it dies.
 */
export function scryptHash(header: Uint8Array): Promise<Uint8Array> {
  const worker = thread ?? startThread();
  const no = ++lastNo;
  return new Promise((resolve, reject) => {
    pending.set(no, { resolve, reject });
    worker.postMessage({ no, header });
  });
}

function startThread(): Worker {
  const address = URL.createObjectURL(new Blob([scryptThread], { type: "application/javascript" }));
  const worker = new Worker(address);
  worker.onmessage = ({ data }: MessageEvent<{ no: number; hash: Uint8Array }>) => {
    pending.get(data.no)?.resolve(data.hash);
    pending.delete(data.no);
  };
  worker.onerror = ({ message }) => {
    thread = null;
    for (const waiting of pending.values()) waiting.reject(new Error(`the scrypt thread failed: ${message}`));
    pending.clear();
  };
  // It must not keep a process alive that has nothing else to do.
  worker.unref();
  thread = worker;
  return worker;
}
