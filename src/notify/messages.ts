import type { Message } from "../control/deliveries.ts";
import type { Notice } from "./alarms.ts";

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

/** A notice as people read it and scripts take it. */
export function messageOf(notice: Notice, nowMs: number): Message {
  const { kind, incident, groupName, causes } = notice;
  const data = { incident: incident.id, group: groupName, started_at: new Date(incident.startedMs).toISOString() };
  if (kind === "over") {
    const lasted = durationText(nowMs - incident.startedMs);
    const lines = incident.past.map(({ text, lastedMs, returns }) => `${text} (lasted ${durationText(lastedMs)}${cameBack(returns)})`);
    const causeData = incident.past.map(({ text, lastedMs, returns }) => ({ text, lasted_s: Math.round(lastedMs / 1_000), returns }));
    return {
      type: "alarm.over",
      atMs: nowMs,
      subject: `over after ${lasted}: ${groupName}`,
      text: `It was:\n${listed(lines)}`,
      data: { ...data, causes: causeData },
    };
  }
  const worstFirst = [...causes].sort((left, right) => Number(right.condition.severity === "critical") - Number(left.condition.severity === "critical"));
  const first = worstFirst[0]?.condition.text ?? "";
  const subject = `${kind === "grew" ? "also: " : ""}${first}${andMore(causes.length - 1)}`;
  const lines = worstFirst.map(({ condition, firstSeenMs }) => `${condition.text} (since ${clockText(firstSeenMs)})`);
  const causeData = worstFirst.map(({ condition, firstSeenMs }) => {
    const { severity, subject: about, text } = condition;
    return { severity, subject: about, text, since: new Date(firstSeenMs).toISOString() };
  });
  return { type: `alarm.${kind}`, atMs: nowMs, subject, text: listed(lines), data: { ...data, causes: causeData } };
}

/** What the button "test" sends. */
export function testMessage(channelName: string, nowMs: number): Message {
  const text = "Somebody asked the hub to try this channel. Alarms will come the same way.";
  return { type: "channel.test", atMs: nowMs, subject: `test of channel ${channelName}`, text, data: { channel: channelName } };
}
