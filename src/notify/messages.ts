import type { Message } from "../control/deliveries.ts";
import { calmMs, type Incident, type Notice, type PastCause } from "./alarms.ts";

const linesMax = 20;

/** `42 s`, `17 min`, `3 h 5 min`, `2 d 4 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const clockText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;

function listed(lines: readonly string[]): string {
  const shown = lines.slice(0, linesMax).map((line) => `- ${line}`);
  return [...shown, ...(lines.length > linesMax ? [`- and ${lines.length - linesMax} more`] : [])].join("\n");
}

const andMore = (count: number): string => (count === 0 ? "" : `, and ${count} more`);
const cameBack = (returns: number): string => (returns === 0 ? "" : `, came back ${returns} ${returns === 1 ? "time" : "times"}`);
const namesOf = (past: readonly PastCause[]): string => `${past[0]?.name ?? ""}${andMore(past.length - 1)}`;
const pastLine = ({ text, lastedMs, returns }: PastCause): string => `${text} (lasted ${durationText(lastedMs)}${cameBack(returns)})`;
const pastData = ({ text, lastedMs, returns }: PastCause) => ({ text, lasted_s: Math.round(lastedMs / 1_000), returns });

const dataOf = ({ id, groupName, startedMs }: Incident) => ({ incident: id, group: groupName, started_at: new Date(startedMs).toISOString() });

function overMessage(incident: Incident, nowMs: number): Message {
  const { past, startedMs, endedMs } = incident;
  const calm = `Calm since ${clockText(endedMs)}, for ${durationText(nowMs - endedMs)}`;
  const isHeld = past.some(({ returns }) => returns > 0);
  const held = isHeld ? `; it had come back before, so it was held open longer than ${durationText(calmMs)}` : "";
  return {
    type: "alarm.over",
    atMs: nowMs,
    subject: `over after ${durationText(endedMs - startedMs)}: ${namesOf(past)}`,
    text: `It was:\n${listed(past.map(pastLine))}\n${calm}${held}.`,
    data: { ...dataOf(incident), causes: past.map(pastData) },
  };
}

/** A notice as people read it and scripts take it. */
export function messageOf({ kind, incident, causes }: Notice, nowMs: number): Message {
  if (kind === "over") return overMessage(incident, nowMs);
  const worstFirst = [...causes].sort((left, right) => Number(right.condition.severity === "critical") - Number(left.condition.severity === "critical"));
  const past = incident.past.slice(incident.past.length - incident.pastUntold);
  const [first] = worstFirst;
  const begun = `${kind === "grew" ? "also: " : ""}${first?.condition.text}${andMore(causes.length - 1)}`;
  const lines = worstFirst.map(({ condition, firstSeenMs }) => `${condition.text} (since ${clockText(firstSeenMs)})`);
  const pastText = past.length === 0 ? "" : `Over by now:\n${listed(past.map(pastLine))}`;
  const causeData = worstFirst.map(({ condition: { severity, subject, text }, firstSeenMs }) => {
    return { severity, subject, text, since: new Date(firstSeenMs).toISOString() };
  });
  return {
    type: `alarm.${kind}`,
    atMs: nowMs,
    subject: first === undefined ? `partly over: ${namesOf(past)}` : begun,
    text: [listed(lines), pastText].filter((part) => part !== "").join("\n"),
    data: { ...dataOf(incident), causes: causeData, ...(past.length > 0 && { over: past.map(pastData) }) },
  };
}

/** What the button "test" sends. */
export function testMessage(channelName: string, nowMs: number): Message {
  const text = "Somebody asked the hub to try this channel. Alarms will come the same way.";
  return { type: "channel.test", atMs: nowMs, subject: `test of channel ${channelName}`, text, data: { channel: channelName } };
}
