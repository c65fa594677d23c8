import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let operator: Person;
let viewer: Person;
beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 12);
  farm.deps.control.settings.set("timeZone", "Europe/Oslo");
  [operator, viewer] = await Promise.all([signInAs(farm, "operator"), signInAs(farm, "viewer")]);
}, 30_000);
afterAll(() => farm.stop());

const times = { from: "2031-07-01T08:00", to: "2031-07-01T10:30" };
const send = (person: Person, path: string, fields: Record<string, string>) => person.post(path, { _csrf: person.csrf, ...fields });
const windows = () => farm.deps.control.maintenance.all();
const faultsIn = (html: string) => [...html.matchAll(/id="([\w]+)-error"/g)].map((match) => match[1]);
const siteId = () => farm.deps.control.sites.all()[0]?.id ?? "";

test("maintenance of rigs by name is planned on the reader's clock, told to the hub, and stands on the schedule", async () => {
  const before = farm.changes();
  const fields = { reason: `Fans ${hostile}`, subject: "rigs", rigs: "S21-001, S21-003;S21-001", excused: "1", ...times };
  expect((await send(operator, "/maintenance", fields)).headers.get("location")).toBe("/schedule#maintenance");
  const rigNos = ["S21-001", "S21-003"].map((name) => farm.deps.control.rigs.byName(1, name)?.no ?? 0);
  expect(windows().at(-1)).toMatchObject({
    subject: { kind: "rigs", rigNos },
    excused: true,
    fromMs: Date.parse("2031-07-01T06:00:00Z"),
    toMs: Date.parse("2031-07-01T08:30:00Z"),
  });
  expect(farm.changes()).toBe(before + 1);
  const html = await (await viewer.get("/schedule")).text();
  expect(html).toContain("<span>S21-001, S21-003</span> <small>2 rigs</small>");
  expect([html.includes(hostile), html.includes('href="/maintenance/')]).toEqual([false, false]);
  expect(farm.deps.control.events.latest(1)[0]?.type ?? "").toBe("maintenance.planned");
});

test("a fleet, a site and a rack are meant each by its own fields, and come back into the form", async () => {
  const { id: fleetId } = farm.deps.control.fleets.ensureMain();
  const form = async (fields: Record<string, string>) => {
    expect((await send(operator, "/maintenance", { reason: "x", ...times, ...fields })).status).toBe(303);
    const made = windows().at(-1);
    return { made, html: await (await operator.get(`/maintenance/${made?.id}`)).text() };
  };
  const fleet = await form({ subject: fleetId });
  expect([fleet.made?.subject.kind, fleet.made?.excused]).toEqual(["fleet", false]);
  expect((await form({ subject: siteId() })).made?.subject).toEqual({ kind: "site", siteId: siteId() });
  const rack = await form({ subject: siteId(), row: "R3", rack: "K1" });
  expect(rack.made?.subject).toEqual({ kind: "rack", siteId: siteId(), building: null, row: "R3", rack: "K1" });
  expect([rack.html.includes('value="R3"'), rack.html.includes(`value="${siteId()}" selected`), rack.html.includes('value="2031-07-01T10:30:00"')]).toEqual([
    true,
    true,
    true,
  ]);
});

test("all that is wrong stands beside its fields, and what was typed stays", async () => {
  const count = windows().length;
  const refused = await send(operator, "/maintenance", { reason: "", subject: "rigs", rigs: "S21-001 nobody", from: "soon", to: times.to });
  const html = await refused.text();
  expect([refused.status, faultsIn(html).sort(), html.includes('value="S21-001 nobody"')]).toEqual([422, ["from", "reason", "rigs"], true]);
  expect(html).toContain("Has a name that no rig has: nobody.");
  const { id: fleetId } = farm.deps.control.fleets.ensureMain();
  for (const [fields, at] of [
    [{ subject: "rigs", rigs: "" }, "rigs"],
    [{ subject: fleetId, rack: "K1" }, "rack"],
    [{ subject: fleetId, rigs: "S21-001" }, "rigs"],
    [{ subject: siteId(), row: "R3" }, "rack"],
    [{ subject: "sit_none" }, "subject"],
    [{ subject: fleetId, to: times.from }, "to"],
  ] as const) {
    const answer = await send(operator, "/maintenance", { reason: "x", ...times, ...fields });
    expect([answer.status, faultsIn(await answer.text())]).toEqual([422, [at]]);
  }
  expect(windows()).toHaveLength(count);
});

test("its end is moved, of two edits the later one is asked, and it is called off; who only looks may do nothing of that", async () => {
  const { id, version } = windows()[0] ?? { id: "", version: 0 };
  const path = `/maintenance/${id}`;
  const fields = { reason: "Fans", subject: "rigs", rigs: "S21-001 S21-003", excused: "1", ...times, version: String(version) };
  for (const refused of ["/maintenance", path, `${path}/delete`]) expect((await send(viewer, refused, fields)).status).toBe(403);
  expect((await viewer.get("/maintenance/new")).status).toBe(403);
  expect((await send(operator, path, { ...fields, to: "2031-07-01T09:00" })).status).toBe(303);
  expect(windows()[0]?.toMs).toBe(Date.parse("2031-07-01T07:00:00Z"));
  const stale = await send(operator, path, { ...fields, to: "2031-07-01T12:00" });
  expect([stale.status, (await stale.text()).includes("this was changed meanwhile by")]).toEqual([412, true]);
  expect((await send(operator, `${path}/delete`, { version: String(version + 1) })).status).toBe(303);
  expect(windows().some((window) => window.id === id)).toBe(false);
  expect((await operator.get(path)).status).toBe(404);
});
