import { type SlicePart, sliceTurn } from "../schedule/sliced-rig.ts";

/** Switches rigs that serve a contract for a part of each cycle. The switches are no moves of the plan: the agreed part is what is on record. */
export class Slices {
  private readonly houseServes: (rigNo: number) => boolean;
  private readonly parts = new Map<number, { part: SlicePart; servesNo: number }>();

  /** `houseServes`: whether a rig would find a pool at the house. One that has none gets no turn: the rig would be let go. */
  constructor(houseServes: (rigNo: number) => boolean) {
    this.houseServes = houseServes;
  }

  /** The rig's agreement from now on; a whole rig has none. Returns whom it serves at `atMs`; 0 = the house. */
  agree(rigNo: number, part: SlicePart, atMs: number): number {
    if (part.contractNo === 0 || part.fraction >= 1) {
      this.parts.delete(rigNo);
      return part.contractNo;
    }
    const servesNo = this.turnOf(rigNo, part, atMs);
    this.parts.set(rigNo, { part, servesNo });
    return servesNo;
  }

  /** Rigs whose turn changes, with the contract to serve now (0 = the house). */
  due(atMs: number): { rigNo: number; contractNo: number }[] {
    const due: { rigNo: number; contractNo: number }[] = [];
    for (const [rigNo, entry] of this.parts) {
      const contractNo = this.turnOf(rigNo, entry.part, atMs);
      if (contractNo === entry.servesNo) continue;
      entry.servesNo = contractNo;
      due.push({ rigNo, contractNo });
    }
    return due;
  }

  private turnOf(rigNo: number, part: SlicePart, atMs: number): number {
    const { contractNo } = sliceTurn(rigNo, [part], atMs);
    return contractNo === 0 && !this.houseServes(rigNo) ? part.contractNo : contractNo;
  }
}
