import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AlarmFacts, ContractAlarmFact } from "../../src/notify/alarm-facts.ts";
import { type AlarmMemory, type Notice, noAlarms, stepAlarms } from "../../src/notify/alarms.ts";
import { conditionsOf } from "../../src/notify/conditions.ts";
import { durationText, messageOf } from "../../src/notify/messages.ts";

const startMs = Date.UTC(2026, 10, 22, 2, 0);
const tickMs = 10_000;
const minute = 60_000;

const fleet = (down: number, rigs = 1_000, no = 1) => ({ no, id: `flt_${no}`, name: no === 1 ? "main" : `fleet-${no}`, alarmThresholdBp: 3_000, rigs, down });
const contract = (no: number, health: ContractAlarmFact["health"]): ContractAlarmFact => ({
  id: `ctr_${no}`,
  label: `C-0000${no}`,
  fleetNo: 1,
  health,
  text: "delivers 62 % of its promise",
});
type Farm = Partial<Omit<AlarmFacts, "nowMs">>;

/** Runs the alarms over a farm that changes with the seconds since the start; ten seconds a tick. */
function run(minutes: number, farmAt: (second: number) => Farm) {
  let memory: AlarmMemory = noAlarms();
  const told: { atS: number; kind: Notice["kind"]; subject: string; text: string }[] = [];
  let ids = 0;
  for (let ms = 0; ms < minutes * minute; ms += tickMs) {
    const nowMs = startMs + ms;
    const facts: AlarmFacts = { nowMs, fleets: [fleet(0)], contracts: [], routes: [], hub: [], ...farmAt(ms / 1_000) };
    const isOn = (key: string) => memory.causes.some(({ condition, goneMs }) => condition.key === key && goneMs === null);
    const step = stepAlarms(memory, conditionsOf(facts, isOn), { nowMs, newId: () => `inc_${++ids}` });
    // What is kept must survive the database.
    memory = JSON.parse(JSON.stringify(step.memory));
    for (const notice of step.notices) {
      const { subject, text } = messageOf(notice, nowMs);
      told.push({ atS: ms / 1_000, kind: notice.kind, subject, text });
    }
  }
  return { told, memory };
}
const kinds = (told: { kind: string }[]) => told.map(({ kind }) => kind);

describe("a storm", () => {
  test("of 1,000 rigs with fifty contracts and the pools is one message when it begins and one when it is over", () => {
    const isDark = (second: number) => second >= 60 && second < 1_800;
    const { told, memory } = run(60, (second) => ({
      fleets: [fleet(isDark(second) ? 1_000 : 3)],
      contracts: Array.from({ length: 50 }, (_, no) => contract(no, isDark(second) ? "down" : "delivering")),
      routes: [{ profileId: "prf_1", name: "House", fleetNo: 1, allDown: isDark(second), pools: 3 }],
    }));
    expect(kinds(told)).toEqual(["started", "over"]);
    expect(told[0]).toMatchObject({ atS: 90, subject: "fleet main: 1,000 of 1,000 rigs are down (100 %; alarm at 30 %), and 51 more" });
    expect(told[0]?.text.split("\n")).toHaveLength(21);
    expect(told[0]?.text).toContain("- and 32 more");
    expect(told[1]).toMatchObject({ atS: 1_800 + 300, subject: "over after 34 min: main" });
    expect(memory).toEqual(noAlarms());
  });

  test("in two fleets is one message each", () => {
    const { told } = run(5, () => ({ fleets: [fleet(400), fleet(900, 1_000, 2)] }));
    expect(told.map(({ subject }) => subject.slice(0, 14))).toEqual(["fleet main: 40", "fleet fleet-2:"]);
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

  test("that is back before half a minute is over wakes nobody", () => {
    expect(run(60, (second) => ({ fleets: [fleet(second >= 60 && second < 90 ? 900 : 0)] })).told).toEqual([]);
  });

  test("around its threshold is one alarm, not many", () => {
    const { told } = run(120, (second) => ({ fleets: [fleet(second % 120 < 60 ? 305 : 290)] }));
    expect(kinds(told)).toEqual(["started"]);
  });
});

describe("what flaps", () => {
  test("is held together, is over only after it has been calm, and says how often it came back", () => {
    const { told } = run(180, (second) => ({ contracts: [contract(1, second < 3_600 && second % 240 < 60 ? "down" : "delivering")] }));
    expect(kinds(told)).toEqual(["started", "over"]);
    expect(told[1]?.text).toContain("came back 14 times");
    expect(told[1]?.atS).toBeGreaterThanOrEqual(3_600);
  });
});

describe("an alarm that is on", () => {
  test("tells at most every 15 minutes what comes to it", () => {
    const { told } = run(60, (second) => ({
      fleets: [fleet(900)],
      contracts: [1, 2, 3, 4].map((no) => contract(no, second > no * 120 ? "down" : "delivering")),
    }));
    expect(told.map(({ atS, kind }) => [atS, kind])).toEqual([
      [30, "started"],
      [930, "grew"],
    ]);
    expect(told[1]?.subject).toBe("also: contract C-00001 is down: delivers 62 % of its promise, and 3 more");
  });

  test("says at once when it becomes critical, and not again when it becomes milder", () => {
    const healthAt = (second: number) => {
      if (second < 60) return "delivering";
      return second >= 300 && second < 900 ? "down" : "degraded";
    };
    const { told } = run(60, (second) => ({ contracts: [contract(1, healthAt(second))] }));
    expect(told.map(({ atS, kind }) => [atS, kind])).toEqual([
      [180, "started"],
      [330, "grew"],
    ]);
  });

  test("of weeks ago does not hide a new fault of the same fleet", () => {
    const { told } = run(600, (second) => ({ contracts: [contract(1, "down")], fleets: [fleet(second > 20_000 ? 500 : 0)] }));
    expect(told.map(({ atS, kind }) => [atS, kind])).toEqual([
      [30, "started"],
      [20_040, "grew"],
    ]);
  });
});

test("the hub's own alarms are told at once", () => {
  const { told } = run(20, (second) => ({ hub: second < 60 ? [{ code: "disk-full", severity: "critical", text: "the disk is full" }] : [] }));
  expect(told.map(({ atS, kind, subject }) => [atS, kind, subject])).toEqual([
    [0, "started", "the disk is full"],
    [360, "over", "over after 6 min: hub"],
  ]);
});

test("whatever comes and goes: nothing is over that did not start, nothing starts twice, and calm ends it all", () => {
  const states = fc.array(fc.record({ down: fc.integer({ min: 0, max: 1_000 }), health: fc.constantFrom("delivering", "degraded", "down") }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(states, (list) => {
      const { told, memory } = run(60 + 130, (second) => {
        const now = second < 3_600 ? list[Math.floor(second / 60) % list.length] : undefined;
        return now === undefined ? {} : { fleets: [fleet(now.down)], contracts: [contract(1, now.health as ContractAlarmFact["health"])] };
      });
      expect(memory).toEqual(noAlarms());
      let isOn = false;
      for (const { kind } of told) {
        expect(isOn).toBe(kind !== "started");
        isOn = kind !== "over";
      }
      expect(isOn).toBe(false);
      // An hour of any weather: at most one message when it starts, one each quarter of an hour, one for worse, and one when it is over, each hour.
      expect(told.length).toBeLessThanOrEqual(12);
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
