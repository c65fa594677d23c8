import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { Plan } from "../../src/schedule/plan.ts";
import type { ContractPlanFact, PlanFacts, RigPlanFact } from "../../src/schedule/plan-facts.ts";
import { isInForce, makePlan, Planner } from "../../src/schedule/planner.ts";
import { fractionMax, fractionMin } from "../../src/schedule/sliced-rig.ts";
import { seedOfRun } from "../support/seeded.ts";
import { carriedOut, contractFact, factsArbitrary, nowMs, rigFact, servingAfter, th, world } from "./plan-world.ts";

// A busy machine is no counterexample.
setDefaultTimeout(60_000);

const runs = { numRuns: 500, seed: seedOfRun() };

const lends = (rig: RigPlanFact, contract: ContractPlanFact) => rig.ownerCustomerNo === 0 || rig.ownerCustomerNo === contract.customerNo || rig.lend === "all";

/** What the rules say of a rig that may be taken for a contract, written down a second time. */
function isSpareFor(rig: RigPlanFact, contract: ContractPlanFact): boolean {
  const away = rig.maintenance !== null && rig.maintenance.fromMs - 600_000 <= nowMs && nowMs < rig.maintenance.toMs;
  return (
    rig.fleetNo === contract.fleetNo &&
    (rig.status === "online" || rig.status === "vetting") &&
    rig.expectedHps > 0 &&
    rig.lifecycle === "active" &&
    rig.connected &&
    !rig.gone &&
    rig.pin === null &&
    !rig.parked &&
    !rig.draining &&
    !away &&
    lends(rig, contract)
  );
}

const isPinnedTo = (rig: RigPlanFact, contract: ContractPlanFact) => rig.pin?.to === "contract" && rig.pin.contractNo === contract.no;
const isBarred = (rig: RigPlanFact) => rig.parked || rig.pin?.to === "profile" || rig.status === "quarantined" || rig.lifecycle === "retired";
const isOpenTo = (rig: RigPlanFact, contract: ContractPlanFact) =>
  isInForce(contract, nowMs) && contract.fleetNo === rig.fleetNo && lends(rig, contract) && !isBarred(rig);

/** Served it before, is fixed to it, or is a spare for it. */
function mayBeAdded(facts: PlanFacts, rigNo: number, contractNo: number): boolean {
  const rig = facts.rigs.find(({ no }) => no === rigNo);
  const contract = facts.contracts.find(({ no }) => no === contractNo);
  if (rig === undefined || contract === undefined || !isOpenTo(rig, contract)) return false;
  const before = facts.allocations.some((row) => row.rigNo === rigNo && row.contractNo === contractNo);
  return before || isPinnedTo(rig, contract) || isSpareFor(rig, contract);
}

/** Whether it could take the largest place: then it could take any, as the largest rigs sit at the largest places. */
function isSimilar(rig: RigPlanFact, contract: ContractPlanFact): boolean {
  const least = Math.max(...contract.places.map(({ nominalHps }) => nominalHps)) * (1 - contract.toleranceBp / 10_000);
  return rig.belowPlace !== true && Math.min(rig.nominalHps, rig.expectedHps) >= least;
}

