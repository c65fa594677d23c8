import { describe, expect, test } from "bun:test";
import { minorUnitsOf, moneyText, readMoney } from "../../src/control/contract-sla.ts";
import type { ContractInput } from "../../src/control/contracts.ts";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";
import { addProfile, failureOf, inFolder, must, refused, startMs, testControl } from "./test-control.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
const by = "token:tok_x";

/** A fleet with rigs of 100 TH/s, a customer, and his profile. */
function world(rigCount = 3) {
  const { control, clock } = testControl();
  const fleet = control.fleets.ensureMain();
  const customer = must(control.customers.create({ name: "Hashhaus" }));
  const { profile } = addProfile(control, "his");
  const rigs = control.rigs.enrol(Array.from({ length: rigCount }, (_, index) => ({ fleetNo: fleet.no, name: `r${index}`, nominalHps: 1e14 })));
  const base = { customerNo: customer.no, fleetNo: fleet.no, profileNo: profile.no, by };
  const threshold: ContractInput = { ...base, method: "threshold", promise: { promisedHps: 2e14 } };
  const miners: ContractInput = { ...base, method: "miners", promise: { rigNos: rigs.map(({ no }) => no) } };
  const eventTypes = () =>
    control.events
      .latest(50)
      .map(({ type }) => type)
      .reverse();
  return { control, clock, fleet, customer, profile, rigs, base, threshold, miners, eventTypes };
}

