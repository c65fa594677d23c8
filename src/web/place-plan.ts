import { breathe } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import { numberOf, positionIn, positionWords } from "../control/rack-position.ts";
import type { Rack, RigPlace } from "../control/racks.ts";
import { checkRigFields, type Rig, type RigLocation } from "../control/rig-row.ts";
import { matchPattern, type PlacePattern } from "./place-pattern.ts";

/** By what rigs are placed: the texts that are read, and what is so for all of them (null = as the pattern says, else as it is). */
export type PlaceAsk = {
  pattern: PlacePattern;
  /** The text of a rig; null = there is none, such as the address of one that is not connected. */
  textOf: (rig: Rig) => string | null;
  fixed: Pick<RigLocation, "building" | "row" | "rack"> & { siteId: string | null };
};

export const placeOutcomes = Object.freeze(["move", "conflict", "refused", "unmatched", "unchanged"] as const);
export type PlaceOutcome = (typeof placeOutcomes)[number];
/** Where a rig would go, and why it does not. `to` is null where nothing was read. */
export type PlannedPlace = { rig: Rig; text: string | null; to: RigPlace | null; outcome: PlaceOutcome; why: string };

const othersNamed = 3;
const lower = (text: string | null): string => text?.toLowerCase() ?? "";
const rackKey = ({ siteId, location: { building, row, rack } }: RigPlace): string => JSON.stringify([siteId, lower(building), lower(row), lower(rack)]);

/** Places as keys: one key for all ways to write the same position. */
export class PlaceKeys {
  readonly #racks: ReadonlyMap<string, Rack>;

  constructor({ racks }: Pick<Control, "racks">) {
    const placeOf = ({ siteId, building, row, name }: Rack) => rackKey({ siteId, location: { building, row, rack: name, position: null } });
    this.#racks = new Map(racks.all().map((rack) => [placeOf(rack), rack]));
  }

  rackAt(place: RigPlace): Rack | null {
    return place.location.rack === null ? null : (this.#racks.get(rackKey(place)) ?? null);
  }

  /** Null for a place without a position: any number of rigs may be there. */
  keyOf(place: RigPlace): string | null {
    const { position } = place.location;
    if (position === null) return null;
    const rack = this.rackAt(place);
    const found = rack === null ? null : positionIn(rack, position);
    return `${rackKey(place)} ${rack === null || found === null ? lower(position) : numberOf(rack, found)}`;
  }
}

function planOne(keys: PlaceKeys, { pattern, textOf, fixed }: PlaceAsk, rig: Rig): PlannedPlace {
  const text = textOf(rig);
  const planned = { rig, text, to: null };
  if (text === null) return { ...planned, outcome: "unmatched", why: "has no address: it is not connected" };
  const read = matchPattern(pattern, text);
  if (read === null) return { ...planned, outcome: "unmatched", why: "does not fit the pattern" };
  const { siteId, ...words } = fixed;
  const given = Object.fromEntries(Object.entries(words).filter(([, word]) => word !== null));
  const to: RigPlace = { siteId: siteId ?? rig.siteId, location: { ...rig.location, ...given, ...read } };
  if (to.siteId === rig.siteId && Bun.deepEquals(to.location, rig.location)) return { ...planned, to, outcome: "unchanged", why: "is there already" };
  const broken = checkRigFields({ ...rig, location: to.location });
  if (broken !== null) return { ...planned, to, outcome: "refused", why: `${broken.field.split(".").at(-1)} ${broken.rule}` };
  const rack = keys.rackAt(to);
  const { position } = to.location;
  if (rack !== null && position !== null && positionIn(rack, position) === null)
    return { ...planned, to, outcome: "refused", why: `position ${positionWords(rack.name, rack)}` };
  return { ...planned, to, outcome: "move", why: "" };
}

/**
 * Where each of the chosen rigs would go, with nothing written: in turns, so that rigs are served in between. Two that would stand at one
 * place, or one that would stand where another stays, go nowhere.
 */
export async function planPlaces(
  control: Pick<Control, "racks">,
  rigs: { chosen: readonly Rig[]; all: readonly Rig[] },
  ask: PlaceAsk,
): Promise<PlannedPlace[]> {
  const keys = new PlaceKeys(control);
  const planned = new Map<number, PlannedPlace>();
  for (const rig of rigs.chosen) {
    await breathe();
    planned.set(rig.no, planOne(keys, ask, rig));
  }
  const takers = await takersOf(keys, rigs.all, planned);
  const plans = [...planned.values()];
  // A rig that cannot go stays where it is, which may be where another would go: until nothing changes any more.
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const plan of plans) {
      await breathe();
      if (plan.outcome === "move" && yieldsTo(keys, plan, takers)) isChanged = true;
    }
  }
  return plans;
}

/** Rigs by number, by the place's key: ten thousand may be meant for one place. */
type Takers = Map<string, Map<number, Rig>>;

function take(takers: Takers, key: string | null, rig: Rig): void {
  if (key === null) return;
  const there = takers.get(key) ?? new Map<number, Rig>();
  takers.set(key, there.set(rig.no, rig));
}

/** Who will stand where, as far as is known. */
async function takersOf(keys: PlaceKeys, all: readonly Rig[], planned: ReadonlyMap<number, PlannedPlace>): Promise<Takers> {
  const takers: Takers = new Map();
  for (const rig of all) {
    await breathe();
    const plan = planned.get(rig.no);
    const place = plan?.outcome === "move" && plan.to !== null ? plan.to : rig;
    if (rig.lifecycle !== "retired" || plan?.outcome === "move") take(takers, keys.keyOf(place), rig);
  }
  return takers;
}

/** Whether a rig gives up its move because others are there; it then stays, and is in the way of others. Nobody leaves a place that was in dispute. */
function yieldsTo(keys: PlaceKeys, plan: PlannedPlace, takers: Takers): boolean {
  const key = plan.to === null ? null : keys.keyOf(plan.to);
  const there = key === null ? undefined : takers.get(key);
  if (there === undefined) return false;
  const others = there.size - (there.has(plan.rig.no) ? 1 : 0);
  if (others === 0) return false;
  const named: string[] = [];
  for (const { no, name } of there.values()) {
    if (no !== plan.rig.no) named.push(name);
    if (named.length === othersNamed) break;
  }
  plan.outcome = "conflict";
  plan.why = `so would, or does, ${named.join(", ")}${others > othersNamed ? ` and ${others - othersNamed} more` : ""}`;
  take(takers, keys.keyOf(plan.rig), plan.rig);
  return true;
}
