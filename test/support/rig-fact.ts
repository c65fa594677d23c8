import { Exposure } from "../../src/health/exposure.ts";
import type { RigFact } from "../../src/health/facts.ts";

/** A rig that nobody has seen yet, but for what the test says of it. */
export function rigFact(rigNo: number, more: Partial<RigFact> = {}): RigFact {
  const never = { lastShareAtMs: null, lastAcceptedAtMs: null, disconnectedAtMs: null, lastRefusal: null };
  return {
    rigNo,
    sessions: [],
    poolNo: 0,
    contractNo: 0,
    ...never,
    acceptedShares: 0,
    exposure: new Exposure(),
    ...more,
  };
}
