import { type Control, openControl } from "../../src/control/control.ts";
import type { EventInput } from "../../src/control/events.ts";
import type { Pool, PoolInput } from "../../src/control/pools.ts";
import type { Profile } from "../../src/control/profiles.ts";
import type { Result } from "../../src/control/result.ts";
import type { Rig } from "../../src/control/rig-row.ts";
import { Hub, type HubDeps } from "../../src/hub/hub.ts";
import type { ShareRecord } from "../../src/ledger/share-record.ts";
import { type Log, type LogFields, silentLog } from "../../src/log.ts";
import { type SimulatedPool, startPool } from "../../src/simulate/pool.ts";
import type { PoolOptions } from "../../src/simulate/pool-state.ts";
import { type SimulatedRig, startRig } from "../../src/simulate/rig.ts";
import type { RigOptions } from "../../src/simulate/rig-options.ts";
import { Signal } from "../../src/simulate/signal.ts";

export type LateVerdict = { sequence: number; poolVerdict: string; reason: string | null };

/** Keeps what the hub records and says at once that it is on disk, unless a test holds that back. */
export class MemoryLedger {
  readonly rows: ShareRecord[] = [];
  readonly late: LateVerdict[] = [];
  readonly recorded = new Signal<ShareRecord>();
  durableThrough = 0;
  full = false;
  held = false;
  onDurable: (through: number) => void = () => {};

  append(share: ShareRecord): number {
    if (this.full) return -1;
    const { atMs, rigNo, sessionNo, contractNo, poolNo, algorithm, difficulty, poolDifficulty, hubVerdict, poolVerdict, reason, answeredMs } = share;
    const row = { atMs, rigNo, sessionNo, contractNo, poolNo, algorithm, difficulty, poolDifficulty, hubVerdict, poolVerdict, reason, answeredMs };
    this.rows.push(row);
    const sequence = this.rows.length;
    if (!this.held) setImmediate(() => this.release(sequence));
    this.recorded.emit(row);
    return sequence;
  }

  appendVerdict(sequence: number, verdict: { poolVerdict: string; reason: string | null }): number {
    this.late.push({ sequence, ...verdict });
    return this.rows.length + this.late.length;
  }

  release(through: number = this.rows.length): void {
    this.durableThrough = Math.max(this.durableThrough, through);
    this.onDurable(this.durableThrough);
  }
}

const tickMs = 250;
/** Of the event loop: enough for a question to a pool and its answer. */
const turnsPerTick = 6;

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result.value;
}

export type LogLine = LogFields & { level: string; event: string };

function collectingLog(lines: LogLine[]): Log {
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      lines.push({ ...fields, level, event });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A hub between fake ends: real sockets on loopback, control in memory, the ledger a list. `close` ends everything that it made. */
export class House {
  readonly control: Control;
  readonly ledger = new MemoryLedger();
  readonly events: EventInput[] = [];
  /** What the hub logged. */
  readonly logged: LogLine[] = [];
  readonly happened = new Signal<EventInput>();
  readonly hub: Hub;
  private readonly ends: (() => void)[] = [];
  /** What hears of rigs that come and go. */
  presence: (rigNo: number, connected: boolean) => void = () => {};
  /** Added to the clock, so that a test need not wait. */
  laterMs = 0;
  /** By which somebody has set the machine's clock; no time passes. */
  wallSetMs = 0;

  /** `ledger`: a real one, where the test is about it; the list then stays empty. */
  constructor(prepare: (control: Control) => void = () => {}, ledger: HubDeps["ledger"] = this.ledger) {
    const now = () => Date.now() + this.laterMs + this.wallSetMs;
    this.control = openControl(":memory:", { now, log: silentLog });
    this.listenOn("127.0.0.1:0");
    prepare(this.control);
    this.hub = new Hub({
      control: this.control,
      event: (event) => {
        this.events.push(event);
        this.happened.emit(event);
      },
      ledger,
      log: collectingLog(this.logged),
      now,
      monotonicMs: () => performance.now() + this.laterMs,
      random: Math.random,
      agent: "stratum-hub/test",
      contractName: (contractNo) => ({ id: `ctr_${contractNo}`, name: `contract no. ${contractNo}` }),
      assigned: [],
      presence: (rigNo, connected) => this.presence(rigNo, connected),
      firstSessionNo: 0,
    });
    this.hub.start();
  }

  private listenOn(bind: string): void {
    must(this.control.listeners.ensurePrimary(bind));
  }

  /** The port that rigs connect to. */
  get port(): number {
    return portOf(this.hub.ports()[0]?.address);
  }

  portOf(listenerNo: number): number {
    return portOf(this.hub.ports().find((port) => port.listenerNo === listenerNo)?.address);
  }

  pool(options: PoolOptions = {}): SimulatedPool {
    const pool = startPool({ difficulty: 1e-8, ...options });
    this.ends.push(() => pool.stop());
    return pool;
  }

  addPool(pool: Pick<SimulatedPool, "port">, fields: Partial<PoolInput> = {}): Pool {
    return must(this.control.pools.create({ name: `pool ${pool.port}`, host: "127.0.0.1", port: pool.port, username: "acct", ...fields }));
  }

  addProfile(pools: readonly Pool[], returnAfterS = 1): Profile {
    const name = `profile ${this.control.profiles.all().length + 1}`;
    return must(this.control.profiles.create({ name, poolNos: pools.map(({ no }) => no), returnAfterS }));
  }

  /** The main fleet mines through this profile from now on. */
  setHouse(profile: Profile): void {
    const fleet = this.control.fleets.all()[0];
    if (fleet === undefined) throw new Error("no fleet");
    must(this.control.fleets.update(fleet.id, { houseProfileNo: profile.no }, null));
    this.hub.configChanged();
  }

  rig(worker: string, options: Partial<RigOptions> = {}): SimulatedRig {
    const rig = startRig({ host: "127.0.0.1", port: this.port, worker, reconnect: false, ...options });
    this.ends.push(() => rig.stop());
    return rig;
  }

  /** Ends with the house. */
  after(end: () => void): void {
    this.ends.push(end);
  }

  /** Resolves once the condition holds, looked at each time that the hub records, tells or changes something. */
  async until(holds: () => boolean): Promise<void> {
    const changed = new Signal<void>();
    const stop = this.hub.onChange(() => changed.emit());
    while (!holds()) await Promise.race([changed.next(), this.ledger.recorded.next(), this.happened.next(), new Promise((resolve) => setTimeout(resolve, 20))]);
    stop();
  }

  /** Lets this time pass at once: the hub's clocks tick through it, each `stepMs` of it, and sockets have their turns between two ticks. */
  async pass(ms: number, each: (passedMs: number) => void = () => {}, stepMs = tickMs): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      this.laterMs += Math.min(stepMs, ms - passedMs);
      each(passedMs);
      this.hub.tick();
      for (let turn = 0; turn < turnsPerTick; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Why the hub closed connections of rigs, one entry each. */
  closeReasons(): string[] {
    return this.logged.filter(({ event }) => event === "rig.closed").map((line) => String(line["reason"]));
  }

  knownRig(name: string): Rig {
    const fleet = this.control.fleets.all()[0];
    const rig = fleet === undefined ? null : this.control.rigs.byName(fleet.no, name);
    if (rig === null) throw new Error(`no rig ${name}`);
    return rig;
  }

  close(): void {
    for (const end of this.ends.toReversed()) end();
    void this.hub.stop(0);
    this.control.close();
  }
}

function portOf(address: string | null | undefined): number {
  return Number(address?.slice(address.lastIndexOf(":") + 1) ?? 0);
}