describe("any facts", () => {
  test("the same facts give the same plan, in whatever order they come", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const turned = { ...facts, rigs: [...facts.rigs].reverse(), contracts: [...facts.contracts].reverse(), allocations: [...facts.allocations].reverse() };
        expect(makePlan(turned)).toEqual(makePlan(facts));
      }),
      runs,
    );
  });

  test("a plan that was carried out leaves nothing to do", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const after = carriedOut(facts, makePlan(facts));
        expect(makePlan(after).changes).toEqual([]);
      }),
      runs,
    );
  });

  test("nobody is added that may not serve, and no rig is moved twice", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const plan = makePlan(facts);
        expect(new Set(plan.changes.map(({ rigNo }) => rigNo)).size).toBe(plan.changes.length);
        expect(plan.changes.filter(({ to, fraction }) => to === 0 && fraction !== 1)).toEqual([]);
        expect(plan.changes.filter(({ rigNo, to }) => to !== 0 && !mayBeAdded(facts, rigNo, to))).toEqual([]);
      }),
      runs,
    );
  });

  test("parts are of threshold contracts only, one rig each, no shorter than a slice", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const serving = [...servingAfter(facts, makePlan(facts)).values()].filter(({ fraction }) => fraction < 1);
        const contractOf = new Map(facts.contracts.map((contract) => [contract.no, contract]));
        expect(new Set(serving.map(({ contractNo }) => contractNo)).size).toBe(serving.length);
        for (const { contractNo, fraction } of serving) {
          expect(contractOf.get(contractNo)?.method).toBe("threshold");
          expect(facts.fleets.find(({ no }) => no === contractOf.get(contractNo)?.fleetNo)?.slices).toBe(true);
          expect(fraction).toBeGreaterThanOrEqual(fractionMin);
          expect(fraction).toBeLessThanOrEqual(fractionMax);
        }
      }),
      runs,
    );
  });

  test("what people said is done: parked, pinned, quarantined, retired, not lent, ended", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const serving = servingAfter(facts, makePlan(facts));
        for (const rig of facts.rigs) {
          const served = facts.contracts.find(({ no }) => no === serving.get(rig.no)?.contractNo);
          if (served !== undefined) expect(isOpenTo(rig, served)).toBe(true);
          if (rig.pin?.to !== "contract") continue;
          expect(served).toBe(facts.contracts.find((contract) => isPinnedTo(rig, contract) && isOpenTo(rig, contract)));
        }
      }),
      runs,
    );
  });

  test("nobody is short while a spare is left that it may use", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const plan = makePlan(facts);
        const serving = servingAfter(facts, plan);
        const idle = facts.rigs.filter((rig) => !serving.has(rig.no));
        const held = new Set(facts.fleets.filter(({ heldUntilMs }) => heldUntilMs !== null && nowMs < heldUntilMs).map(({ no }) => no));
        const short = new Set(plan.shortages.map(({ contractNo }) => contractNo));
        for (const contract of facts.contracts.filter(({ no, fleetNo }) => short.has(no) && !held.has(fleetNo))) {
          const spares = idle.filter((rig) => isSpareFor(rig, contract));
          expect(contract.method === "threshold" ? spares : spares.filter((rig) => isSimilar(rig, contract))).toEqual([]);
        }
      }),
      runs,
    );
  });

  test("no part of a rig is left to the house while its contract is short", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const plan = makePlan(facts);
        const held = new Set(facts.fleets.filter(({ heldUntilMs }) => heldUntilMs !== null && nowMs < heldUntilMs).map(({ no }) => no));
        const fleetOf = new Map(facts.contracts.map(({ no, fleetNo }) => [no, fleetNo]));
        const short = new Set(plan.shortages.map(({ contractNo }) => contractNo).filter((no) => !held.has(fleetOf.get(no) ?? 0)));
        const inPart = [...servingAfter(facts, plan).values()].filter(({ fraction }) => fraction < 1);
        expect(inPart.filter(({ contractNo }) => short.has(contractNo))).toEqual([]);
      }),
      runs,
    );
  });

  test("told event by event, the planner answers what it answers from nothing", () => {
    fc.assert(
      fc.property(factsArbitrary, fc.array(fc.tuple(fc.nat(), fc.nat(), factsArbitrary), { minLength: 1, maxLength: 6 }), (first, events) => {
        const planner = new Planner();
        let facts: PlanFacts = first;
        planner.setFleets(facts.fleets);
        planner.setContracts(facts.contracts);
        for (const rig of facts.rigs) planner.setRig(rig, facts.allocations.find(({ rigNo }) => rigNo === rig.no) ?? null);
        expect(planner.plan(facts)).toEqual(makePlan(facts));
        for (const [kind, at, other] of events) {
          facts = eventOf(facts, { kind: kind % 5, at, other }, planner);
          expect(planner.plan(facts)).toEqual(makePlan(facts));
          expect(planner.plan(facts)).toEqual(makePlan(facts));
        }
      }),
      { ...runs, numRuns: 100 },
    );
  });
});

/** One of the things that happen, told to the planner as it happens. */
function eventOf(facts: PlanFacts, { kind, at, other }: { kind: number; at: number; other: PlanFacts }, planner: Planner): PlanFacts {
  if (kind === 0) {
    const after = carriedOut(facts, makePlan(facts));
    planner.setFleets(after.fleets);
    for (const rig of after.rigs) planner.setRig(rig, after.allocations.find(({ rigNo }) => rigNo === rig.no) ?? null);
    return after;
  }
  if (kind === 1) {
    planner.setContracts(other.contracts);
    return { ...facts, contracts: other.contracts };
  }
  if (kind === 2) {
    const gone = facts.rigs[at % facts.rigs.length];
    if (gone === undefined) return facts;
    planner.removeRig(gone.no);
    return { ...facts, rigs: facts.rigs.filter((rig) => rig !== gone), allocations: facts.allocations.filter(({ rigNo }) => rigNo !== gone.no) };
  }
  if (kind === 3) return { ...facts, nowMs: facts.nowMs + (at % 3) * 1_200_000 };
  const changed = other.rigs[at % other.rigs.length];
  if (changed === undefined) return facts;
  planner.setRig(changed);
  if (!facts.rigs.some(({ no }) => no === changed.no)) planner.setAllocation(changed.no, null);
  return { ...facts, rigs: [...facts.rigs.filter(({ no }) => no !== changed.no), changed] };
}

