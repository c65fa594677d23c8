import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { hasBrowser, launch, openPage, signIn } from "./chromium.ts";
import { addOwner, type Farm, fill, openFarm, owner } from "./farm.ts";

const technician = { email: "tek@nordlys.example", password: owner.password };

async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate("axe.run(document).then((result) => result.violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))")) as string[];
  const beyond = (await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) as number;
  return beyond > 0 ? [...found, `${beyond} px wider than the window`] : found;
}

describe.if(hasBrowser)("many rigs at once", () => {
  let browser: Browser;
  let farm: Farm;

  beforeAll(async () => {
    [browser, farm] = await Promise.all([launch(), openFarm()]);
    await Promise.all([addOwner(farm), farm.deps.control.users.add({ ...technician, role: "technician" })]);
    fill(farm, 30);
  }, 30_000);
  afterAll(async () => {
    await browser.close();
    await farm.stop();
  });

  test("boxes are ticked from one to another with Shift, and stay ticked through a live change; the order asks before it acts", async () => {
    const { context, page, complaints } = await openPage(browser, { width: 1280, scheme: "light" });
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/rigs`);
    await page.locator("#badge[data-state=live]").waitFor();
    const box = (row: number) => page.locator(`#rows tr:nth-child(${row}) input[name=id]`);
    await box(6).click();
    await box(9).click({ modifiers: ["Shift"] });
    expect(await page.locator("#ticked").textContent()).toBe("4 ticked");
    const rig = farm.deps.control.rigs.all().toSorted((one, other) => (one.name < other.name ? -1 : 1))[6];
    if (rig === undefined) throw new Error("no rig");
    farm.deps.control.rigs.setStatus([{ rigNo: rig.no, status: "degraded", reason: { code: "test", text: "test" } }]);
    await page.locator(`#${rig.id} b`, { hasText: "degraded" }).waitFor();
    expect(await page.locator("#rows input[name=id]:checked").count()).toBe(4);
    await page.selectOption("#op", "park");
    await page.click("#bulk button");
    await page.locator("h1", { hasText: "Park 4 rigs" }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(farm.deps.control.rigs.all().some(({ parked }) => parked)).toBe(false);
    await page.click("#apply button");
    await page.waitForURL(/\/batches\//);
    await page.goto(`${farm.url}/rigs`);
    expect(await page.locator("#rows input[name=id]:checked").count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  }, 30_000);

  test("an order works without scripts", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/rigs?q=S21-02`);
    await page.check("#all");
    await page.selectOption("#op", "change");
    await page.click("#bulk button");
    await page.fill("#rack", "R7");
    await page.click("#fields button");
    await page.click("#apply button");
    await page.goto(page.url());
    expect(farm.deps.control.rigs.all().filter(({ location }) => location.rack === "R7")).toHaveLength(10);
    await context.close();
  }, 30_000);

  test("a technician places a rig and notes a repair on a phone", async () => {
    const { context, page, complaints } = await openPage(browser, { width: 390, scheme: "light" });
    await page.goto(`${farm.url}/login`);
    await page.fill("#email", technician.email);
    await page.fill("#password", technician.password);
    await Promise.all([page.waitForURL(`${farm.url}/`), page.click("button[type=submit]")]);
    const rig = farm.deps.control.rigs.all()[29];
    if (rig === undefined) throw new Error("no rig");
    await page.goto(`${farm.url}/rigs/${rig.id}`);
    await page.click(`a[href="/rigs/${rig.id}/edit"]`);
    expect(await faultsOf(page)).toEqual([]);
    await page.fill("#rack", "R9");
    await page.selectOption("#lifecycle", "maintenance");
    await page.click("button.primary");
    await page.waitForURL(`${farm.url}/rigs/${rig.id}`);
    await page.goto(`${farm.url}/rigs/${rig.id}/edit`);
    await page.fill("#text", "fan replaced");
    await page.click("#repairs button");
    await page.locator("#repairs dd", { hasText: "fan replaced" }).waitFor();
    expect(farm.deps.control.rigs.byId(rig.id)).toMatchObject({ location: { rack: "R9" }, lifecycle: "maintenance" });
    expect(complaints).toEqual([]);
    await context.close();
  }, 30_000);
});
