import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";

/** A file that may be lost: what it holds only saves work after a restart. */
export class SnapshotFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** null where there is none. */
  read(): Uint8Array | null {
    try {
      return readFileSync(this.#path);
    } catch {
      return null;
    }
  }

  /**
   * Written beside it and renamed: whoever reads finds the one before or this one, whole. `bytes` are gone afterwards: megabytes a minute
   * are given back at once, not when the garbage collector comes round to them.
   */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await writeFile(`${this.#path}.new`, bytes, { mode: 0o600 });
    bytes.buffer.transfer(0);
    await rename(`${this.#path}.new`, this.#path);
  }
}
