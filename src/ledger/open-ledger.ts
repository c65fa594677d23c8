import type {
  DeliveredWorks,
  Gap,
  HashratePoint,
  HashrateScope,
  RatesByNo,
  ServedTime,
  ShareQuery,
  ShareRow,
  SharesSummary,
  WorkQuery,
  WorkRow,
} from "./answers.ts";
import type { Backlog, LedgerFigures } from "./backlog.ts";
import type { BlockSource } from "./block-source.ts";
import type { Database } from "./database.ts";
import { tallyDatabase } from "./database-tally.ts";
import { deliveredWorksOf } from "./delivered-works.ts";
import { type Exported, type ExportQuestion, exportTo } from "./export.ts";
import type { FolderLock } from "./folder-lock.ts";
import { hashrateOf, type RateWindow, ratesOf } from "./hashrate.ts";
import type { Journal } from "./journal.ts";
import { pulseAlive, pulseStop, shareBytes } from "./journal-format.ts";
import type { Alarm, JournalKeeper } from "./journal-keeper.ts";
import type { LedgerLimits } from "./limits.ts";
import type { Loader } from "./loader.ts";
import { yieldToShares } from "./question-threads.ts";
import type { Questions } from "./questions.ts";
import type { Repair, Repairs } from "./repairs.ts";
import { type LedgerReport, reportOf } from "./report.ts";
import type { Retention } from "./retention.ts";
import { gapsBetween } from "./runs.ts";
import type { LateVerdict, ShareRecord } from "./share-record.ts";
import { lastShareRows, shareRows } from "./share-rows.ts";
import { rejectsOf, summaryOf } from "./summary.ts";
import type { DatabaseTally, TallyQuestion } from "./tally.ts";
import { workOf } from "./work.ts";
import { type StepWindow, workStepsOf } from "./work-steps.ts";

/** Whom the owner of the ledger has told to be called. */
export type Hooks = { onDurable: (through: number) => void; onFull: (full: boolean) => void; onAlarm: (alarm: Alarm) => void };

export type OpenParts = {
  options: { dataDir: string; now: () => number };
  limits: LedgerLimits;
  database: Database;
  questions: Questions;
  retention: Retention;
  lock: FolderLock;
  source: BlockSource;
  loader: Loader;
  journal: Journal;
  bootNo: number;
  startedAtMs: number;
  hooks: Hooks;
  repairs: Repairs;
  keeper: JournalKeeper;
};

/** What an open ledger can do (the type `Ledger` says what each is for), handed on to the part that does it. */
export class OpenLedger {
  readonly #parts: OpenParts;
  readonly #journal: Journal;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  readonly bootNo: number;
  #closing: Promise<void> | null = null;

  constructor(parts: OpenParts) {
    this.#parts = parts;
    this.#journal = parts.journal;
    this.bootNo = parts.bootNo;
    this.#heartbeat = setInterval(() => this.#journal.appendPulse(pulseAlive, parts.options.now()), parts.limits.heartbeatMs);
  }

  get durableThrough(): number {
    return this.#journal.durableThrough;
  }

  get onDurable(): (through: number) => void {
    return this.#parts.hooks.onDurable;
  }

  set onDurable(listener: (through: number) => void) {
    this.#parts.hooks.onDurable = listener;
  }

  get onAlarm(): (alarm: Alarm) => void {
    return this.#parts.hooks.onAlarm;
  }

  set onAlarm(listener: (alarm: Alarm) => void) {
    this.#parts.hooks.onAlarm = listener;
  }

  get onRepair(): (repair: Repair) => void {
    return this.#parts.repairs.listener;
  }

  get onFull(): (full: boolean) => void {
    return this.#parts.hooks.onFull;
  }

  set onFull(listener: (full: boolean) => void) {
    this.#parts.hooks.onFull = listener;
  }

  set onRepair(listener: (repair: Repair) => void) {
    this.#parts.repairs.listener = listener;
  }

  append(share: ShareRecord): number {
    return this.#journal.append(share);
  }

  appendVerdict(sequence: number, verdict: LateVerdict): number {
    return this.#journal.appendVerdict(sequence, verdict, this.#parts.options.now());
  }

  async flush(): Promise<void> {
    await this.#journal.flush();
    await this.#parts.loader.loadAll();
  }

  backlog(): Backlog {
    const { journal, loader } = this.#parts;
    const rowsBehind = journal.durableThrough - loader.appliedThrough;
    return { journalBytes: rowsBehind * shareBytes, rowsBehind, undurableBytes: journal.undurableBytes, full: journal.full };
  }

