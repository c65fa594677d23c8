import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { pagesOf } from "../support/page-paths.ts";
import { hasBrowser, launch, openPage, signIn } from "./chromium.ts";
import { addOwner, type Farm, fill, openFarm } from "./farm.ts";
import { fillWithWildTexts } from "./hostile.ts";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 800 };

type Finding = { id: string; nodes: { html: string; failureSummary?: string }[] };

/** axe's findings, one line each; `rule` asks for that one alone. */
async function faultsOf(page: Page, rule?: string): Promise<string[]> {
  // evaluate runs in the page's own world through the debugger, which its content policy does not bind.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const runOnly = rule === undefined ? tags : { type: "rule", values: [rule] };
  const found = (await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(runOnly)} }).then((result) => result.violations)`)) as Finding[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`));
}

/** What is wrong with a page at the width that it has. */
async function faultsAt(page: Page, width: { width: number; height: number }): Promise<string[]> {
  await page.setViewportSize(width);
  const faults = await faultsOf(page);
  const beyond = (await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) as number;
  return [...faults, ...(beyond > 0 ? [`${beyond} px wider than the window`] : [])].map((fault) => `${width.width} px: ${fault}`);
}

/** Everything of a page that must hold, whatever it shows: at a desk, on a phone, and its colours in the dark. */
async function faultsOfPage(page: Page, url: string): Promise<string[]> {
  await page.goto(url);
  const faults = [...(await faultsAt(page, desk)), ...(await faultsAt(page, phone))];
  await page.emulateMedia({ colorScheme: "dark" });
  faults.push(...(await faultsOf(page, "color-contrast")).map((fault) => `in the dark: ${fault}`));
  await page.emulateMedia({ colorScheme: "light" });
  if (await page.evaluate("'hacked' in window")) faults.push("ran what a rig or a person wrote");
  if ((await page.locator("h1").count()) !== 1) faults.push("has not one h1");
  return faults.map((fault) => `${url} ${fault}`);
}

async function faultsOfPages(browser: Browser, farm: Farm, paths: readonly string[]): Promise<string[]> {
  const { context, page, complaints } = await openPage(browser, { width: desk.width, scheme: "light" });
  const faults: string[] = [];
  for (const path of paths) {
    if (path !== "/login" && page.url() === "about:blank") await signIn(page, farm.url);
    faults.push(...(await faultsOfPage(page, `${farm.url}${path}`)));
    if (path === "/login") await signIn(page, farm.url);
  }
  await context.close();
  // The page that there is not is refused on purpose, and Chromium notes it; nothing else may be there.
  return [...faults, ...complaints.filter((text) => !text.includes("/rigs/none"))];
}

/** States of pages that an address asks for, beside the pages themselves. */
const states = [
  "/rigs?q=nothing-like-it",
  "/rigs?status=attention&sort=-hps900",
  "/rigs?cols=hps60+hps900+hps86400+nominal+day+rejected+model+place+contract+pool+last",
  "/contracts?show=ended",
  "/pools?q=nothing-like-it",
  "/schedule?at=2020-01-01T00:00",
  "/events?about=contract&q=x",
  "/audit?check=1",
  "/inventory?q=nothing-like-it",
  "/rigs/none",
];
/** Need a link of their own, and have a test of their own. */
const byLink = new Set(["/setup", "/welcome"]);
/** A browser keeps them instead of showing them. */
const isFile = (path: string) => path.endsWith(".csv") || path === "/audit/export";
const isPage = (path: string) => !isFile(path) && !byLink.has(path) && path !== "/login";

