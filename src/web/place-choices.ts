import { inPieces } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import type { RackPosition } from "../control/rack-position.ts";
import type { RigPlace } from "../control/racks.ts";
import type { Rig } from "../control/rig-row.ts";
import { rackGrid } from "./rack-grid.ts";

/** What may be typed for each part of a place: words that are there already, and positions that are free. */
export type PlaceChoices = { building: string[]; row: string[]; rack: string[]; position: string[] };

const choicesMax = 200;
const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const isSame = (one: string | null, other: string | null): boolean => one === other || one?.toLowerCase() === other?.toLowerCase();
const rigsPerPiece = 200;

/** Words without regard to case, as most write them. */
class Words {
  readonly #known = new Map<string, string>();
  #last: string | null = null;

  add(word: string | null): void {
    // Neighbours have most words in common.
    if (word === null || word === this.#last) return;
    this.#last = word;
    const key = word.toLowerCase();
    if (!this.#known.has(key)) this.#known.set(key, word);
  }

  sorted(): string[] {
    return [...this.#known.values()].sort(order.compare).slice(0, choicesMax);
  }
}

type Asked = { racks: Control["racks"]; rigs: readonly Rig[]; typed: RigPlace; selfId?: string };

/**
 * Beside what is typed so far: buildings of its site, rows of its building, racks of its row, free positions of its rack where that is described.
 * `selfId` = the rig that is placed, which does not stand in its own way. In turns, so that rigs are served in between.
 */
export async function placeChoices({ racks, rigs, typed, selfId }: Asked): Promise<PlaceChoices> {
  const words = { building: new Words(), row: new Words(), rack: new Words() };
  const { building, row, rack } = typed.location;
  const standing: Rig[] = [];
  const add = ({ siteId, location }: RigPlace): boolean => {
    if (typed.siteId !== null && siteId !== typed.siteId) return false;
    words.building.add(location.building);
    if (building !== null && !isSame(location.building, building)) return false;
    words.row.add(location.row);
    if (row !== null && !isSame(location.row, row)) return false;
    words.rack.add(location.rack);
    return rack !== null && isSame(location.rack, rack);
  };
  for (const { siteId, building: inBuilding, row: inRow, name } of racks.all())
    add({ siteId, location: { building: inBuilding, row: inRow, rack: name, position: null } });
  for await (const piece of inPieces(rigs, rigsPerPiece)) {
    for (const rig of piece) if (add(rig) && rig.id !== selfId && rig.lifecycle !== "retired") standing.push(rig);
  }
  const own = rack === null ? null : racks.at(typed);
  const position = own === null ? [] : rackGrid(own, standing).cells.filter((cell) => cell.rigs.length === 0);
  return {
    ...{ building: words.building.sorted(), row: words.row.sorted(), rack: words.rack.sorted() },
    position: position.slice(0, choicesMax).map(({ level, slot }: RackPosition) => `${level}-${slot}`),
  };
}
