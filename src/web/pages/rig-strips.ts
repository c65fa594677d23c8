import type { RigStrip } from "../../../views/pages/rig-columns.tsx";
import { breathe } from "../../../views/turns.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { StepWindow } from "../../ledger/work-steps.ts";
import type { WebDeps } from "../deps.ts";
import { slowPace, WorkBook, type WorkDay } from "../work-book.ts";
import { rigBarMs, rigBars, rigStripOf } from "./rig-bars.ts";

/** As many as twenty pages of the list show. */
const keptMax = 2_000;

/** Strips of rigs: the hours of all rigs are read for all pages at once; those of the rigs that pages show are made once for a day as it is known. */
export class RigStrips {
  readonly #control: WebDeps["control"];
  readonly #book: WorkBook;
  #made: { day: WorkDay | null; strips: Map<Rig, RigStrip> } = { day: null, strips: new Map() };

  constructor(deps: WebDeps) {
    this.#control = deps.control;
    const ask = (window: StepWindow) => deps.ledger.effectiveSteps?.("rig", window);
    this.#book = new WorkBook(deps, { ask, bucketMs: rigBarMs, bucketsKept: rigBars + 1, bucketsPerAsk: 1, ...slowPace });
  }

  /** By rig number. */
  async of(rigs: readonly Rig[]): Promise<Map<number, RigStrip>> {
    const day = await this.#book.current();
    const belowBp = new Map(this.#control.fleets.all().map(({ no, degradedBelowBp }) => [no, degradedBelowBp]));
    if (this.#made.day !== day || this.#made.strips.size >= keptMax) this.#made = { day, strips: new Map() };
    const made = this.#made.strips;
    const strips = new Map<number, RigStrip>();
    for (const rig of rigs) {
      await breathe();
      const strip = made.get(rig) ?? rigStripOf(day, rig, (belowBp.get(rig.fleetNo) ?? 0) / 10_000);
      made.set(rig, strip);
      strips.set(rig.no, strip);
    }
    return strips;
  }
}