describe("a contract", () => {
  test("begins with the defaults of its method and is activating at once", () => {
    const { control, threshold, miners } = world();
    const one = must(control.contracts.create(threshold));
    expect(one).toMatchObject({
      number: "C-00001",
      state: "activating",
      toleranceBp: 1_000,
      priority: 5,
      promisedHps: 2e14,
      places: [],
      endsAtMs: null,
      sla: null,
    });
    const two = must(control.contracts.create({ ...miners, externalRef: "order-7" }));
    expect(two).toMatchObject({ number: "C-00002", toleranceBp: 2_000, promisedHps: 3e14 });
    expect(two.places).toMatchObject([
      { no: 1, rigNo: 1, nominalHps: 1e14 },
      { no: 2, rigNo: 2 },
      { no: 3, rigNo: 3 },
    ]);
    expect(control.contracts.all()).toEqual([one, two]);
    expect(control.contracts.byExternalRef("order-7")).toEqual(two);
    expect(control.contracts.promisedHps()).toBe(5e14);
  });

  test("is in the list of all from the write on, inside a transaction too, and not after one that was taken back", () => {
    const { control, threshold } = world();
    const number = () => control.contracts.all().map((contract) => contract.number);
    const { id } = must(control.contracts.create(threshold));
    expect(control.contracts.all()).toBe(control.contracts.all());
    expect(() =>
      control.transaction(() => {
        must(control.contracts.create(threshold));
        expect(number()).toEqual(["C-00001", "C-00002"]);
        throw new Error("taken back");
      }),
    ).toThrow("taken back");
    expect(number()).toEqual(["C-00001"]);
    must(control.contracts.terminate(id, { atMs: null, reason: "over", by }));
    expect(number()).toEqual([]);
  });

  test("of so many rigs takes their size from the ask, or from the model's middle rig", () => {
    const { control, base, rigs } = world(4);
    for (const [index, nominalHps] of [90e12, 100e12, 300e12].entries()) must(control.rigs.update(rigs[index]?.id ?? "", { model: "S21", nominalHps }, null));
    const bySize = must(control.contracts.create({ ...base, method: "miners", promise: { rigCount: 2, rigNominalHps: 110e12 } }));
    expect(bySize).toMatchObject({ promisedHps: 220e12, places: [{ rigNo: null, model: null }, { no: 2 }] });
    const byModel = must(control.contracts.create({ ...base, method: "miners", promise: { rigCount: 2, model: "s21" } }));
    expect(byModel).toMatchObject({ promisedHps: 200e12, places: [{ nominalHps: 100e12, model: "s21" }, {}] });
  });

  const bad: [string, (made: ReturnType<typeof world>) => Partial<ContractInput>][] = [
    ["invalid promisedHps", () => ({ promise: {} })],
    ["invalid promisedHps", () => ({ promise: { promisedHps: 0 } })],
    ["invalid promisedHps", () => ({ promise: { promisedHps: 1.5 } })],
    ["invalid rigCount", () => ({ promise: { rigCount: 2, rigNominalHps: 1e14 } })],
    ["invalid promisedHps", () => ({ method: "miners", promise: { promisedHps: 1e14 } })],
    ["invalid rigCount", () => ({ method: "miners", promise: {} })],
    ["invalid rigCount", () => ({ method: "miners", promise: { rigCount: 0, rigNominalHps: 1 } })],
    ["invalid rigNominalHps", () => ({ method: "miners", promise: { rigCount: 1 } })],
    ["invalid model", () => ({ method: "miners", promise: { rigCount: 1, model: "nobody's" } })],
    ["invalid rigCount", () => ({ method: "miners", promise: { rigNos: [1], rigCount: 1 } })],
    ["invalid rigNos.1", () => ({ method: "miners", promise: { rigNos: [1, 1] } })],
    ["invalid rigNos.0", () => ({ method: "miners", promise: { rigNos: [4_711] } })],
    ["invalid rigNos", () => ({ method: "miners", promise: { rigNos: [] } })],
    ["invalid toleranceBp", () => ({ toleranceBp: 99 })],
    ["invalid toleranceBp", () => ({ method: "miners", promise: { rigNos: [1] }, toleranceBp: 799 })],
    ["invalid toleranceBp", () => ({ toleranceBp: 5_001 })],
    ["invalid priority", () => ({ priority: 10 })],
    ["invalid customerNo", () => ({ customerNo: 4_711 })],
    ["invalid fleetNo", () => ({ fleetNo: 4_711 })],
    ["invalid profileNo", () => ({ profileNo: 4_711 })],
    ["invalid profileNo", ({ control }) => ({ profileNo: addProfile(control, "other", "scrypt").profile.no })],
    [
      "invalid profileNo",
      ({ control }) => {
        const { profile } = addProfile(control, "theirs");
        const other = must(control.customers.create({ name: "Other" }));
        must(control.profiles.update(profile.id, { customerId: other.id }, null));
        return { profileNo: profile.no };
      },
    ],
    ["invalid endsAtMs", () => ({ startsAtMs: startMs + dayMs, endsAtMs: startMs + dayMs })],
    ["invalid endsAtMs", () => ({ startsAtMs: startMs - 2 * dayMs, endsAtMs: startMs - dayMs })],
    ["invalid notes", () => ({ notes: "\u0000" })],
    ["invalid externalRef", () => ({ externalRef: " x" })],
    ["invalid sla.price.currency", () => ({ sla: { price: { amount: "1.00", currency: "XX1" } } })],
    ["invalid sla.price.amount", () => ({ sla: { price: { amount: "1.0", currency: "EUR" } } })],
    ["invalid sla.price.amount", () => ({ sla: { price: { amount: "-1", currency: "EUR" } } })],
    ["invalid sla.toleranceBp", () => ({ sla: { price: { amount: "1", currency: "EUR" }, toleranceBp: 10_001 } })],
    [
      "invalid sla.tiers.1",
      () => ({
        sla: {
          price: { amount: "1", currency: "EUR" },
          tiers: [
            { belowBp: 9_000, creditBp: 5 },
            { belowBp: 8_000, creditBp: 5 },
          ],
        },
      }),
    ],
  ];
  for (const [index, [expected, change]] of bad.entries())
    test(`is refused: ${expected} (${index})`, () => {
      const made = world();
      expect(refused(made.control.contracts.create({ ...made.threshold, ...change(made) }))).toBe(expected);
      expect(made.control.contracts.all()).toEqual([]);
    });

  test("does not name rigs of another fleet, rigs without a nominal, rigs promised elsewhere, nor other customers' rigs unless they are lent", () => {
    const { control, miners, customer, fleet, rigs } = world(4);
    const ask = (rigNo: number | undefined) => control.contracts.create({ ...miners, promise: { rigNos: [rigNo ?? 0] } });
    must(ask(rigs[0]?.no));
    expect(failureOf(ask(rigs[0]?.no))).toMatchObject({ field: "rigNos.0", rule: "is promised to contract C-00001 already (r0)" });
    const second = must(control.fleets.create({ name: "second" }));
    const [far, blank] = control.rigs.enrol([
      { fleetNo: second.no, name: "far", nominalHps: 1 },
      { fleetNo: fleet.no, name: "blank", nominalHps: null },
    ]);
    expect(failureOf(ask(far?.no)).rule).toContain("another fleet");
    expect(failureOf(ask(blank?.no)).rule).toContain("no nominal");
    const other = must(control.customers.create({ name: "Other" }));
    must(control.rigs.update(rigs[1]?.id ?? "", { ownerCustomerId: other.id }, null));
    must(control.rigs.update(rigs[2]?.id ?? "", { ownerCustomerId: other.id, lend: "all" }, null));
    must(control.rigs.update(rigs[3]?.id ?? "", { ownerCustomerId: customer.id }, null));
    expect(failureOf(ask(rigs[1]?.no)).rule).toContain("does not lend");
    must(ask(rigs[2]?.no));
    must(ask(rigs[3]?.no));
  });

  test("keeps its reference for ever", () => {
    const { control, threshold } = world();
    const first = must(control.contracts.create({ ...threshold, externalRef: "order-7" }));
    must(control.contracts.terminate(first.id, { atMs: null, reason: "over", by }));
    expect(failureOf(control.contracts.create({ ...threshold, externalRef: "order-7" }))).toMatchObject({
      problem: "taken",
      rule: expect.stringContaining("C-00001"),
    });
  });
});

