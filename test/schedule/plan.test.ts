import { describe, expect, test } from "bun:test";
import type { Plan } from "../../src/schedule/plan.ts";
import type { PlanFacts, RigPlanFact } from "../../src/schedule/plan-facts.ts";
import { holdDownMs } from "../../src/schedule/plan-limits.ts";
import { makePlan } from "../../src/schedule/planner.ts";
import { carriedOut, contractFact, fleetFact, minersFact, nowMs, rigFact, th, world } from "./plan-world.ts";

const rigs = (count: number, more: Partial<RigPlanFact> = {}) => Array.from({ length: count }, (_, at) => rigFact(at + 1, more));
const serves = (contractNo: number, ...rigNos: number[]) => rigNos.map((rigNo) => ({ rigNo, contractNo, fraction: 1 }));
const moves = (plan: Plan) => plan.changes.map(({ rigNo, to, fraction }) => (fraction === 1 ? `${rigNo}>${to}` : `${rigNo}>${to} x${fraction.toFixed(2)}`));
const withRig = (facts: PlanFacts, no: number, more: Partial<RigPlanFact>): PlanFacts => ({
  ...facts,
  rigs: facts.rigs.map((rig) => (rig.no === no ? { ...rig, ...more } : rig)),
});

describe("hashrate", () => {
  const full = world({ rigs: rigs(6), contracts: [contractFact(1)], allocations: serves(1, 1, 2, 3) });

  test("is filled from spares, with as few rigs as it takes", () => {
    const plan = makePlan(world({ rigs: rigs(6), contracts: [contractFact(1)] }));
    expect(plan.changes).toHaveLength(3);
    expect(plan.contracts).toMatchObject([{ contractNo: 1, fillBp: 10_000 }]);
    expect(plan.fleets).toMatchObject([{ spareRigs: 3 }]);
  });

  test("a rig that sends nothing is replaced, with a sentence that says why and what spoke for the spare", () => {
    const facts = withRig(withRig(full, 5, { building: "A", row: "2", rack: "R9" }), 2, {
      status: "offline",
      statusText: "has sent no accepted share for 95 s",
      building: "A",
      row: "2",
      rack: "R9",
    });
    const plan = makePlan(facts);
    expect(moves(plan)).toEqual(["5>1", "2>0"]);
    expect(plan.changes[0]).toMatchObject({ cause: "replace", optional: false, replacesRigNo: 2 });
    expect(plan.changes[0]?.reason).toEqual({
      code: "replaces",
      text: "S21-005 replaces S21-002, which has sent no accepted share for 95 s; chosen: same model, same rack, best fit",
    });
    expect(plan.changes[1]?.reason.text).toBe("S21-002 has sent no accepted share for 95 s; replaced by S21-005");
  });

  test.each([
    ["disconnected within its grace", { connected: false }, []],
    ["disconnected past its grace", { connected: false, gone: true }, ["4>1", "2>0"]],
    ["degraded", { status: "degraded", expectedHps: 66 * th }, ["4>1", "2>0"]],
    ["draining", { draining: true }, ["4>1", "2>0"]],
    ["under maintenance in five minutes", { maintenance: { fromMs: nowMs + 300_000, toMs: nowMs + 900_000 } }, ["4>1", "2>0"]],
    ["under maintenance tomorrow", { maintenance: { fromMs: nowMs + 86_400_000, toMs: nowMs + 90_000_000 } }, []],
    ["back in vetting", { status: "vetting" }, []],
    ["parked", { parked: true }, ["4>1", "2>0"]],
  ] as const)("a member that is %s", (_name, more, expected) => {
    expect(moves(makePlan(withRig(full, 2, more)))).toEqual([...expected]);
  });

  test("who goes for a window is said to go for it, whether it has been judged yet or not; a window of tomorrow is no reason", () => {
    const text = (more: Partial<RigPlanFact>) => makePlan(withRig(full, 2, { statusText: "is of no matter here", ...more })).changes[1]?.reason.text;
    const soon = { fromMs: nowMs + 300_000, toMs: nowMs + 900_000 };
    const tomorrow = { fromMs: nowMs + 86_400_000, toMs: nowMs + 90_000_000 };
    expect(text({ status: "vetting", maintenance: soon })).toBe("S21-002 is about to be under maintenance; replaced by S21-004");
    expect(text({ status: "online", maintenance: soon })).toBe("S21-002 is about to be under maintenance; replaced by S21-004");
    expect(text({ status: "degraded", statusText: "is degraded", maintenance: tomorrow })).toBe("S21-002 is degraded; replaced by S21-004");
  });

  test("several that come for one say what is left without it, never more than the promise", () => {
    const large = { model: "XL", nominalHps: 300 * th, expectedHps: 300 * th };
    const facts = withRig(world({ rigs: rigs(5), contracts: [contractFact(1)], allocations: serves(1, 1) }), 1, large);
    const plan = makePlan(withRig(facts, 1, { ...large, draining: true }));
    expect(moves(plan).at(-1)).toBe("1>0");
    const fills = plan.changes.filter(({ reason }) => reason.code === "fills");
    expect(fills).toHaveLength(2);
    for (const { reason } of fills) expect(reason.text).toContain("which was expected to get 0.0 % of its promise without S21-001, which is being drained");
  });

  test("without a spare a weak rig stays, and a dead one keeps its place in the plan", () => {
    const tight = { ...full, rigs: full.rigs.slice(0, 3) };
    expect(makePlan(withRig(tight, 2, { status: "degraded", expectedHps: 66 * th })).changes).toEqual([]);
    const dead = makePlan(withRig(tight, 2, { status: "offline" }));
    expect(dead.changes).toEqual([]);
    expect(dead.shortages).toMatchObject([{ contractNo: 1, belowTolerance: true }]);
  });

  test("a rig that another makes needless is not taken", () => {
    const hps = [148, 144, 105, 50, 50].map((each, at) => rigFact(at + 1, { nominalHps: each * th }));
    const plan = makePlan(world({ rigs: hps, contracts: [contractFact(1, { promisedHps: 393 * th })] }));
    expect(moves(plan).sort()).toEqual(["1>1", "2>1", "3>1"]);
  });

  test("vetting rigs are the last choice", () => {
    const facts = withRig(withRig(withRig(full, 4, { status: "vetting" }), 5, { status: "vetting" }), 1, { status: "offline" });
    expect(moves(makePlan(facts))).toEqual(["6>1", "1>0"]);
    expect(moves(makePlan(withRig(facts, 6, { parked: true })))).toEqual(["4>1", "1>0"]);
  });

  test("above 104 % the largest rig that fits goes, after its dwell", () => {
    const over = world({
      rigs: [...rigs(3), rigFact(4, { nominalHps: 60 * th }), rigFact(5, { nominalHps: 80 * th })],
      contracts: [contractFact(1)],
      allocations: serves(1, 1, 2, 3, 4, 5),
    });
    expect(moves(makePlan(over))).toEqual(["3>0"]);
    expect(moves(makePlan({ ...over, contracts: [contractFact(1, { promisedHps: 435 * th })] }))).toEqual([]);
    const fresh = { ...over, rigs: over.rigs.map((rig) => ({ ...rig, lastMoveAtMs: nowMs - 599_999 })) };
    expect(makePlan(fresh).changes).toEqual([]);
    expect(makePlan({ ...over, fleets: [fleetFact(1, { optionalMovesLastMinute: 10 })] }).changes).toEqual([]);
    expect(makePlan({ ...over, rigs: over.rigs.map((rig) => ({ ...rig, movesLastHour: 2 })) }).changes).toEqual([]);
  });

  test("three rigs of a third each are enough, whatever rounding says", () => {
    for (let hps = 50; hps < 60; hps += 0.1) {
      const facts = world({ rigs: rigs(5, { nominalHps: hps * th, expectedHps: hps * th }), contracts: [contractFact(1, { promisedHps: 3 * hps * th })] });
      expect(makePlan(facts).changes).toHaveLength(3);
    }
  });

  test("a part of a rig makes it exact", () => {
    const facts = world({ rigs: rigs(6), contracts: [contractFact(1, { promisedHps: 250 * th })], fleets: [fleetFact(1, { slices: true })] });
    const plan = makePlan(facts);
    expect(moves(plan)).toEqual(["6>1", "5>1", "1>1 x0.50"]);
    expect(plan.contracts).toMatchObject([{ fillBp: 10_000 }]);
    // Its part grows before anybody else moves.
    const weaker = { ...facts, allocations: [...serves(1, 6, 5), { rigNo: 1, contractNo: 1, fraction: 0.5 }] };
    expect(moves(makePlan(withRig(weaker, 6, { expectedHps: 80 * th })))).toEqual(["1>1 x0.70"]);
  });
});

