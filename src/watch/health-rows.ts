import type { RigFact } from "../health/facts.ts";
import { encodeHealth, fillHealth, healthRowLength } from "../health/health-row.ts";
import type { RigHealth } from "../health/rig-health.ts";

/** Of what the hub counts of a rig, what the detectors go by. */
const counted = ["perHps", "accepted", "refused", "poolAccepted", "poolRejected"] as const;
export type Growth = Record<(typeof counted)[number], number>;

const rowNumbers = healthRowLength + counted.length;
/** Pages of just under 128 KiB: a little more would be given an eighth more memory than it takes. */
const rigsPerPage = Math.floor((128 * 1024) / (8 * rowNumbers));

/**
 * What the detectors know of each rig, and what had been counted of it when they last looked, as numbers in shared arrays: half the memory
 * of objects, and nothing for the garbage collector to walk through.
 */
export class HealthRows {
  /** By rig number, as these count up from 1. */
  private readonly pages: (Float64Array | undefined)[] = [];

  /** A rig begins, or is taken up, with this. */
  begin(rigNo: number, state: RigHealth): void {
    const page = this.pageOf(rigNo);
    page.fill(0, offsetOf(rigNo), offsetOf(rigNo) + rowNumbers);
    this.keep(rigNo, state);
  }

  keep(rigNo: number, state: RigHealth): void {
    encodeHealth(state, this.pageOf(rigNo), offsetOf(rigNo));
  }

  /** Fills `state`; the rig must have begun. */
  fill(state: RigHealth, rigNo: number): void {
    fillHealth(state, this.pageOf(rigNo), offsetOf(rigNo));
  }

  /** Fills `growth` with what has been counted since this was last asked. */
  takeGrowth(growth: Growth, rigNo: number, exposure: RigFact["exposure"]): void {
    const page = this.pageOf(rigNo);
    let at = offsetOf(rigNo) + healthRowLength;
    for (const name of counted) {
      growth[name] = exposure[name] - (page[at] ?? 0);
      page[at++] = exposure[name];
    }
  }

  /** The rig's row as a snapshot holds it, `healthRowLength` numbers from `at` on. */
  copy(rigNo: number, into: Float64Array, at: number): void {
    into.set(this.pageOf(rigNo).subarray(offsetOf(rigNo), offsetOf(rigNo) + healthRowLength), at);
  }

  private pageOf(rigNo: number): Float64Array {
    const place = Math.floor(rigNo / rigsPerPage);
    let page = this.pages[place];
    if (page === undefined) {
      page = new Float64Array(rigsPerPage * rowNumbers);
      this.pages[place] = page;
    }
    return page;
  }
}

function offsetOf(rigNo: number): number {
  return (rigNo % rigsPerPage) * rowNumbers;
}