describe("the commands", () => {
  test("may be repeated: the second time changes nothing", () => {
    const { control, clock, threshold } = world();
    const { id } = must(control.contracts.create({ ...threshold, endsAtMs: startMs + 30 * dayMs }));
    const twice = (command: () => ReturnType<typeof control.contracts.resume>) => {
      clock.nowMs += 1_000;
      const first = must(command());
      clock.nowMs += 1_000;
      expect(must(command())).toEqual(first);
      return first;
    };
    const { contracts } = control;
    expect(twice(() => contracts.suspend(id, { reason: "unpaid", by }))).toMatchObject({ state: "suspended", stateReason: "unpaid", version: 2 });
    expect(twice(() => contracts.resume(id, { by }))).toMatchObject({ state: "activating", stateReason: null, version: 3 });
    expect(twice(() => contracts.change(id, { promise: { promisedHps: 3e14 }, toleranceBp: 500, priority: 1 }, { by }))).toMatchObject({
      promisedHps: 3e14,
      version: 4,
    });
    expect(twice(() => contracts.renew(id, { endsAtMs: startMs + 60 * dayMs, by }))).toMatchObject({ endsAtMs: startMs + 60 * dayMs, version: 5 });
    expect(twice(() => contracts.terminate(id, { atMs: startMs + 50 * dayMs, reason: "moves away", by }))).toMatchObject({ state: "activating", version: 6 });
    expect(twice(() => contracts.terminate(id, { atMs: null, reason: "gone", by }))).toMatchObject({
      state: "ended",
      endedReason: "terminated",
      stateReason: "gone",
    });
    const entries = contracts.history(contracts.byId(id)?.no ?? 0);
    expect(entries.map(({ verb }) => verb)).toEqual(["added", "suspended", "resumed", "changed", "renewed", "cancelled", "terminated"]);
    expect(entries.map(({ terms }) => terms.promisedHps)).toEqual([2e14, 2e14, 2e14, 3e14, 3e14, 3e14, 3e14]);
    expect(entries.every(({ decidedBy }) => decidedBy === by)).toBe(true);
  });

  test("leave what has ended as it is", () => {
    const { control, threshold } = world();
    const { id } = must(control.contracts.create(threshold));
    const over = must(control.contracts.terminate(id, { atMs: null, reason: "x", by }));
    expect(refused(control.contracts.suspend(id, { reason: "x", by }))).toBe("conflict");
    expect(refused(control.contracts.resume(id, { by }))).toBe("conflict");
    expect(refused(control.contracts.change(id, { priority: 1 }, { by }))).toBe("conflict");
    expect(refused(control.contracts.renew(id, { endsAtMs: null, by }))).toBe("conflict");
    expect(control.contracts.byId(id)).toEqual(over);
    expect(control.contracts.all()).toEqual([]);
  });

  test("a refused change changes nothing of it", () => {
    const { control, miners } = world();
    const contract = must(control.contracts.create(miners));
    const change = { promise: { rigCount: 9 }, priority: 1, toleranceBp: 1 };
    expect(refused(control.contracts.change(contract.id, change, { by }))).toBe("invalid toleranceBp");
    expect(control.contracts.byId(contract.id)).toEqual(contract);
    expect(refused(control.contracts.suspend(contract.id, { reason: "", by }))).toBe("invalid reason");
    expect(refused(control.contracts.terminate(contract.id, { atMs: null, reason: "a\nb", by }))).toBe("invalid reason");
  });

  test("more places come at the end; fewer: those without a name go first", () => {
    const { control, miners, rigs, base } = world(3);
    const { id } = must(control.contracts.create({ ...miners, promise: { rigNos: rigs.slice(0, 2).map(({ no }) => no) } }));
    const count = (rigCount: number) => must(control.contracts.change(id, { promise: { rigCount } }, { by }));
    expect(count(4)).toMatchObject({
      promisedHps: 4e14,
      places: [
        { no: 1, rigNo: 1 },
        { no: 2, rigNo: 2 },
        { no: 3, rigNo: null },
        { no: 4, rigNo: null },
      ],
    });
    expect(count(2).places.map(({ rigNo }) => rigNo)).toEqual([1, 2]);
    expect(count(1)).toMatchObject({ promisedHps: 1e14, places: [{ no: 1, rigNo: 1 }] });
    const renamed = must(control.contracts.change(id, { promise: { rigNos: [3, 1] } }, { by }));
    expect(renamed.places).toMatchObject([
      { no: 1, rigNo: 1 },
      { no: 2, rigNo: 3 },
    ]);
    expect(refused(control.contracts.change(id, { promise: { promisedHps: 1 } }, { by }))).toBe("invalid promisedHps");
    const other = must(control.contracts.create({ ...base, method: "threshold", promise: { promisedHps: 1 } }));
    expect(refused(control.contracts.change(other.id, { promise: { rigCount: 1 } }, { by }))).toBe("invalid rigCount");
  });

  test("a termination lies in the future, but for a minute in which two clocks may differ", () => {
    const { control, threshold } = world();
    const { id } = must(control.contracts.create(threshold));
    expect(refused(control.contracts.terminate(id, { atMs: startMs - 60_001, reason: "x", by }))).toBe("invalid atMs");
    expect(control.contracts.byId(id)?.state).toBe("activating");
    expect(must(control.contracts.terminate(id, { atMs: startMs - 60_000, reason: "x", by })).state).toBe("ended");
    expect(must(control.contracts.terminate(id, { atMs: startMs - 60_001, reason: "x", by })).state).toBe("ended");
  });

  test("a term is only ever lengthened, and a renewal takes back a termination that has not come", () => {
    const { control, threshold } = world();
    const { id } = must(control.contracts.create({ ...threshold, endsAtMs: startMs + 30 * dayMs }));
    expect(refused(control.contracts.renew(id, { endsAtMs: startMs + 29 * dayMs, by }))).toBe("invalid endsAtMs");
    expect(refused(control.contracts.terminate(id, { atMs: startMs + 31 * dayMs, reason: "x", by }))).toBe("invalid atMs");
    must(control.contracts.terminate(id, { atMs: startMs + 20 * dayMs, reason: "x", by }));
    expect(must(control.contracts.renew(id, { endsAtMs: startMs + 30 * dayMs, by })).terminates).toBeNull();
    expect(must(control.contracts.renew(id, { endsAtMs: null, by })).endsAtMs).toBeNull();
  });

  test("an edit says which version it saw; what time and shares do makes no edit stale", () => {
    const { control, threshold } = world();
    const contract = must(control.contracts.create(threshold));
    control.contracts.setState([{ contractNo: contract.no, to: "active" }]);
    expect(must(control.contracts.update(contract.id, { notes: "x" }, { expected: 1, by }))).toMatchObject({ notes: "x", version: 2, state: "active" });
    expect(refused(control.contracts.update(contract.id, { notes: "y" }, { expected: 1, by }))).toBe("stale");
  });
});

