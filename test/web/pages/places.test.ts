import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let technician: Person;

const enter = (name: string, more = {}) => {
  const made = farm.deps.control.rigs.create({ name, fleetNo: 1, ...more }, "user:x");
  if (!made.ok) throw new Error(made.rule);
  return made.value;
};
const rigNamed = (name: string) => farm.deps.control.rigs.byName(1, name);
const send = (who: Person, path: string, fields: Record<string, string>) => who.post(path, { _csrf: who.csrf, ...fields });
const query = (fields: Record<string, string>) => `/inventory/place?${new URLSearchParams(fields)}`;
const countsIn = (html: string) =>
  Object.fromEntries([...html.matchAll(/<b>([a-z ]+)<\/b><\/span> <span>(\d+)<\/span><\/a>/g)].map(([, word, n]) => [word, Number(n)]));
const seenIn = (html: string) => /name="seen" value="(\w+)"/.exec(html)?.[1] ?? "";
const applied = async (answer: Response) => {
  const id = answer.headers.get("location")?.split("/").at(-1) ?? "";
  while (farm.deps.control.imports.byId(id)?.state !== "done") await new Promise((resolve) => setImmediate(resolve));
  return id;
};

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 12);
  [owner, technician] = [await signInAs(farm, "owner"), await signInAs(farm, "technician")];
}, 30_000);
afterAll(() => farm.stop());

test("placing shows what it would do, writes nothing, and then does just that, rig by rig, with a way back", async () => {
  const rigs = ["B7R1-1", "B7R1-2", "B7R2-1"].map((name) => enter(name));
  enter("B7R1-two", { location: { building: "7", row: "1", rack: null, position: "9" } });
  enter("B7R1-9");
  const fields = { by: "name", pattern: "B{building}R{row}-{position}", q: "B7R" };
  const html = await (await owner.get(query(fields))).text();
  expect(countsIn(html)).toEqual({ "would move": 5, conflict: 0, refused: 0, "not matched": 0, "is there already": 0 });
  expect(farm.deps.control.rigs.byId(rigs[0]?.id ?? "")).toEqual(rigs[0] ?? null);
  const answer = await send(owner, "/inventory/place", { ...fields, seen: seenIn(html) });
  expect(answer.status).toBe(303);
  const id = await applied(answer);
  expect(rigNamed("B7R2-1")?.location).toEqual({ building: "7", row: "2", rack: null, position: "1" });
  const audit = farm.deps.control.audit.latest({ subject: rigs[0]?.id ?? "" }, 1);
  expect(audit.ok && audit.value[0]?.changes.find((change) => change.id === rigs[0]?.id)).toBeTruthy();
  const undo = await (await owner.get(`/imports/${id}/undo.csv`)).text();
  expect(undo).toContain(rigs[2]?.id ?? "?");
  expect(countsIn(await (await owner.get(query(fields))).text())).toMatchObject({ "would move": 0, "is there already": 5 });
});

test("what changed since it was shown is shown again, and nothing is written", async () => {
  const rig = enter("C1-5");
  const fields = { by: "name", pattern: "C{row}-{position}", q: "C1-5" };
  const seen = seenIn(await (await owner.get(query(fields))).text());
  farm.deps.control.rigs.update(rig.id, { location: { building: "X", row: null, rack: null, position: null } }, null);
  const answer = await send(owner, "/inventory/place", { ...fields, seen });
  const html = await answer.text();
  expect([answer.status, html.includes("Rigs changed since this was shown")]).toEqual([409, true]);
  expect(rigNamed("C1-5")?.location.row).toBeNull();
  expect((await send(owner, "/inventory/place", { ...fields, seen: seenIn(html) })).status).toBe(303);
});

test("by the address that rigs are connected from", async () => {
  const html = await (await owner.get(query({ by: "address", pattern: "10.{row}.{rack}.{position}", q: "S21-01" }))).text();
  // All of the farm's rigs say the same address, so none may go there.
  expect(countsIn(html)).toMatchObject({ "would move": 0, conflict: 3 });
  expect(html).toContain("10.2.0.31");
});

test("a pattern that is none is refused in place; others may not", async () => {
  const answer = await owner.get(query({ pattern: `{shelf}${hostile}` }));
  const html = await answer.text();
  expect([answer.status, html.includes('id="pattern-error"')]).toEqual([422, true]);
  expect(html).not.toContain(hostile);
  expect((await owner.get(query({ pattern: "R{row}", to_site: "sit_none" }))).status).toBe(422);
  expect((await technician.get(query({ pattern: "R{row}" }))).status).toBe(403);
  expect((await send(technician, "/inventory/place", { pattern: "R{row}" })).status).toBe(403);
});

test("labels have a code of the rig's address, its asset code, model, serial and place", async () => {
  enter("lab-1", {
    assetCode: "AM-S21-000007",
    model: `S21 ${hostile.slice(0, 80)}`,
    serial: "SN77",
    location: { building: "B9", row: null, rack: null, position: "3" },
  });
  farm.clock.aheadMs += 60_000;
  const html = await (await technician.get("/inventory/labels?q=lab-1&size=a4-65&skip=4")).text();
  expect(html).toContain('<ul class="labels a4-65">');
  expect(html.match(/class="label used"/g)).toHaveLength(4);
  expect(html.match(/class="label"/g)).toHaveLength(1);
  for (const text of ["<b>AM-S21-000007</b>", "<span>lab-1</span>", "SN SN77", "B9 · 3", `${farm.url}/rigs/…`]) expect(html).toContain(text);
  expect(html).not.toContain(hostile.slice(0, 80));
});

test("labels come in whole sheets, and name the rigs that are asked for", async () => {
  for (let no = 0; no < 250; no += 1) enter(`many-${no}`);
  farm.clock.aheadMs += 60_000;
  const first = await (await owner.get("/inventory/labels?q=many-&size=a4-21")).text();
  expect(first.match(/<svg[^>]*role="img"/g)).toHaveLength(189);
  const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect((await (await owner.get(next)).text()).match(/<svg[^>]*role="img"/g)).toHaveLength(61);
  const [one, other] = [rigNamed("many-3"), rigNamed("many-4")];
  const named = await (await owner.get(`/inventory/labels?ids=${one?.id},${other?.id}`)).text();
  expect(named.match(/<svg[^>]*role="img"/g)).toHaveLength(2);
});
