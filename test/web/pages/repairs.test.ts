import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

const hourMs = 3_600_000;
let farm: Farm;
let technician: Person;
let viewer: Person;

const rigNamed = (name: string) => {
  const rig = farm.deps.control.rigs.byName(1, name);
  if (rig === null) throw new Error(`no rig ${name}`);
  return rig;
};
const htmlOf = async (path: string, who = technician) => {
  const answer = await who.get(path);
  expect(answer.status, path).toBe(200);
  return answer.text();
};
const namesIn = (html: string) => [...html.matchAll(/<th scope="row"><a href="\/rigs\/rig_\w+">([^<]+)<\/a>/g)].map(([, name]) => name);
const textOf = (html: string) => html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 10);
  const { control } = farm.deps;
  // They have been there for longer than any window. The fake ledger has a gap of 10 % in each.
  farm.clock.aheadMs = 30 * 24 * hourMs;
  farm.facts.hps.set(rigNamed("S21-003").no, 1e14);
  farm.facts.hps.set(rigNamed("S21-005").no, 1.5e14);
  farm.facts.hps.set(rigNamed("S21-007").no, 0);
  control.rigs.update(rigNamed("S21-002").id, { lifecycle: "maintenance" }, null);
  farm.facts.hps.set(rigNamed("S21-002").no, 0.2e14);
  [technician, viewer] = [await signInAs(farm, "technician"), await signInAs(farm, "viewer")];
}, 30_000);
afterAll(() => farm.stop());

test("rigs that want mending come by work lost, with what, how much of it, why and since when", async () => {
  const html = await htmlOf("/repairs");
  expect(namesIn(html).slice(0, 3)).toEqual(["S21-007", "S21-002", "S21-003"]);
  expect(namesIn(html).sort()).toEqual(["S21-002", "S21-003", "S21-005", "S21-007", "S21-008", "S21-009"]);
  const text = textOf(html);
  // 200 TH/s x 24 h, of which the hub ran 90 %.
  expect(text).toContain("4.320 PH/s·h 100 %, 21.6 h of its work");
  expect(text).toMatch(/S21-003 1\.920 PH\/s·h 44 %, 9\.6 h of its work/);
  expect(text).toContain("lifecycle maintenance");
  expect(text).toContain("6 rigs have lost ");
  expect(text).toContain("How is this computed?");
  expect(text).toContain("the pool said");
  expect(html).not.toContain(hostile);
});

test("a week is another question, and by row one walks from rack to rack", async () => {
  expect(textOf(await htmlOf("/repairs?span=7d"))).toContain("30.24 PH/s·h 100 %, 151.2 h");
  const html = await htmlOf("/repairs?by=row");
  const heads = [...html.matchAll(/<header><h2>([^<]+)<\/h2><small>([^<]+)/g)].map(([, text, rigs]) => [text?.slice(-20), rigs]);
  expect(heads).toEqual([["building B1 · row R3", "6 rigs"]]);
  expect(namesIn(html)).toEqual(["S21-002", "S21-003", "S21-005", "S21-007", "S21-008", "S21-009"]);
  expect(html.match(/class="printed tickbox"/g)).toHaveLength(6);
});

test("a technician notes a repair in the list; empty words are refused in place and the query stays", async () => {
  const rig = rigNamed("S21-007");
  const open = await htmlOf(`/repairs?by=row&span=7d&note=${rig.id}`);
  expect(open).toContain(`action="/repairs/${rig.id}?span=7d&by=row"`);
  const send = (who: Person, text: string) => who.post(`/repairs/${rig.id}?span=7d&by=row`, { _csrf: who.csrf, text });
  const refused = await send(technician, " ");
  const html = await refused.text();
  expect([refused.status, html.includes('id="text-error"'), html.includes("S21-003")]).toEqual([422, true, true]);
  const noted = await send(technician, `PSU replaced ${hostile}`);
  expect([noted.status, noted.headers.get("location")]).toEqual([303, `/repairs?span=7d&by=row#${rig.id}`]);
  const after = await htmlOf("/repairs");
  expect(after).toContain("PSU replaced");
  expect(after).toContain("technician@nordlys.example");
  expect(after).not.toContain(hostile);
  expect((await send(viewer, "x")).status).toBe(403);
  expect(await htmlOf("/repairs", viewer)).not.toContain("Note a repair");
});

test("one site alone, and a site where nothing is wrong", async () => {
  const [site] = farm.deps.control.sites.all();
  const other = farm.deps.control.sites.create({ name: "Elsewhere" });
  const html = await htmlOf(`/repairs?site=${other.ok ? other.value.id : ""}`);
  expect(html).toContain("Nothing to mend");
  expect(namesIn(await htmlOf(`/repairs?site=${site?.id}`))).toHaveLength(6);
});

test("the sum is of those rigs of which it is known what they lost; the others are counted beside it", async () => {
  const { rigs } = farm.deps.control;
  rigs.update(rigNamed("S21-009").id, { nominalHps: null }, null);
  farm.clock.aheadMs += 3_600_000;
  const lead = /<p class="lead">(.*?)<\/p>/.exec(await htmlOf("/repairs"))?.[1];
  expect(lead).toContain("5 rigs have lost ");
  expect(lead).toContain("1 rig without a nominal hashrate, or never seen: nobody knows what it lost.");
});
