import { describe, expect, test } from "bun:test";
import { noWork } from "../../src/ledger/work.ts";
import { lostWork, lostWorks } from "../../src/web/lost-work.ts";
import { testWeb } from "./test-web.ts";

const hourMs = 3_600_000;
const window = { fromMs: 100 * hourMs, toMs: 124 * hourMs };
const rig = { nominalHps: 1e14, firstSeenMs: 0 };
const hashes = (hours: number) => BigInt(1e14) * BigInt(hours * 3_600);
const lost = (of: typeof rig, delivered = 0n, gaps: { fromMs: number; toMs: number }[] = []) => lostWork(of, window, { gaps, delivered });

describe("lost work", () => {
  test("is what nominal would have done and was not delivered", () => {
    expect(lost(rig, hashes(18))).toEqual({ expected: hashes(24), lost: hashes(6) });
    expect(lost(rig)).toEqual({ expected: hashes(24), lost: hashes(24) });
  });

  test("is none where luck or a low nominal gave more", () => expect(lost(rig, hashes(25))?.lost).toBe(0n));

  test("begins when the rig first connected, and leaves out when the hub did not run", () => {
    expect(lost({ ...rig, firstSeenMs: 120 * hourMs })?.expected).toBe(hashes(4));
    const gaps = [
      { fromMs: 90 * hourMs, toMs: 101 * hourMs },
      { fromMs: 110 * hourMs, toMs: 112 * hourMs },
    ];
    expect(lost(rig, 0n, gaps)?.expected).toBe(hashes(21));
    expect(lost({ ...rig, firstSeenMs: 111 * hourMs }, 0n, gaps)?.expected).toBe(hashes(12));
    expect(lost({ ...rig, firstSeenMs: 125 * hourMs })?.expected).toBe(0n);
  });

  test("cannot be told without a nominal, or of a rig that was never there", () => {
    expect(lostWork({ ...rig, nominalHps: null }, window, { gaps: [], delivered: 0n })).toBeNull();
    expect(lostWork({ ...rig, firstSeenMs: null }, window, { gaps: [], delivered: 0n })).toBeNull();
  });
});

test("the shares of a rig that was merged into another are the other's", async () => {
  const { deps, control, ledger } = testWeb();
  const [old, kept] = control.rigs.enrol(["old", "rig"].map((name) => ({ fleetNo: 1, name, nominalHps: 1e14 })));
  if (old === undefined || kept === undefined) throw new Error("not enrolled");
  control.rigs.merge(old.id, kept.id);
  const toMs = (kept.firstSeenMs ?? 0) + 2 * hourMs;
  ledger.workRows = [
    { ...noWork, no: old.no, atMs: 0, held: hashes(1) },
    { ...noWork, no: kept.no, atMs: 0, held: hashes(1), rejected: hashes(1) / 2n },
  ];
  const lostBy = await lostWorks(deps, [kept], { fromMs: toMs - 2 * hourMs, toMs });
  expect(lostBy.get(kept.no)).toEqual({ expected: hashes(2), lost: hashes(1) / 2n });
});
