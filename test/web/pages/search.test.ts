import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let person: Person;
beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 30);
  person = await signInAs(farm, "viewer");
});
afterAll(() => farm.stop());

const page = async (q: string) => (await person.get(`/search?q=${encodeURIComponent(q)}`)).text();
const options = async (q: string) => (await person.get(`/search?q=${encodeURIComponent(q)}`, { "hx-request-type": "partial" })).text();
const groupsOf = (html: string) => [...html.matchAll(/<h2 id="h-([a-z]+)">/g)].map(([, name]) => name).filter((name) => name !== "keys");
const namesOf = (html: string) => [...html.matchAll(/<b>([^<]*)<\/b>/g)].map(([, name]) => name);

describe("search", () => {
  test("finds rigs, contracts, customers, pools and pages, each under its kind", async () => {
    expect(groupsOf(await page("s21-01"))).toEqual(["rigs"]);
    expect(groupsOf(await page("C-00001"))).toEqual(["contracts"]);
    expect(groupsOf(await page("borealis"))).toEqual(["contracts", "customers"]);
    expect(groupsOf(await page("eu1.pool"))).toEqual(["pools"]);
    expect(groupsOf(await page("audit"))).toEqual(["pages"]);
    expect(await page("nothing is called so")).toContain("No rig, contract, customer, pool or page is called so.");
  });

  test("puts what is called exactly so first, shows eight of a kind and says where the rest is", async () => {
    const html = await page("s21-0");
    expect([...html.matchAll(/>S21-0\d\d</g)]).toHaveLength(8);
    expect(html).toContain('<a href="/rigs?q=s21-0">All that match</a>');
    const { rigs, fleets } = farm.deps.control;
    rigs.enrol([{ fleetNo: fleets.all()[0]?.no ?? 0, name: "21", nominalHps: 1e14 }]);
    farm.clock.aheadMs += 60_000;
    expect(namesOf(await options("21"))[0]).toBe("21");
  });

  test("C-00000 is no contract: not that of all the rigs that serve none", async () => {
    const found = async (q: string) => [...(await (await person.get(`/rigs?q=${q}`)).text()).matchAll(/>S21-0\d\d</g)].length;
    expect([(await found("S21-0")) > 0, await found("C-00000"), await found("c-0")]).toEqual([true, 0, 0]);
  });

  test("finds a rig by a name that it had, and says which", async () => {
    const { rigs } = farm.deps.control;
    const rig = rigs.byName(1, "S21-007");
    rigs.update(rig?.id ?? "", { name: "hall-7" }, null);
    rigs.claimWorker(rig?.id ?? "", "board-x");
    farm.clock.aheadMs += 60_000;
    for (const q of ["s21-007", "board-x"]) {
      expect(await page(q)).toMatch(new RegExp(`hall-7[\\s\\S]*worker name ${q}`, "i"));
      expect(await (await person.get(`/rigs?q=${q}`)).text()).toContain(`id="${rig?.id}"`);
    }
  });

  test("gives the palette its options alone; without a word, the pages", async () => {
    const some = await options("C-00001");
    expect([some.includes("<html"), some.includes('role="option" id="option-0"')]).toEqual([false, true]);
    expect(namesOf(await options("")).slice(0, 3)).toEqual(["Overview", "Rigs", "Contracts"]);
    expect(some).not.toContain("<script>");
  });
});
