import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { hasBrowser, launch, looks, openPage, signIn } from "./chromium.ts";
import { addOwner, type Farm, fill, openFarm } from "./farm.ts";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

type Finding = { id: string; nodes: { html: string; failureSummary?: string }[] };

/** axe's findings, one line each. */
async function faultsOf(page: Page): Promise<string[]> {
  // evaluate runs in the page's own world through the debugger, which its content policy does not bind.
  await page.evaluate(axe.source);
  const found = (await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then((result) => result.violations)`)) as Finding[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`));
}

/** Everything of a page that must hold, whatever it shows. */
async function expectSound(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const where = `${url} at ${page.viewportSize()?.width}`;
  expect(await faultsOf(page), where).toEqual([]);
  const beyond = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  expect(beyond, `${where}: wider than the window`).toBeLessThanOrEqual(0);
  expect(await page.evaluate("'hacked' in window"), where).toBe(false);
  expect(await page.locator("h1").count(), `${where}: one h1`).toBe(1);
}

function pathsOf({ deps: { control } }: Farm): string[] {
  const first = (rows: { id: string }[], place: string) => rows.slice(0, 1).map(({ id }) => `${place}/${id}`);
  return [
    ...[
      "/",
      "/rigs",
      "/rigs?q=nothing-like-it",
      "/contracts",
      "/contracts?show=ended",
      "/contracts/new",
      "/customers",
      "/customers/new",
      "/schedule",
      "/schedule?at=2020-01-01T00:00",
      "/events?about=contract&q=x",
      "/fleets",
      "/fleets/new",
      "/pools",
      "/pools/new",
      "/profiles/new",
      "/connect",
      "/events",
      "/inventory",
      "/racks",
      "/repairs",
      "/repairs?span=7d&by=row",
      "/racks/new?row=R3&name=K9",
      "/inventory/labels?size=a4-65&skip=3",
      "/inventory/place",
      "/inventory/place?pattern=S{row}-{position}",
      "/rigs/none",
    ],
    ...first(control.rigs.all(), "/rigs"),
    ...first(control.fleets.all(), "/fleets"),
    ...first(control.contracts.all(), "/contracts"),
    ...first(control.contracts.all(), "/contracts").map((path) => `${path}/change`),
    ...first(control.customers.all(), "/customers"),
    ...first(control.pools.all(), "/pools"),
    ...first(control.profiles.all(), "/profiles"),
    ...first(control.racks.all(), "/racks"),
    ...first(control.rigs.all(), "/rigs").map((path) => `${path}/edit`),
  ];
}

describe.if(hasBrowser)("pages in a real browser", () => {
  let browser: Browser;
  let empty: Farm;
  let full: Farm;

  beforeAll(async () => {
    [browser, empty, full] = await Promise.all([launch(), openFarm(), openFarm()]);
    await Promise.all([addOwner(empty), addOwner(full)]);
    fill(full, 30);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([empty.stop(), full.stop()]);
  });

  for (const look of looks) {
    for (const kind of ["empty", "full"] as const) {
      test(`${kind} hub, ${look.width} px, ${look.scheme}: accessible, inside the window, silent console`, async () => {
        const farm = kind === "empty" ? empty : full;
        const { context, page, complaints } = await openPage(browser, look);
        await expectSound(page, `${farm.url}/login`);
        await signIn(page, farm.url);
        for (const path of pathsOf(farm)) await expectSound(page, `${farm.url}${path}`);
        // The one page that does not exist says so in the console; nothing else may.
        expect(complaints.filter((text) => !text.includes("/rigs/none"))).toEqual([]);
        await context.close();
      }, 60_000);
    }
  }

  test("the checks see a fault when there is one", async () => {
    const { context, page, complaints } = await openPage(browser, { width: 1280, scheme: "light" });
    await page.goto(`${empty.url}/login`);
    await page.evaluate("document.querySelector('form').insertAdjacentHTML('beforeend', '<input name=bare>')").catch(() => {});
    await page.evaluate("document.querySelector('form').append(Object.assign(document.createElement('input'), { name: 'bare' }))");
    expect((await faultsOf(page)).join()).toContain("label: ");
    expect(complaints.join()).toContain("TrustedHTML");
    await context.close();
  }, 20_000);

  test("without scripts every page is plain and whole", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page, full.url);
    await page.goto(`${full.url}/rigs`);
    expect(await page.locator("#rows tr").count()).toBe(30);
    await page.fill("#q", "S21-007");
    await page.click("form.search button");
    expect(await page.locator("#rows tr").count()).toBe(1);
    await context.close();
  });
});

describe.if(hasBrowser)("the set-up link", () => {
  test("leads from the one-time link to the lines for a rig, once", async () => {
    const farm = await openFarm();
    const browser = await launch();
    const { page, complaints } = await openPage(browser, { width: 1280, scheme: "light" });
    const token = farm.deps.control.settings.createSetupToken().reveal();
    await expectSound(page, `${farm.url}/setup?token=${token}`);
    await page.fill("#email", "kari@nordlys.example");
    await page.fill("#password", "short");
    await page.fill("#farm_name", "Nordlys & <b>Sons</b>");
    await page.selectOption("#time_zone", "Europe/Oslo");
    await page.click("button[type=submit]");
    expect(await page.locator("#password-error").textContent()).toContain("10");
    expect(await page.inputValue("#farm_name")).toBe("Nordlys & <b>Sons</b>");
    expect(await page.inputValue("#password")).toBe("");
    await page.fill("#password", "a long enough sentence");
    await Promise.all([page.waitForURL(`${farm.url}/connect`), page.click("button[type=submit]")]);
    expect(await page.locator("code", { hasText: "stratum+tcp://" }).first().textContent()).toBe("stratum+tcp://127.0.0.1:3333");
    expect(await page.title()).toBe("Connect · Nordlys & <b>Sons</b>");
    await page.goto(`${farm.url}/setup?token=${token}`);
    expect(await page.locator("h1").textContent()).toBe("This link is not valid");
    // Two answers are refusals on purpose (422, 404), and Chromium notes both.
    expect(complaints.filter((text) => !/status of 4(22|04)/.test(text))).toEqual([]);
    await browser.close();
    await farm.stop();
  }, 30_000);
});
