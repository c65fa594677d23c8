import type { Place } from "./contract-row.ts";
import type { Method } from "./fleets.ts";
import { type Failure, invalid, type Success, succeed } from "./result.ts";
import type { Rig } from "./rig-row.ts";

/** What is promised, as it is asked for: a hashrate (`threshold`), so many rigs of a size or a model, or rigs by name (both `miners`). */
export type PromiseAsk = {
  promisedHps?: number;
  rigCount?: number;
  rigNominalHps?: number;
  model?: string;
  rigNos?: readonly number[];
};

/** What the places are made from. */
export type PlaceSources = {
  fleetNo: number;
  /** The customer's public id: his own rigs serve him. */
  customerId: string;
  rig: (no: number) => Rig | null;
  /** The number of the other contract that a rig is promised to by name; null = to none. */
  namedBy: (rigNo: number) => string | null;
  /** Middle nominal hashrate of the fleet's rigs of that model; null where none has one. */
  nominalOfModel: (model: string) => number | null;
};

export type Promised = { promisedHps: number; places: Place[] };

/** A contract cannot have more places: a plan must stay quick. */
export const placesMax = 5_000;

const whole = (hps: number): number => Math.max(1, Math.round(hps));
export const sumOfPlaces = (places: readonly Place[]): number => whole(places.reduce((sum, { nominalHps }) => sum + nominalHps, 0));

/** The promise of a new contract. */
export function promiseOf(method: Method, ask: PromiseAsk, sources: PlaceSources): Success<Promised> | Failure {
  if (method === "threshold") return ofThreshold(ask);
  if (ask.promisedHps !== undefined)
    return invalid("promisedHps", "follows from the rigs of a miners contract: give rig_count and rig_nominal_hps, or rig_ids");
  if (ask.rigNos !== undefined) return named(ask, ask.rigNos, sources);
  return counted(ask, sources);
}

function ofThreshold(ask: PromiseAsk): Success<Promised> | Failure {
  for (const field of ["rigCount", "rigNominalHps", "model", "rigNos"] as const)
    if (ask[field] !== undefined) return invalid(field, "is for the method miners; a threshold contract promises promised_hps");
  if (ask.promisedHps === undefined) return invalid("promisedHps", "is required for the method threshold");
  return succeed({ promisedHps: ask.promisedHps, places: [] });
}

function counted({ rigCount, rigNominalHps, model }: PromiseAsk, sources: PlaceSources): Success<Promised> | Failure {
  if (rigCount === undefined) return invalid("rigCount", "is required for the method miners, unless rig_ids name the rigs");
  const broken = checkCount(rigCount);
  if (broken !== null) return broken;
  if (rigNominalHps === undefined && model === undefined) return invalid("rigNominalHps", "is required with a number of rigs, unless a model says it");
  const nominalHps = rigNominalHps ?? sources.nominalOfModel(model ?? "");
  if (nominalHps === null) return invalid("model", "is of no rig of the fleet with a nominal hashrate; give rig_nominal_hps");
  if (!(nominalHps > 0)) return invalid("rigNominalHps", "must be above 0");
  const places = Array.from({ length: rigCount }, (_, index) => ({ no: index + 1, rigNo: null, nominalHps, model: model ?? null }));
  return succeed({ promisedHps: sumOfPlaces(places), places });
}

function checkCount(rigCount: number): Failure | null {
  return Number.isInteger(rigCount) && rigCount >= 1 && rigCount <= placesMax ? null : invalid("rigCount", `must be a whole number from 1 to ${placesMax}`);
}

function named(ask: PromiseAsk, rigNos: readonly number[], sources: PlaceSources): Success<Promised> | Failure {
  for (const field of ["rigCount", "rigNominalHps", "model"] as const)
    if (ask[field] !== undefined) return invalid(field, "follows from the rigs that are named; give one of the two");
  return placesOfRigs(rigNos, [], sources);
}

