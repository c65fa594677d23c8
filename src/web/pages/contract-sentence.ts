import { clockTime, duration, hashrateText, percent } from "../../../views/format.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { ServingRig } from "../../control/contracts.ts";
import type { ContractHealth } from "../deps.ts";

export type SentenceFacts = {
  contract: Pick<Contract, "number" | "state" | "stateSinceMs" | "stateReason" | "endedReason" | "promisedHps" | "startsAtMs" | "activatedAtMs">;
  health: ContractHealth | null;
  /** Delivered over the last quarter of an hour, H/s; null = not known. */
  hps900: number | null;
  serving: readonly Pick<ServingRig, "sinceMs" | "code" | "text">[];
  /** Rigs of its fleet that are in vetting, and serve nobody before they are through. */
  vetting: number;
  nowMs: number;
  zone: string;
};

/** Replacements older than this are no news. */
const newsMs = 24 * 3_600_000;
const quarterMs = 15 * 60_000;

/** What can be read to a customer at two in the morning: whether he gets what he pays for, and what the hub did about it if a rig failed. */
export function contractSentence(facts: SentenceFacts): string {
  const { contract, nowMs, zone } = facts;
  const { number, stateSinceMs, stateReason, promisedHps } = contract;
  const since = clockTime(stateSinceMs, nowMs, zone);
  switch (contract.state) {
    case "scheduled":
      return `${number} begins ${clockTime(contract.startsAtMs, nowMs, zone)}; it promises ${hashrateText(promisedHps)}.`;
    case "suspended":
      return `${number} is suspended since ${since}${stateReason === null ? "" : `: ${stateReason}`}. Its rigs mine for the house.`;
    case "ended":
      return `${number} ended ${since}: ${contract.endedReason === "term" ? "its term is over" : `it was terminated${stateReason === null ? "" : `, ${stateReason}`}`}.`;
    case "activating":
      return `${number} waits since ${since} (${duration(nowMs - stateSinceMs)}) for the first share that its pool accepts${waiting(facts)}${trouble(facts)}.`;
    case "active":
      return `${number} ${delivery(facts)}${trouble(facts)}${replacements(facts)}.`;
  }
}

function delivery({ contract, hps900, nowMs }: SentenceFacts): string {
  const promised = hashrateText(contract.promisedHps);
  if (hps900 === null) return `promises ${promised}, and nothing is known yet of what it delivered in the last quarter of an hour`;
  const isYoung = contract.activatedAtMs !== null && nowMs - contract.activatedAtMs < quarterMs;
  const young = isYoung ? ` over the last quarter of an hour, of which it was active for ${duration(nowMs - (contract.activatedAtMs ?? nowMs))}` : "";
  return `delivers ${percent(hps900 / contract.promisedHps, 0)} of ${promised}${young}`;
}

function waiting({ serving, vetting }: SentenceFacts): string {
  if (serving.length > 0) return "";
  return vetting === 0 ? "; no rig serves it yet" : `; no rig serves it yet, ${vetting} of its fleet ${vetting === 1 ? "is" : "are"} still in vetting`;
}

function trouble({ health }: SentenceFacts): string {
  return health === null || health.state === "delivering" ? "" : `; it is ${health.state}: ${health.reason.text}`;
}

/** The last replacement, without what it was chosen for: that is for the operator. */
function replacements({ serving, nowMs, zone }: SentenceFacts): string {
  const recent = serving.filter(({ code, sinceMs }) => code === "replaces" && nowMs - sinceMs < newsMs).toSorted((one, other) => other.sinceMs - one.sinceMs);
  const [last] = recent;
  if (last === undefined) return "";
  const more = recent.length > 1 ? `, and ${recent.length - 1} more rigs were replaced in the last 24 hours` : "";
  return `; since ${clockTime(last.sinceMs, nowMs, zone)} ${last.text.split("; chosen:")[0]}${more}`;
}