describe("places", () => {
  const named = world({
    rigs: [
      rigFact(1),
      rigFact(2),
      rigFact(3, { nominalHps: 85 * th }),
      rigFact(4, { nominalHps: 104 * th, model: "S19" }),
      rigFact(5, { nominalHps: 70 * th }),
    ],
    contracts: [minersFact(1, [1, 2])],
    allocations: serves(1, 1, 2),
  });

  test("a similar spare takes the place: the same model before a closer hashrate, none below the tolerance", () => {
    const down = withRig(named, 2, { status: "offline" });
    expect(moves(makePlan(down))).toEqual(["3>1", "2>0"]);
    expect(moves(makePlan(withRig(down, 3, { parked: true })))).toEqual(["4>1", "2>0"]);
    const none = makePlan(withRig(withRig(down, 3, { parked: true }), 4, { parked: true }));
    expect(none.changes).toEqual([]);
    expect(none.shortages).toMatchObject([{ missingPlaces: 1 }]);
  });

  test("degraded alone does not empty a place; its own detector does", () => {
    expect(makePlan(withRig(named, 2, { status: "degraded", expectedHps: 85 * th })).changes).toEqual([]);
    expect(moves(makePlan(withRig(named, 2, { belowPlace: true })))).toEqual(["3>1", "2>0"]);
  });

  test("nobody comes home at the price of a place that nobody serves then", () => {
    const sized = (no: number, hps: number, more: Partial<RigPlanFact>) => rigFact(no, { nominalHps: hps * th, ...more });
    const facts = world({
      rigs: [sized(1, 151, { model: "S19" }), sized(2, 163, { model: "S19" }), sized(3, 95, { model: "M50", ownerCustomerNo: 1 })],
      contracts: [
        minersFact(1, 2, {
          toleranceBp: 800,
          places: [
            { no: 1, nominalHps: 160 * th, rigNo: null, model: null },
            { no: 2, nominalHps: 97 * th, rigNo: null, model: "S19" },
          ],
        }),
      ],
      allocations: serves(1, 1, 2),
    });
    expect(makePlan(facts).changes).toEqual([]);
  });

  test("a named rig that has become too weak for its place stays at the house", () => {
    const lent = { ...named, allocations: serves(1, 1, 3) };
    expect(makePlan(withRig(lent, 2, { expectedHps: 70 * th })).changes).toEqual([]);
    expect(makePlan(withRig(lent, 2, { belowPlace: true })).changes).toEqual([]);
  });

  test("the named rig comes back after its hold-down, the borrowed one goes after it; in a shortage nobody waits", () => {
    const lent = { ...named, allocations: serves(1, 1, 3) };
    const held = withRig(lent, 2, { heldDownUntilMs: nowMs + 1 });
    expect(makePlan(held).changes).toEqual([]);
    const plan = makePlan(lent);
    expect(moves(plan)).toEqual(["2>1", "3>0"]);
    expect(plan.changes.map(({ reason, optional }) => [reason.code, optional])).toEqual([
      ["back", true],
      ["given-back", true],
    ]);
    expect(moves(makePlan(withRig(held, 3, { status: "offline" })))).toEqual(["2>1", "3>0"]);
  });

  test("a house rig that comes back stays a spare", () => {
    const lent = { ...named, contracts: [minersFact(1, 2)], allocations: serves(1, 1, 3) };
    expect(makePlan(lent).changes).toEqual([]);
  });

  test("hold-down doubles with each flap, to a limit", () => {
    expect([0, 1, 2, 9].map(holdDownMs)).toEqual([900_000, 1_800_000, 3_600_000, 14_400_000]);
  });
});

