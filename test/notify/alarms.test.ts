import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AlarmFacts, ContractAlarmFact } from "../../src/notify/alarm-facts.ts";
import { type AlarmMemory, type Notice, noAlarms, stepAlarms } from "../../src/notify/alarms.ts";
import { conditionsOf } from "../../src/notify/conditions.ts";
import { durationText, messageOf } from "../../src/notify/messages.ts";

const startMs = Date.UTC(2026, 10, 22, 2, 0);
const tickMs = 10_000;
const minute = 60_000;

const fleet = (down: number, rigs = 1_000, no = 1) => ({
  no,
  id: `flt_${no}`,
  name: no === 1 ? "main" : `fleet-${no}`,
  alarmThresholdBp: 3_000,
  rigs,
  down,
  houseProfileId: "prf_house",
});
const contract = (no: number, health: ContractAlarmFact["health"], more: Partial<ContractAlarmFact> = {}): ContractAlarmFact => ({
  id: `ctr_${no}`,
  label: `C-0000${no}`,
  fleetNo: 1,
  profileId: `prf_c${no}`,
  health,
  isOfPools: false,
  text: "delivers 62 % of its promise",
  ...more,
});
const pools = (name: string, allDown: boolean, fleetNo = 1) => ({ profileId: `prf_${name}`, name, fleetNo, allDown, pools: 1 });
type Farm = Partial<Omit<AlarmFacts, "nowMs">>;
type Told = { at: string; atS: number; kind: Notice["kind"]; id: string; subject: string; text: string };

/** Runs the alarms over a farm that changes with the seconds since `fromMs`; ten seconds a tick. */
function run(minutes: number, farmAt: (second: number) => Farm, fromMs = startMs) {
  let memory: AlarmMemory = noAlarms();
  const told: Told[] = [];
  let ids = 0;
  for (let ms = 0; ms < minutes * minute; ms += tickMs) {
    const nowMs = fromMs + ms;
    const facts: AlarmFacts = { nowMs, fleets: [fleet(0)], contracts: [], routes: [], hub: [], ...farmAt(ms / 1_000) };
    const isOn = (key: string) => memory.causes.some(({ condition, goneMs }) => condition.key === key && goneMs === null);
    const step = stepAlarms(memory, conditionsOf(facts, isOn), { nowMs, newId: () => `inc_${++ids}` });
    // What is kept must survive the database.
    memory = JSON.parse(JSON.stringify(step.memory));
    for (const notice of step.notices) {
      const { subject, text } = messageOf(notice, nowMs);
      told.push({ at: new Date(nowMs).toISOString().slice(11, 19), atS: ms / 1_000, kind: notice.kind, id: notice.incident.id, subject, text });
    }
  }
  return { told, memory };
}
const kinds = (told: { kind: string }[]) => told.map(({ kind }) => kind);
const times = (told: Told[]) => told.map(({ atS, kind }) => [atS, kind]);

