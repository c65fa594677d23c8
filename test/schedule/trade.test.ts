import { expect, test } from "bun:test";
import type { PlanFacts } from "../../src/schedule/plan-facts.ts";
import { makePlan } from "../../src/schedule/planner.ts";
import { carriedOut, contractFact, fleetFact, minersFact, nowMs, rigFact, th, world } from "./plan-world.ts";

/** Two contracts that hold all the rigs there are: one has 35 TH/s too much, the other lacks 30. */
const unevenly = (more: Partial<PlanFacts["rigs"][number]> = {}): PlanFacts =>
  world({
    rigs: [95, 81, 80, 75, 125, 142, 116, 96].map((hps, at) => rigFact(at + 1, { nominalHps: hps * th, ...more })),
    contracts: [contractFact(1, { promisedHps: 296 * th }), contractFact(2, { promisedHps: 509 * th, toleranceBp: 200 })],
    allocations: [1, 2, 3, 4, 5, 6, 7, 8].map((rigNo) => ({ rigNo, contractNo: rigNo <= 4 ? 1 : 2, fraction: 1 })),
  });

test("what one has too much and another lacks changes hands, though it is no whole rig", () => {
  const plan = makePlan(unevenly());
  expect(plan.shortages).toEqual([]);
  const texts = plan.changes.map(({ reason }) => reason.text);
  expect(plan.changes.every(({ cause }) => cause === "level")).toBe(true);
  expect(texts[0]).toMatch(/^S21-00\d goes from C-1 to C-2, which was expected to get only 94\.1 %$/);
  expect(makePlan(carriedOut(unevenly(), plan)).changes).toEqual([]);
});

test("a trade that nobody is below tolerance for waits for its rigs' dwell and for the minute's moves", () => {
  const lately = unevenly({ lastMoveAtMs: nowMs - 60_000 });
  const relaxed = { ...lately, contracts: lately.contracts.map((contract) => ({ ...contract, toleranceBp: 1000 })) };
  expect(makePlan(relaxed).changes).toEqual([]);
  expect(makePlan(lately).shortages).toEqual([]);
  expect(makePlan({ ...unevenly(), fleets: [fleetFact(1, { optionalMovesLastMinute: 9 })] }).changes).toEqual([]);
  expect(makePlan(unevenly({ movesLastHour: 2 })).changes).toEqual([]);
});

test("a customer's own rig is traded to nobody", () => {
  const owned = unevenly({ ownerCustomerNo: 1, lend: "all" });
  expect(makePlan(owned).changes.filter(({ reason }) => reason.code === "traded")).toEqual([]);
});

test("what the house has of a rig in part is given up for a trade, and what is too much then is agreed as another part", () => {
  const facts = world({
    fleets: [fleetFact(1, { slices: true })],
    rigs: [100, 130, 100, 70].map((hps, at) => rigFact(at + 1, { nominalHps: hps * th })),
    contracts: [contractFact(1, { promisedHps: 165 * th }), contractFact(2, { promisedHps: 225 * th })],
    allocations: [1, 1, 2, 2].map((contractNo, at) => ({ rigNo: at + 1, contractNo, fraction: at === 1 ? 0.5 : 1 })),
  });
  const plan = makePlan(facts);
  expect(plan.shortages).toEqual([]);
  expect(plan.changes.map(({ rigNo, to }) => `${rigNo}>${to}`)).toEqual(["2>2", "4>1"]);
  expect(makePlan(carriedOut(facts, plan)).changes).toEqual([]);
});

test("the last priority is the first to trade", () => {
  const facts = world({
    rigs: [130, 100, 130, 100, 100, 100].map((hps, at) => rigFact(at + 1, { nominalHps: hps * th })),
    contracts: [195, 195, 229].map((hps, at) => contractFact(at + 1, { promisedHps: hps * th, priority: [0, 8, 9][at] ?? 9 })),
    allocations: [1, 1, 2, 2, 3, 3].map((contractNo, at) => ({ rigNo: at + 1, contractNo, fraction: 1 })),
  });
  expect(makePlan(facts).changes.map(({ rigNo, to }) => `${rigNo}>${to}`)).toEqual(["3>3", "5>2"]);
});

/** Its promise was cut to a third a moment ago; another, with less to say, has lost all its rigs. */
const cut = (more: Partial<PlanFacts["contracts"][number]> = {}): PlanFacts =>
  world({
    rigs: [1, 2, 3, 4, 5].map((no) => rigFact(no, { lastMoveAtMs: nowMs - 60_000, movesLastHour: 2, ...(no > 3 && { status: "offline" }) })),
    contracts: [contractFact(1, { promisedHps: 100 * th, priority: 0 }), contractFact(2, { promisedHps: 200 * th, priority: 9, ...more })],
    allocations: [1, 1, 1, 2, 2].map((contractNo, at) => ({ rigNo: at + 1, contractNo, fraction: 1 })),
  });

