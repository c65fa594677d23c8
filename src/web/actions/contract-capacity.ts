import type { Contract } from "../../control/contract-row.ts";
import type { Capacity, WebDeps } from "../deps.ts";
import { webLimits } from "../limits.ts";
import { invalidField, Problem } from "../problems.ts";

type Deps = Pick<WebDeps, "contracts">;

/** Throws where the fleet cannot promise so much. Sold all the same, the answer is what there was, for the record; null where it fits. */
export function requireCapacity({ contracts }: Deps, contract: Contract): Capacity | null {
  const capacity = contracts?.capacity(contract);
  if (capacity === undefined || fits(contract, capacity)) return null;
  if (contract.allowShort) return capacity;
  throw new Problem("insufficient-capacity", tooLittle(contract, capacity), { members: capacityJson(capacity) });
}

/** Numbers that a script may put into a new request: whole, and not below 0. */
export function capacityJson({ availableHps, availableRigs }: Capacity) {
  return { available_hps: Math.max(0, Math.floor(availableHps)), available_rigs: Math.max(0, availableRigs) };
}

function fits({ method, promisedHps, places }: Contract, { availableHps, availableRigs }: Capacity): boolean {
  return method === "miners" ? places.length <= availableRigs : promisedHps <= availableHps;
}

function tooLittle({ method, promisedHps, places }: Contract, capacity: Capacity): string {
  const { available_hps, available_rigs } = capacityJson(capacity);
  return method === "miners"
    ? `${places.length} rigs are asked for, and ${available_rigs} that fit are available for this term`
    : `${promisedHps} H/s are asked for, and ${available_hps} H/s are available for this term`;
}

/** Throws where a loss as large as the tolerance would go unnoticed for longer than a day, and says for how long. */
export function requireTellable({ contracts }: Deps, contract: Contract): void {
  const minutes = contracts?.detectionMinutes(contract) ?? 0;
  if (minutes <= webLimits.detectionMinutesMax) return;
  const loss = `a loss of ${contract.toleranceBp / 100} % takes ${durationText(minutes)} to tell from luck here`;
  throw invalidField("tolerance_bp", `must be larger: ${loss}, and ${durationText(webLimits.detectionMinutesMax)} is the most that can be promised`);
}

function durationText(minutes: number): string {
  if (!Number.isFinite(minutes)) return "for ever";
  const hours = minutes / 60;
  return hours < 48 ? `about ${Math.round(hours)} hours` : `about ${Math.round(hours / 24)} days`;
}
