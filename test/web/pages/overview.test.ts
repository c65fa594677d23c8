import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 20);
  const { fleets } = farm.deps.control;
  fleets.update(fleets.ensureMain().id, { alarmThresholdBp: 5_000 }, null);
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

/** Beyond the time that older facts serve. */
const laterMs = 14_000;
const page = async () => {
  farm.clock.aheadMs += laterMs;
  return (await owner.get("/")).text();
};
const part = (html: string, id: string) => new RegExp(`id="${id}"[\\s\\S]*?</section>`).exec(html)?.[0] ?? "";
const names = (html: string) => [...part(html, "attention").matchAll(/<b>(\w+)<\/b>/g)].map((match) => match[1]);

describe("what needs a person", () => {
  test("contracts at risk first, then fleets with rigs down, then pools; single rigs only while they are few", async () => {
    const html = await page();
    expect(names(html)).toEqual(["degraded", "unwell", "failing"]);
    expect(part(html, "attention")).toContain("of 20 rigs");
    expect(html).not.toContain(hostile);
  });

  test("a fleet with as many rigs down as its threshold allows is an alarm; a held one is said", async () => {
    const { fleets } = farm.deps.control;
    const { id } = fleets.ensureMain();
    fleets.update(id, { alarmThresholdBp: 3_000, held: { untilMs: farm.deps.now() + 60_000, reason: "switch" } }, null);
    expect(names(await page()).slice(0, 3)).toEqual(["degraded", "alarm", "held"]);
    fleets.update(id, { alarmThresholdBp: 3_001, held: null }, null);
    expect(names(await page())).not.toContain("alarm");
  });

  test("rigs are named one by one where they are few", async () => {
    const { rigs } = farm.deps.control;
    const well = rigs.all().slice(0, 16);
    rigs.setStatus(well.map(({ no }) => ({ rigNo: no, status: "online", reason: { code: "test", text: "" } })));
    const html = await page();
    expect(part(html, "attention")).toMatch(/S21-01[7-9]/);
    expect(names(html)).not.toContain("unwell");
  });
});

test("rigs that somebody took out are named until he takes it back", async () => {
  const { rigs } = farm.deps.control;
  const some = rigs.all().slice(0, 5);
  for (const { id } of some) rigs.update(id, { draining: true }, null);
  rigs.update(some[4]?.id ?? "", { draining: false, parked: true }, null);
  const attention = part(await page(), "attention");
  expect(attention).toContain('<a href="/rigs?q=draining">4 rigs draining</a><span>: S21-001, S21-002, S21-003 and 1 more: given to no contract');
  expect(attention).toContain('<a href="/rigs?q=parked">1 rig parked</a><span>: S21-005: ');
  for (const { id } of some) rigs.update(id, { draining: false, parked: false }, null);
  expect(part(await page(), "attention")).not.toMatch(/rigs? (draining|parked)/);
});

describe("the figures", () => {
  test("promised against delivered, and what could be promised on top", async () => {
    const tiles = /id="tiles"[\s\S]*?<\/dl>/.exec(await page())?.[0] ?? "";
    expect(tiles).toContain("101.0 % of 600.0 TH/s promised in 1 contract<");
    expect(tiles).toMatch(/Spare capacity<\/dt><dd class="figure"><span>1\.000<\/span> <small>PH/);
  });

  test("one that has just begun is in neither of the two", async () => {
    const { contracts } = farm.deps.control;
    const { customerNo, fleetNo, profileNo, method } = contracts.byNo(1) ?? {};
    if (customerNo === undefined || fleetNo === undefined || profileNo === undefined || method === undefined) throw new Error("no contract");
    const young = contracts.create({ customerNo, fleetNo, profileNo, method, promise: { promisedHps: 9e14 }, by: "user:none" });
    if (!young.ok) throw new Error(young.rule);
    contracts.setState([{ contractNo: young.value.no, to: "active" }]);
    farm.clock.aheadMs += 30_000;
    expect(await page()).toContain("101.0 % of 600.0 TH/s promised in 1 contract; 1 begins<");
    contracts.terminate(young.value.id, { atMs: null, reason: "over", by: "user:none" });
  });

  test("what is not known is said", async () => {
    farm.deps.control.rigs.create({ name: "new-1", fleetNo: 1 }, "user:none");
    const html = part(await page(), "unknowns");
    expect(html).toContain("The hub started");
    expect(html).toContain("1 rig has no nominal hashrate yet");
    expect(html).toContain("There is no data of");
    farm.healths.clear();
    farm.clock.aheadMs += 16 * 60_000;
    farm.diskTroubles.push({ code: "disk-full", text: "The disk is full, but the reserve lasts." });
    const later = part(await page(), "unknowns");
    expect(later).toContain("The disk is full, but the reserve lasts.");
    farm.diskTroubles.length = 0;
    expect(part(await page(), "unknowns")).not.toContain("The disk");
    expect(later).not.toContain("The hub started");
    expect(later).toContain("1 contract has not been judged yet");
  });
});

