import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Contract } from "../../../src/control/contract-row.ts";
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

function contract(): Contract {
  const row = farm.deps.control.contracts.byNo(1);
  if (row === null) throw new Error("no contract");
  return row;
}
const pageOf = async () => (await owner.get(`/contracts/${contract().id}`)).text();
const send = (verb: string, fields: Record<string, string> = {}) => owner.post(`/contracts/${contract().id}/${verb}`, { _csrf: owner.csrf, ...fields });
const part = (html: string, id: string) => new RegExp(`id="${id}"[\\s\\S]*?</(section|p)>`).exec(html)?.[0] ?? "";

const chartIn = (html: string) => /id="hashrate"[\s\S]*?<\/section>/.exec(html)?.[0] ?? "";

test("a rig that left a moment ago is said to be gone while it counts as online", async () => {
  const rig = farm.deps.control.rigs.byNo(1);
  const fact = farm.facts.rigs.get(1);
  if (rig === null || fact === undefined) throw new Error("no rig");
  const row = async () => new RegExp(`id="serving-${rig.id}"[\\s\\S]*?</tr>`).exec(await pageOf())?.[0] ?? "";
  expect(await row()).not.toContain("not connected");
  farm.facts.rigs.set(1, { ...fact, sessions: [], disconnectedAtMs: farm.deps.now() - 4_000 });
  expect(await row()).toContain("not connected for 4 s; it counts as offline after 15 s");
  farm.facts.rigs.set(1, fact);
});

