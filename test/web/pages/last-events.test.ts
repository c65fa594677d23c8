import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Control, openControl } from "../../../src/control/control.ts";
import type { EventInput } from "../../../src/control/events.ts";
import { silentLog } from "../../../src/log.ts";
import { LastEvents } from "../../../src/web/pages/last-events.ts";

const startMs = Date.UTC(2026, 10, 30, 12);
let clock: { nowMs: number };
let control: Control;
let last: LastEvents;

beforeEach(() => {
  clock = { nowMs: startMs };
  control = openControl(":memory:", { now: () => clock.nowMs, log: silentLog });
  last = new LastEvents(control.events);
});
afterEach(() => control.close());

const texts = async () => (await last.current()).map(({ text }) => text);
const pool = (text: string): EventInput => ({ type: "pool.state-changed", subjectKind: "pool", subjectId: null, text });
const byKari = (verb: string, rig: number): EventInput => ({
  type: `rig.${verb}`,
  subjectKind: "rig",
  subjectId: null,
  text: `kari ${verb} rig ${rig}`,
  data: { by: "user:kari" },
});
/** One a second, oldest first. */
function tell(...events: EventInput[]): void {
  for (const event of events) {
    clock.nowMs += 1_000;
    control.events.append(event);
  }
}
/** Of an order that does two things to each rig, so that no two neighbours are alike. */
const order = (rigs: number) => Array.from({ length: rigs }, (_, at) => [byKari("changed", at), byKari("passed", at)]).flat();
const before = Array.from({ length: 10 }, (_, at) => pool(`pool event ${at}`));
const newestOfBefore = (count: number) => before.toReversed().flatMap(({ text }, at) => (at < count ? [text] : []));

test("an order for many rigs is a line for each thing that it does, and the other lines stay", async () => {
  tell(...before, ...order(1_500), pool("pool event after"));
  const many = ["kari passed rig 1499, and 1499 more like it", "kari changed rig 1499, and 1499 more like it"];
  expect(await texts()).toEqual(["pool event after", ...many, ...newestOfBefore(5)]);
});

test("what comes while somebody looks is added to the lines that are there", async () => {
  tell(...before, ...order(3));
  expect((await texts())[0]).toBe("kari passed rig 2, and 2 more like it");
  tell(...order(2), pool("pool event after"));
  const many = ["kari passed rig 1, and 4 more like it", "kari changed rig 1, and 4 more like it"];
  expect(await texts()).toEqual(["pool event after", ...many, ...newestOfBefore(5)]);
  expect(await texts()).toEqual(await new LastEvents(control.events).current().then((lines) => lines.map(({ text }) => text)));
});

test("more than is read on at once is read anew, also while others ask", async () => {
  tell(...before);
  await texts();
  tell(...order(600));
  const [one, other] = await Promise.all([texts(), texts()]);
  expect(one).toEqual(["kari passed rig 599, and 599 more like it", "kari changed rig 599, and 599 more like it", ...newestOfBefore(6)]);
  expect(other).toEqual(one);
});

test("a line of many leads to them: the list of events of their type from the newest on", async () => {
  tell(...order(2));
  const [newest] = control.events.latest(1);
  const [line] = await last.current();
  expect(line).toMatchObject({ id: newest?.id ?? "", href: `/events?q=rig.passed&before=${(newest?.no ?? 0) + 1}` });
  expect(
    (await control.events.search({ beforeNo: (newest?.no ?? 0) + 1, untilMs: null, kind: "", text: "rig.passed", limit: 10 }, () => undefined)).rows,
  ).toHaveLength(2);
});

test("what lies more than a minute apart, is of another person or status, or of pools, is no order", async () => {
  const status = (to: string, rig: number): EventInput => {
    return { type: "rig.status-changed", subjectKind: "rig", subjectId: null, text: `rig ${rig} is ${to}`, data: { to, code: "silent" } };
  };
  tell(byKari("parked", 1));
  clock.nowMs += 60_001;
  tell(byKari("parked", 2), { ...byKari("parked", 3), data: { by: "user:ola" } }, status("offline", 4), status("degraded", 5), status("offline", 6));
  tell(pool("one"), pool("two"));
  expect(await texts()).toEqual([
    "two",
    "one",
    "rig 6 is offline, and 1 more like it",
    "rig 5 is degraded",
    "kari parked rig 3",
    "kari parked rig 2",
    "kari parked rig 1",
  ]);
});

test("nothing yet is no line", async () => {
  expect(await texts()).toEqual([]);
  tell(pool("first"));
  expect(await texts()).toEqual(["first"]);
});
