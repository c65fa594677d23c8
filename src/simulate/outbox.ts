import type { Socket } from "bun";
import { limits } from "./limits.ts";

/**
 * Writes text to one socket and keeps what did not fit: Bun's `write` takes part of the bytes and says so only by its result.
 * The owner calls `drain` from the socket's handler of that name.
 */
export class Outbox<T> {
  #socket: Socket<T>;
  #unsent: Buffer[] = [];
  #unsentBytes = 0;

  constructor(socket: Socket<T>) {
    this.#socket = socket;
  }

  write(text: string | Buffer): void {
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    const taken = this.#unsent.length > 0 ? 0 : Math.max(0, this.#socket.write(bytes));
    if (taken < bytes.length) this.#keep(bytes.subarray(taken));
  }

  drain(): void {
    const waiting = this.#unsent;
    this.#unsent = [];
    this.#unsentBytes = 0;
    for (const bytes of waiting) this.write(bytes);
  }

  #keep(bytes: Buffer): void {
    this.#unsent.push(bytes);
    this.#unsentBytes += bytes.length;
    if (this.#unsentBytes > limits.unsentBytesMax) this.#socket.terminate();
  }
}
