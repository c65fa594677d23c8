import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { hasBrowser, launch, openPage, signIn } from "./chromium.ts";
import { addOwner, type Farm, fill, openFarm } from "./farm.ts";

type Box = { x: number; y: number; width: number; height: number };

const boxOf = async (page: Page, selector: string): Promise<Box> => {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`nothing is drawn at ${selector}`);
  return box;
};

describe.if(hasBrowser)("long texts, and texts from right to left", () => {
  let browser: Browser;
  let farm: Farm;
  let page: Page;
  let rig: { no: number; id: string };
  let rename: (name: string) => void;

  beforeAll(async () => {
    [browser, farm] = await Promise.all([launch(), openFarm()]);
    await addOwner(farm);
    fill(farm, 4);
    const { allocations, contracts, customers, profiles, rigs } = farm.deps.control;
    const [customer, contract, first] = [customers.all()[0], contracts.byNo(1), rigs.all()[0]];
    if (customer === undefined || contract === null || first === undefined) throw new Error("the farm is not full");
    rig = first;
    rename = (name) => void customers.update(customer.id, { name }, null);
    const reason = { code: "test", text: "shared" };
    allocations.assign([{ rigNo: rig.no, contractNo: 1, profileNo: profiles.all()[0]?.no ?? null, fraction: 0.75, reason, decidedBy: "planner" }]);
    ({ page } = await openPage(browser, { width: 1280, scheme: "light" }));
    await signIn(page, farm.url);
    // A loaded machine takes long to start a browser.
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await farm.stop();
  });

  test("on a phone the time beside a customer's long name keeps its line", async () => {
    rename("A Mining Customer of the Far North with a Very Long Name");
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${farm.url}/rigs/${rig.id}`);
    expect((await boxOf(page, "#allocations li time")).height).toBeLessThan(30);
  });

  test("a name from right to left does not take the figure beside it along", async () => {
    rename("שלום");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${farm.url}/rigs/${rig.id}`);
    const [name, figure] = [await boxOf(page, "#allocations b a"), await boxOf(page, "#allocations b small")];
    expect(figure.x).toBeGreaterThanOrEqual(name.x + name.width - 1);
    await page.goto(`${farm.url}/schedule`);
    expect(await page.locator(".gantt svg[role=img]").first().getAttribute("aria-label")).toContain("\u2068C-00001 שלום\u2069, 75 %");
  });

  test("a scope's word stands beside its box", async () => {
    await page.goto(`${farm.url}/tokens`);
    const [box, word] = [await boxOf(page, "#scopes label input"), await boxOf(page, "#scopes label code")];
    expect(Math.abs(box.y + box.height / 2 - word.y - word.height / 2)).toBeLessThan(4);
  });

  test("times and addresses of the audit log are never broken", async () => {
    const { audit } = farm.deps.control;
    const doer = { actor: "user:x", name: "x".repeat(200), address: "2001:db8:1234:5678:9abc:def0:1234:5678", action: "POST /x", subjectId: null };
    await audit.during(doer, async () => void farm.deps.control.models.create({ name: "y".repeat(100), algorithm: "sha256d", nominalHps: 1e14, watts: 1 }));
    await page.goto(`${farm.url}/audit`);
    for (const cell of ["time", "td:nth-child(3)"]) {
      const selector = `tbody tr:first-child ${cell}`;
      const lines = `(() => { const range = document.createRange(); range.selectNodeContents(document.querySelector("${selector}")); return range.getClientRects().length; })()`;
      expect(await page.evaluate(lines), cell).toBe(1);
    }
  });
});
