import type { Severity } from "./alarm-facts.ts";
import type { Condition } from "./conditions.ts";

/** A condition over time. */
export type Cause = {
  condition: Condition;
  firstSeenMs: number;
  /** Since when it is as severe as now, without the moments in which it was gone. */
  sinceMs: number;
  /** Since when it is not there any more; null while it is. */
  goneMs: number | null;
  /** How often it came back, before it counted as over or soon after. */
  returns: number;
  /** As how severe people were told of it; null while they were not. */
  told: Severity | null;
  /** The alarm that it is; null before it is told, and where it was only named in that of a bigger cause. */
  incidentId: string | null;
  /** A bigger cause is on, and this one only comes of it. */
  isFolded: boolean;
};

/** A cause that is over: what people were told, and how long it lasted. */
export type PastCause = Pick<Condition, "name" | "text"> & { lastedMs: number; returns: number };

/** What was told as one alarm: nearly always one cause. */
export type Incident = {
  id: string;
  groupName: string;
  startedMs: number;
  toldMs: number;
  hasCritical: boolean;
  /** Its causes that are over by now. */
  past: PastCause[];
  /** How many of the past ones people do not know of yet. */
  pastUntold: number;
  /** When the last of the past ones went. */
  endedMs: number;
};

/** All that the alarms know; plain data, kept from one run to the next. `startsMs`: when the latest alarms that count against the bound began. */
export type AlarmMemory = { causes: Cause[]; incidents: Incident[]; startsMs: number[] };

export const noAlarms = (): AlarmMemory => ({ causes: [], incidents: [], startsMs: [] });

/** What people are told: that something began, that more came to it (or part of it is over), or that all of it is over. */
export type Notice = {
  kind: "started" | "grew" | "over";
  incident: Incident;
  /** What is told now, and what comes of it; for `over` nothing, what it was stands in `incident.past`. */
  causes: Cause[];
};

/** How long a condition must be there before it is told; one that is over before is told never. */
const startAfterMs = 30_000;
/** Of a fleet: the time in which a switch restarts, and in which its contracts that fall short for it are known. */
const fleetStartAfterMs = 60_000;
/** Of a contract that is degraded: the hub is mending it, and has nearly always done so by then. */
const degradedStartAfterMs = 120_000;
/** How long it must be gone before it is over; doubled each time it came back, so that what flaps is one alarm and not many. */
export const calmMs = 60_000;
const calmMsMax = 15 * 60_000;
/** What comes to an alarm that is on is told together, this long after the message before; at once where it is the first critical one. */
const growAfterMs = 15 * 60_000;
/** So many alarms may begin by themselves in so long a time, and at one look; then what begins is told as one, at most so often. A fleet and the hub itself never wait for others. */
const startsMax = 3;
const startsWithinMs = 10 * 60_000;
const togetherEveryMs = 5 * 60_000;

const calmOf = ({ returns }: Cause): number => Math.min(calmMs * 2 ** Math.min(returns, 10), calmMsMax);

function startAfterOf({ subject, severity }: Condition): number {
  if (subject.kind === "hub") return 0;
  if (subject.kind === "fleet") return fleetStartAfterMs;
  return severity === "warning" ? degradedStartAfterMs : startAfterMs;
}

/** It is there, and people do not know, or not how severe it is by now. */
const isNews = ({ condition, goneMs, told }: Cause): boolean => goneMs === null && (told === null || (told === "warning" && condition.severity === "critical"));
const isRipe = (cause: Cause, nowMs: number): boolean => isNews(cause) && nowMs - cause.sinceMs >= startAfterOf(cause.condition);
const isCritical = ({ condition }: Cause): boolean => condition.severity === "critical";

/** The cause with what is there of it now; one that is told keeps the words in which it was told. */
function seen(cause: Cause, condition: Condition | undefined, nowMs: number): Cause {
  const { goneMs, told, returns } = cause;
  if (condition === undefined) return { ...cause, goneMs: goneMs ?? nowMs };
  const isWorse = condition.severity === "critical" && cause.condition.severity === "warning";
  const next = { ...cause, condition: told === null || isWorse ? condition : cause.condition, goneMs: null };
  if (told === null && goneMs !== null && nowMs - goneMs >= calmMs) return { ...next, firstSeenMs: nowMs, sinceMs: nowMs };
  const goneForMs = goneMs === null ? 0 : nowMs - goneMs;
  return { ...next, sinceMs: isWorse ? nowMs : cause.sinceMs + goneForMs, returns: told === null || goneMs === null ? returns : returns + 1 };
}

