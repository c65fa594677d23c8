import type { Contract } from "../control/contract-row.ts";
import type { Control } from "../control/control.ts";
import type { ContractPools } from "../health/facts.ts";
import type { Destination } from "../schedule/move.ts";
import type { Plan } from "../schedule/plan.ts";
import type { ContractPlanFact } from "../schedule/plan-facts.ts";
import { type ContractFact, contractFact } from "./contract-state.ts";
import { contractPlanFact } from "./plan-inputs.ts";

export type ContractBookDeps = {
  control: Pick<Control, "contracts" | "events">;
  /** How contracts stand with their pools. */
  pools: () => Iterable<ContractPools>;
  /** Contracts of which a pool has accepted a share. */
  accepted: () => ReadonlySet<number>;
  /** Contracts of which some connected rig holds a job. */
  held: () => ReadonlySet<number>;
  /** Why its rigs together send too little; null while they do not. */
  short: (contractNo: number) => string | null;
};

const noneHeld: ReadonlySet<number> = new Set();

const isInForce = ({ state }: Contract): boolean => state === "activating" || state === "active";

/** The contracts that have not ended, and how each stands. */
export class ContractBook {
  private readonly deps: ContractBookDeps;
  private rows: ReadonlyMap<number, Contract> = new Map();
  private readonly facts = new Map<number, ContractFact>();
  /** The same objects until a contract changes. */
  planFacts: readonly ContractPlanFact[] = [];

  constructor(deps: ContractBookDeps) {
    this.deps = deps;
    this.settleLate();
    this.read();
  }

  /** Terms that began or ended while no hub ran: the first plan knows of them, and so do its reasons. */
  private settleLate(): void {
    try {
      this.deps.control.contracts.settle();
    } catch {
      // A full disk keeps no hub from starting: the first tick tries again, and says so.
    }
  }

  /** Reads them anew; gives the numbers of those that have another profile now. */
  read(): ReadonlySet<number> {
    const before = this.rows;
    const known = new Map(this.planFacts.map((fact) => [fact.no, fact]));
    this.rows = new Map(this.deps.control.contracts.all().map((row) => [row.no, row]));
    this.planFacts = [...this.rows.values()].map((row) => {
      const fact = contractPlanFact(row);
      const same = known.get(row.no);
      return same !== undefined && Bun.deepEquals(same, fact) ? same : fact;
    });
    for (const [no] of this.facts) if (!this.rows.has(no)) this.facts.delete(no);
    return new Set([...this.rows.values()].filter(({ no, profileNo }) => before.has(no) && before.get(no)?.profileNo !== profileNo).map(({ no }) => no));
  }

  get(no: number): Contract | null {
    return this.rows.get(no) ?? null;
  }

  has(no: number): boolean {
    return this.rows.has(no);
  }

  /** Where the rigs of contracts in force go. */
  destinations(): Destination[] {
    return [...this.rows.values()].filter(isInForce).map(({ no, profileNo }) => ({ contractNo: no, profileNo }));
  }

  destinationOf(no: number): Destination | null {
    const row = this.rows.get(no);
    return row === undefined ? null : { contractNo: no, profileNo: row.profileNo };
  }

  /** What time and shares did to contracts; true when any changed. */
  turn(): boolean {
    const { contracts } = this.deps.control;
    const accepted = this.deps.accepted();
    const begun = [...this.rows.values()].filter(({ no, state }) => state === "activating" && accepted.has(no));
    const settled = contracts.settle();
    const activated = contracts.setState(begun.map(({ no }) => ({ contractNo: no, to: "active" })));
    return settled.length + activated.length > 0;
  }

  fact(no: number): ContractFact | null {
    return this.facts.get(no) ?? null;
  }

  /** Looks how each stands; a change is an event where `tells`: not in the first moments of a run. */
  look(plan: Plan | null, tells: boolean): void {
    const pools = new Map([...this.deps.pools()].map((fact) => [fact.contractNo, fact]));
    const isAnyDown = pools.values().some(({ poolsDownSinceMs }) => poolsDownSinceMs !== null);
    const held = isAnyDown ? this.deps.held() : noneHeld;
    const plans = new Map((plan?.contracts ?? []).map((one) => [one.contractNo, one]));
    for (const row of this.rows.values()) {
      // A new contract has nothing to be judged by until the planner may act for it.
      if (!isInForce(row) || (row.state === "activating" && !tells)) {
        this.facts.delete(row.no);
        continue;
      }
      const before = this.facts.get(row.no);
      const fact = contractFact(row, plans.get(row.no) ?? null, { pools: pools.get(row.no) ?? null, short: this.deps.short(row.no), holds: held.has(row.no) });
      this.facts.set(row.no, fact);
      if (tells && before !== undefined && before.state !== fact.state) this.tell(row, fact);
    }
  }

  private tell({ id, number }: Contract, { state, reason }: ContractFact): void {
    const text = `contract ${number} is ${state}: ${reason.text}`;
    this.deps.control.events.record({ type: `contract.${state}`, subjectKind: "contract", subjectId: id, text, data: { number, code: reason.code } });
  }
}
