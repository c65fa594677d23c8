import { expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import type { RigFact } from "../../src/health/facts.ts";
import { silentLog } from "../../src/log.ts";
import { Judge } from "../../src/watch/judge.ts";
import { rigFact } from "../support/rig-fact.ts";

function set(names: readonly string[]) {
  let nowMs = 1_000_000;
  const control = openControl(":memory:", { now: () => nowMs, log: silentLog });
  const fleet = control.fleets.all()[0];
  const rigs = control.rigs.enrol(names.map((name) => ({ fleetNo: fleet?.no ?? 0, name, nominalHps: null })));
  const facts = new Map<number, RigFact>();
  const connect = (no: number, fact: Partial<RigFact>, sinceMs = 1_000_000) => {
    const session = { sessionNo: 1, address: "127.0.0.1", agent: "", worker: "", difficulty: 1, sinceMs, listenerId: "" };
    facts.set(no, rigFact(no, { sessions: [session], poolNo: 1, ...fact }));
  };
  const judge = new Judge({
    rigs: () => control.rigs.all(),
    rig: (no) => control.rigs.byNo(no),
    fleetOfRigs: () => control.rigs.fleetOfRigs(),
    facts: () => facts.values(),
    poolsUp: () => new Set([1]),
    sharesPerMinute: () => new Map(control.fleets.all().map(({ no, sharesPerMinute }) => [no, sharesPerMinute])),
    setStatus: (changes) => control.rigs.setStatus(changes),
    setSeen: (seen) => control.rigs.setSeen(seen),
    breathe: () => Promise.resolve(),
    now: () => nowMs,
  });
  const later = (ms: number) => {
    nowMs += ms;
    return nowMs;
  };
  return { control, rigs, facts, connect, judge, later, nowOf: () => nowMs };
}

test("a rig is vetted, goes online, falls silent, and each change is written with its numbers", async () => {
  const { control, rigs, connect, judge, later } = set(["r1"]);
  const no = rigs[0]?.no ?? 0;
  connect(no, { acceptedShares: 12, lastAcceptedAtMs: later(60_000) });
  expect(await judge.round()).toBe(0);
  connect(no, { acceptedShares: 30, lastAcceptedAtMs: later(90_000) });
  expect(await judge.round()).toBe(1);
  expect(control.rigs.byNo(no)?.status).toBe("online");
  later(101_000);
  expect(await judge.round()).toBe(1);
  expect(control.rigs.byNo(no)?.statusReason.text).toContain("no accepted share for 101 s");
});

test("a rig that enrolled after the start is judged from the round after it was first met", async () => {
  const { control, connect, judge, later } = set([]);
  const [late] = control.rigs.enrol([{ fleetNo: control.fleets.all()[0]?.no ?? 0, name: "late", nominalHps: null }]);
  const no = late?.no ?? 0;
  connect(no, { acceptedShares: 40, lastAcceptedAtMs: later(1_000) });
  expect(await judge.round()).toBe(0);
  expect(await judge.round()).toBe(1);
});

test("nobody goes offline because the hub was restarted, until a minute has passed without a connection", async () => {
  const { facts, rigs, judge, later } = set(["r1"]);
  const no = rigs[0]?.no ?? 0;
  facts.set(no, rigFact(no));
  later(59_000);
  expect(await judge.round()).toBe(0);
  later(2_000);
  expect(await judge.round()).toBe(1);
});

/** A rig with a share every `everyMs` until `untilMs`, watched every ten seconds. */
async function work(house: ReturnType<typeof set>, rig: { no: number; sinceMs: number; before: number; everyMs: number }, untilMs: number): Promise<number> {
  let shares = rig.before;
  let lastMs: number | null = rig.before > 0 ? rig.sinceMs - 1 : null;
  while (house.nowOf() < untilMs) {
    const nowMs = house.later(10_000);
    shares = rig.before + Math.floor((nowMs - rig.sinceMs) / rig.everyMs);
    if (shares > rig.before) lastMs = rig.sinceMs + (shares - rig.before) * rig.everyMs;
    house.connect(rig.no, { acceptedShares: shares, lastAcceptedAtMs: lastMs }, rig.sinceMs);
    await house.judge.round();
  }
  return shares;
}

test("a slow rig is not called silent: neither on its first connection, nor after a reconnect", async () => {
  const house = set(["slow"]);
  const no = house.rigs[0]?.no ?? 0;
  const statuses = () => house.control.events.latest(10).filter(({ type }) => type === "rig.status-changed");
  const everyMs = 120_000;
  const before = await work(house, { no, sinceMs: house.nowOf(), before: 0, everyMs }, house.nowOf() + 36_000_000);
  expect(statuses().map(({ data }) => data["to"])).toEqual(["online"]);
  await work(house, { no, sinceMs: house.nowOf(), before, everyMs }, house.nowOf() + 3_600_000);
  expect(statuses().map(({ data }) => data["to"])).toEqual(["online"]);
});

test("one that comes back and sends nothing is silent by what it has shown before", async () => {
  const house = set(["dumb"]);
  const no = house.rigs[0]?.no ?? 0;
  const before = await work(house, { no, sinceMs: house.nowOf(), before: 0, everyMs: 5_000 }, house.nowOf() + 600_000);
  expect(house.control.rigs.byNo(no)?.status).toBe("online");
  await work(house, { no, sinceMs: house.nowOf(), before, everyMs: 86_400_000 }, house.nowOf() + 120_000);
  expect(house.control.rigs.byNo(no)?.statusReason.code).toBe("silent");
});

test("a rig that moved to another fleet is judged by that fleet's rate within a minute", async () => {
  const house = set(["moved"]);
  const no = house.rigs[0]?.no ?? 0;
  const calm = house.control.fleets.create({ name: "calm", sharesPerMinute: 1 });
  if (!calm.ok) throw new Error(calm.rule);
  const startedAtMs = house.nowOf();
  await work(house, { no, sinceMs: startedAtMs, before: 0, everyMs: 5_000 }, startedAtMs + 600_000);
  house.control.rigs.update(house.rigs[0]?.id ?? "", { fleetNo: calm.value.no }, null);
  for (let round = 0; round < 20; round += 1) {
    house.later(10_000);
    await house.judge.round();
  }
  expect(house.control.rigs.byNo(no)?.status).toBe("online");
});

test("coming and going are noted once each", async () => {
  const { control, rigs, connect, facts, judge, later } = set(["r1"]);
  const no = rigs[0]?.no ?? 0;
  connect(no, {});
  await judge.round();
  const first = control.rigs.byNo(no)?.lastSeenMs;
  later(10_000);
  await judge.round();
  expect(control.rigs.byNo(no)?.lastSeenMs).toBe(first ?? -1);
  const fact = facts.get(no);
  if (fact !== undefined) facts.set(no, { ...fact, sessions: [], disconnectedAtMs: later(5_000) });
  await judge.round();
  expect(control.rigs.byNo(no)?.lastSeenMs).toBe((first ?? 0) + 15_000);
});
