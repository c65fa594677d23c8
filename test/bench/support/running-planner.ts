import type { Plan } from "../../../src/schedule/plan.ts";
import type { PlanFacts, RigPlanFact } from "../../../src/schedule/plan-facts.ts";
import { Planner } from "../../../src/schedule/planner.ts";

/** A planner that carries its own plans out. */
export class RunningPlanner {
  readonly planner = new Planner();
  readonly rigs: RigPlanFact[];
  readonly serving = new Map<number, number>();
  #nowMs: number;

  constructor(facts: PlanFacts) {
    this.#nowMs = facts.nowMs;
    this.rigs = [...facts.rigs];
    this.planner.setFleets(facts.fleets);
    this.planner.setContracts(facts.contracts);
    for (const rig of facts.rigs) this.planner.setRig(rig, null);
    this.carryOut(this.plan());
  }

  plan(): Plan {
    return this.planner.plan({ nowMs: this.#nowMs, startGraceUntilMs: 0 });
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  tell(no: number, more: Partial<RigPlanFact>): void {
    const before = this.rigs[no - 1];
    if (before === undefined) return;
    const fact = { ...before, ...more };
    this.rigs[no - 1] = fact;
    this.planner.setRig(fact);
  }

  carryOut(plan: Plan): number {
    for (const { rigNo, to, fraction } of plan.changes) {
      this.planner.setAllocation(rigNo, to === 0 ? null : { rigNo, contractNo: to, fraction });
      if (to === 0) this.serving.delete(rigNo);
      else this.serving.set(rigNo, to);
    }
    return plan.changes.length;
  }
}
