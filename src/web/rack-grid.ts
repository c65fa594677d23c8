import { numberOf, positionIn, type RackPosition, type RackSize } from "../control/rack-position.ts";
import type { Rig } from "../control/rig-row.ts";

export type RackCell<R> = RackPosition & { no: number; rigs: R[] };
/** A rack with who stands where: every position once, level by level from the lowest; `unplaced` = says no position, or one that the rack has not. */
export type RackGrid<R> = { cells: RackCell<R>[]; unplaced: R[] };

/** Puts the rigs of a rack at their positions. */
export function rackGrid<R extends Pick<Rig, "location">>(size: RackSize, rigs: readonly R[]): RackGrid<R> {
  const cells = Array.from({ length: size.levels * size.slots }, (_, at): RackCell<R> => {
    return { level: Math.floor(at / size.slots) + 1, slot: (at % size.slots) + 1, no: at + 1, rigs: [] };
  });
  const unplaced = rigs.filter((rig) => {
    const position = positionIn(size, rig.location.position ?? "");
    if (position !== null) cells[numberOf(size, position) - 1]?.rigs.push(rig);
    return position === null;
  });
  return { cells, unplaced };
}
