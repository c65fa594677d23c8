import fc from "fast-check";
import type { Plan } from "../../src/schedule/plan.ts";
import type { AllocationPlanFact, ContractPlanFact, FleetPlanFact, PlanFacts, RigPlanFact } from "../../src/schedule/plan-facts.ts";

export const nowMs = 1_800_000_000_000;
export const th = 1e12;

/** A healthy house rig of 100 TH/s in fleet 1. */
export function rigFact(no: number, more: Partial<RigPlanFact> = {}): RigPlanFact {
  const nominalHps = more.nominalHps ?? 100 * th;
  return {
    no,
    name: `S21-${String(no).padStart(3, "0")}`,
    fleetNo: 1,
    siteNo: 1,
    building: null,
    row: null,
    rack: null,
    model: "S21",
    nominalHps,
    expectedHps: nominalHps,
    status: "online",
    statusText: "",
    lifecycle: "active",
    connected: true,
    gone: false,
    ownerCustomerNo: 0,
    lend: "none",
    pin: null,
    draining: false,
    parked: false,
    belowPlace: null,
    maintenance: null,
    lastMoveAtMs: null,
    movesLastHour: 0,
    heldDownUntilMs: 0,
    ...more,
  };
}

export function contractFact(no: number, more: Partial<ContractPlanFact> = {}): ContractPlanFact {
  return {
    no,
    label: `C-${no}`,
    fleetNo: 1,
    customerNo: no,
    method: "threshold",
    promisedHps: 300 * th,
    places: [],
    toleranceBp: 1000,
    priority: 5,
    active: true,
    startsAtMs: 0,
    endsAtMs: null,
    ...more,
  };
}

/** A `miners` contract of that many places of 100 TH/s, or of these rigs by name. */
export function minersFact(no: number, places: number | readonly number[], more: Partial<ContractPlanFact> = {}): ContractPlanFact {
  const list = typeof places === "number" ? Array.from({ length: places }, () => null) : places;
  return contractFact(no, {
    method: "miners",
    toleranceBp: 2000,
    places: list.map((rigNo, at) => ({ no: at + 1, nominalHps: 100 * th, rigNo, model: null })),
    promisedHps: list.length * 100 * th,
    ...more,
  });
}

export function fleetFact(no = 1, more: Partial<FleetPlanFact> = {}): FleetPlanFact {
  return { no, heldUntilMs: null, reserveBp: 0, slices: false, optionalMovesLastMinute: 0, ...more };
}

export function world(more: Partial<PlanFacts> = {}): PlanFacts {
  return { nowMs, startGraceUntilMs: 0, fleets: [fleetFact()], contracts: [], rigs: [], allocations: [], ...more };
}

/** Facts once a plan has been carried out, as the record would tell them. */
export function carriedOut(facts: PlanFacts, plan: Plan): PlanFacts {
  const allocations = new Map<number, AllocationPlanFact>(facts.allocations.map((row) => [row.rigNo, row]));
  const moved = new Map<number, boolean>();
  for (const { rigNo, to, fraction } of plan.changes) {
    const whole = (allocations.get(rigNo)?.contractNo ?? 0) !== to;
    moved.set(rigNo, whole);
    if (to === 0) allocations.delete(rigNo);
    else allocations.set(rigNo, { rigNo, contractNo: to, fraction });
  }
  const optional = new Map<number, number>();
  const fleetOf = new Map(facts.rigs.map((rig) => [rig.no, rig.fleetNo]));
  for (const change of plan.changes) if (change.optional) optional.set(fleetOf.get(change.rigNo) ?? 0, (optional.get(fleetOf.get(change.rigNo) ?? 0) ?? 0) + 1);
  return {
    ...facts,
    rigs: facts.rigs.map((rig) => (moved.get(rig.no) === true ? { ...rig, lastMoveAtMs: facts.nowMs, movesLastHour: rig.movesLastHour + 1 } : rig)),
    allocations: [...allocations.values()],
    fleets: facts.fleets.map((fleet) => ({ ...fleet, optionalMovesLastMinute: fleet.optionalMovesLastMinute + (optional.get(fleet.no) ?? 0) })),
  };
}

const hashrates = [47, 60, 75, 80, 95, 100, 104, 110, 120, 150].map((hps) => hps * th);

