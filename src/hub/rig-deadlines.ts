import { limits } from "./limits.ts";

/** Silence worth so many shares is no luck: odds of e^-20 even at the two thirds of the wanted rate that vardiff leaves alone. */
const quietExpected = 30;
/** Of fewer shares nobody can tell how often they come. */
const tellingShares = 5;

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
  /** Its first; null before it is authorized. The connections over which it logged in stand in that order. */
  readonly rig: { readonly sessions: readonly Pick<RigMoments, "sinceMs" | "lastLineAtMs">[] } | null;
  readonly tuning: { readonly shares: number };
  readonly sharesPerMinute: number;
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
  wasReplaced,
];

/**
 * Its rig has logged in anew and works over the other connection, while nothing comes over this one: a rig that lost its power says no word of its
 * end, and what the hub sends it may lie unread for a quarter of an hour. Many rigs may share one name, and none of them is to be taken for dead:
 * what is too long a silence is told by the shares that came, and by what vardiff aims at, whichever is slower. It is counted by what the other
 * connection says: where there is no job both are silent.
 */
function wasReplaced(moments: RigMoments): string | null {
  const newest = moments.rig?.sessions.at(-1) ?? moments;
  if (newest === moments) return null;
  const silentMs = newest.lastLineAtMs - Math.max(moments.lastLineAtMs, newest.sinceMs);
  return silentMs > quietMsMax(moments) ? "silent since its rig works over another connection" : null;
}

function quietMsMax({ sinceMs, lastLineAtMs, sharesPerMinute, tuning }: RigMoments): number {
  const { shares } = tuning;
  return shares < tellingShares ? Number.POSITIVE_INFINITY : quietExpected * Math.max(60_000 / sharesPerMinute, (lastLineAtMs - sinceMs) / shares);
}

/** Why this connection is to be closed now, or null. */
export function overdue(moments: RigMoments, nowMs: number): string | null {
  for (const rule of rules) {
    const reason = rule(moments, nowMs);
    if (reason !== null) return reason;
  }
  return null;
}
