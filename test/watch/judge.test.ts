import { expect, test } from "bun:test";
import type { Contract } from "../../src/control/contract-row.ts";
import { openControl } from "../../src/control/control.ts";
import type { Fleet } from "../../src/control/fleets.ts";
import type { Counted } from "../../src/health/cusum.ts";
import { Exposure } from "../../src/health/exposure.ts";
import type { RigFact } from "../../src/health/facts.ts";
import { healthDefaults, settingsOf } from "../../src/health/health-settings.ts";
import { paces } from "../../src/health/pace.ts";
import { silentLog } from "../../src/log.ts";
import { Judge } from "../../src/watch/judge.ts";
import { yardsticks } from "../../src/watch/plan-inputs.ts";
import { Register } from "../../src/watch/register.ts";
import { rigFact } from "../support/rig-fact.ts";

const hashesPerShare = 5e12;
/** Sends 12 shares a minute. */
const nominalHps = 1e12;
const secondsPerShare = 5;

function set(hinted: number | null = nominalHps) {
  let nowMs = 1_000_000;
  const control = openControl(":memory:", { now: () => nowMs, log: silentLog });
  const fleetNo = control.fleets.all()[0]?.no ?? 0;
  const [rig] = control.rigs.enrol([{ fleetNo, name: "r1", nominalHps: hinted }]);
  const no = rig?.no ?? 0;
  const register = new Register({
    all: () => control.rigs.all(),
    rig: (rigNo) => (control.rigs.exists(rigNo) ? control.rigs.byNo(rigNo) : null),
    edits: control.rigs.edits(),
    siteNoOf: () => 1,
    siteOfFleet: () => null,
    customerNoOf: () => 0,
  });
  const exposure = new Exposure();
  const facts = new Map<number, RigFact>();
  const counted: Counted[] = [];
  const asked: (readonly [number, number])[] = [];
  const judge = new Judge({
    register,
    facts: () => facts.values(),
    yardsticks: () => () => ({ settings: settingsOf(healthDefaults), paceScale: 1 }),
    setStatus: (changes) => control.rigs.setStatus(changes),
    setSeen: (seen) => control.rigs.setSeen(seen),
    setNominal: (learned) => control.rigs.setNominal(learned),
    setPaces: (list) => asked.push(...list),
    counted: (_rigNo, _contractNo, count) => counted.push(count),
    breathe: () => Promise.resolve(),
    now: () => nowMs,
    wallOf: (ms) => ms,
  });
  const session = { sessionNo: 1, address: "127.0.0.1", agent: "", worker: "", difficulty: 1, sinceMs: nowMs, listenerId: "" };
  const connected = (more: Partial<RigFact> = {}) => facts.set(no, rigFact(no, { sessions: [session], poolNo: 1, exposure, ...more }));
  const gone = () => facts.set(no, rigFact(no, { exposure, disconnectedAtMs: nowMs }));
  /** Rounds for so long, with a share each so many seconds; 0 = none. */
  const work = async (seconds: number, everyS: number = secondsPerShare) => {
    for (let second = 1; second <= seconds; second += 1) {
      nowMs += 1_000;
      exposure.work(nowMs, facts.get(no)?.sessions.length === 0 ? 0 : hashesPerShare);
      if (everyS > 0 && second % everyS === 0) exposure.noteAccepted(nowMs);
      if (second % 10 !== 0) continue;
      register.refresh();
      await judge.round();
    }
  };
  const row = () => control.rigs.byNo(no);
  return { control, register, facts, no, connected, gone, work, row, counted, asked, nowOf: () => nowMs };
}

test("a rig is vetted, goes online, falls silent, and each change is written with its numbers", async () => {
  const { connected, work, row } = set();
  connected();
  await work(180);
  expect(row()?.status).toBe("online");
  expect(row()?.statusReason.text).toMatch(/\d+ shares?/);
  await work(150, 0);
  expect(row()?.status).toBe("offline");
  expect(row()?.statusReason).toMatchObject({ code: "silent" });
});

test("a passenger of another rig's connection is judged as any rig, and no plan counts on it", async () => {
  const { connected, register, no, work, row } = set();
  connected({ isPassenger: true });
  await work(180);
  expect(row()?.status).toBe("online");
  expect(register.get(no)?.plan.connected).toBe(false);
  connected();
  await work(10);
  expect(register.get(no)?.plan.connected).toBe(true);
});

test("two thirds of the nominal is degraded, with evidence in words", async () => {
  const { connected, work, row } = set();
  connected();
  await work(600);
  await work(3_600, secondsPerShare * 2);
  expect(row()?.status).toBe("degraded");
  expect(row()?.statusReason.text).toMatch(/expected/);
});