describe("one night of a small farm", () => {
  const fromMs = Date.UTC(2026, 10, 30, 7, 2, 5);
  const secondOf = (clock: string) => (Date.parse(`2026-11-30T${clock}Z`) - fromMs) / 1_000;
  const { told, memory } = run(
    60,
    (second) => {
      const during = (from: string, to: string) => second >= secondOf(from) && second < secondOf(to);
      const bobIsOut = during("07:02:29", "07:03:05");
      const short = (no: number, from: string, to: string) =>
        contract(no, during(from, to) ? "down" : "delivering", { text: "20.0 % of the promise is expected of its rigs" });
      return {
        fleets: [fleet(during("07:09:09", "07:11:00") ? 6 : 0, 8)],
        // How a contract stands is looked at each second: a moment after its pool is back it still says so.
        contracts: [
          bobIsOut || during("07:03:05", "07:03:06")
            ? contract(1, "down", {
                isOfPools: true,
                text: "none of the customer's pools is usable, or not for long enough yet; its rigs mine for the house meanwhile",
              })
            : short(1, "07:09:14", "07:11:00"),
          short(2, "07:09:27", "07:11:00"),
          short(3, "07:23:42", "07:25:23"),
        ],
        routes: [pools("c1", bobIsOut), pools("House", during("07:16:51", "07:20:17"))],
      };
    },
    fromMs,
  );

  test("each cause is told by itself, once when it starts and once when it is over, and what was over in half a minute not at all", () => {
    expect(told.map(({ at, kind, id, subject }) => `${at} ${kind} ${id} ${subject}`)).toEqual([
      "07:10:15 started inc_1 fleet main: 6 of 8 rigs are down (75 %; alarm at 30 %), and 2 more",
      "07:12:05 over inc_1 over after 2 min: fleet main",
      "07:17:25 started inc_2 the only pool of profile House cannot be used",
      "07:21:25 over inc_2 over after 4 min: pools of profile House",
      "07:24:15 started inc_3 contract C-00003 is down: 20.0 % of the promise is expected of its rigs",
      "07:26:25 over inc_3 over after 2 min: contract C-00003",
    ]);
    expect(memory).toEqual(noAlarms());
  });

  test("contracts that are short for want of the fleet's rigs are named inside its message", () => {
    for (const label of ["C-00001", "C-00002"]) expect(told[0]?.text).toContain(`contract ${label} is down: 20.0 %`);
  });
});

describe("a storm", () => {
  test("of 1,000 rigs with fifty contracts is one message when it begins and one when it is over", () => {
    const isDark = (second: number) => second >= 60 && second < 1_800;
    const { told, memory } = run(60, (second) => ({
      fleets: [fleet(isDark(second) ? 1_000 : 3)],
      contracts: Array.from({ length: 50 }, (_, no) => contract(no, isDark(second) ? "down" : "delivering")),
    }));
    expect(kinds(told)).toEqual(["started", "over"]);
    expect(told[0]).toMatchObject({ atS: 120, subject: "fleet main: 1,000 of 1,000 rigs are down (100 %; alarm at 30 %), and 50 more" });
    expect(told[0]?.text.split("\n")).toHaveLength(21);
    expect(told[0]?.text).toContain("- and 31 more");
    expect(told[1]).toMatchObject({ atS: 1_800 + 60, subject: "over after 29 min: fleet main" });
    expect(memory).toEqual(noAlarms());
  });

  test("of a house whose pools are dead, so that its rigs are let go, is one message", () => {
    const { told } = run(10, (second) => ({ routes: [pools("house", second < 300)], fleets: [fleet(second >= 60 && second < 300 ? 1_000 : 0)] }));
    expect(told.map(({ atS, kind, subject }) => [atS, kind, subject.slice(0, 28)])).toEqual([
      [30, "started", "the only pool of profile hou"],
      [360, "over", "over after 5 min: pools of p"],
    ]);
  });

  test("in two fleets is one message each", () => {
    const { told } = run(5, () => ({ fleets: [fleet(400), fleet(900, 1_000, 2)] }));
    expect(told.map(({ subject }) => subject.slice(0, 14))).toEqual(["fleet main: 40", "fleet fleet-2:"]);
  });

  test("of sixty customers' pools at one moment is one message", () => {
    const { told } = run(30, (second) => ({ routes: Array.from({ length: 60 }, (_, no) => pools(`p${no}`, second < 600)) }));
    expect(kinds(told)).toEqual(["started", "over"]);
    expect(told[1]?.subject).toBe("over after 10 min: pools of profile p0, and 59 more");
  });

  test("of sixty customers' pools one after the other is a few messages, and a fleet that goes dark meanwhile is told in time", () => {
    const { told, memory } = run(80, (second) => ({
      fleets: [fleet(second >= 400 && second < 900 ? 800 : 0)],
      routes: Array.from({ length: 60 }, (_, no) => pools(`p${no}`, second >= no * 20 && second < 3_000)),
    }));
    expect(told.filter(({ kind }) => kind === "started").map(({ atS }) => atS)).toEqual([30, 50, 70, 370, 460, 650, 670, 970, 1_250]);
    expect(told.find(({ atS }) => atS === 460)?.subject).toStartWith("fleet main: 800 of");
    expect(kinds(told).filter((kind) => kind === "over")).toHaveLength(9);
    expect(memory).toEqual(noAlarms());
  });
});

