import type { Control } from "../control/control.ts";
import { webLimits } from "./limits.ts";
import { Problem } from "./problems.ts";

/** Those who wait for the next event: long polls and live streams. One listener at the control database wakes them all. */
export class EventWaiters {
  readonly #waiting = new Set<() => void>();
  readonly #stop: () => void;
  #open = 0;
  #isClosed = false;

  constructor(control: Pick<Control, "events">) {
    this.#stop = control.events.onAppend(() => this.#wake());
  }

  /** Takes one of the places for waiting clients; the returned function gives it back. 503 when all are taken. */
  enter(): () => void {
    if (this.#open >= webLimits.eventWaitersMax)
      throw new Problem("busy", `${webLimits.eventWaitersMax} clients wait for events already`, { headers: { "retry-after": "5" } });
    this.#open += 1;
    let isInside = true;
    return () => {
      if (isInside) this.#open -= 1;
      isInside = false;
    };
  }

  /** Resolves at the next event, after `ms`, when the client goes away, or when the server stops: whichever comes first. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isClosed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      this.#waiting.add(done);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Lets everybody go, so that the server can stop. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.#wake();
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
