import { limits } from "./limits.ts";

/** The moments that a rig's connection is judged by; milliseconds since 1970, 0 = has not happened. */
export type RigMoments = {
  nowMs: number;
  openedAtMs: number;
  /** 0 = it has not said anything yet. */
  lastLineAtMs: number;
  partialSinceMs: number;
  /** It was asked to reconnect and has until then. */
  leaveAtMs: number;
  joblessSinceMs: number;
  unsentForMs: number;
  subscribed: boolean;
  authorized: boolean;
};

type Rule = (moments: RigMoments) => string | null;

const rules: readonly Rule[] = [
  ({ nowMs, leaveAtMs }) => (leaveAtMs !== 0 && nowMs > leaveAtMs ? "asked to reconnect, for a pool with less room for its extranonce2" : null),
  ({ nowMs, openedAtMs, lastLineAtMs }) =>
    lastLineAtMs === 0 && nowMs - openedAtMs > limits.firstLineMsMax ? `silent for its first ${limits.firstLineMsMax / 1000} s` : null,
  ({ nowMs, openedAtMs, subscribed }) =>
    !subscribed && nowMs - openedAtMs > limits.subscribeMsMax ? `no mining.subscribe within ${limits.subscribeMsMax / 1000} s` : null,
  ({ nowMs, openedAtMs, authorized }) =>
    !authorized && nowMs - openedAtMs > limits.authorizeMsMax ? `no accepted mining.authorize within ${limits.authorizeMsMax / 1000} s` : null,
  ({ nowMs, partialSinceMs }) =>
    partialSinceMs !== 0 && nowMs - partialSinceMs > limits.partialLineMsMax
      ? `began a line and did not end it within ${limits.partialLineMsMax / 1000} s`
      : null,
  ({ nowMs, lastLineAtMs }) => (lastLineAtMs !== 0 && nowMs - lastLineAtMs > limits.idleMsMax ? `silent for ${limits.idleMsMax / 60_000} minutes` : null),
  ({ unsentForMs }) => (unsentForMs > limits.unsentMsMax ? "does not read what it is sent" : null),
  ({ nowMs, joblessSinceMs }) =>
    joblessSinceMs !== 0 && nowMs - joblessSinceMs > limits.joblessMsMax ? "no pool to work for: its own backup pool may take over" : null,
];

/** Why this connection is to be closed now, or null. */
export function overdue(moments: RigMoments): string | null {
  for (const rule of rules) {
    const reason = rule(moments);
    if (reason !== null) return reason;
  }
  return null;
}
