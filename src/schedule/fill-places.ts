import { chosenFor, type Likeness, nearness } from "./nearness.ts";
import type { PlacePlanFact } from "./plan-facts.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import type { Seat } from "./seats.ts";
import { type ShelfRank, type SpareShelf, spareRanks } from "./spare-shelf.ts";

/** Puts similar spares into the places that nobody serves, or whose rig should be replaced; at most `seatsMax` of them. */
export function fillPlaces(fleet: PlannedFleet, contract: PlannedContract, seatsMax = Number.POSITIVE_INFINITY): void {
  const fill = contract.fill;
  let filled = 0;
  for (const { place, rig: out } of contract.seats().filter(({ stays }) => !stays)) {
    if (filled >= seatsMax) return;
    const named = place.rigNo === null ? undefined : fleet.rigOf(place.rigNo);
    const likeness = likenessOf(place, out ?? named ?? null, named);
    const home = named !== undefined && named.shelved !== null && named.servesCustomer(contract.fact.customerNo) && serves(named, contract.placeHps(place));
    const spare = home ? named : similarSpare(fleet, contract, { place, likeness });
    if (spare === null) continue;
    seat(fleet, contract, { place, out, spare, likeness, fill });
    filled++;
  }
}

type Seating = { place: PlacePlanFact; out: PlannedRig | null; spare: PlannedRig; likeness: Likeness; fill: number };

function seat(fleet: PlannedFleet, contract: PlannedContract, { place, out, spare, likeness, fill }: Seating): void {
  const chosen = spare.no === place.rigNo ? "the rig that the place is named for" : chosenFor(spare, likeness, "closest above");
  const base = { optional: false, contractNo: contract.no, fill, chosen };
  if (out === null) {
    fleet.move(spare, { contractNo: contract.no }, { ...base, cause: "fill", code: "place", otherNo: 0 });
    return;
  }
  fleet.move(spare, { contractNo: contract.no }, { ...base, cause: "replace", code: "replaces", otherNo: out.no });
  fleet.move(out, { contractNo: 0 }, { ...base, cause: "replace", code: "replaced", otherNo: spare.no });
}

/** A place's model is the one asked for, else that of the rig it is named for or had last. */
function likenessOf(place: PlacePlanFact, beside: PlannedRig | null, named: PlannedRig | undefined): Likeness {
  return { model: place.model ?? named?.fact.model ?? beside?.fact.model ?? null, beside };
}

/** The spare most like what the place had: same model, rack, row, building, then the closest above; from the best rank that has one. */
function similarSpare(fleet: PlannedFleet, contract: PlannedContract, seeking: { place: PlacePlanFact; likeness: Likeness }): PlannedRig | null {
  for (const rank of spareRanks) {
    for (const shelf of fleet.shelvesFor(contract)) {
      const spare = similarOn(shelf, rank, { ...seeking, leastHps: contract.placeHps(seeking.place) });
      if (spare !== null) return spare;
    }
  }
  return null;
}

type Sought = { place: PlacePlanFact; likeness: Likeness; leastHps: number };

function similarOn(shelf: SpareShelf, rank: ShelfRank, sought: Sought): PlannedRig | null {
  const { model } = sought.likeness;
  const same = model === null ? null : similarOfModel(shelf, { rank, model }, sought);
  if (same !== null) return same;
  let best: PlannedRig | null = null;
  for (const other of shelf.models(rank)) {
    const rig = other === model ? null : similarOfModel(shelf, { rank, model: other }, sought);
    if (rig !== null && (best === null || better(rig, best, sought))) best = rig;
  }
  return best;
}

function similarOfModel(shelf: SpareShelf, { rank, model }: { rank: ShelfRank; model: string }, sought: Sought): PlannedRig | null {
  const list = shelf.ofModel(rank, model);
  if (list === null) return null;
  const { place, likeness, leastHps } = sought;
  let best: PlannedRig | null = null;
  const see = (rig: PlannedRig): boolean => {
    if (!serves(rig, leastHps)) return false;
    if (best === null || better(rig, best, sought)) best = rig;
    // Without a rig to be beside, the first above is the closest.
    return likeness.beside === null && rig.nominalHps >= place.nominalHps;
  };
  if (likeness.beside === null) {
    list.scan(place.nominalHps, see);
    const below = best === null ? list.floor(place.nominalHps) : null;
    if (below === null || below.nominalHps < leastHps) return best;
    if (serves(below, leastHps)) return below;
  }
  if (best === null || likeness.beside !== null) list.scan(leastHps, see);
  return best;
}

/** A rig that its last place found too weak is no help to another. */
export function serves(rig: PlannedRig, leastHps: number): boolean {
  return rig.h >= leastHps && rig.fact.belowPlace !== true;
}

function better(one: PlannedRig, other: PlannedRig, { place, likeness }: Sought): boolean {
  const nearer = nearness(one, likeness) - nearness(other, likeness);
  if (nearer !== 0) return nearer > 0;
  const farther = distance(one, place) - distance(other, place);
  return farther === 0 ? one.no < other.no : farther < 0;
}

/** Above the place's nominal hashrate: how far. Below it: farther than anything above. */
function distance({ nominalHps }: PlannedRig, place: PlacePlanFact): number {
  const above = nominalHps - place.nominalHps;
  return above >= 0 ? above : 1e17 - above;
}

/** The place that a rig could serve which nobody serves; the largest. */
export function seatFor(contract: PlannedContract, rig: PlannedRig): Seat | null {
  for (const open of contract.openSeats()) {
    const leastHps = contract.placeHps(open.place);
    if (serves(rig, leastHps) && rig.nominalHps >= leastHps) return open;
  }
  return null;
}
