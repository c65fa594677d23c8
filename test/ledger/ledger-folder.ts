import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ledger, type LedgerOptions, openLedger } from "../../src/ledger/ledger.ts";
import type { ShareRecord } from "../../src/ledger/share-record.ts";
import { silentLog } from "../../src/log.ts";

/** A moment that all tests of the ledger count from. */
export const startMs = 1_750_000_000_000;

export function aShare(change: Partial<ShareRecord> = {}): ShareRecord {
  return {
    atMs: startMs,
    rigNo: 1,
    sessionNo: 7,
    contractNo: 0,
    poolNo: 2,
    algorithm: "sha256d",
    difficulty: 1_024,
    poolDifficulty: 65_536,
    hubVerdict: "accepted",
    poolVerdict: "not-forwarded",
    reason: null,
    answeredMs: -1,
    ...change,
  };
}

/** A data folder that goes when the test ends, with a clock that only the test moves, and ledgers that load only when asked to. */
export class LedgerFolder implements AsyncDisposable {
  readonly path: string;
  nowMs = startMs;
  readonly fatal: Error[] = [];
  readonly #open: Ledger[] = [];
  readonly #copies: LedgerFolder[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<LedgerFolder> {
    return new LedgerFolder(await mkdtemp(join(tmpdir(), "ledger-")));
  }

  get journal(): string {
    return join(this.path, "journal");
  }

  async open(options: Partial<LedgerOptions> = {}): Promise<Ledger> {
    const limits = { loadIntervalMs: 3_600_000, heartbeatMs: 3_600_000, ...options.limits };
    const ledger = await openLedger({
      dataDir: this.path,
      log: silentLog,
      now: () => this.nowMs,
      onFatal: (error) => this.fatal.push(error),
      ...options,
      limits,
    });
    this.#open.push(ledger);
    return ledger;
  }

  /** What the disk holds at this moment, as a kill would leave it. */
  async crashed(): Promise<LedgerFolder> {
    const copy = await LedgerFolder.create();
    await cp(this.path, copy.path, { recursive: true });
    copy.nowMs = this.nowMs;
    this.#copies.push(copy);
    return copy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const ledger of this.#open) await ledger.close().catch(() => {});
    for (const copy of this.#copies) await copy[Symbol.asyncDispose]();
    await rm(this.path, { recursive: true, force: true });
  }
}