test("all is well only where no contract is at risk and every rig is connected, whatever the statuses say", async () => {
  const own = await openFarm();
  fill(own, 4);
  const { rigs } = own.deps.control;
  rigs.setStatus(rigs.all().map(({ no }) => ({ rigNo: no, status: "online", reason: { code: "test", text: "" } })));
  const person = await signInAs(own, "owner");
  const note = async () => {
    own.clock.aheadMs += laterMs;
    return /of 4 online<\/small>[\s\S]*?<dd class="note">([^<]*)/.exec(await (await person.get("/")).text())?.[1];
  };
  const fact = own.facts.rigs.get(1);
  if (fact === undefined) throw new Error("no rig");
  expect(await note()).toBe("1 contract at risk");
  own.healths.set(1, { state: "delivering", reason: { code: "filled", text: "" } });
  expect(await note()).toBe("all well");
  own.facts.rigs.set(1, { ...fact, sessions: [], disconnectedAtMs: own.deps.now() });
  expect(await note()).toBe("all well");
  own.clock.aheadMs += 15_000;
  expect(await note()).toBe("1 not connected");
  const html = await (await person.get("/")).text();
  expect(part(html, "attention")).toMatch(/<a href="\/rigs\?status=gone">1 rig not connected<\/a><span>: without a connection for longer than the fleet/);
  expect(part(html, "attention")).not.toContain("Nothing");
  const gone = await (await person.get("/rigs?status=gone")).text();
  expect(gone.match(/<tr id="rig_/g)).toHaveLength(1);
  expect(gone).toContain('aria-current="true">not connected</a>');
  rigs.setStatus([{ rigNo: 2, status: "degraded", reason: { code: "test", text: "" } }]);
  own.clock.aheadMs += laterMs;
  expect(part(await (await person.get("/")).text(), "attention")).toContain("1 rig not connected");
  rigs.setStatus([{ rigNo: 1, status: "offline", reason: { code: "test", text: "" } }]);
  own.clock.aheadMs += laterMs;
  expect(part(await (await person.get("/")).text(), "attention")).not.toContain("not connected");
  await own.stop();
});

test("an empty hub says what to do, and nothing is wrong with it", async () => {
  const empty = await openFarm();
  const person = await signInAs(empty, "owner");
  const html = await (await person.get("/")).text();
  expect(html).toContain("First light, in three steps");
  expect(html).toContain("nothing is promised now");
  await empty.stop();
});

test("of the time before there was a farm nobody misses data; a pool that nobody needs is not unwell", async () => {
  const own = await openFarm();
  fill(own, 4);
  const spare = own.deps.control.pools.create({ name: "Spare", host: "eu3.pool.example", port: 3333, username: "nordlys" });
  if (!spare.ok) throw new Error(spare.rule);
  const asked: number[] = [];
  const { gaps } = own.deps.ledger;
  own.deps.ledger.gaps = (fromMs, toMs) => {
    asked.push(fromMs);
    return gaps(fromMs, toMs);
  };
  const bornMs = own.deps.control.fleets.ensureMain().createdAtMs;
  const html = await (await (await signInAs(own, "owner")).get("/")).text();
  expect([asked.length > 0, Math.min(...asked.filter((fromMs) => fromMs >= bornMs - 1_000))]).toEqual([true, bornMs]);
  expect(part(html, "unknowns")).not.toContain("23 h of the last 24 hours");
  expect(html).toMatch(/1 ?<\/?[^>]*>[\s\S]{0,40}of 2 well/);
  await own.stop();
});

test("rigs that were entered and never came are not down, but never seen", async () => {
  const own = await openFarm();
  const { rigs } = own.deps.control;
  for (const name of ["new-1", "new-2"]) rigs.create({ name, fleetNo: own.deps.control.fleets.ensureMain().no }, "user:test");
  const person = await signInAs(own, "owner");
  const html = await (await person.get("/")).text();
  expect(html).toContain("2 never seen");
  expect(html).not.toMatch(/<b>(alarm|unwell|offline)<\/b>/);
  const list = await (await person.get("/rigs?status=never+seen")).text();
  expect(list.match(/<tr id="rig_[\s\S]*?<b>never seen<\/b>/g)).toHaveLength(2);
  expect(await (await person.get("/rigs?status=attention")).text()).toContain("No rig matches.");
  const id = rigs.byName(1, "new-1")?.id;
  for (const path of ["/rigs", `/rigs/${id}`, "/inventory", "/search?q=new-1", "/repairs"]) {
    const text = await (await person.get(path)).text();
    expect([path, text.includes("<b>offline</b>"), text.includes("by hand")]).toEqual([path, path === "/rigs", false]);
    if (path !== "/repairs") expect(text, path).toContain("<b>never seen</b>");
  }
  await own.stop();
});

test("what somebody did many times in a row is one line among the last events", async () => {
  const own = await openFarm();
  const person = await signInAs(own, "owner");
  // What was known before does not stand for it.
  await person.get("/");
  for (const name of ["a", "b", "c"]) await person.post("/models", { _csrf: person.csrf, name, algorithm: "sha256d", nominal: "100T" });
  const html = part(await (await person.get("/")).text(), "h-events");
  expect(html.match(/<code>model\.added/g)).toHaveLength(1);
  expect(html).toContain("model c, and 2 more like it");
  await own.stop();
});