describe("owners", () => {
  test("a customer's own rigs serve him first, nobody else unless lent to all, and come back to him", () => {
    const own = [rigFact(1, { ownerCustomerNo: 1 }), rigFact(2, { ownerCustomerNo: 2 }), rigFact(3, { ownerCustomerNo: 2, lend: "all" }), rigFact(4)];
    const contracts = [contractFact(1, { promisedHps: 200 * th })];
    expect(moves(makePlan(world({ rigs: own, contracts }))).sort()).toEqual(["1>1", "4>1"]);
    const borrowed = world({ rigs: own, contracts, allocations: serves(1, 3, 4) });
    expect(moves(makePlan(borrowed))).toEqual(["1>1", "4>0"]);
    expect(moves(makePlan(withRig(world({ rigs: own, contracts, allocations: serves(1, 1, 3) }), 3, { lend: "house" })))).toEqual(["4>1", "3>0"]);
  });

  test("a rig of a contract that has own spares goes to one that can't use them", () => {
    const own = [rigFact(1), rigFact(2, { ownerCustomerNo: 1, heldDownUntilMs: nowMs + 1 }), rigFact(3, { status: "offline" })];
    const contracts = [contractFact(1, { promisedHps: 100 * th }), contractFact(2, { promisedHps: 100 * th })];
    const plan = makePlan(world({ rigs: own, contracts, allocations: [...serves(1, 1), ...serves(2, 3)] }));
    expect(moves(plan)).toEqual(["1>2", "2>1", "3>0"]);
    expect(plan.shortages).toEqual([]);
  });

  test("a rig that its customer may take and anybody else too is taken once", () => {
    const own = { ownerCustomerNo: 1, lend: "all", status: "vetting" } as const;
    const facts = world({
      rigs: [
        rigFact(1, { nominalHps: 60 * th, ...own }),
        rigFact(2, { nominalHps: 50 * th, ...own }),
        ...[3, 4].map((no) => rigFact(no, { nominalHps: 50 * th })),
      ],
      contracts: [contractFact(1, { promisedHps: 100 * th, priority: 0 }), contractFact(2, { promisedHps: 100 * th, priority: 9 })],
      allocations: serves(2, 3, 4),
    });
    expect(moves(makePlan(facts)).sort()).toEqual(["1>1", "2>1"]);
  });

  test("a borrowed rig that has less to do goes in the same plan in which its customer's own comes home", () => {
    const facts = world({
      fleets: [fleetFact(1, { slices: true })],
      rigs: [rigFact(1), rigFact(2, { ownerCustomerNo: 1 })],
      contracts: [contractFact(1, { promisedHps: 60 * th })],
      allocations: serves(1, 1),
    });
    const plan = makePlan(facts);
    expect(moves(plan)).toEqual(["2>1", "1>0"]);
    expect(makePlan(carriedOut(facts, plan)).changes).toEqual([]);
  });
});