describe("a fleet", () => {
  test.each([
    [299, 1_000, 0],
    [300, 1_000, 1],
    [1, 1_000, 0],
    [0, 0, 0],
    [1, 3, 1],
  ])("with %d of %d rigs down tells %d messages", (down, rigs, messages) => {
    expect(run(5, () => ({ fleets: [fleet(down, rigs)] })).told).toHaveLength(messages);
  });

  test("that is back before a minute is over wakes nobody", () => {
    expect(run(60, (second) => ({ fleets: [fleet(second >= 60 && second < 120 ? 900 : 0)] })).told).toEqual([]);
  });

  test("around its threshold is one alarm, not many", () => {
    const { told } = run(120, (second) => ({ fleets: [fleet(second % 120 < 60 ? 305 : 290)] }));
    expect(kinds(told)).toEqual(["started"]);
  });

  test("that is well again leaves a contract that is still short an alarm of its own", () => {
    const { told } = run(40, (second) => ({ fleets: [fleet(second < 600 ? 900 : 0)], contracts: [contract(1, second < 1_200 ? "down" : "delivering")] }));
    expect(times(told)).toEqual([
      [60, "started"],
      [660, "over"],
      [690, "started"],
      [1_260, "over"],
    ]);
    expect(told[2]?.subject).toStartWith("contract C-00001 is down");
  });

  test("names contracts that fall short later together, at most every 15 minutes", () => {
    const { told } = run(60, (second) => ({
      fleets: [fleet(900)],
      contracts: [1, 2, 3, 4].map((no) => contract(no, second > no * 120 ? "down" : "delivering")),
    }));
    expect(times(told)).toEqual([
      [60, "started"],
      [960, "grew"],
    ]);
    expect(told[1]?.subject).toBe("also: contract C-00001 is down: delivers 62 % of its promise, and 3 more");
  });
});

describe("what flaps", () => {
  test("is held together after the first times, is over within 15 minutes of calm, and says so", () => {
    const { told } = run(180, (second) => ({ contracts: [contract(1, second < 3_600 && second % 240 < 60 ? "down" : "delivering")] }));
    expect(kinds(told)).toEqual(["started", "over", "started", "over", "started", "over"]);
    const last = told.at(-1);
    expect(last?.atS).toBe(3_600 - 180 + 900);
    expect(last?.text).toMatch(/came back \d+ times/);
    expect(last?.text).toContain("for 15 min; it had come back before, so it was held open longer than 60 s");
  });

  test("too fast to last for half a minute at a time is told all the same", () => {
    const { told } = run(10, (second) => ({ routes: [pools("p1", second % 30 === 0)] }));
    expect(times(told)).toEqual([[90, "started"]]);
  });
});

