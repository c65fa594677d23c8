/** What the judge needs to know of a rig; counts and times are the hub's own. Times are milliseconds since 1970. */
export type RigEvidence = {
  status: JudgedStatus;
  /** Accepted shares since that status began. */
  acceptedSinceStatus: number;
  connected: boolean;
  /** End of the last connection; null while connected or when there has been none since the hub started. */
  disconnectedAtMs: number | null;
  /** Begin of the oldest open connection; null while disconnected. */
  connectedSinceMs: number | null;
  lastAcceptedAtMs: number | null;
  /** It holds a job of a pool that is there: silence without one is not its fault. */
  hasWork: boolean;
  /** Shares it may be expected to send per second; 0 while nothing is known. */
  expectedPerS: number;
};

/** The statuses that this judge gives; the others are given by hand or by rules of their own. */
export type JudgedStatus = "vetting" | "online" | "offline";
export type StatusReason = { code: string; text: string };
export type StatusVerdict = { status: JudgedStatus; reason: StatusReason };

export const statusLimits = Object.freeze({
  /** A reconnect inside this changes nothing. */
  disconnectedMs: 60_000,
  /** So many expected shares without one are no luck: odds of e^-20. */
  silentExpected: 20,
  silentMsMin: 45_000,
  /** Accepted shares that end vetting. */
  vettedShares: 30,
});

/** What the shares and the connection say of a rig now, with the rule and the numbers that decided; null when nothing changes. */
export function judgeRig(evidence: RigEvidence, nowMs: number): StatusVerdict | null {
  const { status } = evidence;
  if (!evidence.connected) return status === "offline" ? null : disconnected(evidence, nowMs);
  if (status === "offline") return returned(evidence);
  const silent = silence(evidence, nowMs);
  if (silent !== null) return silent;
  if (status === "vetting" && evidence.acceptedSinceStatus >= statusLimits.vettedShares) {
    return {
      status: "online",
      reason: { code: "vetted", text: `${evidence.acceptedSinceStatus} shares accepted since vetting began (limit ${statusLimits.vettedShares})` },
    };
  }
  return null;
}

function disconnected({ disconnectedAtMs }: RigEvidence, nowMs: number): StatusVerdict | null {
  if (disconnectedAtMs === null) return null;
  const goneMs = nowMs - disconnectedAtMs;
  if (goneMs < statusLimits.disconnectedMs) return null;
  return { status: "offline", reason: { code: "disconnected", text: `no connection for ${seconds(goneMs)} (limit ${seconds(statusLimits.disconnectedMs)})` } };
}

/** Back: vetted anew, as nobody knows what has been done to it; its first accepted share begins that. */
function returned({ lastAcceptedAtMs, connectedSinceMs, acceptedSinceStatus }: RigEvidence): StatusVerdict | null {
  if (lastAcceptedAtMs === null || connectedSinceMs === null || acceptedSinceStatus === 0) return null;
  return { status: "vetting", reason: { code: "returned", text: "sends accepted shares again; vetted anew" } };
}

function silence({ lastAcceptedAtMs, connectedSinceMs, hasWork, expectedPerS }: RigEvidence, nowMs: number): StatusVerdict | null {
  if (!hasWork || expectedPerS <= 0 || lastAcceptedAtMs === null || connectedSinceMs === null) return null;
  const silentMs = nowMs - Math.max(lastAcceptedAtMs, connectedSinceMs);
  const expected = (silentMs / 1000) * expectedPerS;
  if (silentMs < statusLimits.silentMsMin || expected < statusLimits.silentExpected) return null;
  return {
    status: "offline",
    reason: {
      code: "silent",
      text: `connected, but no accepted share for ${seconds(silentMs)}, in which ${Math.floor(expected)} were expected (limit ${statusLimits.silentExpected})`,
    },
  };
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}
