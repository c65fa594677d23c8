/**
 * `bun run bench restart`: a hub is killed with millions of shares in its journal that its database does not have, and started again. JSON lines:
 * how long until it listens, how long until everything is replayed, and what the journal's end and DuckDB cost of that. `RESTART_BENCH_ROWS` sets
 * how many (10 M by default).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDesk } from "../../src/cli/side-door.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import type { ShareRecord } from "../../src/ledger/share-record.ts";
import { silentLog } from "../../src/log.ts";
import { cpuMicroseconds, residentBytes } from "./support/process-figures.ts";

const rows = Number(process.env["RESTART_BENCH_ROWS"] ?? 10_000_000);
const root = join(import.meta.dir, "../..");

function report(metric: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ bench: "restart", metric, value: Number(value.toPrecision(3)), unit })}\n`);
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** In a process of its own: notes the shares and kills itself before any is loaded. */
async function fill(dataDir: string): Promise<void> {
  const limits = { loadIntervalMs: 3_600_000, loadGroupRows: 1 << 30 };
  const ledger = await openLedger({ dataDir, log: silentLog, now: Date.now, limits, onFatal: () => process.exit(70) });
  const startedAtMs = Date.now() - 600_000;
  const share: ShareRecord = {
    atMs: startedAtMs,
    rigNo: 0,
    sessionNo: 1,
    contractNo: 1,
    poolNo: 1,
    algorithm: "sha256d",
    difficulty: 65_536,
    poolDifficulty: 65_536,
    hubVerdict: "accepted",
    poolVerdict: "accepted",
    reason: null,
    answeredMs: 20,
  };
  for (let no = 0; no < rows; no++) {
    share.rigNo = no % 10_000;
    share.atMs = startedAtMs + (no * 600_000) / rows;
    while (ledger.append(share) < 0) await turn();
    if (no % 4_096 === 0) while (ledger.backlog().undurableBytes > 8 << 20) await turn();
  }
  while (ledger.backlog().undurableBytes > 0) await turn();
  process.kill(process.pid, "SIGKILL");
}

async function measure(dataDir: string): Promise<void> {
  const startedMs = performance.now();
  const serve = ["serve", "--data", dataDir, "--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0", "--log-level", "error"];
  const hub = Bun.spawn([process.execPath, join(root, "src/main.ts"), ...serve], { stdio: ["ignore", "pipe", "inherit"] });
  const { value } = await hub.stdout.getReader().read();
  if (!new TextDecoder().decode(value).startsWith("ready")) throw new Error("the hub did not start");
  report("listening after", performance.now() - startedMs, "ms");
  // The same on a machine that has other things to do.
  report("CPU until listening", cpuMicroseconds(hub.pid) / 1_000, "ms");
  const desk = await findDesk(dataDir);
  let slowest = 0;
  const first = await desk.report();
  report("not replayed when listening", first.lag, "records");
  for (let lag = first.lag; lag > 0; ) {
    const askedMs = performance.now();
    lag = (await desk.report()).lag;
    slowest = Math.max(slowest, performance.now() - askedMs);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  report("replayed after", performance.now() - startedMs, "ms");
  report("slowest report meanwhile", slowest, "ms");
  report("shares in the database", (await desk.report()).database.shares, "rows");
  await desk.close();
  report("resident after the replay", residentBytes(hub.pid) / 2 ** 20, "MiB");
  hub.kill("SIGTERM");
  await hub.exited;
}

const [given] = process.argv.slice(2);
if (given !== undefined) await fill(given);
else {
  const dataDir = mkdtempSync(join(tmpdir(), "restart-bench-"));
  try {
    const filling = Bun.spawn([process.execPath, import.meta.path, dataDir], { stdio: ["ignore", "inherit", "inherit"] });
    await filling.exited;
    await measure(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
