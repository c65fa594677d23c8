import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../src/log.ts";
import { eventFlusher } from "../src/main.ts";

test("that the disk takes no events, and that it takes them again, is said once each", () => {
  const lines: string[] = [];
  let isFull = false;
  const flush = eventFlusher(
    () => {
      if (isFull) throw new Error("database or disk is full");
    },
    createLog("info", (line) => lines.push(JSON.parse(line).event)),
  );
  for (const full of [false, true, true, true, false, false, true]) {
    isFull = full;
    flush();
  }
  expect(lines).toEqual(["events.unwritten", "events.written", "events.unwritten"]);
});

const root = join(import.meta.dir, "..");

test.each([
  ["SIGUSR2", "thrown by a timer"],
  ["SIGHUP", "refused by a promise"],
] as const)(
  "an error that nobody catches (%s) ends the hub with 1 and one line that holds the stack",
  async (signal, words) => {
    const data = mkdtempSync(join(tmpdir(), "stratum-hub-crash-"));
    // As a folder that was made by hand.
    chmodSync(data, 0o755);
    try {
      const preload = ["--preload", join(root, "test", "support", "crash-child.ts")];
      const serve = ["serve", "--data", data, "--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0"];
      const hub = Bun.spawn([process.execPath, ...preload, join(root, "src", "main.ts"), ...serve], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
      const { value: ready } = await hub.stdout.getReader().read();
      expect(new TextDecoder().decode(ready)).toStartWith("ready ");
      const files = readdirSync(data, { recursive: true, encoding: "utf8" });
      expect(files).toContain("ledger.duckdb");
      expect(files.filter((file) => (statSync(join(data, file)).mode & 0o077) !== 0)).toEqual([]);
      hub.kill(signal);
      const [lines, code] = await Promise.all([hub.stderr.text(), hub.exited]);
      const last = JSON.parse(lines.trimEnd().split("\n").at(-1) ?? "");
      expect(last).toMatchObject({ level: "error", event: "hub.crashed", error: words, stack: expect.stringContaining("crash-child.ts") });
      expect(code).toBe(1);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  },
  30_000,
);

test("a hub whose log and stdout cannot be written goes on, and stops in order; a command whose answer is lost fails", async () => {
  const data = mkdtempSync(join(tmpdir(), "stratum-hub-deaf-"));
  try {
    const run = (line: string) =>
      Bun.spawn(["sh", "-c", `exec ${process.execPath} ${join(root, "src", "main.ts")} ${line}`], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const hub = run(`serve --data ${data} --http 127.0.0.1:0 --stratum 127.0.0.1:0 --log-level debug 2>/dev/full`);
    const { value: ready } = await hub.stdout.getReader().read();
    expect(new TextDecoder().decode(ready)).toStartWith("ready ");
    const token = run(`token create --name x --scopes admin --data ${data} >/dev/full`);
    expect(await token.stderr.text()).toBe("stratum-hub: stdout: what was printed could not be written (ENOSPC: no space left on device, write)\n");
    expect(await token.exited).toBe(1);
    hub.kill("SIGTERM");
    expect(await hub.exited).toBe(0);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}, 30_000);