describe("shortage", () => {
  test("below its tolerance a contract takes from the lowest priority, up to its promise; within it, not", () => {
    const contracts = [
      contractFact(1, { priority: 0 }),
      contractFact(2, { priority: 5, promisedHps: 200 * th }),
      contractFact(3, { priority: 9, promisedHps: 200 * th }),
    ];
    const facts = world({ rigs: rigs(7), contracts, allocations: [...serves(1, 1, 2, 3), ...serves(2, 4, 5), ...serves(3, 6, 7)] });
    const plan = makePlan(withRig(facts, 1, { status: "offline" }));
    expect(moves(plan)).toEqual(["7>1", "1>0"]);
    expect(plan.changes[0]?.reason.text).toBe("S21-007 is taken from C-3 for C-1, which comes first and was expected to get only 66.7 %");
    expect(plan.shortages).toMatchObject([{ contractNo: 3, belowTolerance: true }]);
    expect(makePlan(withRig(facts, 1, { expectedHps: 75 * th })).changes).toEqual([]);
  });

  test.each([null, 1])("one rig is taken for a place whose rig is dead, even one larger than any other (named: %p)", (rigNo) => {
    const place = { no: 1, nominalHps: 100 * th, rigNo, model: null };
    const contracts = [
      minersFact(1, 1, { priority: 0, places: [place] }),
      contractFact(2, { priority: 8, promisedHps: 200 * th }),
      contractFact(3, { priority: 9, promisedHps: 200 * th }),
    ];
    const dead = rigFact(1, { nominalHps: 110 * th, status: "offline" });
    const facts = world({ rigs: [dead, ...rigs(5).slice(1)], contracts, allocations: [...serves(1, 1), ...serves(2, 2, 3), ...serves(3, 4, 5)] });
    const plan = makePlan(facts);
    expect(moves(plan)).toEqual(["4>1", "1>0"]);
    expect(plan.shortages.map(({ contractNo }) => contractNo)).toEqual([3]);
  });

  test("contracts of one priority share what there is", () => {
    const contracts = [contractFact(1, { promisedHps: 400 * th }), contractFact(2, { promisedHps: 400 * th })];
    const fills = makePlan(world({ rigs: rigs(6), contracts })).contracts.map(({ fillBp }) => fillBp);
    expect(fills).toEqual([7500, 7500]);
    const uneven = world({ rigs: rigs(6), contracts, allocations: [...serves(1, 1, 2, 3, 4), ...serves(2, 5, 6)] });
    expect(makePlan(uneven).contracts.map(({ fillBp }) => fillBp)).toEqual([7500, 7500]);
  });
});

