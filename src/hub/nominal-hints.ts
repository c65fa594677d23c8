import type { Rigs } from "../control/rigs.ts";
import { limits } from "./limits.ts";
import type { RosterRig } from "./roster.ts";

/** Nominal hashrates from passwords, written to the control database a few at a time. */
export class NominalHints {
  private readonly waiting = new Map<number, number>();
  private readonly rigs: Pick<Rigs, "setNominal">;

  constructor(rigs: Pick<Rigs, "setNominal">) {
    this.rigs = rigs;
  }

  /** An operator's word counts more. */
  note(rig: RosterRig, nominalHps: number): void {
    if (rig.nominalIsDeclared || rig.nominalHps === nominalHps) return;
    rig.nominalHps = nominalHps;
    this.waiting.set(rig.no, nominalHps);
  }

  write(): void {
    if (this.waiting.size === 0) return;
    const some = [...this.waiting].slice(0, limits.enrolPerTurn.max);
    for (const [rigNo] of some) this.waiting.delete(rigNo);
    this.rigs.setNominal(some.map(([rigNo, nominalHps]) => ({ rigNo, nominalHps, source: "hint" })));
  }
}
