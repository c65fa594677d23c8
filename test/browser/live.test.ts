import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { hasBrowser, launch, openPage, signIn } from "./chromium.ts";
import { addOwner, type Farm, fill, openFarm, owner } from "./farm.ts";

const desk = { width: 1280, scheme: "light" } as const;

describe.if(hasBrowser)("live pages", () => {
  let browser: Browser;
  let farm: Farm;

  beforeAll(async () => {
    [browser, farm] = await Promise.all([launch(), openFarm()]);
    await addOwner(farm);
    fill(farm, 30);
    // A loaded machine takes long to start a browser.
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await farm.stop();
  });

  test("a changed rig changes in its row; the row, the focus and the caret stay", async () => {
    const { context, page, complaints } = await openPage(browser, desk);
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/rigs`);
    await page.locator("#badge[data-state=live]").waitFor();
    const rig = farm.deps.control.rigs.all()[0];
    if (!rig) throw new Error("no rig");
    const row = page.locator(`#${rig.id}`);
    expect(await row.textContent()).toContain("online");
    const handle = await row.elementHandle();
    await page.focus("#q");
    await page.evaluate("document.querySelector('#q').setRangeText('abc', 0, 0, 'start')");
    farm.deps.control.rigs.setStatus([{ rigNo: rig.no, status: "quarantined", reason: { code: "test", text: "test" } }]);
    await page.locator(`#${rig.id} b`, { hasText: "quarantined" }).waitFor();
    expect(await handle?.evaluate((element) => element.isConnected)).toBe(true);
    const caret = await page.evaluate("(({ id, value, selectionStart: start }) => ({ id, value, start }))(document.activeElement)");
    expect(caret).toEqual({ id: "q", value: "abc", start: 0 });
    expect(complaints).toEqual([]);
    await context.close();
  }, 20_000);

  test("what is ticked stays ticked while its row changes", async () => {
    const { context, page, complaints } = await openPage(browser, desk);
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/rigs`);
    await page.locator("#badge[data-state=live]").waitFor();
    const [, rig, other] = farm.deps.control.rigs.all();
    const tick = page.locator(`#${rig?.id} input[type=checkbox]`);
    await tick.check();
    for (const one of [rig, other]) {
      farm.deps.control.rigs.setStatus([{ rigNo: one?.no ?? 0, status: "flapping", reason: { code: "test", text: "test" } }]);
      await page.locator(`#${one?.id} b`, { hasText: "flapping" }).waitFor();
    }
    expect(await tick.isChecked()).toBe(true);
    expect(await page.locator(`#${other?.id} input[type=checkbox]`).isChecked()).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  }, 20_000);

  test("typing filters, keeps the caret, and the address says what is shown", async () => {
    const { context, page, complaints } = await openPage(browser, desk);
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/rigs`);
    await page.locator("#badge[data-state=live]").waitFor();
    await page.locator("#q").pressSequentially("S21-01");
    await page.locator("#rows tr:nth-child(10):last-child").waitFor();
    expect(new URL(page.url()).search).toBe("?q=S21-01");
    expect(await page.evaluate("document.activeElement?.id")).toBe("q");
    expect(complaints).toEqual([]);
    await context.close();
  }, 20_000);

  test("an opened menu stays open through a change; streams end with their page", async () => {
    const { context, page } = await openPage(browser, { width: 390, scheme: "dark" });
    await signIn(page, farm.url);
    await page.locator("#badge[data-state=live]").waitFor();
    await page.click("details.menu summary");
    farm.facts.pools.clear();
    await page.locator("#pools b", { hasText: "unused" }).first().waitFor();
    expect(await page.locator("details.menu").getAttribute("open")).toBe("");
    await context.close();
  }, 20_000);

  test("the badge says when the hub is away and when it is back; what changed meanwhile is there", async () => {
    const own = await openFarm();
    await addOwner(own);
    fill(own, 3);
    const { context, page } = await openPage(browser, desk);
    await signIn(page, own.url);
    await page.goto(`${own.url}/rigs`);
    await page.locator("#badge[data-state=live]").waitFor();
    await own.away();
    await page.locator("#badge[data-state=lost]", { hasText: "Reconnecting" }).waitFor();
    const [rig] = own.deps.control.rigs.all();
    own.deps.control.rigs.setStatus([{ rigNo: rig?.no ?? 0, status: "quarantined", reason: { code: "test", text: "meanwhile" } }]);
    await own.back();
    await page.locator("#badge[data-state=live]").waitFor();
    await page.locator(`#${rig?.id} b`, { hasText: "quarantined" }).waitFor();
    await context.close();
    await own.stop();
  }, 40_000);

  test("the wall goes on by itself after the hub was away, and says so meanwhile", async () => {
    const own = await openFarm();
    await addOwner(own);
    fill(own, 3);
    const { context, page } = await openPage(browser, desk);
    await signIn(page, own.url);
    await page.goto(`${own.url}/wall`);
    await page.locator("#badge[data-state=live]").waitFor();
    await own.away();
    await page.locator("body[data-stale] #badge", { hasText: "Reconnecting" }).waitFor();
    const [rig] = own.deps.control.rigs.all();
    own.deps.control.rigs.setStatus([{ rigNo: rig?.no ?? 0, status: "rejecting", reason: { code: "test", text: "meanwhile" } }]);
    await own.back();
    await page.locator(".attention", { hasText: "meanwhile" }).waitFor();
    await page.locator("body:not([data-stale]) #badge[data-state=live]").waitFor();
    await context.close();
    await own.stop();
  }, 40_000);

  test("back leads to the list as it was filtered, live again", async () => {
    const { context, page, complaints } = await openPage(browser, desk);
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/rigs`);
    await page.locator("#badge[data-state=live]").waitFor();
    await page.locator("#q").pressSequentially("S21-02");
    await page.locator("#rows tr:nth-child(10):last-child").waitFor();
    await page.locator("#rows a").first().click();
    await page.waitForURL(/\/rigs\/rig_/);
    await page.goBack();
    await page.locator("#badge[data-state=live]").waitFor();
    expect([new URL(page.url()).search, await page.inputValue("#q"), await page.locator("#rows tr").count()]).toEqual(["?q=S21-02", "S21-02", 10]);
    expect(complaints).toEqual([]);
    await context.close();
  }, 20_000);
});

/** The owner before the form of a pool, with its login typed. */
async function atNewPool() {
  const farm = await openFarm();
  await addOwner(farm);
  const browser = await launch();
  const { page } = await openPage(browser, desk);
  await signIn(page, farm.url);
  await page.goto(`${farm.url}/pools/new`);
  await page.fill("#username", "nordlys.{rig}");
  await page.fill("#password", "hunter2");
  return { farm, browser, page };
}

describe.if(hasBrowser)("forms", () => {
  test("what is wrong stands beside its field in the page that is open; what was typed is kept, and no answer repeats the password", async () => {
    const { farm, browser, page } = await atNewPool();
    await page.fill("#name", "Main");
    await page.fill("#url", "http://pool.example");
    const form = await page.locator("form.stack").elementHandle();
    const [answer] = await Promise.all([page.waitForResponse(`${farm.url}/pools`), page.click("button.primary")]);
    await page.locator("#url:focus").waitFor();
    expect(await page.locator("#url-error").textContent()).toContain("stratum+tcp://");
    expect(await page.getAttribute("#url", "aria-invalid")).toBe("true");
    expect([await page.inputValue("#username"), await page.inputValue("#password")]).toEqual(["nordlys.{rig}", "hunter2"]);
    expect([answer.status(), (await answer.text()).includes("hunter2"), new URL(page.url()).pathname]).toEqual([422, false, "/pools/new"]);
    expect(await form?.evaluate((element) => element.isConnected)).toBe(true);
    await page.fill("#url", "stratum+tcp://pool.example:3333");
    await page.click("button.primary");
    await page.waitForURL(/\/pools\/pol_/);
    expect(farm.changes()).toBe(1);
    expect(await page.locator("#pool-test h2").textContent()).toBe("The pool does not work");
    expect(farm.deps.control.fleets.ensureMain().houseProfileNo).toBe(1);
    await browser.close();
    await farm.stop();
  }, 30_000);

  test("whose session has ended goes through the login and comes back filled, with one button left", async () => {
    const { farm, browser, page } = await atNewPool();
    await page.fill("#url", "stratum+tcp://pool.example:3333");
    const { sessions, users, pools } = farm.deps.control;
    sessions.removeOfUser(users.all()[0]?.no ?? 0);
    await page.click("button.primary");
    await page.locator(".notice", { hasText: "What you typed is kept" }).waitFor();
    expect(pools.all()).toEqual([]);
    await page.fill("#email", owner.email);
    await page.fill("#password", owner.password);
    await page.click("button.primary");
    await page.locator("#username").waitFor();
    expect([await page.inputValue("#url"), await page.inputValue("#username")]).toEqual(["stratum+tcp://pool.example:3333", "nordlys.{rig}"]);
    expect([await page.inputValue("#password"), pools.all().length]).toEqual(["", 0]);
    await page.click("button.primary");
    await page.waitForURL(/\/pools\/pol_/);
    expect(pools.all()[0]?.password.reveal()).toBe("hunter2");
    await browser.close();
    await farm.stop();
  }, 30_000);

  test("a removal asks first, and is carried out only then", async () => {
    const farm = await openFarm();
    await addOwner(farm);
    const { models } = farm.deps.control;
    models.create({ name: "S21", algorithm: "sha256d", nominalHps: 2e14, watts: null });
    const browser = await launch();
    const { page, complaints } = await openPage(browser, desk);
    await signIn(page, farm.url);
    await page.goto(`${farm.url}/models/${models.all()[0]?.id}`);
    const danger = page.locator("dialog button.danger");
    const isAsked = () => page.locator("dialog[open]").isVisible();
    expect(await danger.isVisible()).toBe(false);
    await page.click("button:text('Delete…')");
    expect(await page.locator("dialog[open] p").first().textContent()).toContain("S21");
    await page.keyboard.press("Escape");
    expect([await isAsked(), models.all().length]).toEqual([false, 1]);
    await page.click("button:text('Delete…')");
    await Promise.all([page.waitForURL(`${farm.url}/models`), danger.click()]);
    expect(models.all()).toEqual([]);
    expect(complaints).toEqual([]);
    await browser.close();
    await farm.stop();
  }, 30_000);

  test("a rig is pinned to a profile and let go again", async () => {
    const farm = await openFarm();
    await addOwner(farm);
    fill(farm, 1);
    const browser = await launch();
    const { page } = await openPage(browser, desk);
    await signIn(page, farm.url);
    const rig = farm.deps.control.rigs.all()[0];
    await page.goto(`${farm.url}/rigs/${rig?.id}`);
    await page.click("#pin button.primary");
    await page.locator("#pin", { hasText: "Pinned to House" }).waitFor();
    expect(farm.moves).toEqual([{ rigNo: rig?.no ?? 0, to: { contractNo: 0, profileNo: 1 } }]);
    await page.click("#pin button:text('Unpin')");
    await page.locator("#pin", { hasText: "The hub decides" }).waitFor();
    expect(farm.moves).toHaveLength(2);
    await browser.close();
    await farm.stop();
  }, 30_000);
});
