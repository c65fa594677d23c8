/** Where the demo's story is told: lines with the seconds since its start, and waits that end when the demo does. */
export class Stage {
  readonly #out: (text: string) => void;
  readonly #ended: Promise<"ended">;
  readonly #beganMs = performance.now();

  constructor(out: (text: string) => void, ended: Promise<void>) {
    this.#out = out;
    this.#ended = ended.then(() => "ended");
  }

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return performance.now() - this.#beganMs;
  }

  say(text: string): void {
    this.#out(`[${(this.elapsedMs / 1000).toFixed(1).padStart(6)} s] ${text}\n`);
  }

  /** @throws Curtain when the demo ends meanwhile */
  async pause(ms: number): Promise<void> {
    await this.race(Bun.sleep(ms));
  }

  /** Asks every `everyMs` until it is so. @returns milliseconds waited, or null after `patienceMs` */
  async until(holds: () => boolean | Promise<boolean>, { everyMs, patienceMs }: { everyMs: number; patienceMs: number }): Promise<number | null> {
    const fromMs = this.elapsedMs;
    while (!(await this.race(Promise.resolve(holds())))) {
      if (this.elapsedMs - fromMs > patienceMs) return null;
      await this.pause(everyMs);
    }
    return this.elapsedMs - fromMs;
  }

  /** What the promise gives. @throws Curtain when the demo ends before it does */
  async race<T>(promise: Promise<T>): Promise<T> {
    const first = await Promise.race([promise.then((value) => ({ value })), this.#ended]);
    if (first === "ended") throw new Curtain();
    return first.value;
  }
}

/** The demo was asked to end; no failure. */
export class Curtain extends Error {
  override name = "Curtain";
}
