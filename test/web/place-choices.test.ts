import { expect, test } from "bun:test";
import { placeChoices } from "../../src/web/place-choices.ts";
import { testWeb } from "./test-web.ts";

const nowhere = { building: null, row: null, rack: null, position: null };

test("offers places that are there, by what is typed so far, and positions that are free", async () => {
  const { control } = testWeb();
  const fleetNo = control.fleets.ensureMain().no;
  const enter = (name: string, location: Partial<typeof nowhere | Record<string, string>>, more = {}) => {
    const made = control.rigs.create({ name, fleetNo, location: { ...nowhere, ...location }, ...more }, "user:x");
    if (!made.ok) throw new Error(made.rule);
    return made.value;
  };
  control.racks.create({ siteId: null, building: "B1", row: "R2", name: "K1", levels: 2, slots: 2 });
  const self = enter("a", { building: "B1", row: "R2", rack: "K1", position: "1-1" });
  enter("b", { building: "b1", row: "R2", rack: "k1", position: "4" });
  enter("gone", { building: "B1", row: "R2", rack: "K1", position: "1-2" }, { lifecycle: "retired" });
  enter("c", { building: "B10", row: "R9", rack: "K7" });
  enter("d", { building: "B2" });
  const ask = (location: object, selfId?: string) =>
    placeChoices({
      racks: control.racks,
      rigs: control.rigs.all(),
      typed: { siteId: null, location: { ...nowhere, ...location } },
      ...(selfId !== undefined && { selfId }),
    });
  expect(await ask({})).toEqual({ building: ["B1", "B2", "B10"], row: ["R2", "R9"], rack: ["K1", "K7"], position: [] });
  expect(await ask({ building: "B10" })).toMatchObject({ row: ["R9"], rack: ["K7"] });
  const own = { building: "B1", row: "R2", rack: "K1", position: "1-1" };
  expect((await ask(own, self.id)).position).toEqual(["1-1", "1-2", "2-1"]);
  expect((await ask(own)).position).toEqual(["1-2", "2-1"]);
  expect((await ask({ building: "B10", row: "R9", rack: "K7" })).position).toEqual([]);
});
