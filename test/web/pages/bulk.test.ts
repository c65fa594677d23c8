import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let technician: Person;
let viewer: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 130);
  [owner, technician, viewer] = await Promise.all([signInAs(farm, "owner"), signInAs(farm, "technician"), signInAs(farm, "viewer")]);
}, 30_000);
afterAll(() => farm.stop());

const rigs = () => farm.deps.control.rigs.all();
const send = (who: Person, path: string, fields: Record<string, string>) => who.post(path, { _csrf: who.csrf, ...fields });
const pathOf = (answer: Response) => answer.headers.get("location") ?? "";
const html = async (path: string, who = owner) => (await who.get(path)).text();
const chips = (page: string) => [...page.matchAll(/<b>(changed|unchanged|refused)<\/b><\/span> <span>(\d+)/g)].map(([, word, count]) => `${word} ${count}`);
const through = async (path: string) => {
  while (farm.deps.control.batches.byId(path.split("/").at(-1) ?? "")?.state !== "done") await new Promise((resolve) => setImmediate(resolve));
};

/** As a browser sends several boxes of one name. */
function order(who: Person, ids: readonly string[], fields: Record<string, string>): Promise<Response> {
  return who.post("/rigs/bulk", [["_csrf", who.csrf], ...Object.entries(fields), ...ids.map((id): [string, string] => ["id", id])]);
}

describe("the list of rigs", () => {
  test("has a box in each row and one form for all of them; a viewer has neither", async () => {
    const page = await html("/rigs");
    expect([...page.matchAll(/<input type="checkbox" class="tick" name="id" value="rig_[a-z0-9]+" form="bulk"/g)]).toHaveLength(100);
    expect(page).toContain('<form method="post" action="/rigs/bulk" id="bulk"');
    expect(page).toContain("all 130 that match");
    const plain = await html("/rigs", viewer);
    expect(plain).not.toContain('name="id"');
    expect(plain).not.toContain("/rigs/bulk");
    expect(await html("/rigs", technician)).not.toContain('value="park"');
  });
});

describe("an order for many rigs", () => {
  test("waits for a word, says what it would do to each, and changes nothing before", async () => {
    const before = rigs();
    const ids = before.slice(5, 8).map(({ id }) => id);
    farm.deps.control.rigs.update(ids[1] ?? "", { pinnedProfileNo: 1 }, null);
    const path = pathOf(await order(owner, ids, { op: "park" }));
    const page = await html(path);
    expect(page).toContain("Park 3 rigs");
    expect(page).toContain("No contract loses anything");
    expect(chips(page)).toEqual(["refused 1", "changed 2", "unchanged 0"]);
    expect(page).toContain("The rig is pinned: unpin it first.");
    expect(rigs().filter(({ parked }) => parked)).toEqual([]);
    const changes = farm.changes();
    expect(pathOf(await send(owner, `${path}/apply`, {}))).toBe(path);
    await through(path);
    expect(
      rigs()
        .filter(({ parked }) => parked)
        .map(({ id }) => id),
    ).toEqual([ids[0] ?? "", ids[2] ?? ""]);
    expect(farm.changes()).toBeGreaterThan(changes);
    const after = await html(path);
    expect(chips(after)).toEqual(["refused 1", "changed 2", "unchanged 0"]);
    expect(after).not.toContain(`action="${path}/apply"`);
  });

  test("stands for all rigs that match the filter, on whatever page they are", async () => {
    const path = pathOf(await order(owner, [rigs()[0]?.id ?? ""], { op: "drain", all: "1", q: "s21-1", status: "" }));
    expect(await html(path)).toContain("Drain 31 rigs");
  });

  test("sets what many rigs have in common; what is wrong stands beside its field and what was typed stays", async () => {
    const [one, two] = rigs().slice(20, 22);
    const path = pathOf(await order(owner, [one?.id ?? "", two?.id ?? ""], { op: "change" }));
    expect(await html(path)).not.toContain('id="apply"');
    const wrong = await send(owner, path, { nominal: "much", rack: hostile });
    const page = await wrong.text();
    expect([wrong.status, page.includes('id="nominal-error"'), page.includes('value="much"')]).toEqual([422, true, true]);
    expect(page).not.toContain(hostile);
    expect((await send(owner, path, { warranty_until: "soon" })).status).toBe(422);
    await send(owner, path, { building: "B1", rack: "R3", nominal: "150T", notes: hostile, lifecycle: "maintenance" });
    const ready = await html(path);
    expect(ready).toContain("building B1 · rack R3");
    expect(ready).not.toContain(hostile);
    expect(chips(ready)).toEqual(["refused 0", "changed 2", "unchanged 0"]);
    await send(owner, `${path}/apply`, {});
    await through(path);
    const rig = farm.deps.control.rigs.byId(two?.id ?? "");
    expect(rig).toMatchObject({ nominalHps: 1.5e14, notes: hostile, lifecycle: "maintenance", location: { building: "B1", rack: "R3" } });
  });

  test("that was interrupted says so and is gone on with", async () => {
    const what = JSON.stringify({ op: "drain", cost: null });
    const rigIds = rigs()
      .slice(40, 43)
      .map((rig) => rig.id);
    const { no, id } = farm.deps.control.batches.add({ by: "user:x", byName: "x", what, rigIds });
    farm.deps.control.batches.note(no, { state: "applying", done: 1 });
    expect(await html(`/batches/${id}`)).toContain("It was interrupted.");
    await send(owner, `/batches/${id}/apply`, {});
    await through(`/batches/${id}`);
    expect(rigIds.map((rigId) => farm.deps.control.rigs.byId(rigId)?.draining)).toEqual([false, true, true]);
  });

  test("is refused in words: nothing ticked, an unknown word, another session", async () => {
    expect(await (await order(owner, [], { op: "park" })).text()).toContain("No rig is ticked");
    expect((await order(owner, [rigs()[0]?.id ?? ""], { op: "explode" })).status).toBe(422);
    expect((await owner.post("/rigs/bulk", { op: "park" })).status).toBe(403);
  });
});

