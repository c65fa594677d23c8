import { describe, expect, test } from "bun:test";
import { assetCodePatternRule, modelOnLabel } from "../../src/control/asset-codes.ts";
import { must, refused, testControl } from "./test-control.ts";

const rigOf = (control: ReturnType<typeof testControl>["control"], name: string, more = {}) =>
  must(control.rigs.create({ name, fleetNo: 1, ...more }, "user:x"));

describe("asset codes", () => {
  test("patterns have one number", () => {
    for (const good of ["AM-{MODEL}-{000000}", "{0}", "LNZ.{MODEL}_{000}-x"]) expect(assetCodePatternRule(good), good).toBeNull();
    for (const bad of ["AM", "{000}{000}", "{000}-{MODEL}", "{MODEL}", "a b{0}", "=1{0}", `{${"0".repeat(10)}}`])
      expect(assetCodePatternRule(bad), bad).toContain("must be like");
  });

  test("a label has the model without its maker", () => {
    expect(modelOnLabel("Antminer S19 XP")).toBe("S19XP");
    expect(modelOnLabel("M50S++")).toBe("M50S");
    expect(modelOnLabel("S19j Pro")).toBe("S19JPRO");
  });

  test("count on per site and model, and never come back", () => {
    const { control } = testControl();
    const site = must(control.sites.create({ name: "Linz", assetCodePattern: "LNZ-{MODEL}-{000}" }));
    const a = rigOf(control, "a", { model: "Antminer S19 XP", siteId: site.id });
    const b = rigOf(control, "b", { model: "Antminer S19 XP", siteId: site.id });
    const c = rigOf(control, "c", { model: "Whatsminer M50", assetCode: "LNZ-S19XP-002" });
    expect(must(control.rigs.giveAssetCode(a.id)).assetCode).toBe("LNZ-S19XP-001");
    // 002 was given by hand already.
    expect(must(control.rigs.giveAssetCode(b.id)).assetCode).toBe("LNZ-S19XP-003");
    expect(must(control.rigs.giveAssetCode(b.id)).assetCode).toBe("LNZ-S19XP-003");
    must(control.rigs.remove(b.id, null));
    const d = rigOf(control, "d", { model: "Antminer S19 XP", siteId: site.id });
    expect(must(control.rigs.giveAssetCode(d.id)).assetCode).toBe("LNZ-S19XP-004");
    expect(refused(control.rigs.update(c.id, { assetCode: "LNZ-S19XP-003" }, null))).toBe("taken assetCode");
    const noModel = rigOf(control, "e", { siteId: site.id });
    expect(refused(control.rigs.giveAssetCode(noModel.id))).toBe("invalid model");
  });

  test("a code that a rig gave up is its own still, and nobody else's", () => {
    const { control } = testControl();
    const a = rigOf(control, "a", { assetCode: "X-1" });
    const b = rigOf(control, "b");
    must(control.rigs.update(a.id, { assetCode: "X-2" }, null));
    expect(refused(control.rigs.update(b.id, { assetCode: "X-1" }, null))).toBe("taken assetCode");
    expect(must(control.rigs.update(a.id, { assetCode: "X-1" }, null)).assetCode).toBe("X-1");
    must(control.rigs.update(a.id, { assetCode: null }, null));
    expect(must(control.rigs.merge(a.id, b.id)).assetCode).toBeNull();
    expect(must(control.rigs.update(b.id, { assetCode: "X-1" }, null)).assetCode).toBe("X-1");
  });
});

test("trying fields says what create and update would, and writes nothing", () => {
  const { control } = testControl();
  const a = rigOf(control, "a", { assetCode: "X-1" });
  expect(refused(control.rigs.tryFields(null, { name: "a", fleetNo: 1 }))).toBe("taken name");
  expect(refused(control.rigs.tryFields(null, { name: "b", fleetNo: 1, assetCode: "X-1" }))).toBe("taken assetCode");
  expect(refused(control.rigs.tryFields(a.id, { warrantyUntil: "2027-02-30" }))).toBe("invalid warrantyUntil");
  expect(must(control.rigs.tryFields(a.id, { nominalHps: 1e14 }))).toMatchObject({ nominalHps: 1e14, nominalSource: "declared" });
  expect(control.rigs.byId(a.id)).toEqual(a);
  expect(control.rigs.all()).toHaveLength(1);
});

test("repairs are read newest first, with those of merged rigs", () => {
  const { control, clock } = testControl();
  const [a, b] = [rigOf(control, "a"), rigOf(control, "b")];
  const note = (no: number, text: string) => control.repairs.add(no, { by: "user:x", byName: "kari", text });
  expect(refused(note(a.no, "  "))).toBe("invalid text");
  must(note(a.no, "fan"));
  clock.nowMs += 1_000;
  must(note(b.no, "board"));
  must(control.rigs.merge(a.id, b.id));
  expect(control.repairs.latest(control.rigs.numbersOf(b.no), 9).map(({ text }) => text)).toEqual(["board", "fan"]);
});

test("models have names of their own, whatever the case", () => {
  const { control } = testControl();
  const model = must(control.models.create({ name: "S19 XP", algorithm: "sha256d", nominalHps: 1.41e14, watts: 3010 }));
  expect(refused(control.models.create({ name: "s19 xp", algorithm: "sha256d", nominalHps: 1, watts: null }))).toBe("taken name");
  expect(refused(control.models.update(model.id, { watts: 0 }, null))).toBe("invalid watts");
  expect(control.models.byName("s19 XP")?.no).toBe(model.no);
  must(control.models.remove(model.id, null));
  expect(control.models.byName("S19 XP")).toBeNull();
});
