import { afterAll, beforeAll, expect, test } from "bun:test";
import { rackNames } from "../../../src/web/pages/rack-forms.ts";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let viewer: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 30);
  [owner, viewer] = [await signInAs(farm, "owner"), await signInAs(farm, "viewer")];
}, 30_000);
afterAll(() => farm.stop());

const htmlOf = async (who: Person, path: string) => {
  const answer = await who.get(path);
  expect(answer.status, path).toBe(200);
  return answer.text();
};
const send = (who: Person, path: string, fields: Record<string, string>) => who.post(path, { _csrf: who.csrf, ...fields });
const rackNamed = (name: string) => farm.deps.control.racks.all().find((rack) => rack.name === name);

test("a row's racks are drawn from the top level down, with every position, its rig and how it is", async () => {
  const html = await htmlOf(viewer, "/racks");
  const k1 = html.slice(html.indexOf("Rack K1"), html.indexOf("Rack K2"));
  expect([...k1.matchAll(/<th scope="row">(\d)<\/th>/g)].map(([, level]) => level)).toEqual(["4", "3", "2", "1"]);
  expect(k1.match(/<td/g)).toHaveLength(48);
  expect(k1).toMatch(/<small>1-2<\/small><a href="\/rigs\/rig_\w+" title="S21-002: online since [^"]+Level 1, slot 2 \(number 2\)"/);
  expect(k1).toContain("<b>rejecting</b></span><span>S21-005</span>");
  expect(k1).toContain("<small>4-12</small> <small>empty</small>");
  expect(k1).toContain("8 of 48 positions taken.");
});

test("two rigs at one place, a place that the rack has not, and a rack of no known size are said", async () => {
  const html = (await htmlOf(owner, "/racks")).replace(/<[^>]+>/g, "");
  expect(html).toContain("2 rigs say that they stand at 1-1: S21-001, S21-010.");
  expect(html).toContain("One rig says rack K1, but no position that it has: S21-009 (says behind the door).");
  expect(html).toContain("One rig says rack K2, but no position that it has: S21-012 (says none).");
  expect(html).toContain("Racks that rigs name, whose size nobody toldRack K3 &lt;b&gt; 1 rig Tell its size");
  expect(html).not.toContain(hostile);
});

test("who may only look gets neither form nor button", async () => {
  const html = await htmlOf(viewer, "/racks");
  expect(html).not.toContain("/racks/new");
  expect((await viewer.get("/racks/new")).status).toBe(403);
  expect((await send(viewer, "/racks", { name: "x", levels: "1", slots: "1" })).status).toBe(403);
});

test("one form adds a row of racks, or none of them", async () => {
  const fields = { site: "", building: "B9", row: "R1", levels: "4", slots: "6" };
  const made = await send(owner, "/racks", { ...fields, name: "K{01-12}" });
  expect([made.status, made.headers.get("location")]).toEqual([303, "/racks?site=&building=B9&row=R1"]);
  expect([rackNamed("K01")?.levels, rackNamed("K12")?.slots]).toEqual([4, 6]);
  const before = farm.deps.control.racks.all().length;
  const twice = await send(owner, "/racks", { ...fields, name: "K{10-15}" });
  const html = await twice.text();
  expect([twice.status, farm.deps.control.racks.all().length]).toEqual([409, before]);
  expect(html).toContain('id="name-error"');
  expect(html).toContain('value="K{10-15}"');
  for (const [field, value] of [
    ["levels", "lots"],
    ["slots", "101"],
    ["name", "K{1-500}"],
    ["name", "K{1-99999}"],
    ["name", "K{1-60}, L{1-60}"],
  ] as const) {
    const refused = await send(owner, "/racks", { ...fields, name: "Z", [field]: value });
    expect(await refused.text(), field).toContain(`id="${field}-error"`);
    expect(refused.status).toBe(422);
  }
  expect(farm.deps.control.racks.all()).toHaveLength(before);
});

test("a rack is changed; who was slower sees what it is now; a removed one leaves its rigs their words", async () => {
  const rack = rackNamed("K2");
  const path = `/racks/${rack?.id}`;
  const fields = { version: "1", site: rack?.siteId ?? "", building: "B1", row: "R3", name: "K2b", levels: "2", slots: "2" };
  expect((await send(owner, path, fields)).status).toBe(303);
  expect(farm.deps.control.rigs.byName(1, "S21-012")?.location.rack).toBe("K2b");
  const stale = await send(owner, path, { ...fields, levels: "9" });
  const html = await stale.text();
  expect([stale.status, html.includes("It is now: 2."), html.includes('value="9"')]).toEqual([412, true, true]);
  expect((await send(owner, `${path}/delete`, { version: "2" })).status).toBe(303);
  expect(farm.deps.control.rigs.byName(1, "S21-012")?.location.rack).toBe("K2b");
});

test("a rig's form says what the rack has", async () => {
  const rig = farm.deps.control.rigs.byName(1, "S21-001");
  const values = { version: String(rig?.version), name: "S21-001", site: rig?.siteId ?? "", building: "B1", row: "R3", rack: "K1", position: "9-9" };
  const refused = await send(owner, `/rigs/${rig?.id}/edit`, values);
  const html = await refused.text();
  expect([refused.status, /id="position-error"[^>]*>Must be a place in rack K1/.test(html), html.includes('value="9-9"')]).toEqual([422, true, true]);
});

test("a range of names counts as it is written", () => {
  expect(rackNames("K{8-10}b")).toEqual(["K8b", "K9b", "K10b"]);
  expect(rackNames("K{08-10}")).toEqual(["K08", "K09", "K10"]);
  expect(rackNames("K{x}")).toEqual(["K{x}"]);
  expect(rackNames("K1, K{3-4},, K1")).toEqual(["K1", "K3", "K4"]);
});
