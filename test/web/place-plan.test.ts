import { expect, test } from "bun:test";
import { readPattern } from "../../src/web/place-pattern.ts";
import { type PlaceAsk, planPlaces } from "../../src/web/place-plan.ts";
import { testWeb } from "./test-web.ts";

const nowhere = { building: null, row: null, rack: null, position: null };

function farm() {
  const { control } = testWeb();
  const enter = (name: string, location = {}) => {
    const made = control.rigs.create({ name, fleetNo: 1, location: { ...nowhere, ...location } }, "user:x");
    if (!made.ok) throw new Error(made.rule);
    return made.value;
  };
  const plan = async (pattern: string, more: Partial<PlaceAsk> = {}, only?: RegExp) => {
    const parsed = readPattern(pattern);
    if ("rule" in parsed) throw new Error(parsed.rule);
    const all = control.rigs.all();
    const chosen = only === undefined ? all : all.filter(({ name }) => only.test(name));
    const ask = { pattern: parsed, textOf: ({ name }: { name: string }) => name, fixed: { siteId: null, building: null, row: null, rack: null }, ...more };
    const planned = await planPlaces(control, { chosen, all }, ask);
    return Object.fromEntries(planned.map(({ rig, outcome, why, to }) => [rig.name, { outcome, why, to: to?.location ?? null }]));
  };
  return { control, enter, plan };
}

test("a name says where, what is so for all fills up, and the rest stays", async () => {
  const { control, enter, plan } = farm();
  enter("B1R3-17", { rack: "K2" });
  enter("other");
  const before = control.rigs.all();
  const planned = await plan("B{building}R{row}-{position}", { fixed: { siteId: null, building: "never", row: null, rack: null } });
  expect(planned["B1R3-17"]).toEqual({ outcome: "move", why: "", to: { building: "1", row: "3", rack: "K2", position: "17" } });
  expect(planned["other"]).toEqual({ outcome: "unmatched", why: "does not fit the pattern", to: null });
  expect(control.rigs.all()).toEqual(before);
});

test("two for one place go nowhere, however they write it, nor does one whose place is taken by one that stays", async () => {
  const { control, enter, plan } = farm();
  control.racks.create({ siteId: null, building: null, row: null, name: "K1", levels: 2, slots: 4 });
  enter("K1_1-3");
  enter("K1_3");
  enter("K1_2-1");
  enter("stays", { rack: "K1", position: "L2S1" });
  enter("K1_4");
  const planned = await plan("{rack}_{position}");
  expect(Object.entries(planned).map(([name, { outcome }]) => `${name} ${outcome}`)).toEqual([
    "K1_1-3 conflict",
    "K1_3 conflict",
    "K1_2-1 conflict",
    "stays unmatched",
    "K1_4 move",
  ]);
  expect(planned["K1_1-3"]?.why).toContain("K1_3");
  expect(planned["K1_2-1"]?.why).toContain("stays");
});

test("many for one place: three are named and the rest counted, in turns", async () => {
  const { control, plan } = farm();
  control.rigs.enrol(Array.from({ length: 1_000 }, (_, at) => ({ fleetNo: 1, name: `P-7-r${String(at).padStart(4, "0")}`, nominalHps: 1e14 })));
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  turn();
  const planned = await plan("P-{position}-{any}");
  isOver = true;
  expect(planned["P-7-r0000"]).toMatchObject({ outcome: "conflict", why: "so would, or does, P-7-r0001, P-7-r0002, P-7-r0003 and 996 more" });
  expect(planned["P-7-r0002"]?.why).toBe("so would, or does, P-7-r0000, P-7-r0001, P-7-r0003 and 996 more");
  expect(turns).toBeGreaterThanOrEqual(16);
});

test("rigs may change places, but none goes where another cannot leave", async () => {
  const { enter, plan } = farm();
  enter("P-a", { position: "b" });
  enter("P-b", { position: "a" });
  expect((await plan("P-{position}"))["P-a"]?.outcome).toBe("move");
  enter("Q-b", { position: "c" });
  const blocked = await plan("{any}-{position}");
  expect(blocked["P-b"]?.outcome).toBe("conflict");
  expect(blocked["Q-b"]?.outcome).toBe("conflict");
  expect(blocked["P-a"]?.outcome).toBe("conflict");
});

test("a position that the rack has not is refused in its words; a rig without an address is named", async () => {
  const { control, enter, plan } = farm();
  control.racks.create({ siteId: null, building: null, row: null, name: "K1", levels: 2, slots: 4 });
  enter("K1_9");
  expect((await plan("{rack}_{position}"))["K1_9"]).toMatchObject({ outcome: "refused", why: expect.stringContaining("position must be a place in rack K1") });
  expect((await plan("10.{row}", { textOf: () => null }))["K1_9"]).toMatchObject({ outcome: "unmatched", why: expect.stringContaining("not connected") });
});

test("who is there already is said to be", async () => {
  const { enter, plan } = farm();
  enter("R3", { row: "3" });
  expect((await plan("R{row}"))["R3"]?.outcome).toBe("unchanged");
});
