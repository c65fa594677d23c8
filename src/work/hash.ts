import { scrypt } from "node:crypto";

/** pooler/cpuminer's and Litecoin's parameters. `maxmem` is what 128 * N * r needs, with room for the rest. */
const scryptCost = Object.freeze({ N: 1024, r: 1, p: 1, maxmem: 1 << 20 });

/** SHA-256 twice, from `input` into the 32 bytes of `output` (which may lie inside `input`). Hot: allocates nothing. */
export function sha256dInto(input: Uint8Array, output: Uint8Array): void {
  Bun.SHA256.hash(input, output);
  Bun.SHA256.hash(output, output);
}

/**
 * The scrypt proof-of-work hash of an 80-byte header: N = 1024, r = 1, p = 1, the header is its own salt.
 * It runs on the runtime's own thread pool, so the event loop goes on, as it would with a Worker of ours, but without messages, copies and a pool to keep.
 * The header must not be changed before the promise settles.
 */
export function scryptHash(header: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(header, header, 32, scryptCost, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