describe("a shortage where rigs may serve in part", () => {
  const khs = (count: number) => Array.from({ length: count }, (_, at) => rigFact(at + 1, { nominalHps: 2_000 }));
  const slices = [fleetFact(1, { slices: true })];
  const fills = (plan: Plan) => plan.contracts.map(({ contractNo, fillBp }) => [contractNo, fillBp]);
  const part = (contractNo: number, rigNo: number, fraction: number) => ({ rigNo, contractNo, fraction });

  test("who comes first is given exactly its promise: the last rig in part, and the other's sliced rig is the first to go", () => {
    const contracts = [contractFact(1, { promisedHps: 15_000 }), contractFact(2, { promisedHps: 3_000, priority: 0 })];
    const facts = world({ fleets: slices, rigs: khs(8), contracts, allocations: [...serves(1, 1, 2, 3, 5, 6, 7, 8), part(1, 4, 0.5)] });
    const plan = makePlan(facts);
    expect(moves(plan)).toEqual(["4>2", "1>2 x0.50"]);
    expect(fills(plan)).toEqual([
      [2, 10_000],
      [1, 8_000],
    ]);
    expect(plan.changes.map(({ reason }) => reason.text)).toEqual([
      "S21-004 is taken from C-1 for C-2, which comes first and was expected to get only 0.0 %",
      "S21-001 is taken from C-1 for C-2 (50.0 % of each cycle), which comes first and was expected to get only 0.0 %",
    ]);
    expect(makePlan(carriedOut(facts, plan)).changes).toEqual([]);
  });

  test("whose sliced rig is not taken serves it wholly at once", () => {
    const contracts = [contractFact(1, { promisedHps: 15_000 }), contractFact(2, { promisedHps: 4_000, priority: 0 })];
    const farm = khs(8).map((rig) => (rig.no === 4 ? { ...rig, expectedHps: 1_900 } : rig));
    const facts = world({ fleets: slices, rigs: farm, contracts, allocations: [...serves(1, 1, 2, 3, 5, 6, 7, 8), part(1, 4, 0.5)] });
    const plan = makePlan(facts);
    expect(moves(plan)).toEqual(["4>1", "8>2", "7>2"]);
    expect(carriedOut(facts, plan).allocations.filter(({ fraction }) => fraction < 1)).toEqual([]);
    expect(makePlan(carriedOut(facts, plan)).changes).toEqual([]);
  });

  test("a raised priority takes to the promise and no rig more once it is within its tolerance", () => {
    // 57.5 % and rigs of 19.2 %: two fit, a third would make it 115 %.
    const contracts = [contractFact(2, { promisedHps: 10_400, priority: 0 }), contractFact(7, { promisedHps: 10_000 })];
    const allocations = [...serves(2, 1, 2), part(2, 3, 0.99), ...serves(7, 4, 5, 6, 7, 8)];
    const plan = makePlan(world({ fleets: slices, rigs: khs(8), contracts, allocations }));
    expect(moves(plan)).toEqual(["3>2", "8>2", "7>2"]);
    expect(fills(plan)).toEqual([
      [2, 9615],
      [7, 6_000],
    ]);
    for (const { reason } of plan.changes) expect(reason.text).not.toContain("96");
    // Whole rigs only: the same, since 96 % is within the tolerance.
    const whole = makePlan(world({ rigs: khs(8), contracts, allocations: [...serves(2, 1, 2, 3), ...serves(7, 4, 5, 6, 7, 8)] }));
    expect(fills(whole)).toEqual([
      [2, 9615],
      [7, 6_000],
    ]);
  });

  test("a sliced rig serves wholly as soon as its contract is short, throttled by nothing", () => {
    const farm = khs(8).map((rig) => ({ ...rig, parked: rig.no !== 4, lastMoveAtMs: nowMs - 1000, movesLastHour: 9 }));
    const contracts = [contractFact(1, { promisedHps: 3_000 })];
    const facts = world({ fleets: [fleetFact(1, { slices: true, optionalMovesLastMinute: 99 })], rigs: farm, contracts });
    const plan = makePlan({ ...facts, allocations: [...serves(1, 5), part(1, 4, 0.54)] });
    expect(moves(plan)).toEqual(["4>1", "5>0"]);
    expect(plan.changes[0]).toMatchObject({ cause: "fill", optional: false });
    expect(fills(plan)).toEqual([[1, 6_667]]);
  });

  test("a sliced rig goes wholly to one of the same priority that has less", () => {
    const contracts = [contractFact(1, { promisedHps: 3_000 }), contractFact(2, { promisedHps: 6_200 })];
    const facts = world({ fleets: slices, rigs: khs(4), contracts, allocations: [...serves(1, 1), part(1, 2, 0.5), ...serves(2, 3, 4)] });
    const plan = makePlan(facts);
    expect(moves(plan)).toEqual(["2>2"]);
    expect(fills(plan)).toEqual([
      [1, 6_667],
      [2, 9_677],
    ]);
  });

  test("a trim that a taking overrules uses up no optional move of the minute", () => {
    const farm = [95, 104, 75].map((hps, at) => rigFact(at + 1, { nominalHps: hps * th, draining: hps === 104 }));
    const contracts = [
      contractFact(1, { promisedHps: 71 * th, priority: 9 }),
      contractFact(2, { promisedHps: 208 * th }),
      contractFact(3, { promisedHps: 329 * th }),
    ];
    const facts = world({ rigs: farm, contracts, allocations: [...serves(1, 1), ...serves(2, 2), ...serves(3, 3)] });
    const plan = makePlan({ ...facts, fleets: [fleetFact(1, { slices: true, optionalMovesLastMinute: 9 })] });
    expect(moves(plan)).toEqual(["1>3"]);
  });

  test("a dead rig in part keeps nobody from another in part", () => {
    const contracts = [contractFact(1, { promisedHps: 3_000 })];
    const facts = world({ fleets: slices, rigs: khs(4), contracts, allocations: [...serves(1, 1), part(1, 2, 0.5)] });
    const plan = makePlan(withRig(facts, 2, { status: "offline" }));
    expect(moves(plan)).toEqual(["3>1 x0.50", "2>0"]);
    expect(fills(plan)).toEqual([[1, 10_000]]);
  });
});

