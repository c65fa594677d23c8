import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlFile } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { listSegments } from "../../src/ledger/journal-files.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import { readRepairs } from "../../src/ledger/repairs.ts";
import { SegmentReader } from "../../src/ledger/segment-reader.ts";
import { verifyLedger } from "../../src/ledger/verify.ts";
import { silentLog } from "../../src/log.ts";
import { startPool } from "../../src/simulate/pool.ts";
import type { SimulatedRig } from "../../src/simulate/rig.ts";
import { startRig } from "../../src/simulate/rig.ts";
import { configureHub } from "../bench/support/configure-hub.ts";

const root = join(import.meta.dir, "../..");
const rigCount = 6;
const sharesPerBeat = 2;
const beatMs = 4;

export type RoundsResult = {
  rounds: number;
  /** Kills after which the database's own log was damaged, and the journal's tail was. */
  logsDamaged: number;
  tailsDamaged: number;
  /** What recovery had to do, by kind. */
  repairs: Record<string, number>;
  /** Shares that rigs heard `true` for, and rows that the hub accepted. */
  heardTrue: number;
  recorded: number;
  /** Empty when nothing is missing and nothing is double. */
  violations: string[];
  /** From the start of the process to listening, milliseconds, rising. */
  readyMs: number[];
};

/**
 * Kills a hub under load again and again, damages what a power cut may damage, and holds what it recorded against what its rigs heard.
 * The journal is damaged only behind its last whole block: bytes that were synced and then change are a disk that lies, and lose what they held.
 */
