import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
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
const heads = (html: string) => [...html.matchAll(/<th scope="col"[^>]*><a href="[^"]*">([^<]*)/g)].map(([, text]) => text);
const usual = ["Status", "Rig", "1 min", "15 min", "24 h", "Of nominal", "Rejected, 1 h", "Serves", "Pool", "Last share"];

describe("the columns of the list of rigs", () => {
  test("are the usual ones until somebody chooses", async () => {
    expect(heads(await get(""))).toEqual(usual);
    expect(heads(await get("?cols=hps60&cols=hps900&cols=hps86400&cols=nominal&cols=rejected&cols=contract&cols=pool&cols=last"))).toEqual(usual);
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

  test("a place is a column and an order, and does no harm", async () => {
    const places = async (sort: string) => [...(await get(`?cols=place&sort=${sort}`)).matchAll(/<td class="cut"><span>([^<]*)/g)].map(([, text]) => text);
    const up = await places("place");
    expect([up[0], up.length]).toEqual(["B1 · R3 · K1 · 1", 12]);
    expect([(await places("-place"))[0], up.at(-1)]).toEqual(["B1 · R3 · K3 &lt;b&gt; · 7", "B1 · R3 · K3 &lt;b&gt; · 7"]);
  });
});
