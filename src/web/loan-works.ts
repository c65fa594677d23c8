import type { Loan } from "../control/loans.ts";
import type { DeliveredWorks, ServedTime } from "../ledger/answers.ts";
import type { WebDeps } from "./deps.ts";

type Window = { fromMs: number; toMs: number };

/** Verdicts of pools come late; what is older than this no longer changes but by a repair of the books, and for that it is read again. */
const finalMs = 3_600_000;
const keptMs = 3_600_000;
const keptMax = 20_000;

/** The part of a loan that lies within the window. */
export const within = ({ fromMs, toMs }: Loan, window: Window): Window => ({
  fromMs: Math.max(fromMs, window.fromMs),
  toMs: Math.min(toMs ?? window.toMs, window.toMs),
});

/** What was delivered under loans. Of those that are over the ledger is asked once an hour, however often and for which windows they are summed. */
export class LoanWorks {
  readonly #deps: Pick<WebDeps, "ledger" | "now">;
  readonly #kept = new Map<string, { work: bigint; readAtMs: number }>();

  constructor(deps: Pick<WebDeps, "ledger" | "now">) {
    this.#deps = deps;
  }

  /**
   * In the order of the loans, each within the window. Shares and allocations of a rig that was merged into another keep its number, so that each
   * share is one loan's. Rejects as `deliveredWorks` does.
   */
  async of(loans: readonly Loan[], window: Window): Promise<DeliveredWorks> {
    const nowMs = this.#deps.now();
    const known = loans.map((loan) => this.#known(loan, window, nowMs));
    const asked = loans.filter((_, index) => known[index] === undefined);
    const times = asked.map((loan): ServedTime => ({ rigNo: loan.rigNo, contractNo: loan.contractNo, ...within(loan, window) }));
    const read = await this.#deps.ledger.deliveredWorks(times);
    for (const [index, loan] of asked.entries()) this.#keep(loan, window, { work: read.works[index] ?? 0n, readAtMs: nowMs, asOfMs: read.asOfMs });
    let next = 0;
    return { works: known.map((work) => work ?? read.works[next++] ?? 0n), asOfMs: read.asOfMs };
  }

  #known(loan: Loan, window: Window, nowMs: number): bigint | undefined {
    const kept = this.#kept.get(loan.id);
    const isFresh = kept !== undefined && nowMs >= kept.readAtMs && nowMs - kept.readAtMs < keptMs;
    return isFresh && isWhole(loan, window) ? kept.work : undefined;
  }

  #keep(loan: Loan, window: Window, { work, readAtMs, asOfMs }: { work: bigint; readAtMs: number; asOfMs: number }): void {
    if (!isWhole(loan, window) || loan.toMs === null || loan.toMs + finalMs > asOfMs) return;
    // Last in the order in which they were read: the first are those to forget.
    this.#kept.delete(loan.id);
    this.#kept.set(loan.id, { work, readAtMs });
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > keptMax && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const isWhole = ({ fromMs, toMs }: Loan, window: Window): boolean => toMs !== null && fromMs >= window.fromMs && toMs <= window.toMs;