/** House rigs, `threshold`, one fleet: where sums can be reasoned about. */
const plainArbitrary = (slices: boolean) =>
  fc
    .record({
      rigs: fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 4, maxLength: 40 }),
      contracts: fc.array(fc.tuple(fc.integer({ min: 60, max: 900 }), fc.constantFrom(0, 5, 5, 5, 9)), { minLength: 1, maxLength: 8 }),
    })
    .map(({ rigs, contracts }) =>
      world({
        fleets: [{ no: 1, heldUntilMs: null, reserveBp: 0, slices, optionalMovesLastMinute: 0 }],
        rigs: rigs.map((hps, at) => rigFact(at + 1, { nominalHps: hps * th })),
        contracts: contracts.map(([hps, priority], at) => contractFact(at + 1, { promisedHps: hps * th, priority })),
      }),
    );

/** What can be too much with parts: 1 %, or what the shortest slice of the largest rig is, or the seconds that a part is rounded to. */
const partTooMuchHps = (promisedHps: number) => Math.max(promisedHps * 0.01, fractionMin * 150 * th) + 1e9;

/** What each contract is expected to get, as it stands before a plan. */
const expectedBefore = (facts: PlanFacts, contractNo: number) =>
  facts.allocations.reduce((sum, row) => sum + (row.contractNo === contractNo ? row.fraction * (facts.rigs[row.rigNo - 1]?.expectedHps ?? 0) : 0), 0);

/** A contract more that comes before the others, or one of them that now does. */
function withFirst(facts: PlanFacts, { promisedHps, pick }: { promisedHps: number; pick: number }): PlanFacts {
  const { contracts } = facts;
  if (pick % 2 === 0) return { ...facts, contracts: [...contracts, contractFact(99, { promisedHps, priority: 0 })] };
  const raised = contracts[pick % contracts.length];
  return { ...facts, contracts: contracts.map((contract) => (contract === raised ? { ...contract, priority: 0 } : contract)) };
}

/** How many rigs a plan brings to a contract, and what those make that it takes from others, H/s. */
function comeTo(contractNo: number, { facts, plan }: { facts: PlanFacts; plan: Plan }): { come: number; takenHps: number[] } {
  const come = plan.changes.filter(({ to }) => to === contractNo);
  const taken = come.filter(({ cause }) => cause === "take");
  return { come: come.length, takenHps: taken.map(({ rigNo }) => facts.rigs[rigNo - 1]?.expectedHps ?? 0) };
}