const rigArbitrary = (no: number, contracts: number): fc.Arbitrary<RigPlanFact> =>
  fc
    .record({
      fleetNo: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
      siteNo: fc.integer({ min: 0, max: 2 }),
      building: fc.constantFrom(null, "A"),
      row: fc.constantFrom(null, "1"),
      rack: fc.constantFrom(null, "R1", "R2"),
      model: fc.constantFrom(null, "S19", "S21"),
      nominalHps: fc.constantFrom(...hashrates),
      ratio: fc.constantFrom(1, 1, 1, 0.97, 0.7, 0),
      status: fc.oneof(
        { weight: 12, arbitrary: fc.constant("online" as const) },
        { weight: 2, arbitrary: fc.constant("vetting" as const) },
        { weight: 2, arbitrary: fc.constantFrom("degraded" as const, "offline" as const) },
        { weight: 1, arbitrary: fc.constantFrom("rejecting" as const, "flapping" as const, "quarantined" as const) },
      ),
      lifecycle: fc.oneof(
        { weight: 15, arbitrary: fc.constant("active" as const) },
        { weight: 1, arbitrary: fc.constantFrom("maintenance" as const, "retired" as const) },
      ),
      presence: fc.oneof(
        { weight: 12, arbitrary: fc.constant({ connected: true, gone: false }) },
        { weight: 1, arbitrary: fc.constantFrom({ connected: false, gone: false }, { connected: false, gone: true }) },
      ),
      ownerCustomerNo: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: contracts }) }),
      lend: fc.constantFrom("none" as const, "house" as const, "all" as const),
      pin: fc.oneof(
        { weight: 15, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constant({ to: "profile" as const }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: contracts }).map((contractNo) => ({ to: "contract" as const, contractNo })) },
      ),
      draining: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      parked: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      belowPlace: fc.constantFrom(null, null, null, false, true),
      maintenance: fc.oneof(
        { weight: 15, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom({ fromMs: nowMs + 300_000, toMs: nowMs + 3_600_000 }, { fromMs: nowMs + 3_600_000, toMs: nowMs + 7_200_000 }) },
      ),
      lastMoveAtMs: fc.constantFrom(null, null, nowMs - 60_000, nowMs - 3_000_000),
      movesLastHour: fc.constantFrom(0, 0, 0, 1, 2),
      heldDownUntilMs: fc.constantFrom(0, 0, nowMs + 60_000),
    })
    .map(({ ratio, presence, ...fact }) => rigFact(no, { ...fact, ...presence, expectedHps: fact.nominalHps * ratio }));

const contractArbitrary = (no: number, rigs: number): fc.Arbitrary<ContractPlanFact> =>
  fc
    .record({
      fleetNo: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
      customerNo: fc.oneof({ weight: 3, arbitrary: fc.constant(no) }, { weight: 1, arbitrary: fc.constant(1) }),
      method: fc.constantFrom("threshold" as const, "threshold" as const, "miners" as const),
      promised: fc.integer({ min: 30, max: 500 }),
      places: fc.array(
        fc.record({
          nominalHps: fc.constantFrom(...hashrates),
          rigNo: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: rigs }) }),
          model: fc.constantFrom(null, null, "S19"),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      priority: fc.constantFrom(0, 5, 5, 9),
      active: fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      startsAtMs: fc.constantFrom(0, 0, 0, nowMs + 1000),
      endsAtMs: fc.constantFrom(null, null, nowMs, nowMs + 1000),
    })
    .map(({ promised, places, ...fact }) => {
      if (fact.method === "threshold") return contractFact(no, { ...fact, promisedHps: promised * th });
      const named = new Set<number>();
      const own = places.map((place, at) => {
        const rigNo = place.rigNo === null || named.has(place.rigNo) ? null : place.rigNo;
        if (rigNo !== null) named.add(rigNo);
        return { ...place, rigNo, no: at + 1 };
      });
      return contractFact(no, { ...fact, places: own, toleranceBp: 2000, promisedHps: own.reduce((sum, { nominalHps }) => sum + nominalHps, 0) });
    });

/** Any facts: small, with everything that can be said of a rig, a contract and a fleet. */
export const factsArbitrary: fc.Arbitrary<PlanFacts> = fc
  .record({
    rigs: fc.integer({ min: 1, max: 16 }),
    contracts: fc.integer({ min: 1, max: 5 }),
    slices: fc.boolean(),
    held: fc.constantFrom(false, false, false, false, true),
    optional: fc.constantFrom(0, 0, 8, 9, 10),
  })
  .chain(({ rigs, contracts, slices, held, optional }) =>
    fc
      .record({
        rigs: fc.tuple(...Array.from({ length: rigs }, (_, at) => rigArbitrary(at + 1, contracts))),
        contracts: fc.tuple(...Array.from({ length: contracts }, (_, at) => contractArbitrary(at + 1, rigs))),
        serving: fc.array(fc.integer({ min: 0, max: contracts }), { minLength: rigs, maxLength: rigs }),
        parts: fc.array(fc.constantFrom(1, 0.1, 0.5, 0.9), { minLength: contracts, maxLength: contracts }),
      })
      .map((parts) =>
        world({
          rigs: parts.rigs,
          contracts: parts.contracts,
          fleets: [fleetFact(1, { slices, heldUntilMs: held ? nowMs + 1 : null, optionalMovesLastMinute: optional }), fleetFact(2, { slices })],
          allocations: parts.serving.flatMap((contractNo, at) => {
            if (contractNo === 0) return [];
            const inPart = slices && parts.contracts[contractNo - 1]?.method === "threshold" && parts.serving.indexOf(contractNo) === at;
            return [{ rigNo: at + 1, contractNo, fraction: inPart ? (parts.parts[contractNo - 1] ?? 1) : 1 }];
          }),
        }),
      ),
  );

/** Who serves whom once the plan is carried out. */
export function servingAfter(facts: PlanFacts, plan: Plan): Map<number, AllocationPlanFact> {
  return new Map(carriedOut(facts, plan).allocations.map((row) => [row.rigNo, row]));
}
