import { inPieces } from "../../../views/turns.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { ContractHealth, WebDeps } from "../deps.ts";
import type { DeliveredRates, LiveFigures } from "../live-figures.ts";

export type ContractNow = {
  contract: Contract;
  customerName: string;
  /** Null while it is not in force, or nobody has judged it. */
  health: ContractHealth | null;
  /** Delivered over 900 and 86,400 s, H/s; null = no data. */
  hps900: number | null;
  hps86400: number | null;
  /** How many rigs serve it. */
  rigs: number;
};

/** How old an answer may be that several requests share. */
const maxAgeMs = 2_000;
/** Some 10 µs each. */
const contractsPerPiece = 50;

export const isInForce = ({ state }: Pick<Contract, "state">): boolean => state === "active" || state === "activating";
/** Contracts that want somebody's eye. */
export const isAtRisk = ({ health }: Pick<ContractNow, "health">): boolean => health !== null && health.state !== "delivering";

/** All contracts that have not ended, as they are now: however many ask within two seconds, the tables are read once. */
export class ContractSnapshots {
  readonly #deps: WebDeps;
  readonly #figures: LiveFigures;
  readonly #names = new Map<number, string>();
  readonly #editedCustomers: () => number[];
  #kept: { atMs: number; value: Promise<ContractNow[]> } | null = null;

  constructor(deps: WebDeps, figures: LiveFigures) {
    this.#deps = deps;
    this.#figures = figures;
    this.#editedCustomers = deps.control.customers.edits();
  }

  /** In the order of their numbers. */
  current(): Promise<ContractNow[]> {
    const nowMs = this.#deps.now();
    const kept = this.#kept;
    if (kept !== null && nowMs >= kept.atMs && nowMs - kept.atMs < maxAgeMs) return kept.value;
    const value = this.of(this.#deps.control.contracts.all());
    this.#kept = { atMs: nowMs, value };
    value.catch(() => this.forget());
    return value;
  }

  /** After a change of ours: whoever made it sees it at once. */
  forget(): void {
    this.#kept = null;
  }

  /** These contracts as they are now. */
  async of(contracts: readonly Contract[]): Promise<ContractNow[]> {
    const delivered = await this.#figures.deliveredByContract();
    for (const no of this.#editedCustomers()) this.#names.delete(no);
    const list: ContractNow[] = [];
    for await (const piece of inPieces(contracts, contractsPerPiece)) list.push(...this.#piece(piece, delivered));
    return list;
  }

  #piece(contracts: readonly Contract[], delivered: (contract: Contract) => DeliveredRates): ContractNow[] {
    const { control, contracts: view } = this.#deps;
    const serving = control.contracts.rigCounts(contracts.map(({ no }) => no));
    return contracts.map((contract) => {
      const customerName = this.#names.get(contract.customerNo) ?? control.customers.byNo(contract.customerNo)?.name ?? "–";
      this.#names.set(contract.customerNo, customerName);
      const health = isInForce(contract) ? (view?.health(contract.no) ?? null) : null;
      return { contract, customerName, health, ...delivered(contract), rigs: serving.get(contract.no) ?? 0 };
    });
  }
}
