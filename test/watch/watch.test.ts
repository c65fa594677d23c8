import { afterEach, expect, test } from "bun:test";
import { type Control, openControl } from "../../src/control/control.ts";
import type { Result } from "../../src/control/result.ts";
import type { Rig } from "../../src/control/rig-row.ts";
import { Exposure } from "../../src/health/exposure.ts";
import type { ContractPools, RigFact } from "../../src/health/facts.ts";
import { silentLog } from "../../src/log.ts";
import type { Destination, Move } from "../../src/schedule/move.ts";
import { Watch } from "../../src/watch/watch.ts";
import { rigFact } from "../support/rig-fact.ts";

const terahash = 1e12;
const hashesPerShare = 5e12;

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
}

/** The hub as the watch sees it: what it is told is kept, what it tells is set by the test. */
class Stand {
  nowMs = 1_800_000_000_000;
  readonly control: Control = openControl(":memory:", { now: () => this.nowMs, log: silentLog });
  readonly facts = new Map<number, RigFact>();
  readonly moves: Move[] = [];
  readonly accepted = new Set<number>();
  pools: ContractPools[] = [];
  held: readonly Destination[] = [];
  remembered: Uint8Array | null = null;
  readonly rigs: Rig[];
  readonly profileNo: number;
  readonly customerNo: number;
  watch: Watch;

  constructor(count: number) {
    const { control } = this;
    const pool = must(control.pools.create({ name: "p", host: "127.0.0.1", port: 3333, username: "a" }));
    this.profileNo = must(control.profiles.create({ name: "his", poolNos: [pool.no] })).no;
    this.customerNo = must(control.customers.create({ name: "Ada" })).no;
    this.rigs = control.rigs.enrol(Array.from({ length: count }, (_, index) => ({ fleetNo: 1, name: `r${index + 1}`, nominalHps: 100 * terahash })));
    for (const { no } of this.rigs) this.facts.set(no, rigFact(no, { sessions: [session(no)], poolNo: 1, exposure: new Exposure() }));
    this.watch = this.start();
  }

  start(startGraceMs = 0): Watch {
    this.watch = new Watch({
      control: this.control,
      hub: {
        rigs: () => this.facts.values(),
        contracts: () => this.pools,
        contractsAccepted: () => this.accepted,
        houseServes: () => true,
        applyMoves: (moves) => this.moves.push(...moves),
        holdContracts: (destinations) => {
          this.held = destinations;
        },
        setPaces: () => {},
        now: () => this.nowMs,
        wallOf: (ms) => ms,
      },
      memory: {
        read: () => this.remembered,
        write: (bytes) => {
          this.remembered = bytes;
          return Promise.resolve();
        },
      },
      log: silentLog,
      now: () => this.nowMs,
      startGraceMs,
      tasks: [],
    });
    return this.watch;
  }

  /** Everybody works at this part of its nominal for so long. */
  async work(seconds: number, ratioOf: (rigNo: number) => number = () => 1): Promise<void> {
    for (let second = 1; second <= seconds; second += 1) {
      this.nowMs += 1_000;
      for (const [no, { exposure, sessions }] of this.facts) {
        const real = exposure as Exposure;
        real.work(this.nowMs, sessions.length === 0 ? 0 : hashesPerShare);
        const due = Math.floor((second * 20 * ratioOf(no)) / 1) - Math.floor(((second - 1) * 20 * ratioOf(no)) / 1);
        for (let share = 0; share < due && sessions.length > 0; share += 1) real.noteAccepted(this.nowMs);
      }
      if (second % 10 === 0) await this.watch.round();
    }
  }

  disconnect(no: number): void {
    this.facts.set(no, { ...(this.facts.get(no) as RigFact), sessions: [], disconnectedAtMs: this.nowMs });
    this.watch.onPresence(no, false);
  }

  contract(promisedHps: number, more: object = {}) {
    const made = must(
      this.control.contracts.create({
        ...{ customerNo: this.customerNo, fleetNo: 1, method: "threshold", promise: { promisedHps }, profileNo: this.profileNo, by: "user:u" },
        ...more,
      }),
    );
    this.watch.configChanged();
    return made;
  }

  serving(contractNo: number): number[] {
    return this.control.allocations
      .open()
      .filter((row) => row.contractNo === contractNo)
      .map(({ rigNo }) => rigNo);
  }