describe("the list of contracts", () => {
  test("shows promise, delivery and state, and nothing of a customer's name as markup", async () => {
    const html = await (await owner.get("/contracts")).text();
    const row = /<tr id="ctr_[\s\S]*?<\/tr>/.exec(html)?.[0] ?? "";
    expect(row).toContain("C-00001");
    expect(row).toContain("101.0 %");
    expect(row).toContain("<b>degraded</b>");
    expect(html).not.toContain(hostile);
  });

  test("is narrowed by word, by text and to those at risk; nonsense means nothing", async () => {
    const rows = async (query: string) => [...(await (await owner.get(`/contracts?${query}`)).text()).matchAll(/<tr id="ctr_/g)].length;
    expect(await Promise.all(["show=attention", "show=degraded", "q=borealis", "q=c-00001", "show=nope&page=-1"].map(rows))).toEqual([1, 1, 1, 1, 1]);
    const warned = async (query: string) => (await (await owner.get(`/contracts?${query}`)).text()).includes("There is no show “");
    expect(await Promise.all(["show=nope", "show=attention", "q=x"].map(warned))).toEqual([true, false, false]);
    expect(await Promise.all(["show=delivering", "show=ended", "q=nobody", "page=2"].map(rows))).toEqual([0, 0, 0, 0]);
  });
});

describe("the page of a contract", () => {
  test("begins with the sentence, and shows rigs with their reason, pools with their state, and who worked for it", async () => {
    const html = await pageOf();
    expect(part(html, "sentence")).toContain("C-00001 delivers 101 % of 600.0 TH/s");
    expect(part(html, "sentence")).toContain("S21-004 replaces S21-007");
    expect(part(html, "sentence")).not.toContain("chosen:");
    expect(part(html, "serving").match(/<tr id="serving-/g)?.length).toBe(4);
    expect(part(html, "pools")).toContain("its rigs mine here");
    expect(part(html, "pools").match(/stands by/g)?.length).toBe(1);
    expect(part(html, "allocations").match(/<li /g)?.length).toBe(4);
    expect(html).not.toContain(hostile);
  });

  test("marks on the chart what happened meanwhile, and repeats it in a list that leads to the event", async () => {
    const { rigs, events } = farm.deps.control;
    const serving = rigs.byNo(2);
    const other = rigs.byNo(9);
    farm.clock.aheadMs += 1_000;
    const tell = (rig: typeof serving) =>
      events.append({ type: "rig.status-changed", subjectKind: "rig", subjectId: rig?.id ?? "", text: `${rig?.name} is offline`, data: { to: "offline" } });
    tell(serving);
    tell(other);
    farm.clock.aheadMs += 1_000;
    const chart = chartIn(await pageOf());
    const listed = [...chart.matchAll(/<li id="mark-(evt_\w+)"[\s\S]*?<code>([\w.-]+)<\/code>/g)];
    expect(listed.map(([, , type]) => type)).toEqual(["rig.status-changed", "pool.failover", "rig.moved", "contract.activated"]);
    expect([chart.includes("S21-002 is offline"), chart.includes("S21-009")]).toEqual([true, false]);
    const signs = [...chart.matchAll(/<title>([\s\S]*?)<\/title>/g)].map(([, title]) => title?.split("\n").map((text) => text.slice(0, 7)));
    expect(signs).toEqual([["contrac"], ["Main: &", "S21-004", "S21-002"]]);
    const href = /<li id="mark-[^>]*>[\s\S]*?href="(\/events\?until=[^"]+)"/.exec(chart)?.[1] ?? "";
    expect(href.split("#").at(-1)).toBe(listed[0]?.[1] ?? "none");
    expect(await (await owner.get(href.replaceAll("&amp;", "&").split("#")[0] ?? "")).text()).toContain(`<li id="${listed[0]?.[1]}"`);
    const before = await (await owner.get(`/contracts/${contract().id}?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z`)).text();
    expect(chartIn(before)).not.toContain("mark-");
  });

  test("draws the line of the promise from when it became active on, not before", async () => {
    const levelIn = (html: string) => /class="nominal" d="M([\d.]+) [\d.]+H([\d.]+)"/.exec(chartIn(html))?.slice(1).map(Number) ?? [];
    const around = (ms: number) => new Date((contract().activatedAtMs ?? 0) + ms).toISOString();
    const shown = (fromMs: number, toMs: number) => owner.get(`/contracts/${contract().id}?from=${around(fromMs)}&to=${around(toMs)}`);
    const [fromX = 0, toX] = levelIn(await (await shown(-3_600_000, 3_600_000)).text());
    expect([Math.round(fromX / 10), toX]).toEqual([50, 1_000]);
    const before = await (await shown(-7_200_000, -3_600_000)).text();
    expect([levelIn(before), chartIn(before).includes('class="key nominal"')]).toEqual([[], false]);
  });

  test("has the drawing of who worked for it as a table, too", async () => {
    const table = /The drawing as a table[\s\S]*?<\/table>/.exec(await pageOf())?.[0] ?? "";
    expect(table.match(/<th scope="row"/g)?.length).toBeGreaterThanOrEqual(4);
    expect(table).toContain("C-00001 Borealis");
  });

  test("counts shares of the contract, not of a rig", async () => {
    expect(part(await pageOf(), "fates")).toContain("accepted by the hub");
  });
});

describe("commands", () => {
  test("suspend and resume: refused without a reason, told to hub and planner, shown in the sentence", async () => {
    const bare = await send("suspend");
    const html = await bare.text();
    expect([bare.status, html.includes('id="suspend_reason-error"'), /<dialog [^>]*open/.test(html)]).toEqual([422, true, true]);
    const before = farm.changes();
    expect((await send("suspend", { suspend_reason: "invoice 117" })).status).toBe(303);
    expect([contract().state, farm.changes() - before]).toEqual(["suspended", 1]);
    expect(part(await pageOf(), "sentence")).toContain("is suspended since");
    expect((await send("resume")).status).toBe(303);
    expect(contract().state).toBe("active");
  });

  test("renew reads the farm's time, and says what is no time", async () => {
    expect((await send("renew", { renew_ends_at: "2031-02-30T00:00" })).status).toBe(422);
    expect((await send("renew", { renew_ends_at: "2031-02-28T00:00" })).status).toBe(303);
    expect(contract().endsAtMs).toBe(Date.parse("2031-02-28T00:00:00Z"));
    const earlier = await send("renew", { renew_ends_at: "2030-01-01T00:00" });
    expect(await earlier.text()).toContain('id="renew_ends_at-error"');
  });

  test("terminate wants the number typed, and keeps what was typed beside it", async () => {
    const refused = await send("terminate", { terminate_reason: "moved away", terminate_number: "C-2" });
    const html = await refused.text();
    expect([refused.status, html.includes('id="terminate_number-error"'), html.includes('value="moved away"')]).toEqual([422, true, true]);
    expect(contract().state).toBe("active");
    expect((await send("terminate", { terminate_reason: "moved away", terminate_number: "c-00001" })).status).toBe(303);
    expect(contract().state).toBe("ended");
    expect(await pageOf()).not.toContain('id="commands"');
    expect((await (await owner.get("/contracts?show=ended")).text()).match(/<tr id="ctr_/g)?.length).toBe(1);
  });

  test("a viewer has none, and is refused one", async () => {
    const viewer = await signInAs(farm, "viewer");
    expect(await (await viewer.get(`/contracts/${contract().id}`)).text()).not.toContain("/suspend");
    expect((await viewer.post(`/contracts/${contract().id}/suspend`, { _csrf: viewer.csrf, suspend_reason: "x" })).status).toBe(403);
  });
});
