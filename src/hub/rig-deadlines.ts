import { limits } from "./limits.ts";

/** The moments that a rig's connection is judged by; milliseconds since 1970, 0 = has not happened. */
export type RigMoments = {
  /** When it was opened. */
  readonly sinceMs: number;
  /** 0 = it has not said anything yet. */
  readonly lastLineAtMs: number;
  /** The line that it has begun and not ended. */
  readonly begun: { readonly sinceMs: number } | null;
  /** It was asked to reconnect and has until then. */
  readonly leaveAtMs: number;
  readonly joblessSinceMs: number;
  readonly writer: { unsentForMs: (nowMs: number) => number };
  /** Null until it has subscribed. */
  readonly slot: object | null;
  readonly authorized: boolean;
};

type Rule = (moments: RigMoments, nowMs: number) => string | null;

const rules: readonly Rule[] = [
  ({ leaveAtMs }, nowMs) => (leaveAtMs !== 0 && nowMs > leaveAtMs ? "asked to reconnect, for an extranonce2 of another length" : null),
  ({ sinceMs, lastLineAtMs }, nowMs) =>
    lastLineAtMs === 0 && nowMs - sinceMs > limits.firstLineMsMax ? `silent for its first ${limits.firstLineMsMax / 1000} s` : null,
  ({ sinceMs, slot }, nowMs) =>
    slot === null && nowMs - sinceMs > limits.subscribeMsMax ? `no mining.subscribe within ${limits.subscribeMsMax / 1000} s` : null,
  ({ sinceMs, authorized }, nowMs) =>
    !authorized && nowMs - sinceMs > limits.authorizeMsMax ? `no accepted mining.authorize within ${limits.authorizeMsMax / 1000} s` : null,
  ({ begun }, nowMs) =>
    begun !== null && nowMs - begun.sinceMs > limits.partialLineMsMax ? `began a line and did not end it within ${limits.partialLineMsMax / 1000} s` : null,
  ({ lastLineAtMs }, nowMs) => (lastLineAtMs !== 0 && nowMs - lastLineAtMs > limits.idleMsMax ? `silent for ${limits.idleMsMax / 60_000} minutes` : null),
  ({ writer }, nowMs) => (writer.unsentForMs(nowMs) > limits.unsentMsMax ? "does not read what it is sent" : null),
  ({ joblessSinceMs }, nowMs) =>
    joblessSinceMs !== 0 && nowMs - joblessSinceMs > limits.joblessMsMax ? "no pool to work for: its own backup pool may take over" : null,
];

/** Why this connection is to be closed now, or null. */
export function overdue(moments: RigMoments, nowMs: number): string | null {
  for (const rule of rules) {
    const reason = rule(moments, nowMs);
    if (reason !== null) return reason;
  }
  return null;
}
