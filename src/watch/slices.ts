import { type SlicePart, sliceTurn } from "../schedule/sliced-rig.ts";

/** Switches rigs that serve a contract for a part of each cycle. The switches are no moves of the plan: the agreed part is what is on record. */
export class Slices {
  private readonly parts = new Map<number, { part: SlicePart; servesNo: number }>();

  /** The rig's agreement from now on; a whole rig has none. Returns whom it serves at `atMs`. */
  agree(rigNo: number, part: SlicePart, atMs: number): number {
    if (part.contractNo === 0 || part.fraction >= 1) {
      this.parts.delete(rigNo);
      return part.contractNo;
    }
    const servesNo = sliceTurn(rigNo, [part], atMs).contractNo;
    this.parts.set(rigNo, { part, servesNo });
    return servesNo;
  }

  /** Rigs whose turn changes, with the contract to serve now (0 = the house). A house that has no pool gets no turn: the rig would be let go. */
  due(atMs: number, houseServes: (rigNo: number) => boolean): { rigNo: number; contractNo: number }[] {
    const due: { rigNo: number; contractNo: number }[] = [];
    for (const [rigNo, entry] of this.parts) {
      const turn = sliceTurn(rigNo, [entry.part], atMs).contractNo;
      const contractNo = turn === 0 && !houseServes(rigNo) ? entry.part.contractNo : turn;
      if (contractNo === entry.servesNo) continue;
      entry.servesNo = contractNo;
      due.push({ rigNo, contractNo });
    }
    return due;
  }
}
