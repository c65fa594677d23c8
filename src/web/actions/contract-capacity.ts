import { plural } from "../../../views/format.ts";
import type { Contract } from "../../control/contract-row.ts";
import { contractDetectionMinutes, contractSettingsOf, placeDetectionMinutes } from "../../health/contract-detector.ts";
import type { ContractView, WebDeps } from "../deps.ts";
import { webLimits } from "../limits.ts";
import { invalidField, Problem } from "../problems.ts";

type Available = ReturnType<ContractView["capacity"]>;

/** Throws where the fleet cannot promise so much. Where it `maySellShort`, the answer is what there was, for the record; null where it fits. */
export function requireCapacity({ contracts, control }: Pick<WebDeps, "contracts" | "control">, contract: Contract, maySellShort: boolean): Available | null {
  const missing = contracts === undefined ? null : shortOf(contracts, contract);
  if (missing === null) return null;
  if (maySellShort) return missing;
  const unrated = control.rigs.countByFleet().find(({ fleetNo, status }) => fleetNo === contract.fleetNo && status === "vetting")?.unrated ?? 0;
  throw new Problem("insufficient-capacity", `${tooLittle(contract, missing)}${unratedText(unrated)}`, {
    members: { ...capacityJson(missing), unrated_rigs: unrated },
  });
}

/** Numbers that a script may put into a new request: whole, and not below 0. */
export function capacityJson({ availableHps, availableRigs }: Available) {
  return { available_hps: Math.max(0, Math.floor(availableHps)), available_rigs: Math.max(0, availableRigs) };
}

/** Sizes of places that are asked about one by one; of more, so many are picked from the smallest to the largest. */
const sizesMax = 8;

/** What there is, where that is too little; null where it fits. */
function shortOf(view: ContractView, contract: Contract): Available | null {
  const { fleetNo, customerNo, startsAtMs, endsAtMs, method, promisedHps, toleranceBp, places, no } = contract;
  const ask = { fleetNo, customerNo, startsAtMs, endsAtMs, exceptContractNo: no };
  if (method === "threshold") {
    const capacity = view.capacity({ ...ask, place: null });
    return promisedHps <= capacity.availableHps ? null : capacity;
  }
  // A large rig may take a small place, not the other way round: of each size there must be enough for all places at least so large.
  const sizes = [...new Set(places.map(({ nominalHps }) => nominalHps))].sort((one, other) => one - other);
  const step = Math.max(1, (sizes.length - 1) / (sizesMax - 1));
  for (let at = 0; at < sizes.length; at += step) {
    const nominalHps = sizes[Math.round(at)] ?? 0;
    const capacity = view.capacity({ ...ask, place: { nominalHps, toleranceBp } });
    if (places.filter((place) => place.nominalHps >= nominalHps).length > capacity.availableRigs) return capacity;
  }
  return null;
}

function tooLittle({ method, promisedHps, places }: Contract, capacity: Available): string {
  const { available_hps, available_rigs } = capacityJson(capacity);
  return method === "miners"
    ? `${plural(places.length, "rig is", "rigs are")} asked for, and ${available_rigs} that fit ${available_rigs === 1 ? "is" : "are"} available for this term`
    : `${promisedHps} H/s are asked for, and ${available_hps} H/s are available for this term`;
}

/** Why there may be less than one sees: of a rig in vetting whose nominal nobody knows yet nothing can be promised. */
export const unratedText = (rigs: number): string =>
  rigs === 0 ? "" : `; ${rigs} of its rigs in vetting ${rigs === 1 ? "has" : "have"} no nominal hashrate yet and count${rigs === 1 ? "s" : ""} for nothing`;

/** Throws where a loss as large as the tolerance would go unnoticed for longer than a day, and says for how long. */
export function requireTellable({ control }: Pick<WebDeps, "control">, contract: Contract): void {
  const fleet = control.fleets.byNo(contract.fleetNo);
  if (fleet === null) return;
  const sharesPerMinute = contract.sharesPerMinute ?? fleet.sharesPerMinute;
  const period = contract.period ?? fleet.period;
  const rigs = Math.max(1, contract.promisedHps / (control.contracts.typicalRigHps(fleet.no) ?? contract.promisedHps));
  const minutes =
    contract.method === "miners"
      ? (placeDetectionMinutes({ toleranceBp: contract.toleranceBp, sharesPerMinute, period }, contract.toleranceBp) ?? Number.POSITIVE_INFINITY)
      : minutesOfSum({ sharesPerMinute: sharesPerMinute * rigs, period }, contract.toleranceBp);
  if (minutes <= webLimits.detectionMinutesMax) return;
  const loss = `a loss of ${contract.toleranceBp / 100} % takes ${durationText(minutes)} to tell from luck here`;
  throw invalidField("tolerance_bp", `must be larger: ${loss}, and ${durationText(webLimits.detectionMinutesMax)} is the most that can be promised`);
}

/** The exact answer costs some ten milliseconds of the loop that serves rigs; where the straight way to the limit is short, it is not needed. */
function minutesOfSum(knobs: Parameters<typeof contractSettingsOf>[0], toleranceBp: number): number {
  const ratio = 1 - toleranceBp / 10_000;
  const { mild } = contractSettingsOf(knobs);
  const drift = mild.perExpected - mild.perAccepted * ratio;
  const straight = mild.limit / drift / knobs.sharesPerMinute;
  return drift > 0 && 2 * straight <= webLimits.detectionMinutesMax ? straight : contractDetectionMinutes(knobs, ratio);
}

function durationText(minutes: number): string {
  const days = minutes / (24 * 60);
  if (!Number.isFinite(days) || days > 3_650) return "for ever";
  return days < 2 ? `about ${Math.round(minutes / 60)} hours` : `about ${Math.round(days)} days`;
}
