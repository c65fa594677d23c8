import { clockTime, duration, hashrateText, percent } from "../../../views/format.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { ServingRig } from "../../control/contracts.ts";
import type { Hold } from "../../control/fleets.ts";
import type { ContractHealth } from "../deps.ts";

export type SentenceFacts = {
  contract: Pick<Contract, "number" | "state" | "stateSinceMs" | "stateReason" | "endedReason" | "promisedHps" | "startsAtMs" | "activatedAtMs">;
  health: ContractHealth | null;
  /** Delivered over the last quarter of an hour, H/s; null = not known. */
  hps900: number | null;
  serving: readonly Pick<ServingRig, "sinceMs" | "code" | "text">[];
  /** Replacements on record of the last 24 hours, those of rigs that serve it no longer among them. */
  replaced: number;
  /** While nobody moves rigs of its fleet: until when and why. */
  held: Hold | null;
  /** Rigs of its fleet that are in vetting, and serve nobody before they are through. */
  vetting: number;
  nowMs: number;
  zone: string;
};

/** Replacements older than this are no news. */
export const newsMs = 24 * 3_600_000;
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
      return `${number} waits since ${since} (${duration(nowMs - stateSinceMs)}) for the first share that its pool accepts${waiting(facts)}${trouble(facts)}${hold(facts)}.`;
    case "active":
      return `${number} ${delivery(facts)}${trouble(facts)}${replacements(facts)}${hold(facts)}.`;
  }
}

function delivery({ contract, hps900, nowMs }: SentenceFacts): string {
  const promised = hashrateText(contract.promisedHps);
  const servedMs = nowMs - contract.stateSinceMs;
  const began = contract.activatedAtMs === contract.stateSinceMs ? "since its first accepted share" : "since it was resumed";
  const young = servedMs < quarterMs ? ` over the ${duration(servedMs)} ${began}` : "";
  if (hps900 !== null) return `delivers ${percent(hps900 / contract.promisedHps, 0)} of ${promised}${young}`;
  return `promises ${promised}, and nothing is known yet of what it delivered${young || " in the last quarter of an hour"}`;
}

function waiting({ serving, vetting }: SentenceFacts): string {
  if (serving.length > 0) return "";
  return vetting === 0 ? "; no rig serves it yet" : `; no rig serves it yet, ${vetting} of its fleet ${vetting === 1 ? "is" : "are"} still in vetting`;
}

function trouble({ health }: SentenceFacts): string {
  return health === null || health.state === "delivering" ? "" : `; it is ${health.state}: ${health.reason.text}`;
}

/** The last replacement, without what it was chosen for: that is for the operator. */
function replacements({ serving, replaced, nowMs, zone }: SentenceFacts): string {
  const recent = serving.filter(({ code, sinceMs }) => code === "replaces" && nowMs - sinceMs < newsMs).toSorted((one, other) => other.sinceMs - one.sinceMs);
  const [last] = recent;
  const others = replaced - (last === undefined ? 0 : 1);
  const counted = `${others} ${last === undefined ? "" : "more "}${others === 1 ? "rig was" : "rigs were"} replaced in the last 24 hours`;
  if (last === undefined) return others > 0 ? `; ${counted}` : "";
  return `; since ${clockTime(last.sinceMs, nowMs, zone)} ${last.text.split("; chosen:")[0]}${others > 0 ? `, and ${counted}` : ""}`;
}

/** Whoever reads it out must not promise that a failed rig is replaced in a moment. */
function hold({ held, nowMs, zone }: SentenceFacts): string {
  return held === null ? "" : `; no rigs are moved until ${clockTime(held.untilMs, nowMs, zone)}: ${held.reason}`;
}
