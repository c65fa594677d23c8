/**
 * Builds the single binary and uses it as an operator would: from an empty folder, with an empty environment and no node_modules in reach.
 * The last line is `N passed, N failed`.
 */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DemoApi } from "../../src/cli/demo-api.ts";

const root = join(import.meta.dir, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "stratum-hub-smoke-"));
const binary = join(folder, "stratum-hub");
const startedMsMax = 20_000;
const shareMsMax = 20_000;

type Running = ReturnType<typeof start>;
const running: Running[] = [];

function start(...argv: string[]) {
  return Bun.spawn([binary, ...argv], { cwd: folder, env: {}, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
}

/** A process that goes on; ended with the smoke test at the latest. */
function startService(...argv: string[]): Running {
  const service = start(...argv);
  running.push(service);
  return service;
}

async function output(...argv: string[]): Promise<string> {
  const run = start(...argv);
  const [out, err, code] = await Promise.all([run.stdout.text(), run.stderr.text(), run.exited]);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${err}`);
  return out.trim();
}

/** The first line on stdout that matches. */
async function lineOf(service: Running, pattern: RegExp): Promise<RegExpExecArray> {
  let seen = "";
  const deadline = Bun.sleep(startedMsMax).then(() => null);
  const reader = service.stdout.getReader();
  for (;;) {
    const chunk = await Promise.race([reader.read(), deadline]);
    if (chunk === null || chunk.done) throw new Error(`said ${JSON.stringify(seen)}, not ${pattern}; ${chunk === null ? "" : await service.stderr.text()}`);
    seen += new TextDecoder().decode(chunk.value);
    const found = pattern.exec(seen);
    if (found === null) continue;
    reader.releaseLock();
    return found;
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + shareMsMax;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${shareMsMax / 1000} s`);
    await Bun.sleep(100);
  }
}

const known = { token: "", http: "", stratum: "", pool: "" };

const steps: readonly [name: string, run: () => Promise<void>][] = [
  [
    "builds",
    async () => {
      const build = Bun.spawn([process.execPath, join(root, "src", "build.ts")], { cwd: root, stdout: "inherit", stderr: "inherit" });
      if ((await build.exited) !== 0) throw new Error("the build failed");
      copyFileSync(join(root, "dist", "stratum-hub"), binary);
    },
  ],
  [
    "tells its version",
    async () => {
      const text = await output("version");
      if (!text.startsWith("stratum-hub ")) throw new Error(text);
    },
  ],
  [
    "makes a token before its first start",
    async () => {
      known.token = await output("token", "create", "--name", "smoke", "--scopes", "admin");
    },
  ],
  [
    "serves, and says where",
    async () => {
      const hub = startService("serve", "--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0");
      const [, http = "", stratum = ""] = await lineOf(hub, /ready http=(\S+) stratum=(\S+)/);
      Object.assign(known, { http, stratum });
    },
  ],
  [
    "is ready",
    async () => {
      const response = await fetch(`http://${known.http}/readyz`);
      if (!response.ok) throw new Error(`readyz answered ${response.status}: ${await response.text()}`);
    },
  ],
  [
    "shows a page",
    async () => {
      const response = await fetch(`http://${known.http}/login`);
      const page = await response.text();
      if (!response.ok || !page.includes("<form")) throw new Error(`/login answered ${response.status}: ${page.slice(0, 200)}`);
      const sheet = /href="([^"]+\.css[^"]*)"/.exec(page)?.[1] ?? "/";
      const style = await fetch(new URL(sheet, `http://${known.http}`));
      if (!style.ok || !(style.headers.get("content-type") ?? "").includes("css")) throw new Error(`${sheet} answered ${style.status}`);
    },
  ],
  [
    "records a share that the pool accepted",
    async () => {
      const pool = startService("simulate", "pool", "--listen", "127.0.0.1:0", "--difficulty", "1e-7");
      const [, address = ""] = await lineOf(pool, /"listening":"([^"]+)"/);
      const api = new DemoApi(`http://${known.http}`, known.token);
      const { id } = await api.post("/pools", { name: "smoke", url: `stratum+tcp://${address}`, algorithm: "sha256d", username: "smoke" });
      const profile = await api.post("/profiles", { name: "smoke", pool_ids: [id] });
      const [fleet] = await api.list("/fleets");
      if (fleet === undefined) throw new Error("there is no fleet");
      await api.patch(`/fleets/${fleet["id"]}`, fleet, { house_profile_id: profile["id"] });
      startService("simulate", "rigs", "--url", `stratum+tcp://${known.stratum}`, "--count", "1", "--hashrate-hps", "20000");
      await until("a share is on record", async () => {
        const [rig] = await api.list("/rigs");
        if (rig === undefined) return false;
        const now = Date.now();
        const window = `from=${new Date(now - 60_000).toISOString()}&to=${new Date(now + 60_000).toISOString()}`;
        const summary = (await api.get(`/rigs/${rig["id"]}/shares-summary?${window}`)) as { pool_accepted?: { count?: number } };
        return (summary.pool_accepted?.count ?? 0) > 0;
      });
    },
  ],
  [
    "ends in order at SIGTERM",
    async () => {
      const [hub] = running;
      hub?.kill("SIGTERM");
      const code = await hub?.exited;
      if (code !== 0) throw new Error(`ended with ${code}: ${await hub?.stderr.text()}`);
    },
  ],
];

let passed = 0;
try {
  for (const [name, run] of steps) {
    await run();
    passed += 1;
    console.log(`ok     ${name}`);
  }
} catch (error) {
  console.log(`FAILED ${steps[passed]?.[0]}: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  for (const service of running) service.kill();
  await Promise.all(running.map((service) => service.exited));
  rmSync(folder, { recursive: true, force: true });
}
// Each step needs the one before, so what did not run counts as failed.
console.log(`${passed} passed, ${steps.length - passed} failed`);
process.exitCode = passed === steps.length ? 0 : 1;