/** All causes, those that are new among them, without those that are gone for good. */
function allSeen(causes: readonly Cause[], conditions: readonly Condition[], nowMs: number): Cause[] {
  const present = new Map(conditions.map((condition) => [condition.key, condition]));
  const known = causes.map((cause) => seen(cause, present.get(cause.condition.key), nowMs));
  for (const { condition } of causes) present.delete(condition.key);
  const start = { firstSeenMs: nowMs, sinceMs: nowMs, goneMs: null, returns: 0, told: null, incidentId: null, isFolded: false };
  const fresh = [...present.values()].map((condition): Cause => ({ condition, ...start }));
  return [...known, ...fresh].filter(({ goneMs, incidentId }) => incidentId !== null || goneMs === null || nowMs - goneMs < calmMsMax);
}

/** The cause when it is over: should it come back soon, it is a new alarm, but one that is held longer. */
const ended = (cause: Cause): Cause => ({ ...cause, told: null, incidentId: null, returns: cause.returns + 1 });

function isOver(cause: Cause, nowMs: number): boolean {
  return cause.incidentId !== null && cause.goneMs !== null && nowMs - cause.goneMs >= calmOf(cause);
}

function withPast(incident: Incident, causes: readonly Cause[], nowMs: number): Incident {
  const over = causes.filter((cause) => cause.incidentId === incident.id && isOver(cause, nowMs));
  const past = over.map(({ condition: { name, text }, firstSeenMs, goneMs, returns }) => ({ name, text, lastedMs: (goneMs ?? nowMs) - firstSeenMs, returns }));
  const endedMs = Math.max(incident.endedMs, ...over.map(({ goneMs }) => goneMs ?? nowMs));
  return { ...incident, past: [...incident.past, ...past], pastUntold: incident.pastUntold + past.length, endedMs };
}

/** Which causes only come of a bigger one now; where that has gone, they begin anew by themselves. */
function folded(causes: readonly Cause[], nowMs: number): Cause[] {
  const standing = new Set(causes.filter(({ goneMs, incidentId }) => goneMs === null || incidentId !== null).map(({ condition }) => condition.key));
  return causes.map((cause) => {
    const isFolded = cause.incidentId === null && cause.condition.within !== null && standing.has(cause.condition.within);
    return cause.isFolded && !isFolded ? { ...cause, isFolded, sinceMs: nowMs, told: null } : { ...cause, isFolded };
  });
}

/** Those that are there and come of one of the heads, whether or not they are told. */
function comingOf(heads: readonly Cause[], causes: readonly Cause[]): Cause[] {
  const keys = new Set(heads.map(({ condition }) => condition.key));
  return causes.filter(({ goneMs, condition }) => goneMs === null && condition.within !== null && keys.has(condition.within));
}

/** What is told now of an alarm that is on; null when it can wait. */
function growth(incident: Incident, causes: readonly Cause[], nowMs: number): Notice | null {
  const own = causes.filter(({ incidentId }) => incidentId === incident.id);
  if (own.length === 0) return { kind: "over", incident, causes: [] };
  const news = [...own, ...comingOf(own, causes).filter(({ isFolded }) => isFolded)].filter(isNews);
  const ripe = news.filter((cause) => isRipe(cause, nowMs));
  const isWorse = !incident.hasCritical && ripe.some(isCritical);
  const isDue = nowMs - incident.toldMs >= growAfterMs && (ripe.length > 0 || incident.pastUntold > 0);
  return isWorse || isDue ? { kind: "grew", incident, causes: ripe.length > 0 ? news : [] } : null;
}

/** What begins now, each list as one alarm: what is there but not ripe yet goes with the others of its group, as it is most likely of the same making. */
function beginning(causes: readonly Cause[], startsMs: readonly number[], nowMs: number): { urgent: Cause[][]; others: Cause[][] } {
  const untold = causes.filter((cause) => isNews(cause) && cause.incidentId === null && !cause.isFolded);
  const groups = [...Map.groupBy(untold, ({ condition }) => condition.group).values()].filter((own) => own.some((cause) => isRipe(cause, nowMs)));
  const isUrgent = (own: readonly Cause[]) => own.some(({ condition }) => condition.subject.kind === "fleet" || condition.subject.kind === "hub");
  const mayTellTogether = nowMs - Math.max(0, ...startsMs) >= togetherEveryMs;
  const free = Math.max(startsMax - startsMs.length, mayTellTogether ? 1 : 0);
  const [urgent, others] = [groups.filter(isUrgent), groups.filter((own) => !isUrgent(own))];
  return { urgent: bounded(urgent, startsMax), others: bounded(others, free) };
}

