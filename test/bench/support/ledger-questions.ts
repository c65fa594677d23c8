import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareBytes } from "../../../src/ledger/journal-format.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import type { ShareRecord } from "../../../src/ledger/share-record.ts";
import { besideDiskAlone } from "./disk-alone.ts";
import { farm, fillShares, openFor } from "./ledger-rows.ts";

type Report = (metric: string, value: number, unit: string) => void;

const dayMs = 86_400_000;
const livePerSecond = 10_000;
/** The middle. */
const half = 0.5;
const nineTenths = 0.9;
const percentile = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/** Milliseconds, rising; the first round is not among them. */
async function timesOf(rounds: number, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const startedMs = performance.now();
    await work();
    if (round > 0) taken.push(performance.now() - startedMs);
  }
  return taken.sort((one, other) => one - other);
}

const time = async (rounds: number, work: () => Promise<unknown>) => percentile(await timesOf(rounds, work), half);

const rigDay = (ledger: Ledger, nowMs: number) =>
  ledger.hashrate({ kind: "rig", no: 7 }, { fromMs: minuteOf(nowMs) - dayMs, toMs: minuteOf(nowMs), stepS: 300 });
const minuteOf = (ms: number) => Math.floor(ms / 60_000) * 60_000;

export type QuestionsBench = {
  rows: number;
  seconds: number;
  report: Report;
  /** Where the shares are kept for another time; filled where there are none. */
  folder?: string;
};

/** How long questions take with `rows` shares behind them, before and after they are counted by minute and hour, and what load and pages do to each other. */
export async function measureQuestions({ rows, seconds, report, folder }: QuestionsBench): Promise<void> {
  const dataDir = folder ?? (await mkdtemp(join(tmpdir(), "ledger-bench-")));
  const name = `${rows / 1e6} M rows`;
  try {
    const filledAtMs = await filled(dataDir, rows, name, report);
    // Time goes on where the shares end, however long ago that was.
    const lateMs = Date.now() - filledAtMs;
    const now = () => Date.now() - lateMs;
    const ledger = await openFor(dataDir, now);
    await askAll({ ledger, now, name, report });
    await besideDiskAlone({ folder: dataDir, name: `${name}: 10k/s and pages`, bytesPerSecond: livePerSecond * shareBytes, report }, () =>
      live({ ledger, now, seconds, name, report }),
    );
    await ledger.close();
    report(`${name}: database`, (await stat(join(dataDir, "ledger.duckdb"))).size / rows, "B/row");
  } finally {
    if (folder === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

/** Fills the folder and counts what is in it, unless that was done before; returns when that was. */
async function filled(dataDir: string, rows: number, name: string, report: Report): Promise<number> {
  const note = Bun.file(join(dataDir, `filled-with-${rows}`));
  if (await note.exists()) return Number(await note.text());
  await mkdir(dataDir, { recursive: true });
  await fillShares(dataDir, rows);
  const ledger = await openFor(dataDir);
  const nowMs = Date.now();
  report(`${name}: last 15 min per rig, raw`, await time(7, () => ledger.rates([900], nowMs)), "ms");
  const startedMs = performance.now();
  await ledger.maintain(nowMs);
  report(`${name}: counting a million`, (performance.now() - startedMs) / (rows / 1e6), "ms");
  await ledger.close();
  await Bun.write(note, String(nowMs));
  return nowMs;
}

type Asking = { ledger: Ledger; now: () => number; name: string; report: Report };

async function askAll({ ledger, now, name, report }: Asking): Promise<void> {
  const nowMs = now();
  const quarter = await timesOf(60, () => ledger.rates([900], minuteOf(nowMs)));
  report(`${name}: last 15 whole minutes per rig`, percentile(quarter, half), "ms");
  report(`${name}: last 15 whole minutes per rig, p90`, percentile(quarter, nineTenths), "ms");
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

/** Ten thousand shares a second while twenty pages are open: the shared figures of lists each two and ten seconds, a rig's page each half. */
async function live({ ledger, now, seconds, name, report }: Asking & { seconds: number }): Promise<void> {
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
  const lists = setInterval(() => void ask(() => Promise.all([ledger.rates([60, 900, 86_400], now()), ledger.rejects(now() - 3_600_000, now())])), 2_000);
  const hour = setInterval(() => void ask(() => ledger.rejects(now() - 3_600_000, now(), "rig")), 10_000);
  const pages = setInterval(
    () => void ask(() => ledger.hashrate({ kind: "rig", no: 11 }, { fromMs: minuteOf(now()) - 3_600_000, toMs: minuteOf(now()), stepS: 60 })),
    500,
  );
  let rssMax = 0;
  let lastMs = startedMs;
  for (let shares = 0; performance.now() - startedMs < seconds * 1_000; ) {
    const due = ((performance.now() - startedMs) / 1_000) * livePerSecond;
    for (; shares < due; shares++) {
      share.atMs = now();
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
  clearInterval(hour);
  clearInterval(pages);
  await ledger.flush();
  for (const times of [waits, lags, questions]) times.sort((one, other) => one - other);
  report(`${name}: 10k/s and pages: on disk after p99`, percentile(waits, 0.99), "ms");
  report(`${name}: 10k/s and pages: event loop late p99`, percentile(lags, 0.99), "ms");
  report(`${name}: 10k/s and pages: questions p50`, percentile(questions, 0.5), "ms");
  report(`${name}: 10k/s and pages: questions p99`, percentile(questions, 0.99), "ms");
  report(`${name}: 10k/s and pages: memory`, rssMax / 2 ** 20, "MiB");
}
