/**
 * `bun run test`: every test that needs no browser and no minutes. Its last line is `N passed, N failed`.
 * Arguments are handed to `bun test` (paths, `-t NAME`). `--browser` runs those that need Chromium instead.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countResults, sumOf } from "./junit.ts";

const given = process.argv.slice(2);
const inBrowser = given.includes("--browser");
const rest = given.filter((argument) => argument !== "--browser");

/** No test of ours waits; what ends them is for one that hangs, on a machine that does other things as well. */
const timeoutMs = 60_000;
const browserTests = rest.length > 0 ? rest : ["test/browser"];
const selection = ["--timeout", String(timeoutMs), ...(inBrowser ? browserTests : ["--path-ignore-patterns", "test/browser/**", ...rest])];

const folder = mkdtempSync(join(tmpdir(), "stratum-hub-tests-"));
const report = join(folder, "junit.xml");
try {
  const command = [process.execPath, "test", "--reporter=junit", `--reporter-outfile=${report}`, ...selection];
  const env = inBrowser ? { ...process.env, HUB_BROWSER: "1" } : process.env;
  const run = Bun.spawn(command, { env, stdout: "inherit", stderr: "inherit", stdin: "ignore" });
  const exitCode = await run.exited;
  const counts = sumOf(countResults(readReport(report)), exitCode);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function readReport(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
