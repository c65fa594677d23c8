import type { HubView } from "./deps.ts";

/** Long enough to gather what a script changes in one go, short enough for nobody to notice. */
const gatherMs = 20;

/** Tells the hub to read the control database again. Reading ten thousand rigs takes a while, so many changes of rigs become one call. */
export class HubBell {
  readonly #hub: Pick<HubView, "configChanged">;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(hub: Pick<HubView, "configChanged">) {
    this.#hub = hub;
  }

  /** At once: for pools, profiles, fleets and listeners, which are few. */
  readonly now = (): void => {
    this.#clear();
    this.#hub.configChanged();
  };

  /** Within 20 ms: for rigs. */
  readonly soon = (): void => {
    this.#timer ??= setTimeout(this.now, gatherMs);
  };

  /** Rings what is still owed; to be called before the hub stops. */
  close(): void {
    if (this.#timer !== null) this.now();
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