describe.if(hasBrowser)("pages in a real browser", () => {
  let browser: Browser;
  let empty: Farm;
  let full: Farm;
  let more: string[];

  beforeAll(async () => {
    [browser, empty, full] = await Promise.all([launch(), openFarm(), openFarm()]);
    await Promise.all([addOwner(empty), addOwner(full)]);
    fill(full, 30);
    more = await fillWithWildTexts(full);
    // A loaded machine takes long to start a browser.
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([empty.stop(), full.stop()]);
  });

  test("the full farm has one of everything that a page can be about", () => {
    expect(pagesOf(full.deps.control).without).toEqual([]);
  });

  for (const kind of ["empty", "full"] as const) {
    test(`${kind} hub: accessible in light and dark, inside the window at 390 and 1280 px, silent console`, async () => {
      const farm = kind === "empty" ? empty : full;
      const paths = ["/login", ...pagesOf(farm.deps.control).paths.filter(isPage), ...states, ...(kind === "full" ? more : [])];
      // Two at a time, each with every other page.
      const found = await Promise.all(
        [0, 1].map((turn) =>
          faultsOfPages(
            browser,
            farm,
            paths.filter((_, at) => at % 2 === turn),
          ),
        ),
      );
      expect(found.flat()).toEqual([]);
    }, 300_000);
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

  test("a phone loses no figure that one looks for first: answer times and sparkline of a pool, strip of a rig, both ends of an allocation", async () => {
    const { context, page } = await openPage(browser, { width: phone.width, scheme: "light" });
    await signIn(page, full.url);
    const inside = async (selector: string) => {
      const box = await page.locator(selector).first().boundingBox();
      return box !== null && box.width > 0 && box.x >= 0 && box.x + box.width <= phone.width;
    };
    const rows = {
      "/pools": ["#pool-rows td:has-text('p50')", "#pool-rows td:has-text('p99')", "#pool-rows .spark"],
      "/rigs": ["#rows .strip", "thead a:has-text('15 min')"],
      "/schedule": ["#at-moment td[data-head=From] time", "#at-moment td[data-head=To]"],
    };
    for (const [path, selectors] of Object.entries(rows)) {
      await page.goto(`${full.url}${path}`);
      for (const selector of selectors) expect([path, selector, await inside(selector)]).toEqual([path, selector, true]);
    }
    await page.goto(`${full.url}/rigs/${full.deps.control.rigs.all()[0]?.id}`);
    await page.click(".range summary");
    for (const name of ["from", "to"]) expect([name, await inside(`.range .pop [name=${name}]`)]).toEqual([name, true]);
    await context.close();
  }, 60_000);

  test("without scripts every page is plain and whole", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page, full.url);
    await page.goto(`${full.url}/rigs`);
    expect(await page.getByText("Connecting").isVisible()).toBe(false);
    expect(await page.locator("#rows tr").count()).toBe(30);
    await page.fill("#q", "S21-007");
    await page.click("form.search button");
    expect(await page.locator("#rows tr").count()).toBe(1);
    await page.click(".listing summary");
    await page.uncheck("[name=cols][value=pool]");
    await page.check("[name=cols][value=place]");
    await page.click(".listing button");
    expect(await page.locator("thead th").allTextContents()).toEqual([
      "Status",
      "Rig",
      "1 min",
      "15 min",
      "24 h",
      "Of nominal",
      "Last 24 h",
      "Rejected, 1 h",
      "Place",
      "Serves",
      "Last share",
    ]);
    expect(await page.locator("#rows tr").count()).toBe(1);
    await context.close();
  }, 30_000);
});

describe.if(hasBrowser)("the set-up link", () => {
  test("offers the zone of the browser until somebody has chosen one; UTC where there is no script", async () => {
    const [browser, farm] = await Promise.all([launch(), openFarm()]);
    const url = `${farm.url}/setup?token=${farm.deps.control.settings.createSetupToken().reveal()}`;
    const open = async (javaScriptEnabled: boolean) => {
      const page = await (await browser.newContext({ javaScriptEnabled, timezoneId: "Asia/Tokyo" })).newPage();
      await page.goto(url);
      return page;
    };
    expect(await (await open(false)).inputValue("#time_zone")).toBe("UTC");
    const page = await open(true);
    expect(await page.inputValue("#time_zone")).toBe("Asia/Tokyo");
    await page.selectOption("#time_zone", "UTC");
    await page.click("button[type=submit]");
    await page.locator("#email-error").waitFor();
    expect(await page.inputValue("#time_zone")).toBe("UTC");
    await browser.close();
    await farm.stop();
  }, 30_000);

  test("leads from the one-time link to the lines for a rig, once", async () => {
    const farm = await openFarm();
    const browser = await launch();
    const { page, complaints } = await openPage(browser, { width: 1280, scheme: "light" });
    const token = farm.deps.control.settings.createSetupToken().reveal();
    expect(await faultsOfPage(page, `${farm.url}/setup?token=${token}`)).toEqual([]);
    await page.setViewportSize(desk);
    await page.fill("#email", "kari@nordlys.example");
    await page.fill("#password", "short");
    await page.fill("#farm_name", "Nordlys & <b>Sons</b>");
    await page.selectOption("#time_zone", "Europe/Oslo");
    await page.click("button[type=submit]");
    expect(await page.locator("#password-error").textContent()).toContain("10");
    expect(await page.inputValue("#farm_name")).toBe("Nordlys & <b>Sons</b>");
    expect(await page.inputValue("#password")).toBe("short");
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