function bounded(groups: Cause[][], free: number): Cause[][] {
  if (groups.length <= free) return groups;
  return free === 0 ? [] : [groups.flat()];
}

function started(heads: readonly Cause[], causes: readonly Cause[], { nowMs, newId }: Moment): Notice {
  const named = [...new Set([...heads, ...comingOf(heads, causes)])];
  const incident: Incident = {
    id: newId(),
    groupName: [...new Set(heads.map(({ condition }) => condition.groupName))].join(", "),
    startedMs: Math.min(...heads.map(({ firstSeenMs }) => firstSeenMs)),
    toldMs: nowMs,
    hasCritical: named.some(isCritical),
    ...{ past: [], pastUntold: 0, endedMs: 0 },
  };
  return { kind: "started", incident, causes: named };
}

/** What is known once the notices are out. */
function afterTelling({ causes, incidents }: Omit<AlarmMemory, "startsMs">, notices: readonly Notice[], nowMs: number): Omit<AlarmMemory, "startsMs"> {
  const noticeOf = new Map(notices.map((notice) => [notice.incident.id, notice]));
  const toldIn = new Map(notices.flatMap((notice) => notice.causes.map((cause) => [cause, notice] as const)));
  return {
    causes: causes.map((cause) => {
      const notice = toldIn.get(cause);
      if (notice === undefined) return cause;
      const incidentId = cause.isFolded ? null : (cause.incidentId ?? notice.incident.id);
      return { ...cause, told: cause.condition.severity, incidentId };
    }),
    incidents: incidents.flatMap((incident) => {
      const notice = noticeOf.get(incident.id);
      if (notice === undefined) return [incident];
      if (notice.kind === "over") return [];
      return [{ ...incident, toldMs: nowMs, pastUntold: 0, hasCritical: incident.hasCritical || notice.causes.some(isCritical) }];
    }),
  };
}

export type Moment = { nowMs: number; newId: () => string };

/** What a clock that has been set back left ahead of it would hold alarms up until the clock is there again. */
function notAhead({ causes, incidents, startsMs }: AlarmMemory, nowMs: number): AlarmMemory {
  const earlier = (ms: number) => Math.min(ms, nowMs);
  return {
    causes: causes.map((cause) => ({
      ...cause,
      firstSeenMs: earlier(cause.firstSeenMs),
      sinceMs: earlier(cause.sinceMs),
      goneMs: cause.goneMs === null ? null : earlier(cause.goneMs),
    })),
    incidents: incidents.map((incident) => ({
      ...incident,
      startedMs: earlier(incident.startedMs),
      toldMs: earlier(incident.toldMs),
      endedMs: earlier(incident.endedMs),
    })),
    startsMs: startsMs.filter((ms) => ms <= nowMs),
  };
}

/**
 * One look at the farm: which alarms begin, grow and are over. Each cause is an alarm of its own, told once when it has lasted a short
 * while and once when it has been calm for 60 s (longer, up to 15 min, where it flaps); what only comes of a bigger cause is named in
 * that one's message. Where more than a few begin, they are told as one. The same conditions again tell nothing.
 */
export function stepAlarms(memory: AlarmMemory, conditions: readonly Condition[], moment: Moment): { memory: AlarmMemory; notices: Notice[] } {
  const { nowMs } = moment;
  const { causes: known, incidents, startsMs: starts } = notAhead(memory, nowMs);
  const all = allSeen(known, conditions, nowMs);
  const before = incidents.map((incident) => withPast(incident, all, nowMs));
  const causes = folded(
    all.map((cause) => (isOver(cause, nowMs) ? ended(cause) : cause)),
    nowMs,
  );
  const startsMs = starts.filter((ms) => nowMs - ms < startsWithinMs);
  const { urgent, others } = beginning(causes, startsMs, nowMs);
  const begun = [...urgent, ...others].map((heads) => started(heads, causes, moment));
  const notices = [...before.flatMap((incident) => growth(incident, causes, nowMs) ?? []), ...begun];
  const open = [...before, ...begun.map(({ incident }) => incident)];
  return { memory: { ...afterTelling({ causes, incidents: open }, notices, nowMs), startsMs: [...startsMs, ...others.map(() => nowMs)] }, notices };
}
