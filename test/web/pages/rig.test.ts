import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 10);
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

const rigAt = (at: number) => {
  const rig = farm.deps.control.rigs.all()[at];
  if (rig === undefined) throw new Error(`no rig ${at}`);
  return rig;
};
const pageOf = async (id: string) => (await owner.get(`/rigs/${id}`)).text();
const send = (id: string, verb: string, fields: Record<string, string> = {}) => owner.post(`/rigs/${id}/${verb}`, { _csrf: owner.csrf, ...fields });

describe("the page of a rig", () => {
  test("says whom it serves, since when, why and by whose decision, and names nothing unescaped", async () => {
    const html = await pageOf(rigAt(3).id);
    const serving = /id="serving"[\s\S]*?<\/section>/.exec(html)?.[0] ?? "";
    expect(serving).toContain("C-00001 Borealis");
    expect(serving).toContain("S21-004 replaces S21-007");
    expect(serving).toContain("(planner)");
    expect(html).not.toContain(hostile);
  });

  test("keeps the history, newest first, with what never was in force left out", async () => {
    const rig = rigAt(5);
    farm.clock.aheadMs += 60_000;
    await send(rig.id, "park");
    const html = await pageOf(rig.id);
    const history = /id="allocations"[\s\S]*?<\/section>/.exec(html)?.[0] ?? "";
    expect(history.match(/<li /g)?.length).toBe(1);
    expect(html).toContain("It is parked");
  });

  test("takes why it is quarantined into its record", async () => {
    const rig = rigAt(9);
    const long = await send(rig.id, "quarantine", { reason: "x".repeat(201) });
    expect([long.status, /<dialog [^>]*open/.test(await long.text())]).toEqual([422, true]);
    expect((await send(rig.id, "quarantine", { reason: "smells of smoke" })).status).toBe(303);
    expect(await pageOf(rig.id)).toContain("Quarantined by owner@nordlys.example: smells of smoke.");
  });

  test("a rig in vetting is passed once it has a nominal", async () => {
    const { id } = rigAt(5);
    expect(await pageOf(id)).toContain(`action="/rigs/${id}/pass"`);
    farm.deps.control.rigs.update(id, { nominalHps: null }, null);
    const html = await pageOf(id);
    expect(html).not.toContain(`action="/rigs/${id}/pass"`);
    expect(html).toContain(`href="/rigs/${id}/edit#nominal"`);
  });

  test("a nominal that was learned can be taken back: for the catalogue's, or to be learned anew; with event and audit", async () => {
    const { control } = farm.deps;
    const { id, no } = rigAt(4);
    control.models.create({ name: "S19 XP", algorithm: "sha256d", nominalHps: 1.41e14, watts: null });
    const learn = (model: string | null) => {
      control.rigs.update(id, { nominalHps: null, model }, null);
      control.rigs.setNominal([{ rigNo: no, nominalHps: 9.4e13, source: "learned" }]);
    };
    const verbs = async () => [...(await pageOf(id)).matchAll(/action="[^"]*\/(nominal-of-catalogue|learn-anew)"/g)].map(([, verb]) => verb);
    learn(null);
    expect(await verbs()).toEqual(["learn-anew"]);
    expect((await send(id, "nominal-of-catalogue")).status).toBe(422);
    learn("s19 xp");
    expect(await pageOf(id)).toContain("Its nominal, 94.00 TH/s, was learned from its shares; the catalogue says 141.0 TH/s for its model.");
    expect((await send(id, "nominal-of-catalogue")).status).toBe(303);
    expect(rigAt(4)).toMatchObject({ nominalHps: 1.41e14, nominalSource: "declared" });
    expect(control.events.latest(1)[0]).toMatchObject({ type: "rig.changed", data: { from: { nominal_hps: 9.4e13 }, to: { nominal_hps: 1.41e14 } } });
    expect(await verbs()).toEqual([]);
    expect((await send(id, "learn-anew")).status).toBe(422);
    learn(null);
    await send(id, "learn-anew");
    expect(rigAt(4)).toMatchObject({ nominalHps: null, nominalSource: null });
    const log = control.audit.latest({ subject: id }, 1);
    expect(log).toMatchObject({
      ok: true,
      value: [{ action: "POST /rigs/:id/learn-anew", changes: [{ before: { nominal_hps: 9.4e13 }, after: { nominal_hps: null } }] }],
    });
  });

  test("shows the nominal and where it comes from", async () => {
    const [learned, unknown] = [rigAt(6), rigAt(7)];
    farm.deps.control.rigs.update(unknown.id, { nominalHps: null, nominalSource: null }, null);
    farm.deps.control.rigs.update(learned.id, { nominalHps: 1.9e14, nominalSource: "learned" }, null);
    expect(await pageOf(learned.id)).toContain("learned from its shares");
    expect(await pageOf(unknown.id)).toContain("not known: declare it");
  });

  test("shows what luck may do to the last quarter of an hour", async () => {
    expect(await pageOf(rigAt(0).id)).toContain("95 %: 190.0 TH/s to 210.0 TH/s");
  });
});

describe("commands", () => {
  test("quarantine and release, and a pass out of vetting, are one click each", async () => {
    const rig = rigAt(0);
    const status = () => farm.deps.control.rigs.byId(rig.id)?.status;
    await send(rig.id, "quarantine");
    expect([status(), (await pageOf(rig.id)).includes(`action="/rigs/${rig.id}/release"`)]).toEqual(["quarantined", true]);
    await send(rig.id, "release");
    expect(status()).toBe("vetting");
    expect((await send(rig.id, "pass")).status).toBe(303);
    expect(status()).toBe("online");
  });

  test("drain and undrain, park and unpark are one click each, and are told to hub and planner", async () => {
    const rig = rigAt(1);
    const before = farm.changes();
    for (const verb of ["drain", "undrain", "park", "unpark"]) expect((await send(rig.id, verb)).status, verb).toBe(303);
    const { draining, parked } = rigAt(1);
    expect([draining, parked, farm.changes() - before]).toEqual([false, false, 4]);
    expect(farm.moves.at(-1)).toEqual({ rigNo: rig.no, to: { contractNo: 0, profileNo: 1 } });
  });

  test("a rig is pinned to a contract by its number; a number that is none stands beside the field", async () => {
    const rig = rigAt(2);
    const refused = await send(rig.id, "pin-contract", { contract: "C-00099" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('id="contract-error"');
    expect((await send(rig.id, "pin-contract", { contract: "c-1" })).status).toBe(303);
    expect(rigAt(2).pinnedContractNo).toBe(1);
    const conflict = await send(rig.id, "park");
    expect(conflict.status).toBe(422);
    expect(await conflict.text()).toContain("unpin it first");
    expect((await send(rig.id, "unpin")).status).toBe(303);
  });

  test("a viewer has no command and is refused one", async () => {
    const viewer = await signInAs(farm, "viewer");
    expect(await (await viewer.get(`/rigs/${rigAt(0).id}`)).text()).not.toContain('id="pin"');
    for (const verb of ["drain", "park", "pin-contract"])
      expect((await viewer.post(`/rigs/${rigAt(0).id}/${verb}`, { _csrf: viewer.csrf })).status, verb).toBe(403);
  });
});