test("what one has beyond its promise goes to one that is below its tolerance at once, whichever of them comes first", () => {
  const plan = makePlan(cut());
  expect(plan.shortages).toEqual([]);
  expect(plan.changes.filter(({ to }) => to === 2).map(({ rigNo }) => rigNo)).toEqual([3, 2]);
  expect(plan.changes[0]).toMatchObject({
    cause: "take",
    optional: false,
    reason: { code: "needless", text: "S21-003 goes from C-1, which is full without it, to C-2, which was expected to get only 0.0 %" },
  });
  expect(makePlan(carriedOut(cut(), plan)).changes).toEqual([]);
});

test("a place is given what another contract has too much as well", () => {
  const { places } = minersFact(2, 2);
  expect(makePlan(cut({ method: "miners", places, toleranceBp: 2_000 })).shortages).toEqual([]);
});

/** All rigs serve: two of them the first contract, two the one that comes after it. The first one's second rig is about to go. */
const going = (more: Partial<PlanFacts["rigs"][number]>, contracts: PlanFacts["contracts"]): PlanFacts =>
  world({
    rigs: [1, 2, 3, 4].map((no) => rigFact(no, no === 2 ? more : {})),
    contracts,
    allocations: [1, 1, 2, 2].map((contractNo, at) => ({ rigNo: at + 1, contractNo, fraction: 1 })),
  });

test.each([
  ["drained", { draining: true }],
  ["under maintenance soon", { maintenance: { fromMs: nowMs + 300_000, toMs: nowMs + 900_000 } }],
] as const)("a rig that is %s is replaced from a lower priority where no spare is left", (_how, more) => {
  for (const first of [contractFact(1, { promisedHps: 200 * th, priority: 1 }), { ...minersFact(1, 2), priority: 1 }]) {
    const facts = going(more, [first, contractFact(2, { promisedHps: 200 * th, priority: 5 })]);
    const plan = makePlan(facts);
    const told = plan.changes.map(({ rigNo, to, reason }) => `${rigNo}>${to} ${reason.code}`);
    expect(told).toEqual([expect.stringMatching(/^[34]>1 taken$/), "2>0 replaced"]);
    expect(plan.contracts[0]).toMatchObject({ fillBp: 10_000 });
    expect(makePlan(carriedOut(facts, plan)).changes).toEqual([]);
  }
});

test("a rig that is drained stays where nobody may be taken for it, or nobody has to", () => {
  const same = [contractFact(1, { promisedHps: 200 * th }), contractFact(2, { promisedHps: 200 * th })];
  expect(makePlan(going({ draining: true }, same)).changes).toEqual([]);
  const relaxed = [contractFact(1, { promisedHps: 200 * th, priority: 1, toleranceBp: 5_000 }), contractFact(2, { promisedHps: 200 * th, priority: 5 })];
  expect(makePlan(going({ draining: true }, relaxed)).changes).toEqual([]);
  expect(makePlan(going({ draining: true, status: "offline" }, same)).changes).toEqual([]);
});

test("one that lacks less than its tolerance waits until what is too much may move", () => {
  const facts = cut({ promisedHps: 105 * th });
  const rigs = facts.rigs.map((rig) => (rig.no === 4 ? { ...rig, status: "online" as const } : rig));
  expect(makePlan({ ...facts, rigs }).changes.filter(({ cause }) => cause === "take")).toEqual([]);
});

/** Contracts that each want 19.4995 rigs, of which half have 20 and half 19: no trade of whole rigs fits. */
function nearlyLevel(contracts: number, jitter: number): PlanFacts {
  const own = Array.from({ length: contracts }, (_, at) => (at % 2 === 0 ? 20 : 19));
  const allocations = own
    .flatMap((count, at) => Array.from({ length: count }, () => at + 1))
    .map((contractNo, at) => ({ rigNo: at + 1, contractNo, fraction: 1 }));
  return world({
    rigs: allocations.map((_, at) => rigFact(at + 1, { nominalHps: (100 + ((at * 7_919) % 100) * jitter) * th })),
    contracts: own.map((_, at) => contractFact(at + 1, { promisedHps: 1949.95 * th })),
    allocations,
  });
}

test.each([0, 1e-4])("where a move would make nobody better off worth telling, nobody is moved (rigs differ by %p of a terahash)", (jitter) => {
  const facts = { ...nearlyLevel(20, jitter), contracts: nearlyLevel(20, jitter).contracts.map((contract) => ({ ...contract, toleranceBp: 100 })) };
  const plan = makePlan(facts);
  expect(plan.shortages).toHaveLength(10);
  expect(plan.changes).toEqual([]);
});
