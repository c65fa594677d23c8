import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { must } from "../../control/test-control.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let viewer: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 12);
  viewer = await signInAs(farm, "viewer");
});
afterAll(() => farm.stop());

const get = async (query: string) => (await (await viewer.get(`/rigs${query}`)).text()).replaceAll("&amp;", "&");
const heads = (html: string) => [...html.matchAll(/<th scope="col"[^>]*>(?:<a href="[^"]*">)?\s*([^<]*)/g)].map(([, text]) => text);
const usual = ["Status", "Rig", "1 min", "15 min", "24 h", "Of nominal", "Last 24 h", "Rejected, 1 h", "Serves", "Pool", "Last share"];

describe("the columns of the list of rigs", () => {
  test("are the usual ones until somebody chooses", async () => {
    expect(heads(await get(""))).toEqual(usual);
    expect(heads(await get("?cols=hps60&cols=hps900&cols=hps86400&cols=nominal&cols=day&cols=rejected&cols=contract&cols=pool&cols=last"))).toEqual(usual);
  });

  test("are those that the address names, in their own order; what is none is left out, and none at all is a choice", async () => {
    expect(heads(await get("?cols=&cols=place&cols=model&cols=hps60&cols=%3Cscript%3E"))).toEqual(["Status", "Rig", "1 min", "Model", "Place"]);
    expect(heads(await get("?cols="))).toEqual(["Status", "Rig"]);
  });

  test("stay with every way through the list: chips, order, search, the stream; and the chooser keeps the rest", async () => {
    const html = await get("?cols=place+hps60&status=online&sort=-place");
    expect(html).toContain('href="/rigs?status=degraded&sort=-place&cols=hps60+place"');
    expect(html).toContain('href="/rigs?status=online&sort=place&cols=hps60+place"');
    expect(html).toContain('hx-sse:connect="/live/rigs?status=online&sort=-place&cols=hps60+place');
    const search = /<form class="search"[\s\S]*?<\/form>/.exec(html)?.[0] ?? "";
    expect(search).toContain('name="cols" value="hps60 place"');
    const chooser = /<form [^>]*aria-label="Columns"[\s\S]*?<\/form>/.exec(html)?.[0] ?? "";
    expect([chooser.includes('name="status" value="online"'), chooser.match(/ checked/g)?.length]).toEqual([true, 2]);
    expect(chooser).toContain('href="/rigs?status=online&sort=-place"');
  });

  test("whom a rig serves is a column with a link, an order, and what one can search for", async () => {
    const [contract] = farm.deps.control.contracts.all();
    const cells = async (query: string) =>
      [...(await get(query)).matchAll(/<td class="cut">(<a href="([^"]*)">|<span[^>]*>)([^<]*)/g)].map(([, , href, text]) => [text, href]);
    const sold = ["C-00001", `/contracts/${contract?.id}`];
    expect((await cells("?cols=contract&sort=contract")).slice(0, 5)).toEqual([sold, sold, sold, sold, ["house", undefined]]);
    for (const q of ["C-00001", "c-1"]) expect(await cells(`?cols=contract&q=${q}`)).toEqual([sold, sold, sold, sold]);
    expect(await cells("?cols=contract&q=C-00002")).toEqual([]);
  });

  test("what people ordered of a rig stands under its status, and can be searched for", async () => {
    const names = async (query: string) => [...(await get(query)).matchAll(/<th scope="row"><a href="\/rigs\/rig_\w+">([^<]*)/g)].map(([, name]) => name);
    const [first, second] = farm.deps.control.rigs.all();
    if (first === undefined || second === undefined) throw new Error("a farm without rigs");
    expect(await names("?q=draining")).toEqual([]);
    must(farm.deps.control.rigs.update(first.id, { draining: true }, null));
    must(farm.deps.control.rigs.update(second.id, { parked: true }, null));
    farm.clock.aheadMs += 10_000;
    expect(await names("?q=draining")).toEqual([first.name]);
    expect(await names("?q=parked")).toEqual([second.name]);
    expect(await get("")).toContain('<small class="block">draining</small>');
  });

  test("a rig that came five minutes ago is shown by its work of these, in the list and on its page", async () => {
    const own = await openFarm();
    fill(own, 12);
    own.clock.aheadMs += 300_000;
    const reader = await signInAs(own, "viewer");
    const [rig] = own.deps.control.rigs.all();
    const rates = await own.deps.ledger.rates([900], Date.now());
    const hps = rates.get(rig?.no ?? 0)?.[0] ?? 0;
    const factorOf = (html: string, pattern: RegExp) => Number(pattern.exec(html)?.[1]) / (hps / 1e12);
    const list = await (await reader.get(`/rigs?q=${rig?.name}&cols=hps900`)).text();
    const page = await (await reader.get(`/rigs/${rig?.id}`)).text();
    for (const factor of [factorOf(list, /"rate"><span>([\d.]+)/), factorOf(page, /15 min<\/dt><dd class="figure"><span>([\d.]+)/)]) {
      // Windows of 15 minutes and what is left of a minute.
      expect(factor).toBeGreaterThanOrEqual(2.9);
      expect(factor).toBeLessThanOrEqual(3.3);
    }
    await own.stop();
  });

  test("the last day is a strip with a sentence, read once for all, and not read where nobody shows it", async () => {
    const own = await openFarm();
    // At half past, so that the hour that runs counts as the others do.
    const halfPastMs = 5_400_000 - (Date.now() % 3_600_000);
    own.clock.aheadMs = halfPastMs - 30 * 3_600_000;
    fill(own, 12);
    own.clock.aheadMs = halfPastMs;
    const { ledger, control } = own.deps;
    const { effectiveSteps } = ledger;
    let asked = 0;
    ledger.gaps = () => Promise.resolve([]);
    // The pages of this farm have begun to read already.
    const person = await signInAs(own, "viewer");
    ledger.effectiveSteps = (...question) => {
      asked += question[0] === "rig" ? 1 : 0;
      return effectiveSteps?.(...question) ?? Promise.reject(new Error("no steps"));
    };
    const list = async (query: string) => (await person.get(`/rigs${query}`)).text();
    expect(await list("?cols=place")).not.toContain('class="strip');
    const labels = [...(await list("?cols=day")).matchAll(/<svg class="strip rig"[^>]* role="img" aria-label="([^"]*)"/g)].map(([, text]) => text);
    expect(labels).toHaveLength(12);
    expect(labels[0]).toMatch(/^Last 1 d: 8\d\.\d % of its nominal hashrate; below 85 % for 3 h; below half for 2 h\.$/);
    await list("?all");
    // An hour at a time, and not again.
    expect(asked).toBeLessThanOrEqual(25);
    const rig = control.rigs.byNo(1);
    control.rigs.update(rig?.id ?? "", { nominalHps: null }, null);
    own.clock.aheadMs += 5_000;
    expect(await list("?cols=day")).toContain("of its own best hour, as it has no nominal hashrate");
    await own.stop();
  });

  test("a place is a column and an order, and does no harm", async () => {
    const places = async (sort: string) => [...(await get(`?cols=place&sort=${sort}`)).matchAll(/<td class="cut"><span>([^<]*)/g)].map(([, text]) => text);
    const up = await places("place");
    expect([up[0], up.length]).toEqual(["B1 · R3 · K1 · 1", 12]);
    expect([(await places("-place"))[0], up.at(-1)]).toEqual(["B1 · R3 · K3 &lt;b&gt; · 7", "B1 · R3 · K3 &lt;b&gt; · 7"]);
  });
});
