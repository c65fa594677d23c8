/**
 * What a share costs in the ledger, journal and loader together, all threads counted, and how long questions take: `bun
 * test/bench/ledger.bench.ts`, one JSON line per figure; `--rows 100000000` asks them with so many shares behind, `--seconds 60` loads
 * longer, `--only append,load,questions` and `--rates 10000,50000` take parts of it; `--folder DIR` keeps the shares for
 * another time. For comparison with the budget of 1.3 µs pin it:
 * `taskset -c 1 bun test/bench/ledger.bench.ts`. Beside each time until shares are on disk stands what the same disk does with the same
 * pattern on its own, right before and after: where that is slow no journal can be quick.
 *
 * Last figures (two cores, others at work on both): append 29 ns; CPU per share 1.2-1.5 us at 150,000/s on one core, 1.5-2.2 at 80,000/s (DuckDB 0.7,
 * the loader's own 0.2, a commit 0.3-0.5 ms). On disk after, p50 and p99, at 50,000/s for 60 s: 1.6 and 6-7 ms where the machine does nothing else (the disk alone 1.6 and
 * 3-6), 23 where it does (the disk alone 17); of a long wait 60-75 % is the sync itself, the rest a busy core. 100 M rows and pages at 10,000/s: 7 ms (the
 * disk alone 4), memory 395 MiB. Event loop late p99 1.0-1.9 ms.
 * Questions over 100 M rows, of rigs that forward a fifth of their shares: last 15 whole minutes per rig 6.6-8.4 ms, to the second 16, as exact sums 84; from raw
 * rows 68; a rig's day by 5 minutes 39. DuckDB's auto_checkpoint_skip_wal_threshold makes no difference: 39 fsyncs for 15 loads either way (strace).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { shareBytes } from "../../src/ledger/journal-format.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import type { ShareRecord } from "../../src/ledger/share-record.ts";
import { createLog } from "../../src/log.ts";
import { besideDiskAlone } from "./support/disk-alone.ts";
import { measureQuestions } from "./support/ledger-questions.ts";
import { quantileOf, reporter } from "./support/report.ts";

const flags = parseArgs({
  options: {
    rows: { type: "string", default: "5000000" },
    seconds: { type: "string", default: "8" },
    only: { type: "string", default: "append,load,questions" },
    folder: { type: "string" },
    rates: { type: "string", default: "10000,50000,80000,150000" },
  },
}).values;
const seconds = Number(flags.seconds);
const rigs = 1_000;
/** What turns without shares cost shows soon. */
const idleS = 5;

const report = reporter("ledger");

const share: ShareRecord = {
  atMs: 0,
  rigNo: 0,
  sessionNo: 0,
  contractNo: 1,
  poolNo: 2,
  algorithm: "sha256d",
  difficulty: 0,
  poolDifficulty: 65_536,
  hubVerdict: "accepted",
  poolVerdict: "accepted",
  reason: null,
  answeredMs: 0,
};

/** Hands `perSecond` shares in turns of a millisecond to `append`; returns the longest a turn came late, and the CPU used. */
async function paced(perSecond: number, forS: number, append: (index: number) => void): Promise<{ cpuUs: number; shares: number; lags: number[] }> {
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const lags: number[] = [];
  let shares = 0;
  let lastMs = startedMs;
  while (performance.now() - startedMs < forS * 1_000) {
    const due = ((performance.now() - startedMs) / 1_000) * perSecond;
    for (; shares < due; shares++) append(shares);
    await new Promise((resolve) => setTimeout(resolve, 1));
    lags.push(performance.now() - lastMs - 1);
    lastMs = performance.now();
  }
  const used = process.cpuUsage(cpu);
  return { cpuUs: used.user + used.system, shares, lags: lags.sort((one, other) => one - other) };
}

async function measure(perSecond: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "ledger-bench-"));
  const name = `${perSecond / 1_000}k/s`;
  await besideDiskAlone({ folder: dataDir, name, bytesPerSecond: perSecond * shareBytes, report }, () => loadLedger(dataDir, perSecond, name));
  await rm(dataDir, { recursive: true, force: true });
}

async function loadLedger(dataDir: string, perSecond: number, name: string): Promise<void> {
  const onFatal = (error: Error) => {
    throw error;
  };
  const ledger = await openLedger({ dataDir, log: createLog("warn"), now: Date.now, onFatal });
  const idle = await paced(perSecond, Math.min(seconds, idleS), () => {});
  const waits: number[] = [];
  const sentMs: [sequence: number, atMs: number][] = [];
  let commits = 0;
  ledger.onDurable = (through) => {
    commits += 1;
    const nowMs = performance.now();
    while (sentMs.length > 0 && (sentMs[0]?.[0] ?? 0) <= through) waits.push(nowMs - (sentMs.shift()?.[1] ?? 0));
  };
  let behindMax = 0;
  const run = await paced(perSecond, seconds, (index) => {
    share.atMs = Date.now();
    share.rigNo = (index * 7_919) % rigs;
    share.sessionNo = share.rigNo + 10;
    share.difficulty = 1_000 + share.rigNo * 1.5;
    share.answeredMs = index % 90;
    const sequence = ledger.append(share);
    if (index % 64 === 0) sentMs.push([sequence, performance.now()]);
    if (index % 1_024 === 0) behindMax = Math.max(behindMax, ledger.backlog().rowsBehind);
  });
  waits.sort((one, other) => one - other);
  report(`${name}: CPU per share`, (run.cpuUs - (idle.cpuUs * run.shares) / idle.shares) / run.shares, "us");
  report(`${name}: commits`, commits / seconds, "1/s");
  report(`${name}: on disk after p50`, quantileOf(waits, 0.5), "ms");
  report(`${name}: on disk after p99`, quantileOf(waits, 0.99), "ms");
  report(`${name}: event loop late p99`, quantileOf(run.lags, 0.99), "ms");
  report(`${name}: event loop late max`, run.lags.at(-1) ?? 0, "ms");
  report(`${name}: rows behind, most`, behindMax, "rows");
  const flushedMs = performance.now();
  await ledger.flush();
  report(`${name}: flush`, performance.now() - flushedMs, "ms");
  await ledger.close();
}

async function appendCost(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "ledger-bench-"));
  const ledger = await openLedger({ dataDir, log: createLog("warn"), now: Date.now, onFatal: () => {} });
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    const startedNs = Bun.nanoseconds();
    for (let index = 0; index < 50_000; index++) ledger.append(share);
    best = Math.min(best, (Bun.nanoseconds() - startedNs) / 50_000);
    await ledger.flush();
  }
  report("append", best, "ns");
  await ledger.close();
  await rm(dataDir, { recursive: true, force: true });
}

const parts = flags.only.split(",");
if (parts.includes("append")) await appendCost();
if (parts.includes("load")) for (const rate of flags.rates.split(",")) await measure(Number(rate));
if (parts.includes("questions"))
  await measureQuestions({ rows: Number(flags.rows), seconds, report, ...(flags.folder !== undefined && { folder: flags.folder }) });