test("nobody goes offline because the hub was restarted, until a minute has passed without a connection", async () => {
  const { facts, no, work, row } = set();
  facts.set(no, rigFact(no));
  await work(50, 0);
  expect(row()?.status).toBe("vetting");
  await work(20, 0);
  expect(row()?.status).toBe("offline");
});

test("a rig that disconnected is offline after a minute, and back it is vetted anew", async () => {
  const { connected, gone, work, row } = set();
  connected();
  await work(300);
  gone();
  await work(50, 0);
  expect(row()?.status).toBe("online");
  await work(20, 0);
  expect(row()?.statusReason.code).toBe("disconnected");
  connected();
  await work(20);
  expect(row()?.status).toBe("vetting");
});

test("nominal of a rig that says nothing is learned from its shares", async () => {
  const { connected, work, row } = set(null);
  connected();
  await work(420 * secondsPerShare);
  expect(row()?.nominalSource).toBe("learned");
  expect(row()?.nominalHps ?? 0).toBeWithin(nominalHps * 0.98, nominalHps * 1.02);
  expect(row()?.status).toBe("online");
});

test("a rig in vetting is asked for more shares, and for the usual number when it is over", async () => {
  const { connected, work, asked, no } = set();
  connected();
  await work(10);
  expect(asked).toEqual([[no, paces.vetting]]);
  await work(290);
  expect(asked.at(-1)).toEqual([no, paces.usual]);
});

test("what a contract's rig sends is counted for the contract, and nothing of the house's", async () => {
  const { connected, work, counted } = set();
  connected();
  await work(60);
  expect(counted).toEqual([]);
  connected({ contractNo: 3 });
  await work(60);
  expect(counted.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(12);
  expect(counted.reduce((sum, { expected }) => sum + expected, 0)).toBeCloseTo(12, 6);
});

test("in maintenance nothing is decided and nothing counts", async () => {
  const { control, connected, work, row } = set();
  connected();
  await work(300);
  control.rigs.update(row()?.id ?? "", { lifecycle: "maintenance" }, null);
  await work(600, 0);
  expect(row()?.status).toBe("online");
});

test("coming and going are noted once each", async () => {
  const { row, connected, gone, work, nowOf } = set();
  connected();
  await work(10);
  const first = row()?.lastSeenMs;
  expect(first).toBe(nowOf());
  await work(10);
  expect(row()?.lastSeenMs).toBe(first ?? -1);
  gone();
  const goneMs = nowOf();
  await work(10);
  expect(row()?.lastSeenMs).toBe(goneMs);
});

test("a contract's own knobs count for its rigs: more shares, and another amount of evidence", () => {
  const fleet = { no: 1, sharesPerMinute: 12, period: "normal", degradedBelowBp: 8_460 } as Fleet;
  const contract = { no: 3, sharesPerMinute: 24, period: "quick" } as Contract;
  const of = yardsticks(
    () => fleet,
    () => contract,
  );
  expect(of(1, 0)).toMatchObject({ paceScale: 1, settings: { sharesPerMinute: 12, period: "normal" } });
  expect(of(1, 3)).toMatchObject({ paceScale: 2, settings: { sharesPerMinute: 24, period: "quick" } });
});

test("a rig that a person passes out of vetting is online at once, and watched from then on", async () => {
  const farm = set();
  farm.connected();
  await farm.work(20);
  expect(farm.row()?.status).toBe("vetting");
  farm.control.rigs.say(farm.row()?.id ?? "", { word: "pass", why: "passed by kari" });
  await farm.work(10, 0);
  expect(farm.row()).toMatchObject({ status: "online", statusReason: { code: "passed" } });
  await farm.work(600, 0);
  expect(farm.row()?.status).toBe("offline");
});

test("a rig that is quarantined by hand stays so whatever it sends, and is vetted anew once it is released", async () => {
  const farm = set();
  farm.connected();
  await farm.work(300);
  expect(farm.row()?.status).toBe("online");
  farm.control.rigs.say(farm.row()?.id ?? "", { word: "quarantine", why: "quarantined by kari" });
  await farm.work(300);
  expect(farm.row()).toMatchObject({ status: "quarantined", statusReason: { text: "quarantined by kari" } });
  farm.control.rigs.say(farm.row()?.id ?? "", { word: "release", why: "released by kari" });
  await farm.work(10, 0);
  expect(farm.row()?.status).toBe("vetting");
  await farm.work(300);
  expect(farm.row()?.status).toBe("online");
});