describe("house rigs and hashrate", () => {
  test("all promises are kept where all of them and one largest rig each fit into what there is", () => {
    fc.assert(
      fc.property(plainArbitrary(false), (facts) => {
        const largest = Math.max(...facts.rigs.map(({ expectedHps }) => expectedHps));
        const promised = facts.contracts.reduce((sum, { promisedHps }) => sum + promisedHps + largest, 0);
        fc.pre(promised <= facts.rigs.reduce((sum, { expectedHps }) => sum + expectedHps, 0));
        expect(makePlan(facts).shortages).toEqual([]);
      }),
      { ...runs, numRuns: 300 },
    );
  });

  test.each([false, true])(
    "what is too much is less than any rig that was added; with parts (%p) at most 1 %, or what the shortest slice is too much",
    (slices) => {
      fc.assert(
        fc.property(plainArbitrary(slices), (facts) => {
          const plan = makePlan(facts);
          for (const { contractNo, expectedHps, promisedHps } of plan.contracts.filter((one) => one.expectedHps > one.promisedHps)) {
            const added = plan.changes.filter(({ to }) => to === contractNo).map(({ rigNo }) => facts.rigs[rigNo - 1]?.expectedHps ?? 0);
            expect(expectedHps - promisedHps).toBeLessThan(Math.min(...added) + 1e7);
            if (slices) expect(expectedHps - promisedHps).toBeLessThanOrEqual(partTooMuchHps(promisedHps));
          }
        }),
        { ...runs, numRuns: 200 },
      );
    },
  );

  test.each([false, true])(
    "who comes first takes from those after it, never beyond its promise by more than it must, and nothing while within its tolerance (parts: %p)",
    (slices) => {
      fc.assert(
        fc.property(plainArbitrary(slices), fc.integer({ min: 30, max: 900 }), fc.nat(), (facts, hps, pick) => {
          const changed = withFirst(carriedOut(facts, makePlan(facts)), { promisedHps: hps * th, pick });
          const plan = makePlan(changed);
          const outcomes = plan.contracts.map((one) => ({ ...one, ...comeTo(one.contractNo, { facts: changed, plan }) }));
          const first = new Set(changed.contracts.filter(({ priority }) => priority === 0).map(({ no }) => no));
          const withinTolerance = outcomes.filter((one) => first.has(one.contractNo) && expectedBefore(changed, one.contractNo) > one.promisedHps * 0.9);
          expect(withinTolerance.filter(({ takenHps }) => takenHps.length > 0)).toEqual([]);
          const tooMuch = outcomes.filter(({ come, expectedHps, promisedHps }) => come > 0 && expectedHps - promisedHps > partTooMuchHps(promisedHps));
          // Of whole rigs, the last may be too much where without it the contract would be below its tolerance.
          const needed = slices
            ? []
            : tooMuch.filter((one) => one.expectedHps - Math.max(0, ...one.takenHps) < one.promisedHps * 0.9 || one.takenHps.length < one.come);
          expect(tooMuch.filter((one) => !needed.includes(one))).toEqual([]);
          expect(makePlan(carriedOut(changed, plan)).changes).toEqual([]);
        }),
        { ...runs, numRuns: 300 },
      );
    },
  );

  test.each([false, true])("a shortage is carried by the last priority first, and shared within it to one smallest rig (parts: %p)", (slices) => {
    fc.assert(
      fc.property(plainArbitrary(slices), (facts) => {
        const plan = makePlan(facts);
        const filled = plan.contracts.map(({ contractNo, expectedHps, promisedHps }) => {
          const own = plan.changes.filter(({ to }) => to === contractNo);
          const smallestHps = Math.min(...own.map(({ rigNo, fraction }) => (facts.rigs[rigNo - 1]?.expectedHps ?? 0) * fraction));
          return {
            fill: expectedHps / promisedHps,
            without: (expectedHps - smallestHps) / promisedHps,
            priority: facts.contracts[contractNo - 1]?.priority ?? 0,
          };
        });
        for (const short of filled.filter(({ fill }) => fill < 1 - 1e-6)) {
          expect(filled.filter(({ priority, fill }) => priority > short.priority && fill > 0)).toEqual([]);
          // Who is within its tolerance takes nothing of which a part would be left to the house.
          if (slices && short.fill >= 0.9) continue;
          expect(filled.filter((other) => other.priority === short.priority && other.without > short.fill + 1e-6)).toEqual([]);
        }
      }),
      { ...runs, numRuns: 200 },
    );
  });

  test("one failed rig moves nobody but spares and itself, while there are spares", () => {
    fc.assert(
      fc.property(plainArbitrary(false), fc.nat(), (facts, pick) => {
        const settled = carriedOut(facts, makePlan(facts));
        const failed = settled.allocations[pick % Math.max(1, settled.allocations.length)];
        fc.pre(failed !== undefined);
        const hpsOf = (rigNo: number) => settled.rigs[rigNo - 1]?.expectedHps ?? 0;
        const serving = new Set(settled.allocations.map(({ rigNo }) => rigNo));
        const spareHps = settled.rigs.reduce((sum, { no, expectedHps }) => sum + (serving.has(no) ? 0 : expectedHps), 0);
        fc.pre(spareHps >= hpsOf(failed?.rigNo ?? 0));
        const broken = { ...settled, rigs: settled.rigs.map((rig) => (rig.no === failed?.rigNo ? { ...rig, status: "offline" as const } : rig)) };
        const plan = makePlan(broken);
        expect(plan.shortages).toEqual([]);
        for (const change of plan.changes) {
          const before = settled.allocations.find(({ rigNo }) => rigNo === change.rigNo);
          if (change.rigNo === failed?.rigNo) expect(change.to).toBe(0);
          else expect([before, change.to]).toEqual([undefined, failed?.contractNo ?? 0]);
        }
      }),
      { ...runs, numRuns: 100 },
    );
  });
});