describe("time and shares", () => {
  test("start, activate and end a contract, each once and with an event", () => {
    const { control, clock, threshold, eventTypes } = world();
    const contract = must(control.contracts.create({ ...threshold, startsAtMs: startMs + dayMs, endsAtMs: startMs + 2 * dayMs }));
    expect(contract.state).toBe("scheduled");
    const before = eventTypes().length;
    expect(control.contracts.settle()).toEqual([]);
    clock.nowMs = startMs + dayMs + 5_000;
    expect(control.contracts.settle()).toMatchObject([{ state: "activating", stateSinceMs: startMs + dayMs }]);
    expect(control.contracts.settle()).toEqual([]);
    const turn = { contractNo: contract.no, to: "active" as const, atMs: clock.nowMs };
    expect(control.contracts.setState([turn, turn])).toMatchObject([{ state: "active", activatedAtMs: clock.nowMs, version: 1 }]);
    clock.nowMs = startMs + 3 * dayMs;
    expect(control.contracts.settle()).toMatchObject([{ state: "ended", endedReason: "term", stateSinceMs: startMs + 2 * dayMs }]);
    expect(control.contracts.settle()).toEqual([]);
    expect(eventTypes().slice(before)).toEqual(["contract.started", "contract.activated", "contract.ended"]);
    expect(control.contracts.history(contract.no).map(({ atMs }) => atMs - startMs)).toEqual([0, dayMs, dayMs + 5_000, 2 * dayMs]);
  });

  test("a termination asked for ahead outlives the first share, and ends it when it comes", () => {
    const { control, clock, threshold } = world();
    const contract = must(control.contracts.create(threshold));
    must(control.contracts.terminate(contract.id, { atMs: startMs + dayMs, reason: "moves away", by }));
    control.contracts.setState([{ contractNo: contract.no, to: "active" }]);
    expect(control.contracts.byNo(contract.no)?.terminates).toEqual({ atMs: startMs + dayMs, reason: "moves away" });
    clock.nowMs = startMs + dayMs;
    expect(control.contracts.settle()).toMatchObject([{ state: "ended", endedReason: "terminated", stateReason: "moves away" }]);
  });

  test("a suspended contract is not started, activated or resumed by them, but its term ends", () => {
    const { control, clock, threshold } = world();
    const contract = must(control.contracts.create({ ...threshold, startsAtMs: startMs + dayMs, endsAtMs: startMs + 9 * dayMs }));
    must(control.contracts.suspend(contract.id, { reason: "unpaid", by }));
    clock.nowMs = startMs + 2 * dayMs;
    expect(control.contracts.settle()).toEqual([]);
    expect(control.contracts.setState([{ contractNo: contract.no, to: "active" }])).toEqual([]);
    expect(must(control.contracts.resume(contract.id, { by })).state).toBe("activating");
    control.contracts.setState([{ contractNo: contract.no, to: "active" }]);
    must(control.contracts.suspend(contract.id, { reason: "unpaid", by }));
    expect(must(control.contracts.resume(contract.id, { by })).state).toBe("active");
    must(control.contracts.suspend(contract.id, { reason: "unpaid", by }));
    clock.nowMs = startMs + 10 * dayMs;
    expect(control.contracts.settle()).toMatchObject([{ state: "ended", endedReason: "term" }]);
  });

  test("ten minutes without the first share are told once for each wait", () => {
    const { control, clock, threshold, eventTypes } = world();
    const { id } = must(control.contracts.create(threshold));
    const told = () => eventTypes().filter((type) => type === "contract.activation-late").length;
    const wait = (minutes: number) => {
      clock.nowMs += minutes * minuteMs;
      control.contracts.settle();
      return told();
    };
    expect([wait(9.9), wait(0.1), wait(60)]).toEqual([0, 1, 1]);
    must(control.contracts.suspend(id, { reason: "x", by }));
    must(control.contracts.resume(id, { by }));
    expect([wait(9.9), wait(0.1), wait(60)]).toEqual([1, 2, 2]);
  });
});

