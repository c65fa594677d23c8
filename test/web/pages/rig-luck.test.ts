import { describe, expect, test } from "bun:test";
import { luckOf } from "../../../src/web/pages/rig-luck.ts";
import { rigFact } from "../../support/rig-fact.ts";

const nowMs = Date.UTC(2026, 10, 30, 12);
const session = { sessionNo: 1, address: "10.0.0.2:1", agent: "", worker: "r", difficulty: 65_536, listenerId: "lsn_1" };
const rigSince = (ms: number, difficulty = 65_536) => rigFact(1, { sessions: [{ ...session, difficulty, sinceMs: nowMs - ms }] });
/** The rate of so many shares in a quarter of an hour. */
const hpsOf = (shares: number) => (shares * 65_536 * 2 ** 32) / 900;
const quarter = (shares: number) => ({ hps: hpsOf(shares), windowMs: 900_000, algorithm: "sha256d" }) as const;

describe("what chance may do to a rate", () => {
  test("shrinks with the square root of the shares that it stands on", () => {
    expect(luckOf(rigSince(3_600_000), quarter(180))).toBeCloseTo(0.146, 3);
    expect(luckOf(rigSince(3_600_000), quarter(720))).toBeCloseTo(0.073, 3);
    expect(luckOf(rigSince(3_600_000, 4 * 65_536), quarter(720))).toBeCloseTo(0.146, 3);
  });

  test("is that of the time that the rate was divided by, however lately the rig or the hub came back", () => {
    expect(luckOf(rigSince(5_000), quarter(720))).toBeCloseTo(0.073, 3);
    expect(luckOf(rigSince(3_600_000), { ...quarter(720), windowMs: 225_000 })).toBeCloseTo(0.146, 3);
  });

  test("is not known of a rig that is not connected, sent nothing, or has no difficulty yet", () => {
    expect(luckOf(null, quarter(180))).toBeNull();
    expect(luckOf(rigFact(1), quarter(180))).toBeNull();
    expect(luckOf(rigSince(3_600_000), quarter(0))).toBeNull();
    expect(luckOf(rigSince(3_600_000, 0), quarter(180))).toBeNull();
  });
});