export class KillRounds implements Disposable {
  readonly #random: () => number;
  readonly #dataDir = mkdtempSync(join(tmpdir(), "kill-rounds-"));
  readonly #pool = startPool({ difficulty: 1e-9 });
  readonly #rigs: SimulatedRig[] = [];
  readonly #result: RoundsResult = {
    rounds: 0,
    logsDamaged: 0,
    tailsDamaged: 0,
    repairs: {},
    heardTrue: 0,
    recorded: 0,
    violations: [],
    readyMs: [],
  };

  constructor(random: () => number) {
    this.#random = random;
    configureHub(this.#dataDir, [this.#pool.port]);
  }

  /** Each round lives `lifeMs` (from, to) under load. */
  async run(rounds: number, lifeMs: readonly [number, number]): Promise<RoundsResult> {
    for (let round = 1; round <= rounds; round++) {
      await this.#live(lifeMs[0] + this.#random() * (lifeMs[1] - lifeMs[0]));
      await this.#damage();
      this.#result.rounds = round;
      // Every second time the hub itself meets the damage.
      if (round % 2 === 0 || round === rounds) await this.#check(round);
    }
    for (const { kind } of readRepairs(this.#dataDir)) this.#result.repairs[kind] = (this.#result.repairs[kind] ?? 0) + 1;
    this.#result.readyMs.sort((one, other) => one - other);
    return this.#result;
  }

  [Symbol.dispose](): void {
    for (const rig of this.#rigs) rig.stop();
    this.#pool.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #live(lifeMs: number): Promise<void> {
    const startedMs = performance.now();
    const serve = ["serve", "--data", this.#dataDir, "--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0", "--log-level", "error"];
    const hub = Bun.spawn([process.execPath, join(root, "src/main.ts"), ...serve], { stdio: ["ignore", "pipe", "pipe"] });
    const { value } = await hub.stdout.getReader().read();
    const port = Number(/stratum=\S*:(\d+)/.exec(new TextDecoder().decode(value))?.[1] ?? 0);
    if (port === 0) throw new Error(`the hub did not start: ${await hub.stderr.text()}`);
    this.#result.readyMs.push(performance.now() - startedMs);
    const rigs = Array.from({ length: rigCount }, (_, no) => startRig({ host: "127.0.0.1", port, worker: `farm.rig${no}`, reconnect: false }));
    this.#rigs.push(...rigs);
    for (const rig of rigs) await rig.until((one) => one.connected && one.work !== null);
    const beat = setInterval(() => {
      for (const rig of rigs) rig.spend(sharesPerBeat);
    }, beatMs);
    await new Promise((resolve) => setTimeout(resolve, lifeMs));
    hub.kill("SIGKILL");
    clearInterval(beat);
    await hub.exited;
    // Whatever was on the wire still arrives.
    for (const rig of rigs) await rig.until((one) => !one.connected);
    for (const rig of rigs) rig.stop();
  }

  async #damage(): Promise<void> {
    const log = join(this.#dataDir, "ledger.duckdb.wal");
    if (this.#random() < 0.8 && existsSync(log) && (await stat(log)).size > 0) {
      this.#result.logsDamaged += 1;
      await this.#damageLog(log);
    }
    if (this.#random() >= 0.5) return;
    this.#result.tailsDamaged += 1;
    await this.#damageTail();
  }

  async #damageLog(path: string): Promise<void> {
    const bytes = await Bun.file(path).bytes();
    const at = Math.floor(this.#random() * bytes.length);
    const ways = [
      () => bytes.subarray(0, at),
      () => bytes.fill(bytes[at] === 0 ? 1 : (bytes[at] as number) ^ (1 << Math.floor(this.#random() * 8)), at, at + 1),
      () => bytes.fill(0, Math.max(0, bytes.length - 4_096)),
      () => Buffer.concat([bytes, Buffer.alloc(4_096)]),
      () => Buffer.concat([bytes, crypto.getRandomValues(new Uint8Array(777))]),
    ];
    await Bun.write(path, (ways[Math.floor(this.#random() * ways.length)] as () => Uint8Array)());
  }

  /** A block half written: part of an earlier one, or anything at all, behind the last whole one. */
  async #damageTail(): Promise<void> {
    const last = (await listSegments(join(this.#dataDir, "journal"))).at(-1);
    if (last === undefined) return;
    const reader = await SegmentReader.open(last.path);
    let block = await reader.next();
    for (let next = block; next !== null; next = await reader.next()) block = next;
    const end = reader.offset;
    await reader.close();
    const bytes = await Bun.file(last.path).bytes();
    const from = block?.fileOffset ?? 0;
    const half = bytes.slice(from, from + 1 + Math.floor(this.#random() * (end - from - 1)));
    const garbage = this.#random() < 0.5 ? half : crypto.getRandomValues(new Uint8Array(1 + Math.floor(this.#random() * 5_000)));
    await truncate(last.path, end);
    await Bun.write(last.path, Buffer.concat([bytes.subarray(0, end), garbage]));
  }

  /** Opens what is left, as the next start would, and counts. */
  async #check(round: number): Promise<void> {
    const control = openControl(controlFile(this.#dataDir), { now: Date.now, log: silentLog });
    const fleetNo = control.fleets.all()[0]?.no ?? 0;
    const ledger = await openLedger({ dataDir: this.#dataDir, log: silentLog, now: Date.now, onFatal: (error) => this.#violates(round, error.message) });
    await ledger.flush();
    this.#result.heardTrue = 0;
    this.#result.recorded = 0;
    for (let no = 0; no < rigCount; no++) {
      const mine = this.#rigs.filter(({ options }) => options.worker === `farm.rig${no}`);
      const sum = (of: (one: SimulatedRig) => number) => mine.reduce((all, one) => all + of(one), 0);
      const [heard, submitted, refused] = [sum(({ stats }) => stats.accepted), sum(({ stats }) => stats.submitted), sum(({ stats }) => stats.rejected)];
      const rig = control.rigs.byName(fleetNo, `rig${no}`);
      const summary = await ledger.summary({ kind: "rig", no: rig?.no ?? -1 }, 0, Date.now() + 86_400_000);
      const { count } = summary.hubAccepted;
      if (count < heard) this.#violates(round, `rig${no}: heard true ${heard} times, ${count} are recorded`);
      if (count > submitted - refused) this.#violates(round, `rig${no}: submitted ${submitted}, ${refused} refused, ${count} are recorded as accepted`);
      this.#result.heardTrue += heard;
      this.#result.recorded += count;
    }
    const verdict = await verifyLedger(join(this.#dataDir, "journal"), ledger);
    if (verdict.difference !== null || verdict.holes.length > 0)
      this.#violates(round, `journal and database differ: ${JSON.stringify([verdict.difference, verdict.holes])}`);
    await ledger.close();
    control.close();
  }

  #violates(round: number, text: string): void {
    this.#result.violations.push(`round ${round}: ${text}`);
  }
}