describe("what a contract uses", () => {
  test("stays while it has not ended, and the refusal names it", () => {
    const { control, threshold, customer, profile, fleet } = world(0);
    const { id } = must(control.contracts.create(threshold));
    const [{ no: poolNo } = { no: 0 }] = control.pools.all();
    const second = must(control.fleets.create({ name: "second" }));
    const holder = { problem: "in-use", count: 1, usedBy: [{ kind: "contract", id, name: "C-00001" }] };
    expect(failureOf(control.customers.remove(customer.id, null))).toMatchObject(holder);
    expect(failureOf(control.profiles.remove(profile.id, null))).toMatchObject(holder);
    expect(failureOf(control.fleets.remove(fleet.id, null))).toMatchObject(holder);
    expect(failureOf(control.pools.remove(control.pools.byNo(poolNo)?.id ?? "", null))).toMatchObject({ usedBy: [{ kind: "profile" }] });
    expect(refused(control.profiles.update(profile.id, { customerId: customer.id }, null))).toBe("invalid customerId");
    expect(refused(control.fleets.update(fleet.id, { algorithm: "scrypt" }, null))).toBe("invalid algorithm");
    must(control.contracts.terminate(id, { atMs: null, reason: "x", by }));
    must(control.customers.remove(customer.id, null));
    must(control.profiles.remove(profile.id, null));
    must(control.fleets.remove(fleet.id, null));
    must(control.fleets.remove(second.id, null));
    expect(control.contracts.byId(id)?.customerNo).toBe(customer.no);
  });
});

