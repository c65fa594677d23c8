import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { hasBrowser, launch, openPage, signIn, type Watched } from "./chromium.ts";
import { addOwner, type Farm, fill, openFarm } from "./farm.ts";

const desk = { width: 1280, scheme: "light" } as const;

describe.if(hasBrowser)("the keyboard", () => {
  let browser: Browser;
  let farm: Farm;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    farm = await openFarm();
    await addOwner(farm);
    fill(farm, 25);
    browser = await launch();
    watched = await openPage(browser, desk);
    page = watched.page;
    await signIn(page, farm.url);
    // A loaded machine takes long to start a browser.
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await farm.stop();
  });

  const chosen = () => page.locator("#palette-list [aria-selected=true] > b");
  const focused = () => page.evaluate("document.activeElement?.textContent?.trim()");

  test("Ctrl K offers pages, finds what is typed, and goes where the arrows point", async () => {
    await page.goto(`${farm.url}/`);
    await page.keyboard.press("Control+k");
    await chosen().filter({ hasText: "Overview" }).waitFor();
    await page.keyboard.type("S21-01");
    await chosen().filter({ hasText: "S21-010" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await chosen().filter({ hasText: "S21-011" }).waitFor();
    expect(await page.getAttribute("#palette-q", "aria-activedescendant")).toBe("option-1");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await chosen().filter({ hasText: "S21-017" }).waitFor();
    await Promise.all([page.waitForURL(/\/rigs\/rig_/), page.keyboard.press("Enter")]);
    expect(await page.textContent("h1")).toBe("S21-017");
  });

  test("Enter before the answer to what was typed goes to the page of the search, not to what was found for another text", async () => {
    await page.goto(`${farm.url}/`);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("S21-01");
    await chosen().filter({ hasText: "S21-010" }).waitFor();
    // In one turn of the browser: no answer can come in between.
    const typed = "const q = document.getElementById('palette-q'); q.value = 'S21-017'; q.dispatchEvent(new Event('input', { bubbles: true }));";
    const entered = "q.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));";
    await Promise.all([page.waitForURL(`${farm.url}/search?q=S21-017`), page.evaluate(`{ ${typed} ${entered} }`)]);
    expect(await page.locator("main").textContent()).toContain("S21-017");
  });

  test("Escape closes the palette and gives the focus back", async () => {
    await page.goto(`${farm.url}/rigs`);
    await page.locator("#rows a").first().focus();
    await page.keyboard.press("Control+k");
    await chosen().waitFor();
    await page.keyboard.press("Escape");
    expect([await page.locator("#palette[open]").count(), await focused()]).toEqual([0, "S21-001"]);
  });

  test("g and a letter go to a page; j and k walk the rows; Enter opens; / filters", async () => {
    await page.goto(`${farm.url}/`);
    await page.keyboard.press("g");
    await Promise.all([page.waitForURL(`${farm.url}/rigs`), page.keyboard.press("r")]);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    expect(await focused()).toBe("S21-002");
    await page.keyboard.press("k");
    expect(await focused()).toBe("S21-001");
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement?.id")).toBe("q");
    await page.locator("#rows th a").nth(2).focus();
    await Promise.all([page.waitForURL(/\/rigs\/rig_/), page.keyboard.press("Enter")]);
    expect(await page.textContent("h1")).toBe("S21-003");
  });

  test("? lists the keys, and g with each of them goes where the list says", async () => {
    await page.goto(`${farm.url}/`);
    await page.keyboard.press("?");
    await page.locator("#key-help[open]").waitFor();
    const listed = "[...document.querySelectorAll('#key-help[open] a[data-go]')].map((link) => [link.dataset.go, link.href])";
    const places = (await page.evaluate(listed)) as [key: string, href: string][];
    expect(places).toContainEqual(["w", `${farm.url}/wall`]);
    expect(new Set(places.map(([key]) => key)).size).toBe(places.length);
    await page.keyboard.press("Escape");
    expect(await page.locator("#key-help[open]").count()).toBe(0);
    for (const [key, href] of places) {
      await page.goto(`${farm.url}/search`);
      await page.keyboard.press("g");
      await Promise.all([page.waitForURL(href), page.keyboard.press(key)]);
    }
  }, 60_000);

  test("single keys never act in a field, nor with another key held, nor when they are switched off", async () => {
    await page.goto(`${farm.url}/rigs`);
    await page.focus("#q");
    await page.keyboard.type("g/?jx");
    expect([await page.inputValue("#q"), await page.locator("dialog[open]").count()]).toEqual(["g/?jx", 0]);
    await page.goto(`${farm.url}/account`);
    await page.uncheck("#single_keys");
    await Promise.all([page.waitForURL(`${farm.url}/account`), page.click("#display button[type=submit]")]);
    await page.locator("body[data-keys=off]").waitFor();
    await page.keyboard.press("?");
    expect(await page.locator("dialog[open]").count()).toBe(0);
    await page.keyboard.press("Control+k");
    await chosen().waitFor();
  });

  test("nothing complains", () => {
    expect(watched.complaints).toEqual([]);
  });
});
