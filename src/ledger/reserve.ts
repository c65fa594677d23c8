import { statSync } from "node:fs";
import type { KeeperDisk } from "./keeper-thread.ts";

export type ReserveOptions = { path: string; disk: Pick<KeeperDisk, "resize">; pieceBytes: number };

/**
 * Room on the disk that is held for the journal alone: a file of real bytes, made shorter piece by piece when the disk is full, so that whoever
 * filled it gets at most one piece of it.
 */
export class Reserve {
  readonly #options: ReserveOptions;
  #bytes: number;
  #working: Promise<unknown> = Promise.resolve();

  constructor(options: ReserveOptions) {
    this.#options = options;
    this.#bytes = statSync(options.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Frees one piece; false when nothing is left to free. Rejects when the disk fails. */
  giveUp(): Promise<boolean> {
    return this.#oneAtATime(async () => {
      if (this.#bytes === 0) return false;
      await this.#resize(Math.max(0, this.#bytes - this.#options.pieceBytes));
      return true;
    });
  }

  /** One piece nearer to `targetBytes`, either way. Rejects when the disk fails or is full. */
  adjust(targetBytes: number): Promise<void> {
    return this.#oneAtATime(async () => {
      const next = Math.min(targetBytes, this.#bytes + this.#options.pieceBytes);
      if (next !== this.#bytes) await this.#resize(next);
    });
  }

  async #resize(bytes: number): Promise<void> {
    try {
      this.#bytes = await this.#options.disk.resize(this.#options.path, bytes);
    } catch (error) {
      // Part of it may be there.
      this.#bytes = statSync(this.#options.path, { throwIfNoEntry: false })?.size ?? 0;
      throw error;
    }
  }

  #oneAtATime<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = this.#working.then(work);
    this.#working = result.catch(() => {});
    return result;
  }
}