describe("what people say", () => {
  const full = world({ rigs: rigs(5), contracts: [contractFact(1)], allocations: serves(1, 1, 2, 3) });

  test("a held fleet moves nothing by itself, but what is commanded", () => {
    const held = { ...full, fleets: [fleetFact(1, { heldUntilMs: nowMs + 1 })] };
    expect(makePlan(withRig(held, 2, { status: "offline" })).changes).toEqual([]);
    expect(moves(makePlan(withRig(held, 2, { parked: true })))).toEqual(["2>0"]);
    expect(moves(makePlan(withRig({ ...held, nowMs: nowMs + 1 }, 2, { status: "offline" })))).toEqual(["4>1", "2>0"]);
  });

  test("in the first minute of a run nothing is planned, and what people decide is done", () => {
    const down = withRig({ ...full, startGraceUntilMs: nowMs + 1 }, 2, { status: "offline" });
    expect(makePlan(down).changes).toEqual([]);
    expect(moves(makePlan(withRig(down, 3, { parked: true })))).toEqual(["3>0"]);
    expect(moves(makePlan({ ...down, contracts: [contractFact(1, { active: false })] })).sort()).toEqual(["1>0", "2>0", "3>0"]);
    expect(makePlan({ ...down, nowMs: nowMs + 1 }).changes).not.toEqual([]);
  });

  test("a contract that is suspended or over lets its rigs go; one that has not begun takes none", () => {
    for (const more of [{ active: false }, { endsAtMs: nowMs }, { startsAtMs: nowMs + 1 }]) {
      expect(moves(makePlan({ ...full, contracts: [contractFact(1, more)] }))).toEqual(["1>0", "2>0", "3>0"]);
    }
  });

  test("a rig pinned to a contract goes there and stays", () => {
    const pinned = withRig(full, 5, { pin: { to: "contract", contractNo: 1 } });
    const plan = makePlan(pinned);
    expect(moves(plan)).toEqual(["5>1", "3>0"]);
    expect(plan.changes.map(({ cause }) => cause)).toEqual(["command", "release"]);
  });
});
