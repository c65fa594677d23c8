import type { Severity } from "./alarm-facts.ts";
import { type Condition, hubGroup } from "./conditions.ts";

/** A condition over time. */
export type Cause = {
  condition: Condition;
  firstSeenMs: number;
  /** Since when it is as severe as now. */
  sinceMs: number;
  /** Since when it is not there any more; null while it is. */
  goneMs: number | null;
  /** How often it came back before it counted as over. */
  returns: number;
  /** As how severe people were told of it; null while they were not. */
  told: Severity | null;
};

/** What began together or while it lasted, in one group. */
export type Incident = {
  id: string;
  group: string;
  startedMs: number;
  toldMs: number;
  hasCritical: boolean;
  /** Told causes that are over by now, each with how long it lasted. */
  past: { text: string; lastedMs: number; returns: number }[];
};

/** All that the alarms know; plain data, kept from one run to the next. */
export type AlarmMemory = { causes: Cause[]; incidents: Incident[] };

export const noAlarms = (): AlarmMemory => ({ causes: [], incidents: [] });

/** What people are told: that something began, that more came to it, or that all of it is over. */
export type Notice = {
  kind: "started" | "grew" | "over";
  incident: Incident;
  groupName: string;
  /** What is told now; for `over` nothing, what it was stands in `incident.past`. */
  causes: Cause[];
};

/** How long a condition must be there before it is told; others of its group that come meanwhile go into the same message. */
const startAfterMs = 30_000;
/** Of a contract that is degraded: the hub is mending it, and has nearly always done so by then. */
const degradedStartAfterMs = 120_000;
/** How long it must be gone before it is over; doubled each time it came back, so that what flaps is one alarm and not many. */
const calmMs = 5 * 60_000;
const calmMsMax = 60 * 60_000;
/** What comes to an alarm that is on is told together, this long after the message before; at once where it is the first critical one. */
const growAfterMs = 15 * 60_000;
const pastMax = 50;

const calmOf = ({ returns }: Cause): number => Math.min(calmMs * 2 ** Math.min(returns, 10), calmMsMax);

function startAfterOf({ condition }: Cause): number {
  if (condition.group === hubGroup) return 0;
  return condition.severity === "warning" ? degradedStartAfterMs : startAfterMs;
}

/** It is there, and people do not know, or not how severe it is by now. */
const isNews = ({ condition, goneMs, told }: Cause): boolean => goneMs === null && (told === null || (told === "warning" && condition.severity === "critical"));
const isRipe = (cause: Cause, nowMs: number): boolean => isNews(cause) && nowMs - cause.sinceMs >= startAfterOf(cause);
const isOver = ({ goneMs, ...cause }: Cause, nowMs: number): boolean => goneMs !== null && nowMs - goneMs >= calmOf({ goneMs, ...cause });

/** The causes with what is there now laid over them; one that is told keeps the words in which it was told. */
function seen(causes: readonly Cause[], conditions: readonly Condition[], nowMs: number): Cause[] {
  const present = new Map(conditions.map((condition) => [condition.key, condition]));
  const known = causes.map((cause): Cause => {
    const condition = present.get(cause.condition.key);
    present.delete(cause.condition.key);
    if (condition === undefined) return cause.goneMs === null ? { ...cause, goneMs: nowMs } : cause;
    const returns = cause.goneMs === null ? cause.returns : cause.returns + 1;
    const isWorse = condition.severity === "critical" && cause.condition.severity === "warning";
    const sinceMs = isWorse ? nowMs : cause.sinceMs;
    return { ...cause, condition: cause.told === null || isWorse ? condition : cause.condition, sinceMs, goneMs: null, returns };
  });
  const fresh = [...present.values()].map((condition): Cause => ({ condition, firstSeenMs: nowMs, sinceMs: nowMs, goneMs: null, returns: 0, told: null }));
  return [...known, ...fresh];
}

/** What of a group is told now, beside what was told before; empty when it can wait. */
function toTell(causes: readonly Cause[], incident: Incident | undefined, nowMs: number): Cause[] {
  const ripe = causes.filter((cause) => isRipe(cause, nowMs));
  if (ripe.length === 0) return [];
  const isWorse = incident !== undefined && !incident.hasCritical && ripe.some(({ condition }) => condition.severity === "critical");
  const mayTell = incident === undefined || isWorse || nowMs - incident.toldMs >= growAfterMs;
  // What is there but not ripe yet goes into the same message: it is most likely of the same making.
  return mayTell ? causes.filter(isNews) : [];
}

type GroupStep = { causes: Cause[]; incident: Incident | null; notice: Notice | null };

function stepGroup(all: readonly Cause[], before: Incident | undefined, { nowMs, newId }: Moment): GroupStep {
  const over = all.filter((cause) => isOver(cause, nowMs));
  const rest = all.filter((cause) => !over.includes(cause));
  const ended = over
    .filter(({ told }) => told !== null)
    .map(({ condition, firstSeenMs, goneMs, returns }) => {
      return { text: condition.text, lastedMs: (goneMs ?? nowMs) - firstSeenMs, returns };
    });
  const telling = toTell(rest, before, nowMs);
  const after = rest.map((cause) => (telling.includes(cause) ? { ...cause, told: cause.condition.severity } : cause));
  const groupName = all[0]?.condition.groupName ?? "";
  const past = [...(before?.past ?? []), ...ended].slice(-pastMax);
  if (telling.length > 0) {
    const start = before ?? { id: newId(), group: all[0]?.condition.group ?? "", startedMs: Math.min(...telling.map(({ firstSeenMs }) => firstSeenMs)) };
    const hasCritical = before?.hasCritical === true || telling.some(({ condition }) => condition.severity === "critical");
    const incident = { ...start, toldMs: nowMs, hasCritical, past };
    return { causes: after, incident, notice: { kind: before === undefined ? "started" : "grew", incident, groupName, causes: telling } };
  }
  if (before === undefined) return { causes: after, incident: null, notice: null };
  const incident = { ...before, past };
  if (after.some((cause) => cause.told !== null || isRipe(cause, nowMs))) return { causes: after, incident, notice: null };
  return { causes: after, incident: null, notice: { kind: "over", incident, groupName, causes: [] } };
}

export type Moment = { nowMs: number; newId: () => string };

/**
 * One look at the farm: which alarms begin, grow and are over. However many rigs, contracts and pools one fault takes down, it is one
 * message when it begins and one when all of it is over; what comes to it is told at most every 15 minutes. The same conditions again
 * tell nothing.
 */
export function stepAlarms(memory: AlarmMemory, conditions: readonly Condition[], moment: Moment): { memory: AlarmMemory; notices: Notice[] } {
  const causes = seen(memory.causes, conditions, moment.nowMs);
  const byGroup = Map.groupBy(causes, ({ condition }) => condition.group);
  const steps = [...byGroup].map(([group, own]) =>
    stepGroup(
      own,
      memory.incidents.find((incident) => incident.group === group),
      moment,
    ),
  );
  return {
    memory: { causes: steps.flatMap((step) => step.causes), incidents: steps.flatMap(({ incident }) => incident ?? []) },
    notices: steps.flatMap(({ notice }) => notice ?? []),
  };
}