test("contracts are listed oldest first, page by page, and found by state, customer, fleet, number, reference and name", () => {
  const { control, threshold, fleet } = world(0);
  const other = must(control.customers.create({ name: "50% Pool" }));
  for (let index = 0; index < 5; index += 1)
    must(control.contracts.create({ ...threshold, externalRef: `order_${index}`, ...(index > 2 && { customerNo: other.no }) }));
  must(control.contracts.terminate(control.contracts.all()[1]?.id ?? "", { atMs: null, reason: "x", by }));
  const numbers = (query: Parameters<typeof control.contracts.list>[0]) => must(control.contracts.list(query)).rows.map(({ no }) => no);
  const page = must(control.contracts.list({ limit: 2 }));
  expect([page.rows.map(({ no }) => no), numbers({ limit: 9, cursor: page.next })]).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  expect(numbers({ limit: 9, states: ["ended", "scheduled"] })).toEqual([2]);
  expect(numbers({ limit: 9, customerNo: other.no })).toEqual([4, 5]);
  expect(numbers({ limit: 9, fleetNo: fleet.no + 1 })).toEqual([]);
  expect([numbers({ limit: 9, text: "c-00003" }), numbers({ limit: 9, text: "order_4" }), numbers({ limit: 9, text: "50%" })]).toEqual([[3], [5], [4, 5]]);
  expect(refused(control.contracts.list({ limit: 9, cursor: "x" }))).toBe("invalid cursor");
});

describe("money", () => {
  test.each([
    ["EUR", "1200.00", 120_000n],
    ["EUR", "1200", 120_000n],
    ["JPY", "1200", 1_200n],
    ["BTC", "0.12345678", 12_345_678n],
    ["USDT", "7.000001", 7_000_001n],
  ])("%s %s is exact both ways", (currency, amount, minor) => {
    const units = minorUnitsOf(currency) ?? -1;
    expect(readMoney(amount, units)).toBe(minor);
    expect(readMoney(moneyText(minor, units), units)).toBe(minor);
  });

  test("what is no amount is none", () => {
    for (const amount of ["", "1.", ".5", "1.5", "1,50", "1e3", "-1.00", "01.234", " 1.00", "1".repeat(19)]) expect(readMoney(amount, 2)).toBeNull();
    expect([readMoney("1.0", 0), minorUnitsOf("eur"), minorUnitsOf("NOPE")]).toEqual([null, null, null]);
    expect([moneyText(5n, 2), moneyText(-5n, 2), moneyText(0n, 8), moneyText(7n, 0)]).toEqual(["0.05", "-0.05", "0.00000000", "7"]);
  });
});

test("a contract with all that it has outlives the process", async () => {
  await inFolder((folder) => {
    const path = `${folder}/control.sqlite`;
    const open = () => openControl(path, { now: () => startMs, log: silentLog });
    const control = open();
    const customer = must(control.customers.create({ name: "Hashhaus" }));
    const { profile } = addProfile(control);
    const [rig] = control.rigs.enrol([{ fleetNo: 1, name: "r", nominalHps: 1e14 }]);
    const sla = { price: { amount: "0.5", currency: "EUR" }, plan: "make-up" as const };
    const input: ContractInput = { customerNo: customer.no, fleetNo: 1, profileNo: profile.no, by, method: "miners", promise: { rigNos: [rig?.no ?? 0] } };
    expect(refused(control.contracts.create({ ...input, sla }))).toBe("invalid sla.price.amount");
    const made = must(control.contracts.create({ ...input, sla: { ...sla, price: { amount: "1200.50", currency: "EUR" } }, notes: "a\nb" }));
    expect(made.sla).toMatchObject({ plan: "make-up", priceMinor: 120_050n, minorUnits: 2, toleranceBp: 200, tiers: [{ belowBp: 9_900 }, {}, {}] });
    control.close();
    const again = open();
    expect(again.contracts.byId(made.id)).toEqual(made);
    expect(again.contracts.history(made.no)).toMatchObject([{ verb: "added", terms: { sla: made.sla, places: 1 } }]);
    again.close();
  });
});