  /** A plan comes a moment after it was asked for. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async close(): Promise<void> {
    await this.watch.stop();
    this.control.close();
  }
}

const session = (no: number) => ({ sessionNo: no, address: "127.0.0.1", agent: "", worker: "", difficulty: 1, sinceMs: 0, listenerId: "" });

let stand: Stand;
afterEach(() => stand.close());

test("a contract is filled from spares: on record first, then by moves to its pools", async () => {
  stand = new Stand(10);
  await stand.work(120);
  const { no } = stand.contract(300 * terahash);
  await stand.watch.round();
  expect(stand.serving(no)).toHaveLength(3);
  expect(stand.moves.map(({ to }) => to)).toEqual(Array.from({ length: 3 }, () => ({ contractNo: no, profileNo: stand.profileNo })));
  expect(stand.held).toEqual([{ contractNo: no, profileNo: stand.profileNo }]);
  await stand.watch.round();
  expect(stand.moves).toHaveLength(3);
});

test("a rig that falls silent is replaced with a reason that names both", async () => {
  stand = new Stand(10);
  await stand.work(120);
  const { no } = stand.contract(300 * terahash);
  await stand.watch.round();
  const [victim = 0] = stand.serving(no);
  await stand.work(60, (rigNo) => (rigNo === victim ? 0 : 1));
  expect(stand.control.rigs.byNo(victim)?.status).toBe("offline");
  expect(stand.serving(no)).toHaveLength(3);
  expect(stand.serving(no)).not.toContain(victim);
  const newcomer = stand.serving(no).at(-1) ?? 0;
  const reason = stand.control.allocations.openOf(newcomer)?.reason.text ?? "";
  expect(reason).toContain(`r${newcomer}`);
  expect(reason).toContain(`r${victim}`);
});

test("a spare that lost its connection a moment ago is nobody's replacement, until it is back", async () => {
  stand = new Stand(3);
  await stand.work(120);
  stand.disconnect(1);
  stand.disconnect(2);
  const { no } = stand.contract(200 * terahash);
  await stand.until(() => stand.serving(no).length > 0);
  expect(stand.serving(no)).toEqual([3]);
  stand.watch.onPresence(1, true);
  await stand.until(() => stand.serving(no).length > 1);
  expect(stand.serving(no).sort()).toEqual([1, 3]);
});

test("terms run by the clock: activating, active with the first accepted share, ended when over, and its rigs go home", async () => {
  stand = new Stand(10);
  await stand.work(120);
  const contract = stand.contract(100 * terahash, { endsAtMs: stand.nowMs + 3_600_000 });
  await stand.watch.round();
  expect(stand.control.contracts.byNo(contract.no)?.state).toBe("activating");
  stand.accepted.add(contract.no);
  stand.watch.second();
  expect(stand.control.contracts.byNo(contract.no)?.state).toBe("active");
  expect(stand.watch.contract(contract.no)?.state).toBe("delivering");
  stand.nowMs += 3_600_001;
  stand.watch.second();
  await stand.watch.round();
  expect(stand.control.contracts.byNo(contract.no)).toMatchObject({ state: "ended", endedReason: "term" });
  expect(stand.serving(contract.no)).toEqual([]);
  expect(stand.moves.at(-1)?.to).toBeNull();
});

test("a rig that leaves with its contract is told which one it was and what became of it", async () => {
  stand = new Stand(3);
  await stand.work(120);
  const contract = stand.contract(300 * terahash);
  await stand.watch.round();
  const { control } = stand;
  const told = () => [control.allocations.openOf(1)?.reason.text, control.events.latest(1)[0]?.text];
  must(control.contracts.suspend(contract.id, { reason: "invoice 7", by: "user:u" }));
  stand.watch.configChanged();
  await stand.watch.round();
  expect(stand.serving(contract.no)).toEqual([]);
  const suspended = (rig: string) => `C-00001 is suspended: invoice 7; ${rig}, which served it, is free`;
  expect(told()).toEqual([suspended("r1"), expect.stringMatching(/^C-00001 is suspended: invoice 7; r\d, which served it, is free$/)]);
  must(control.contracts.resume(contract.id, { by: "user:u" }));
  stand.watch.configChanged();
  await stand.watch.round();
  expect(stand.serving(contract.no).sort()).toEqual([1, 2, 3]);
  must(control.contracts.terminate(contract.id, { atMs: null, reason: "moved away", by: "user:u" }));
  stand.watch.configChanged();
  await stand.watch.round();
  expect(told()).toEqual(["C-00001 was terminated: moved away; r1, which served it, is free", expect.stringContaining("C-00001 was terminated")]);
});

test("rigs of a contract whose pools are all down go to the house until they hold its job", async () => {
  stand = new Stand(1);
  await stand.work(120);
  const { no } = stand.contract(100 * terahash);
  await stand.watch.round();
  const fact = stand.facts.get(1) as RigFact;
  stand.pools = [{ contractNo: no, profileNo: stand.profileNo, activePoolNo: null, poolsDownSinceMs: stand.nowMs, rigs: 1 }];
  stand.facts.set(1, { ...fact, contractNo: no });
  stand.watch.second();
  expect(stand.watch.contract(no)).toMatchObject({
    state: "down",
    reason: { text: "none of the customer's pools is usable, or not for long enough yet; its rigs go to the house" },
  });
  stand.facts.set(1, { ...fact, contractNo: 0 });
  stand.watch.second();
  expect(stand.watch.contract(no)?.reason.text).toBe(
    "none of the customer's pools is usable, or not for long enough yet; its rigs mine for the house meanwhile",
  );
});

test("another profile of a contract moves its rigs there without another allocation", async () => {
  stand = new Stand(5);
  await stand.work(120);
  const { no, id } = stand.contract(200 * terahash);
  await stand.watch.round();
  const pool = must(stand.control.pools.create({ name: "q", host: "127.0.0.1", port: 3334, username: "b" }));
  const other = must(stand.control.profiles.create({ name: "other", poolNos: [pool.no] }));
  const before = stand.control.allocations.open();
  must(stand.control.contracts.change(id, { profileNo: other.no }, { by: "user:u" }));
  stand.moves.length = 0;
  stand.watch.configChanged();
  expect(stand.moves.map(({ to }) => to?.profileNo)).toEqual([other.no, other.no]);
  expect(stand.control.allocations.open()).toEqual(before);
  expect(no).toBeGreaterThan(0);
});

test("a hub that knew no rig when it started has nobody to wait for: the first contract is served at once", async () => {
  stand = new Stand(0);
  stand.start(60_000);
  const hints = Array.from({ length: 3 }, (_, index) => ({ fleetNo: 1, name: `first${index}`, nominalHps: 100 * terahash }));
  for (const { no } of stand.control.rigs.enrol(hints)) stand.facts.set(no, rigFact(no, { sessions: [session(no)], poolNo: 1, exposure: new Exposure() }));
  stand.watch.configChanged();
  await stand.work(30);
  const { no } = stand.contract(200 * terahash);
  await stand.watch.round();
  expect(stand.serving(no)).toHaveLength(2);
});

test("nothing moves because the hub was restarted, and what the detectors knew is known again", async () => {
  stand = new Stand(6);
  await stand.work(120);
  const { no } = stand.contract(200 * terahash);
  await stand.watch.round();
  const before = stand.control.allocations.open();
  await stand.watch.stop();
  stand.moves.length = 0;
  for (const [rigNo] of stand.facts) stand.facts.set(rigNo, rigFact(rigNo, { exposure: new Exposure() }));
  stand.start(60_000);
  await stand.work(50);
  expect(stand.control.allocations.open()).toEqual(before);
  expect(stand.moves).toEqual([]);
  for (const rig of stand.rigs) expect(stand.control.rigs.byNo(rig.no)?.status).toBe("online");
  expect(no).toBeGreaterThan(0);
});

test("in the first minute of a run contracts stand as they were, and one that is terminated lets its rigs go at once", async () => {
  stand = new Stand(3);
  await stand.work(120);
  const { id, no } = stand.contract(200 * terahash);
  await stand.watch.round();
  stand.accepted.add(no);
  stand.watch.second();
  expect(stand.serving(no)).toHaveLength(2);
  await stand.watch.stop();
  for (const [rigNo] of stand.facts) stand.facts.set(rigNo, rigFact(rigNo, { exposure: new Exposure() }));
  stand.start(60_000);
  expect([...stand.watch.contractStandings()]).toMatchObject([{ fact: { state: "delivering" } }]);

  must(stand.control.contracts.terminate(id, { atMs: null, reason: "sold", by: "user:u" }));
  stand.watch.configChanged();
  await stand.watch.round();
  expect(stand.serving(no)).toEqual([]);
});

test("a term that ended while no hub ran is over before its rigs leave, and is what they are told", async () => {
  stand = new Stand(3);
  await stand.work(120);
  const { no } = stand.contract(200 * terahash, { endsAtMs: stand.nowMs + 60_000 });
  await stand.watch.round();
  expect(stand.serving(no)).toHaveLength(2);
  await stand.watch.stop();
  stand.nowMs += 120_000;
  stand.start(60_000);
  const { control } = stand;
  expect(stand.serving(no)).toEqual([]);
  expect(control.events.latest(3).map(({ type }) => type)).toEqual(["rig.moved", "rig.moved", "contract.ended"]);
  expect(control.allocations.openOf(1)?.reason.text).toBe("C-00001 has ended: its term is over; r1, which served it, is free");
});

test("a plan that cannot be recorded is not applied, and is tried again at the next tick", async () => {
  stand = new Stand(3);
  await stand.work(120);
  const assign = stand.control.allocations.assign;
  stand.control.allocations.assign = () => {
    throw new Error("database or disk is full");
  };
  const { no } = stand.contract(100 * terahash);
  await stand.watch.round();
  expect(stand.moves).toEqual([]);
  stand.control.allocations.assign = assign;
  await stand.watch.round();
  expect(stand.serving(no)).toHaveLength(1);
  expect(stand.moves).toHaveLength(1);
});

test("people are woken for rigs that have come once; one that nobody plugged in yet is not down", async () => {
  stand = new Stand(1);
  const entered = must(stand.control.rigs.create({ name: "entered", fleetNo: 1 }, "user:test"));
  stand.watch.configChanged();
  await stand.watch.round();
  expect([...stand.watch.standings()]).toHaveLength(1);
  stand.facts.set(entered.no, rigFact(entered.no, { sessions: [session(entered.no)], poolNo: 1, exposure: new Exposure() }));
  await stand.watch.round();
  expect([...stand.watch.standings()]).toHaveLength(2);
});
