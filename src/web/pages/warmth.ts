import type { PageParts } from "./page-parts.ts";

/** Faster than what changes quickly may be overdue. */
const everyMs = 10_000;

/**
 * Reads what the overview and the lists show before anybody asks, so that who comes first, after a start or a quiet night, waits no longer than others do.
 * One question after the other, as they share their threads with those of people.
 */
export class Warmth {
  readonly #asks: readonly (() => Promise<unknown>)[];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isEnded = false;

  constructor(parts: Pick<PageParts, "overview" | "lastEvents" | "strips" | "rigStrips" | "poolStrips" | "snapshots">) {
    const { overview, lastEvents, strips, rigStrips, poolStrips, snapshots } = parts;
    this.#asks = [
      () => overview.atHand(),
      () => lastEvents.current(),
      () => strips.of([], "row"),
      () => rigStrips.of([]),
      () => poolStrips.of([]),
      () => snapshots.hourWork(),
    ];
  }

  keep(): void {
    void this.#round();
  }

  stop(): void {
    this.#isEnded = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    // Who asks for a page hears what fails.
    for (const ask of this.#asks) if (!this.#isEnded) await ask().catch(() => {});
    if (!this.#isEnded) this.#timer = setTimeout(() => void this.#round(), everyMs);
  }
}