describe("contracts of one fleet", () => {
  test("that fall short together are one alarm, and those that are full again are named after 15 minutes", () => {
    const { told } = run(60, (second) => ({ contracts: [1, 2].map((no) => contract(no, second < (no === 1 ? 300 : 2_400) ? "down" : "delivering")) }));
    expect(times(told)).toEqual([
      [30, "started"],
      [930, "grew"],
      [2_460, "over"],
    ]);
    expect(told[1]?.subject).toBe("partly over: contract C-00001");
  });

  test("say at once when they become critical, and not again when they become milder", () => {
    const healthAt = (second: number) => {
      if (second < 60) return "delivering";
      return second >= 300 && second < 900 ? "down" : "degraded";
    };
    const { told } = run(60, (second) => ({ contracts: [contract(1, healthAt(second))] }));
    expect(times(told)).toEqual([
      [180, "started"],
      [330, "grew"],
    ]);
  });

  test("do not hide a new fault of the same fleet", () => {
    const { told } = run(600, (second) => ({ contracts: [contract(1, "down")], fleets: [fleet(second > 20_000 ? 500 : 0)] }));
    expect(times(told)).toEqual([
      [30, "started"],
      [20_070, "started"],
    ]);
    expect(told[1]?.text).toContain("contract C-00001 is down");
  });

  test("whose own pools are down are named with those pools", () => {
    const { told } = run(5, () => ({
      contracts: [1, 2].map((no) => contract(no, "down", { isOfPools: true, profileId: "prf_x" })),
      routes: [pools("x", true)],
    }));
    expect(told.map(({ subject }) => subject)).toEqual(["the only pool of profile x cannot be used, and 2 more"]);
  });
});

test("the hub's own alarms are told at once, each by itself", () => {
  const full = { code: "disk-full", severity: "critical", text: "the disk is full" } as const;
  const slow = { code: "disk-slow", severity: "warning", text: "the disk is slow" } as const;
  const { told } = run(20, (second) => ({ hub: [...(second < 60 ? [full] : []), ...(second >= 30 && second < 90 ? [slow] : [])] }));
  expect(told.map(({ atS, subject }) => [atS, subject])).toEqual([
    [0, "the disk is full"],
    [30, "the disk is slow"],
    [120, "over after 60 s: hub disk-full"],
    [150, "over after 60 s: hub disk-slow"],
  ]);
});

test("whatever comes and goes: nothing is over that did not start, nothing starts twice, and calm ends it all", () => {
  const states = fc.array(fc.record({ down: fc.integer({ min: 0, max: 1_000 }), health: fc.constantFrom("delivering", "degraded", "down") }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(states, (list) => {
      const { told, memory } = run(60 + 20, (second) => {
        const now = second < 3_600 ? list[Math.floor(second / 60) % list.length] : undefined;
        return now === undefined ? {} : { fleets: [fleet(now.down)], contracts: [contract(1, now.health as ContractAlarmFact["health"])] };
      });
      // Within 15 minutes of calm.
      expect(memory.incidents).toEqual([]);
      const open = new Set<string>();
      for (const { kind, id } of told) {
        expect(open.has(id)).toBe(kind !== "started");
        if (kind === "over") open.delete(id);
        else open.add(id);
      }
      expect(open.size).toBe(0);
      // An hour of any weather in two causes.
      expect(told.length).toBeLessThanOrEqual(20);
    }),
    { numRuns: 25 },
  );
});

test.each([
  [42_000, "42 s"],
  [17 * minute, "17 min"],
  [185 * minute, "3 h 5 min"],
  [52 * 60 * minute, "2 d 4 h"],
])("%d ms are %s", (ms, text) => expect(durationText(ms)).toBe(text));

test("a clock that is set back a day holds no alarm up: what was told is over in time, and what begins is told", () => {
  const dayMs = 86_400_000;
  const before = run(5, () => ({ fleets: [fleet(900)], routes: Array.from({ length: 9 }, (_, no) => pools(`p${no}`, true)) }), startMs + dayMs);
  let { memory } = before;
  const told: string[] = [];
  for (let ms = 0; ms <= 10 * minute; ms += tickMs) {
    const nowMs = startMs + ms;
    const facts: AlarmFacts = { nowMs, fleets: [fleet(0)], contracts: [contract(1, "down")], routes: [], hub: [] };
    const step = stepAlarms(
      memory,
      conditionsOf(facts, () => false),
      { nowMs, newId: () => `later_${ms}` },
    );
    memory = step.memory;
    told.push(...step.notices.map(({ kind, incident }) => `${ms / 1_000} ${kind} ${incident.groupName}`));
  }
  expect(told).toContain("60 over main");
  expect(told.some((line) => line.endsWith("started main"))).toBe(true);
});
