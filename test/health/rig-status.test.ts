import { expect, test } from "bun:test";
import { judgeRig, type RigEvidence, statusLimits } from "../../src/health/rig-status.ts";

const now = 10_000_000;
const working: RigEvidence = {
  status: "online",
  acceptedSinceStatus: 100,
  connected: true,
  disconnectedAtMs: null,
  connectedSinceMs: now - 3_600_000,
  lastAcceptedAtMs: now - 4_000,
  hasWork: true,
  expectedPerS: 0.2,
};

const judged = (change: Partial<RigEvidence>) => judgeRig({ ...working, ...change }, now);

test("a working rig stays what it is", () => {
  expect(judged({})).toBeNull();
  expect(judged({ status: "vetting", acceptedSinceStatus: statusLimits.vettedShares - 1 })).toBeNull();
});

test("vetting ends with the thirtieth accepted share and says so", () => {
  expect(judged({ status: "vetting", acceptedSinceStatus: 30 })).toEqual({
    status: "online",
    reason: { code: "vetted", text: "30 shares accepted since vetting began (limit 30)" },
  });
});

test("a disconnect counts after sixty seconds, with the seconds in words", () => {
  expect(judged({ connected: false, connectedSinceMs: null, disconnectedAtMs: now - 59_999 })).toBeNull();
  const verdict = judged({ connected: false, connectedSinceMs: null, disconnectedAtMs: now - 75_000 });
  expect(verdict?.status).toBe("offline");
  expect(verdict?.reason.text).toBe("no connection for 75 s (limit 60 s)");
});

test("silence is twenty expected shares and at least 45 s, whatever the rate", () => {
  expect(judged({ lastAcceptedAtMs: now - 99_000 })).toBeNull();
  expect(judged({ lastAcceptedAtMs: now - 100_000 })?.reason.code).toBe("silent");
  expect(judged({ lastAcceptedAtMs: now - 44_000, expectedPerS: 100 })).toBeNull();
  expect(judged({ lastAcceptedAtMs: now - 45_000, expectedPerS: 100 })?.status).toBe("offline");
});

test("silence without work, or right after a reconnect, is not the rig's", () => {
  expect(judged({ lastAcceptedAtMs: now - 1_000_000, hasWork: false })).toBeNull();
  expect(judged({ lastAcceptedAtMs: now - 1_000_000, connectedSinceMs: now - 30_000 })).toBeNull();
  expect(judged({ lastAcceptedAtMs: null })).toBeNull();
});

test("a rig that was offline is vetted anew from its first accepted share on", () => {
  expect(judged({ status: "offline", acceptedSinceStatus: 0 })).toBeNull();
  expect(judged({ status: "offline", acceptedSinceStatus: 1 })?.status).toBe("vetting");
});
