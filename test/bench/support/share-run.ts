import type { BenchRig } from "./bench-rig.ts";
import { type GroundLines, grind } from "./grinder.ts";
import { cpuMicroseconds } from "./process-figures.ts";
import { quantileOf } from "./report.ts";

/** Latencies kept; beyond it they are counted only. */
const latenciesMax = 4_000_000;
const outstandingMax = 64;
/** Shares ground for a rig that has run out, while the clock runs. */
const dryCount = 64;

export type RunOptions = { warmS: number; measureS: number; hubPid: number } & ({ kind: "closed"; window: number } | { kind: "open"; perSecond: number });

/** `startCpuUs`: the hub's at the beginning of the measured time. Latencies are milliseconds. `dry`: shares that had to be ground while the clock ran. */
export type RunFigures = {
  accepted: number;
  refused: number;
  firstRefusal: string;
  seconds: number;
  startCpuUs: number;
  cpuUs: number;
  p50: number;
  p99: number;
  max: number;
  dry: number;
  generatorLateMs: number;
};

class Feeder {
  readonly rig: BenchRig;
  readonly sentMs = new Float64Array(outstandingMax);
  sent = 0;
  answered = 0;
  ground: GroundLines | null = null;
  nextLine = 0;
  extranonce2 = 0;

  constructor(rig: BenchRig) {
    this.rig = rig;
  }
}

/** Sends shares that were found before: closed loops that keep some outstanding each, or a fixed total rate. */
export class ShareRun {
  readonly #feeders = new Map<BenchRig, Feeder>();
  readonly #latencies = new Float32Array(latenciesMax);
  #window = 0;
  #measuring = false;
  #accepted = 0;
  #refused = 0;
  #firstRefusal = "";
  #dry = 0;
  #lateMs = 0;

  /** Finds `perRig` shares for each rig's present job. Lets the sockets live meanwhile. */
  async prepare(rigs: readonly BenchRig[], perRig: number): Promise<void> {
    for (const rig of rigs) {
      const feeder = this.#feeders.get(rig) ?? new Feeder(rig);
      this.#feeders.set(rig, feeder);
      this.#grind(feeder, perRig);
      await Bun.sleep(0);
    }
  }

  async run(options: RunOptions): Promise<RunFigures> {
    this.#reset();
    const feeders = [...this.#feeders.values()];
    const stopTicking = options.kind === "open" ? this.#tick(feeders, options.perSecond) : null;
    if (options.kind === "closed") {
      this.#window = options.window;
      for (const feeder of feeders) this.#send(feeder, options.window, performance.now());
    }
    await Bun.sleep(options.warmS * 1000);
    this.#reset();
    this.#measuring = true;
    const startCpuUs = cpuMicroseconds(options.hubPid);
    const startMs = performance.now();
    await Bun.sleep(options.measureS * 1000);
    const seconds = (performance.now() - startMs) / 1000;
    const cpuUs = cpuMicroseconds(options.hubPid) - startCpuUs;
    this.#measuring = false;
    stopTicking?.();
    this.#window = 0;
    const sorted = this.#latencies.slice(0, Math.min(this.#accepted, latenciesMax)).sort();
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      firstRefusal: this.#firstRefusal,
      seconds,
      startCpuUs,
      cpuUs,
      p50: quantileOf(sorted, 0.5),
      p99: quantileOf(sorted, 0.99),
      max: sorted.at(-1) ?? Number.NaN,
      dry: this.#dry,
      generatorLateMs: this.#lateMs,
    };
  }

  /** Of all shares sent so far, those without an answer. */
  outstanding(): number {
    let sum = 0;
    for (const feeder of this.#feeders.values()) sum += feeder.sent - feeder.answered;
    return sum;
  }

  readonly answered = (rig: BenchRig, count: number): void => {
    const feeder = this.#feeders.get(rig);
    if (feeder === undefined) return;
    const nowMs = performance.now();
    for (let index = 0; index < count; index++) {
      if (this.#measuring) {
        if (this.#accepted < latenciesMax) this.#latencies[this.#accepted] = nowMs - (feeder.sentMs[feeder.answered % outstandingMax] ?? 0);
        this.#accepted += 1;
      }
      feeder.answered += 1;
    }
    if (this.#window > 0) this.#send(feeder, count, nowMs);
  };

  readonly refused = (rig: BenchRig, line: string): void => {
    this.#refused += 1;
    if (this.#firstRefusal === "") this.#firstRefusal = line;
    const feeder = this.#feeders.get(rig);
    if (feeder === undefined) return;
    feeder.answered += 1;
    if (this.#window > 0) this.#send(feeder, 1, performance.now());
  };

  #reset(): void {
    this.#accepted = 0;
    this.#refused = 0;
    this.#firstRefusal = "";
    this.#dry = 0;
    this.#lateMs = 0;
  }

  /** A share each to the next rigs in turn, as many as are due; what is late is sent late and said. */
  #tick(feeders: readonly Feeder[], perSecond: number): () => void {
    const startMs = performance.now();
    let lastMs = startMs;
    let sent = 0;
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (this.#measuring) this.#lateMs = Math.max(this.#lateMs, nowMs - lastMs - 1);
      lastMs = nowMs;
      for (const due = ((nowMs - startMs) / 1000) * perSecond; sent < due; sent++) {
        const feeder = feeders[sent % feeders.length];
        if (feeder !== undefined) this.#send(feeder, 1, performance.now());
      }
    }, 1);
    return () => clearInterval(timer);
  }

  #send(feeder: Feeder, count: number, nowMs: number): void {
    if (feeder.nextLine + count > (feeder.ground?.count ?? 0)) {
      this.#grind(feeder, Math.max(count, dryCount));
      this.#dry += count;
    }
    const { ground, rig } = feeder;
    if (ground === null) return;
    for (let index = 0; index < count; index++) feeder.sentMs[(feeder.sent + index) % outstandingMax] = nowMs;
    feeder.sent += count;
    const written = rig.socket?.write(ground.bytes, feeder.nextLine * ground.lineBytes, count * ground.lineBytes) ?? 0;
    // At most a few kilobytes are ever outstanding, which the socket's buffer holds.
    if (written !== count * ground.lineBytes && rig.up) throw new Error(`a rig could send only ${written} of ${count * ground.lineBytes} bytes`);
    feeder.nextLine += count;
  }

  #grind(feeder: Feeder, count: number): void {
    feeder.ground = grind(feeder.rig, feeder.extranonce2, count);
    feeder.extranonce2 += count;
    feeder.nextLine = 0;
  }
}
