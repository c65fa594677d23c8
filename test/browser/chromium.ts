import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { owner } from "./farm.ts";

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Browser tests need Debian's chromium; `.ci/run` installs it and sets this. */
export const hasBrowser = process.env["HUB_BROWSER"] === "1";

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args });
}

type Look = { width: number; scheme: "light" | "dark" };
/** A page and everything its console complained about: errors, and reports of the content policy. */
export type Watched = { context: BrowserContext; page: Page; complaints: string[] };

export async function openPage(browser: Browser, { width, scheme }: Look): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  return { context, page, complaints };
}

export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/login`);
  await page.fill("#email", owner.email);
  await page.fill("#password", owner.password);
  await Promise.all([page.waitForURL(`${url}/`), page.click("button[type=submit]")]);
}
