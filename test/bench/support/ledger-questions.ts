import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import type { ShareRecord } from "../../../src/ledger/share-record.ts";
import { farm, fillShares, openFor } from "./ledger-rows.ts";

type Report = (metric: string, value: number, unit: string) => void;

const dayMs = 86_400_000;
/** The middle. */
const half = 0.5;
const percentile = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

async function time(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const startedMs = performance.now();
    await work();
    if (round > 0) times.push(performance.now() - startedMs);
  }
  return percentile(
    times.sort((one, other) => one - other),
    half,
  );
}

const rigDay = (ledger: Ledger, nowMs: number) =>
  ledger.hashrate({ kind: "rig", no: 7 }, { fromMs: minuteOf(nowMs) - dayMs, toMs: minuteOf(nowMs), stepS: 300 });
const minuteOf = (ms: number) => Math.floor(ms / 60_000) * 60_000;

/** How long questions take with `rows` shares behind them, before and after they are counted by minute and hour, and what load and pages do to each other. */
export async function measureQuestions(rows: number, seconds: number, report: Report): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "ledger-bench-"));
  const name = `${rows / 1e6} M rows`;
  try {
    await fillShares(dataDir, rows);
    const ledger = await openFor(dataDir);
    const nowMs = Date.now();
    report(`${name}: last 15 min per rig, raw`, await time(7, () => ledger.rates([900], nowMs)), "ms");
    const startedMs = performance.now();
    await ledger.maintain(Date.now());
    report(`${name}: counting a million`, (performance.now() - startedMs) / (rows / 1e6), "ms");
    await askAll(ledger, name, report);
    await live(ledger, { seconds, name, report });
    await ledger.close();
    report(`${name}: database`, (await stat(join(dataDir, "ledger.duckdb"))).size / rows, "B/row");
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function askAll(ledger: Ledger, name: string, report: Report): Promise<void> {
  const nowMs = Date.now();
  report(`${name}: last 15 whole minutes per rig`, await time(15, () => ledger.rates([900], minuteOf(nowMs))), "ms");
  const exact = () => ledger.work({ by: "rig", fromMs: minuteOf(nowMs) - 900_000, toMs: minuteOf(nowMs) });
  report(`${name}: last 15 whole minutes per rig, all sums as integers`, await time(15, exact), "ms");
  report(`${name}: last 15 min per rig, to the second`, await time(15, () => ledger.rates([900], nowMs)), "ms");
  report(`${name}: 60, 900, 86400 s per rig`, await time(7, () => ledger.rates([60, 900, 86_400], nowMs)), "ms");
  report(`${name}: one rig's day by 5 min`, await time(7, () => rigDay(ledger, nowMs)), "ms");
  report(`${name}: one rig's day by fate`, await time(7, () => ledger.summary({ kind: "rig", no: 7 }, nowMs - dayMs, nowMs)), "ms");
  const fleet = { kind: "fleet", rigNos: Array.from({ length: farm.rigs }, (_, index) => index + 1) } as const;
  const day = { fromMs: minuteOf(nowMs) - dayMs, toMs: minuteOf(nowMs), stepS: 300 };
  report(`${name}: the fleet's day by 5 min`, await time(5, () => ledger.hashrate(fleet, day)), "ms");
  report(
    `${name}: contracts' day by 5 min`,
    await time(7, () => ledger.work({ by: "contract", stepMs: 300_000, fromMs: minuteOf(nowMs) - dayMs, toMs: minuteOf(nowMs) })),
    "ms",
  );
}

const share: ShareRecord = {
  atMs: 0,
  rigNo: 0,
  sessionNo: 0,
  contractNo: 0,
  poolNo: 2,
  algorithm: "sha256d",
  difficulty: 1_000,
  poolDifficulty: 65_536,
  hubVerdict: "accepted",
  poolVerdict: "not-forwarded",
  reason: null,
  answeredMs: -1,
};

/** Ten thousand shares a second while twenty pages are open: the shared figures of lists each two seconds, a rig's page each half. */
async function live(ledger: Ledger, { seconds, name, report }: { seconds: number; name: string; report: Report }): Promise<void> {
  const waits: number[] = [];
  const lags: number[] = [];
  const sent: [sequence: number, atMs: number][] = [];
  const questions: number[] = [];
  ledger.onDurable = (through) => {
    while ((sent[0]?.[0] ?? Number.POSITIVE_INFINITY) <= through) waits.push(performance.now() - (sent.shift()?.[1] ?? 0));
  };
  const ask = async (work: () => Promise<unknown>) => {
    const startedMs = performance.now();
    await work();
    questions.push(performance.now() - startedMs);
  };
  const startedMs = performance.now();
  const lists = setInterval(
    () => void ask(() => Promise.all([ledger.rates([60, 900, 86_400], Date.now()), ledger.rejects(Date.now() - 3_600_000, Date.now())])),
    2_000,
  );
  const pages = setInterval(
    () => void ask(() => ledger.hashrate({ kind: "rig", no: 11 }, { fromMs: minuteOf(Date.now()) - 3_600_000, toMs: minuteOf(Date.now()), stepS: 60 })),
    500,
  );
  let rssMax = 0;
  let lastMs = startedMs;
  for (let shares = 0; performance.now() - startedMs < seconds * 1_000; ) {
    const due = ((performance.now() - startedMs) / 1_000) * 10_000;
    for (; shares < due; shares++) {
      share.atMs = Date.now();
      share.rigNo = (shares * 7_919) % farm.rigs;
      const sequence = ledger.append(share);
      if (shares % 16 === 0) sent.push([sequence, performance.now()]);
    }
    rssMax = Math.max(rssMax, process.memoryUsage.rss());
    await new Promise((resolve) => setTimeout(resolve, 1));
    lags.push(performance.now() - lastMs - 1);
    lastMs = performance.now();
  }
  clearInterval(lists);
  clearInterval(pages);
  await ledger.flush();
  for (const times of [waits, lags, questions]) times.sort((one, other) => one - other);
  report(`${name}: 10k/s and pages: on disk after p99`, percentile(waits, 0.99), "ms");
  report(`${name}: 10k/s and pages: event loop late p99`, percentile(lags, 0.99), "ms");
  report(`${name}: 10k/s and pages: questions p50`, percentile(questions, 0.5), "ms");
  report(`${name}: 10k/s and pages: questions p99`, percentile(questions, 0.99), "ms");
  report(`${name}: 10k/s and pages: memory`, rssMax / 2 ** 20, "MiB");
}
