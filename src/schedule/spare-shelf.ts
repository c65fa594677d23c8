import type { PlannedRig } from "./planned-rig.ts";
import { RigList } from "./rig-list.ts";

/** Ranks in the order in which spares are taken. */
export const spareRanks = [0, 1, 2] as const;
export type ShelfRank = (typeof spareRanks)[number];

class Rank {
  readonly byH = new RigList("h");
  readonly byModel = new Map<string, RigList>();
  /** H/s */
  sum = 0;
}

/** Spares that the same contracts may take, by rank: by what is expected of them, and by model and nominal hashrate. */
export class SpareShelf {
  readonly #ranks: readonly [Rank, Rank, Rank] = [new Rank(), new Rank(), new Rank()];

  add(rig: PlannedRig, rankNo: ShelfRank): void {
    const rank = this.#ranks[rankNo];
    rank.byH.add(rig);
    rank.sum += rig.h;
    const model = rig.fact.model ?? "";
    const list = rank.byModel.get(model) ?? new RigList("nominalHps");
    if (list.size === 0) rank.byModel.set(model, list);
    list.add(rig);
  }

  remove(rig: PlannedRig, rankNo: ShelfRank): void {
    const rank = this.#ranks[rankNo];
    rank.byH.remove(rig);
    rank.sum -= rig.h;
    const model = rig.fact.model ?? "";
    const list = rank.byModel.get(model);
    list?.remove(rig);
    if (list?.size === 0) rank.byModel.delete(model);
  }

  rigs(rank: ShelfRank): RigList {
    return this.#ranks[rank].byH;
  }

  /** Rising nominal hashrate; null when there are none of that model. */
  ofModel(rank: ShelfRank, model: string): RigList | null {
    return this.#ranks[rank].byModel.get(model) ?? null;
  }

  models(rank: ShelfRank): string[] {
    return [...this.#ranks[rank].byModel.keys()].sort();
  }

  get size(): number {
    return this.#ranks.reduce((sum, { byH }) => sum + byH.size, 0);
  }

  get hps(): number {
    return this.#ranks.reduce((sum, rank) => sum + rank.sum, 0);
  }
}