/** Places of rigs by name; a rig that has one already keeps it as it is. */
function placesOfRigs(rigNos: readonly number[], before: readonly Place[], sources: PlaceSources): Success<Promised> | Failure {
  if (rigNos.length < 1 || rigNos.length > placesMax) return invalid("rigNos", `must name 1 to ${placesMax} rigs`);
  const kept = new Map(before.flatMap((place) => (place.rigNo === null ? [] : [[place.rigNo, place] as const])));
  const seen = new Set<number>();
  const places: Place[] = [];
  let lastNo = before.at(-1)?.no ?? 0;
  for (const [index, rigNo] of rigNos.entries()) {
    const broken = seen.has(rigNo) ? "is named twice" : checkRig(rigNo, sources);
    if (typeof broken === "string") return invalid(`rigNos.${index}`, broken);
    seen.add(rigNo);
    const place = kept.get(rigNo);
    if (place === undefined) lastNo += 1;
    places.push(place ?? { no: lastNo, rigNo, nominalHps: broken.nominalHps, model: broken.model });
  }
  places.sort((a, b) => a.no - b.no);
  return succeed({ promisedHps: sumOfPlaces(places), places });
}

/** The rig, or what speaks against it. */
function checkRig(rigNo: number, sources: PlaceSources): { nominalHps: number; model: string | null } | string {
  const rig = sources.rig(rigNo);
  if (rig === null) return "must be the id of a rig that exists";
  if (rig.fleetNo !== sources.fleetNo) return `is of another fleet (${rig.name})`;
  if (rig.nominalHps === null) return `has no nominal hashrate yet (${rig.name})`;
  const isLendable = rig.ownerCustomerId === null || rig.ownerCustomerId === sources.customerId || rig.lend === "all";
  if (!isLendable) return `belongs to another customer, who does not lend it (${rig.name})`;
  const other = sources.namedBy(rigNo);
  return other === null ? { nominalHps: rig.nominalHps, model: rig.model } : `is promised to contract ${other} already (${rig.name})`;
}

/** The promise of a contract that is changed: other places come at the end, those that stay keep their numbers. */
export function changedPromise(method: Method, { ask, now }: { ask: PromiseAsk; now: Promised }, sources: PlaceSources): Success<Promised> | Failure {
  if (method === "threshold") {
    for (const field of ["rigCount", "rigNos"] as const)
      if (ask[field] !== undefined) return invalid(field, "is for the method miners; a threshold contract changes promised_hps");
    return succeed({ promisedHps: ask.promisedHps ?? now.promisedHps, places: [] });
  }
  if (ask.promisedHps !== undefined) return invalid("promisedHps", "follows from the rigs of a miners contract: change rig_count or rig_ids");
  if (ask.rigNos !== undefined && ask.rigCount !== undefined) return invalid("rigCount", "follows from rig_ids; give one of the two");
  if (ask.rigNos !== undefined) return placesOfRigs(ask.rigNos, now.places, sources);
  return ask.rigCount === undefined ? succeed(now) : recounted(ask.rigCount, now);
}

/** More places are like the last one; fewer: those that name no rig go first, from the end. */
function recounted(rigCount: number, now: Promised): Success<Promised> | Failure {
  const broken = checkCount(rigCount);
  if (broken !== null) return broken;
  const last = now.places.at(-1);
  if (last === undefined || rigCount === now.places.length) return succeed(now);
  const missing = Math.max(0, rigCount - now.places.length);
  const more = Array.from({ length: missing }, (_, index) => ({ no: last.no + index + 1, rigNo: null, nominalHps: last.nominalHps, model: last.model }));
  const leaving = now.places
    .toSorted((a, b) => Number(a.rigNo !== null) - Number(b.rigNo !== null) || b.no - a.no)
    .slice(0, Math.max(0, now.places.length - rigCount));
  const gone = new Set(leaving);
  const places = [...now.places.filter((place) => !gone.has(place)), ...more];
  return succeed({ promisedHps: sumOfPlaces(places), places });
}