describe("a technician", () => {
  test("places many rigs; every other order, and every other field, is refused and says what is missing", async () => {
    const ids = rigs()
      .slice(30, 32)
      .map(({ id }) => id);
    const refused = await order(technician, ids, { op: "drain" });
    expect([refused.status, (await refused.text()).includes("drain needs the role operator or owner")]).toEqual([403, true]);
    const path = pathOf(await order(technician, ids, { op: "change" }));
    const page = await html(path, technician);
    expect(page).toContain('name="rack"');
    expect(page).not.toContain('name="nominal"');
    const beyond = await send(technician, path, { rack: "R9", model: "S19" });
    expect([beyond.status, (await beyond.text()).includes("model needs the role operator or owner")]).toEqual([403, true]);
    await send(technician, path, { rack: "R9" });
    await send(technician, `${path}/apply`, {});
    await through(path);
    expect(ids.map((id) => farm.deps.control.rigs.byId(id)?.location.rack)).toEqual(["R9", "R9"]);
    const parking = pathOf(await order(owner, ids, { op: "park" }));
    expect((await technician.get(parking)).status).toBe(403);
    expect((await send(technician, `${parking}/apply`, {})).status).toBe(403);
    expect((await order(viewer, ids, { op: "change" })).status).toBe(403);
  });
});

describe("passing rigs out of vetting", () => {
  test("offers a nominal for those that have none", async () => {
    const [rig] = rigs().filter(({ status }) => status === "vetting");
    farm.deps.control.rigs.update(rig?.id ?? "", { nominalHps: null }, null);
    const path = pathOf(await order(owner, [rig?.id ?? ""], { op: "pass" }));
    const page = await html(path);
    expect(chips(page)).toEqual(["refused 1", "changed 0", "unchanged 0"]);
    expect(page).toContain('name="nominal"');
    expect((await send(owner, path, { nominal: "a lot" })).status).toBe(422);
    expect(pathOf(await send(owner, path, { nominal: "110T" }))).toBe(path);
    expect(chips(await html(path))).toEqual(["refused 0", "changed 1", "unchanged 0"]);
    await send(owner, `${path}/apply`, { reason: "tested on the bench" });
    await through(path);
    expect(farm.deps.control.rigs.byId(rig?.id ?? "")).toMatchObject({
      ...{ status: "online", nominalHps: 1.1e14 },
      statusReason: { text: "passed out of vetting by owner@nordlys.example: tested on the bench" },
    });
  });
});