  figures(): LedgerFigures {
    const { journal, loader, options } = this.#parts;
    return { commitSeconds: journal.commitSeconds, loaderLagSeconds: Math.max(0, options.now() - loader.asOfMs) / 1_000 };
  }

  shares(query: ShareQuery): AsyncIterable<ShareRow[]> {
    return shareRows(this.#parts.questions, query, this.#parts.limits.rawRowsMax);
  }

  lastShares(rigNo: number, n: number): Promise<ShareRow[]> {
    return lastShareRows(this.#parts.database, { rigNo, n, nowMs: this.#parts.options.now() });
  }

  summary(scope: HashrateScope, fromMs: number, toMs: number): Promise<SharesSummary> {
    return summaryOf(this.#parts.questions, scope, { fromMs, toMs, asOfMs: this.#parts.loader.asOfMs });
  }

  hashrate(scope: HashrateScope, window: { fromMs: number; toMs: number; stepS: number }): Promise<HashratePoint[]> {
    return hashrateOf(this.#parts.questions, scope, { ...window, pointsMax: this.#parts.limits.pointsMax, gaps: this.#gaps(window.fromMs, window.toMs) });
  }

  rates(windowsS: readonly number[], nowMs: number): Promise<RatesByNo> {
    return ratesOf(this.#parts.questions, { by: "rig", figure: "effective", windows: this.#rateWindows(windowsS, nowMs), nowMs });
  }

  deliveredRates(windowsS: readonly number[], nowMs: number): Promise<RatesByNo> {
    return ratesOf(this.#parts.questions, { by: "contract", figure: "delivered", windows: this.#rateWindows(windowsS, nowMs), nowMs });
  }

  readonly deliveredSteps = (window: StepWindow) => workStepsOf(this.#parts.questions, { by: "contract", figure: "delivered" }, window);

  readonly effectiveSteps = (by: "rig" | "pool", window: StepWindow) => workStepsOf(this.#parts.questions, { by, figure: "effective" }, window);

  async deliveredWorks(list: readonly ServedTime[]): Promise<DeliveredWorks> {
    const { asOfMs } = this.#parts.loader;
    return { works: await deliveredWorksOf(this.#parts.questions, list), asOfMs };
  }

  rejects(fromMs: number, toMs: number, by: "pool" | "rig" = "pool"): Promise<Map<number, { accepted: bigint; rejected: bigint }>> {
    return rejectsOf(this.#parts.questions, fromMs, toMs, by);
  }

  work(query: WorkQuery): Promise<WorkRow[]> {
    return workOf(this.#parts.questions, query);
  }

  gaps(fromMs: number, toMs: number): Promise<Gap[]> {
    return Promise.resolve(this.#gaps(fromMs, Math.min(toMs, Math.max(fromMs, this.#parts.options.now()))));
  }

  async report(): Promise<LedgerReport> {
    const { options, limits, database, keeper, loader } = this.#parts;
    const { lastSequence, durableThrough } = this.#journal;
    return await reportOf({
      dataDir: options.dataDir,
      limits,
      database,
      journal: { lastSequence, durableSequence: durableThrough, appliedSequence: loader.appliedThrough },
      space: await keeper.look(),
    });
  }

  tally(question: TallyQuestion): Promise<DatabaseTally> {
    return tallyDatabase(this.#parts.database, question);
  }

  exportTo(question: ExportQuestion): Promise<Exported> {
    return exportTo(this.#parts.database, this.#parts.options.dataDir, question);
  }

  maintain(nowMs: number): Promise<void> {
    yieldToShares();
    return this.#parts.retention.maintain(nowMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** What is not loaded yet is no data either: it ends at `asOfMs`. */
  #gaps(fromMs: number, toMs: number): Gap[] {
    const { loader, startedAtMs } = this.#parts;
    return gapsBetween([...loader.runs, { fromMs: startedAtMs, toMs: loader.asOfMs }], fromMs, toMs);
  }

  #rateWindows(windowsS: readonly number[], nowMs: number): RateWindow[] {
    return windowsS.map((seconds) => {
      const missingMs = this.#gaps(nowMs - seconds * 1_000, nowMs).reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0);
      return { seconds, coveredS: seconds - missingMs / 1_000 };
    });
  }

  async #close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const { keeper, loader, source, database, retention, lock, options } = this.#parts;
    await retention.stop();
    this.#journal.appendPulse(pulseStop, options.now());
    try {
      await this.#journal.close();
      await loader.loadAll();
    } finally {
      await keeper.close();
      await loader.close();
      await source.close();
      database.close();
      lock.release();
    }
  }
}
