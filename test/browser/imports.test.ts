import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { hasBrowser, launch, openPage, signIn } from "./chromium.ts";
import { addOwner, type Farm, openFarm } from "./farm.ts";

/** So many that their page is there before they are through. */
const rigs = 300;

describe.if(hasBrowser)("a file of rigs", () => {
  let browser: Browser;
  let farm: Farm;

  beforeAll(async () => {
    [browser, farm] = await Promise.all([launch(), openFarm()]);
    await addOwner(farm);
  }, 30_000);
  afterAll(async () => {
    await browser.close();
    await farm.stop();
  });

  test("is applied while its page stays open, and the page shows what became of it", async () => {
    const { context, page, complaints } = await openPage(browser, { width: 1280, scheme: "light" });
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/imports`);
    await page.fill("#text", `name,nominal\n${Array.from({ length: rigs }, (_, at) => `watched-${at},110T`).join("\n")}\n`);
    await page.click("main button.primary");
    await page.waitForURL(/\/imports\/imp_/);
    const id = page.url().split("/").at(-1) ?? "";
    await page.click("main button.primary");
    await page.locator("#progress").waitFor();
    await page.locator("#progress button", { hasText: "Undo…" }).waitFor();
    expect(farm.deps.control.imports.byId(id)?.state).toBe("done");
    expect(await page.locator(".chip", { hasText: "new" }).textContent()).toContain(String(rigs));
    expect(await page.locator("#rows tbody tr").count()).toBe(100);
    expect(complaints).toEqual([]);
    await context.close();
  }, 30_000);

  test("on a phone the reason of a row can be read whole; what leaves lines out asks first", async () => {
    const { context, page, complaints } = await openPage(browser, { width: 390, scheme: "light" });
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/imports`);
    await page.fill("#text", "name,serial,nominal,notes\nphone-1,S1,110T,\nphone-2,S2,110T,x\nphone-3,S3,110");
    await page.click("main button.primary");
    await page.waitForURL(/\/imports\/imp_/);
    const reason = page.locator("#rows .brief summary").first();
    expect(await reason.textContent()).toContain("the file seems to be cut off here");
    const hidden = "(() => { const one = document.querySelector('#rows .brief summary'); return one.scrollWidth - one.clientWidth; })()";
    expect(await page.evaluate(hidden)).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBeLessThanOrEqual(0);
    await page.click("button:has-text('Apply 2 of 3 rows…')");
    await page.click("dialog[open] button:has-text('Apply, and leave out 1')");
    await page.locator("#progress button", { hasText: "Undo…" }).waitFor();
    expect(farm.deps.control.rigs.all().filter(({ name }) => name.startsWith("phone-"))).toHaveLength(2);
    expect(complaints).toEqual([]);
    await context.close();
  }, 30_000);
});
