import type { StripBar } from "../../../views/parts/delivery-strip.tsx";
import { breathe } from "../../../views/turns.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { WebDeps } from "../deps.ts";
import { WorkBook, type WorkDay } from "../work-book.ts";
import { barsOf, bucketMs, bucketsKept, type PromiseStretch, promiseStretches } from "./delivery-bars.ts";

/** A row of a table has bars of a quarter of an hour, the page of a contract of five minutes. */
const sizes = Object.freeze({ row: { bars: 96, steps: 3 }, page: { bars: 288, steps: 1 } });
export type StripSize = keyof typeof sizes;
export const barMsOf = (size: StripSize): number => sizes[size].steps * bucketMs;

/** Verdicts of pools come late. */
const settledMs = 3 * bucketMs;

/** What contracts were delivered in the last 24 hours. */
export function deliveredBook(deps: Pick<WebDeps, "ledger" | "now">): WorkBook {
  return new WorkBook(deps, {
    ask: (window) => deps.ledger.deliveredSteps?.(window),
    bucketMs,
    bucketsKept,
    bucketsPerAsk: 24,
    freshMs: 10_000,
    overdueMs: 20_000,
    settledMs,
  });
}

type Kept<T> = Map<number, { terms: string; value: T }>;

/** What a contract's history is known by: its version tells what people changed, its state what time and shares did. */
const termsMark = ({ version, state, stateSinceMs }: Contract): string => `${version} ${state} ${stateSinceMs}`;

/** Delivery strips of contracts: the day is read for all at once, what was promised once per change of a contract. */
export class Strips {
  readonly #control: WebDeps["control"];
  readonly #book: WorkBook;
  readonly #promises: Kept<PromiseStretch[]> = new Map();
  #bars: { day: WorkDay | null; row: Kept<StripBar[]>; page: Kept<StripBar[]> } = { day: null, row: new Map(), page: new Map() };

  constructor(deps: WebDeps) {
    this.#control = deps.control;
    this.#book = deliveredBook(deps);
  }

  /** The strip of each, by contract number. */
  async of(contracts: readonly Contract[], size: StripSize): Promise<Map<number, StripBar[]>> {
    const day = await this.#book.current();
    if (this.#bars.day !== day) this.#bars = { day, row: new Map(), page: new Map() };
    const drawn = this.#bars[size];
    const missing = contracts.filter((contract) => drawn.get(contract.no)?.terms !== termsMark(contract));
    this.#readPromises(missing);
    for (const contract of missing) {
      await breathe();
      const promise = this.#promises.get(contract.no)?.value ?? [];
      drawn.set(contract.no, { terms: termsMark(contract), value: barsOf(day, contract.no, { promise, ...sizes[size] }) });
    }
    return new Map(contracts.map(({ no }) => [no, drawn.get(no)?.value ?? []]));
  }

  #readPromises(contracts: readonly Contract[]): void {
    const changed = contracts.filter((contract) => this.#promises.get(contract.no)?.terms !== termsMark(contract));
    if (changed.length === 0) return;
    const histories = Map.groupBy(this.#control.contracts.histories(changed.map(({ no }) => no)), ({ contractNo }) => contractNo);
    for (const contract of changed) this.#promises.set(contract.no, { terms: termsMark(contract), value: promiseStretches(histories.get(contract.no) ?? []) });
  }
}
