import type { PlanReason } from "./plan.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import type { Why } from "./why.ts";

type Told = { rig: string; other: string; otherText: string; contract: string; part: string; why: Why; subject: PlannedRig };

/** Each code's sentence: who, because of what rule, with which numbers. */
const sentences: Readonly<Record<string, (told: Told) => string>> = Object.freeze({
  replaces: ({ rig, other, otherText, why }) => `${rig} replaces ${other}, ${otherText}${chosen(why)}`,
  replaced: ({ rig, other, subject, contract }) => `${rig} ${textOf(subject)}; ${other === "" ? `${contract} is full without it` : `replaced by ${other}`}`,
  fills: ({ rig, contract, other, otherText, why }) => {
    const without = other === "" ? "" : ` without ${other}, ${otherText}`;
    return `${rig} fills up ${contract}, which was expected to get ${percent(why.fill)} of its promise${without}${chosen(why)}`;
  },
  place: ({ rig, contract, why }) => `${rig} takes a free place of ${contract}${chosen(why)}`,
  part: ({ rig, contract, why }) => `${rig} serves ${contract} for another part of each cycle: ${percent(why.fill)} of the promise was expected`,
  exchange: ({ rig, contract, why }) => `${rig} goes from ${why.chosen} to ${contract}, which found no spare that it may use; ${why.chosen} has others`,
  taken: ({ rig, part, contract, why }) =>
    `${rig} is taken from ${why.chosen} for ${contract}${part}, which comes first and was expected to get only ${percent(why.fill)}`,
  needless: ({ rig, part, contract, why }) =>
    `${rig} goes from ${why.chosen}, which is full without it, to ${contract}${part}, which was expected to get only ${percent(why.fill)}`,
  levelled: ({ rig, part, contract, why }) =>
    `${rig} goes from ${why.chosen} to ${contract}${part}, which was expected to get only ${percent(why.fill)}: contracts of one priority share what there is`,
  traded: ({ rig, contract, why }) => `${rig} goes from ${why.chosen} to ${contract}, which was expected to get only ${percent(why.fill)}`,
  "traded-back": ({ rig, contract, why }) =>
    `${rig} goes from ${why.chosen} to ${contract} in exchange: ${why.chosen} was expected to get only ${percent(why.fill)}`,
  released: ({ rig, contract, why }) => `${contract} was expected to get ${percent(why.fill)} of its promise; it is full without ${rig}`,
  "no-place": ({ rig, contract }) => `${contract} has no place for ${rig} any more`,
  back: ({ rig, other, contract }) => `${rig} belongs to ${contract} and is well again; ${other} may go home`,
  "given-back": ({ rig, other, contract }) => `${rig} is given back: ${other} serves ${contract} again`,
  pinned: ({ rig, contract }) => (contract === "" ? `${rig} is pinned to a profile` : `${rig} is pinned to ${contract}`),
  parked: ({ rig }) => `${rig} is parked`,
  quarantined: ({ rig }) => `${rig} is quarantined`,
  storage: ({ rig }) => `${rig} is in storage`,
  retired: ({ rig }) => `${rig} is retired`,
  "not-lent": ({ rig, contract }) => `${rig} is not lent to the customer of ${contract}`,
  ended: ({ rig, contract }) => `${contract} is not in force; ${rig} is free`,
  gone: ({ rig }) => `the contract that ${rig} served is not there any more, or belongs to another fleet`,
});

export function reasonOf(fleet: PlannedFleet, rig: PlannedRig, why: Why): PlanReason {
  const other = fleet.rigOf(why.otherNo);
  const told: Told = {
    rig: rig.fact.name,
    other: other?.fact.name ?? "",
    otherText: other === undefined ? "" : `which ${textOf(other)}`,
    contract: fleet.contractOf.get(why.contractNo)?.fact.label ?? "",
    part: rig.fraction < 1 ? ` (${percent(rig.fraction)} of each cycle)` : "",
    why,
    subject: rig,
  };
  return { code: why.code, text: sentences[why.code]?.(told) ?? why.code };
}

/** What is the matter with a rig that is replaced. */
function textOf({ going, fact: { draining, lifecycle, maintenance, status, gone, statusText } }: PlannedRig): string {
  if (draining) return "is being drained";
  if (lifecycle === "maintenance") return "is under maintenance";
  if (status === "online" && gone) return "has lost its connection";
  if (going && !gone && maintenance !== null) return "is about to be under maintenance";
  return statusText === "" ? `is ${status}` : statusText;
}

function chosen(why: Why): string {
  return why.chosen === "" ? "" : `; chosen: ${why.chosen}`;
}

/** 1 is 100.0 %. Ten thousand of them are made in one plan, and `toFixed` takes its time. */
function percent(part: number): string {
  const tenths = Math.round(part * 1_000);
  return `${Math.floor(tenths / 10)}.${tenths % 10} %`;
}
