import type { PlacePlanFact } from "./plan-facts.ts";
import type { PlannedRig } from "./planned-rig.ts";

/** A place of a `miners` contract and who has it. */
export type Seat = {
  place: PlacePlanFact;
  rig: PlannedRig | null;
  /** It does what the place asks for. */
  serves: boolean;
  /** It serves, and nothing says that it should be replaced. */
  stays: boolean;
};

/** What of a contract decides who sits where. */
type Seating = {
  fact: { places: readonly PlacePlanFact[] };
  /** Whether a place was asked for by a rig's name. */
  namesRigs: boolean;
  members: readonly PlannedRig[];
  no: number;
  /** What a place accepts at least, H/s. */
  placeHps: (place: PlacePlanFact) => number;
  leaves: (rig: PlannedRig) => boolean;
};

/**
 * Who has which place. Named rigs have their own places; of the rest the largest rig has the largest place, those of the place's model
 * before others. Who does not do what a place asks for has only what is left then: a dead rig keeps nobody out.
 */
export function seatMembers(contract: Seating): Seat[] {
  const seats = contract.fact.places.map((place): Seat => ({ place, rig: null, serves: false, stays: false }));
  const rigs = [...contract.members].sort(bySize((rig) => rig));
  const serves = (rig: PlannedRig, { place }: Seat) => rig.h > 0 && !(rig.fact.belowPlace ?? rig.h < contract.placeHps(place));
  const isNamed = (rig: PlannedRig, { place }: Seat) => rig.no === place.rigNo;
  const sit = (seat: Seat, rig: PlannedRig | undefined) => {
    if (rig === undefined) return;
    seat.rig = rig;
    seat.serves = serves(rig, seat);
    seat.stays = seat.serves && !contract.leaves(rig);
  };
  const deal = (among: readonly Seat[], fits: (rig: PlannedRig, one: Seat) => boolean) => {
    for (const one of among) {
      if (one.rig === null)
        sit(
          one,
          takeFirst(rigs, (rig) => fits(rig, one)),
        );
    }
  };
  const named = contract.namesRigs ? seats.filter(({ place }) => place.rigNo !== null) : [];
  deal(named, (rig, one) => isNamed(rig, one) && serves(rig, one));
  const free = seats.filter(({ rig }) => rig === null).sort(bySize(({ place }) => place));
  const ofModel = free.filter(({ place }) => place.model !== null);
  deal(ofModel, (rig, one) => rig.fact.model === one.place.model && rig.nominalHps >= contract.placeHps(one.place) && serves(rig, one));
  deal(free, serves);
  if (rigs.length === 0) return seats;
  // Who is fixed to the contract stays in it, but a place that it does not serve is free.
  const mayIdle = (rig: PlannedRig) => !rig.pinnedTo(contract.no);
  deal(named, (rig, one) => isNamed(rig, one) && mayIdle(rig));
  deal(free, mayIdle);
  return seats;
}

function bySize<T>(sizeOf: (one: T) => { nominalHps: number; no: number }): (one: T, other: T) => number {
  return (one, other) => sizeOf(other).nominalHps - sizeOf(one).nominalHps || sizeOf(one).no - sizeOf(other).no;
}

function takeFirst(rigs: PlannedRig[], fits: (rig: PlannedRig) => boolean): PlannedRig | undefined {
  const at = rigs.findIndex(fits);
  return at < 0 ? undefined : rigs.splice(at, 1)[0];
}
