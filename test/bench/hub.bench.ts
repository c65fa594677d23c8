/**
 * What the hub does on one core, with everything on: `bun run bench hub [--seconds 6] [--rigs 10000] [--only shares|fleet|burst]`,
 * one JSON line per figure. The hub is the product itself in a process of its own on core 0; pools and rigs share core 1.
 * All shares are valid, differ in extranonce2, meet the pool's difficulty and are forwarded; a job has 12 branches.
 */
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { shareBytes } from "../../src/ledger/journal-format.ts";
import { Child } from "./support/child.ts";
import { preciseNowMs } from "./support/clock.ts";
import { besideDiskAlone } from "./support/disk-alone.ts";
import { HubProcess } from "./support/hub-process.ts";
import type { Arrival } from "./support/job-arrivals.ts";
import { quantileOf, reporter } from "./support/report.ts";
import type { RunFigures } from "./support/share-run.ts";

const { values: flags } = parseArgs({
  options: { seconds: { type: "string", default: "6" }, rigs: { type: "string", default: "10000" }, only: { type: "string", default: "shares,fleet,burst" } },
});
const seconds = Number(flags.seconds);
const fleetRigs = Number(flags.rigs);
const report = reporter("hub");

const hubCore = 0;
const otherCore = 1;
const warmS = 1;
const shareRigs = 1_000;
/** More shares a second than any hub answers, to grind enough of them beforehand. */
const closedPerSecondMax = 130_000;
const pipelinedPerSecondMax = 260_000;
const openPerSecond = 10_000;
const atOnce = 500;
const jobsMeasured = 5;
const firstPool = 1;
const secondPool = 2;
const settleMs = 3_000;
/** The judge goes through the rigs in this time, and each gets a job once more. */
const idleMs = 45_000;
const idleLookMs = 500;

/** Runs `use` with children that are stopped whatever happens. */
async function withChildren<T>(
  use: (start: {
    pool: (tag: number, how?: { core?: number; held?: boolean }) => Child;
    load: () => Child;
    hub: (poolPorts: number[]) => Promise<HubProcess>;
  }) => Promise<T>,
): Promise<T> {
  const stops: (() => Promise<void>)[] = [];
  const child = (program: string, args: string[], core: number) => {
    const started = new Child(program, args, core);
    stops.push(() => started.stop());
    return started;
  };
  try {
    return await use({
      pool: (tag, { core = otherCore, held = false } = {}) => child("bench-pool.ts", held ? [String(tag), "held"] : [String(tag)], core),
      load: () => child("bench-load.ts", [], otherCore),
      hub: async (poolPorts) => {
        const hub = await HubProcess.start(poolPorts);
        stops.push(() => hub.stop());
        return hub;
      },
    });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** What the hub's other threads still had to do counts too: waits until it is idle, and returns all CPU since `startCpuUs`. */
async function cpuWhenIdle(hub: HubProcess, startCpuUs: number): Promise<number> {
  const endMs = performance.now() + 30_000;
  for (let before = hub.cpuUs(); performance.now() < endMs; before = hub.cpuUs()) {
    await Bun.sleep(500);
    if (hub.cpuUs() - before < 25_000) break;
  }
  return hub.cpuUs() - startCpuUs;
}

async function benchShares(): Promise<void> {
  await withChildren(async (start) => {
    const pool = start.pool(firstPool);
    const hub = await start.hub([await pool.call<number>("port")]);
    const load = start.load();
    await load.call("connect", { port: hub.port, rigs: shareRigs, atOnce, keepsJobs: true, authorize: true });
    const measure = async (perSecondMax: number, how: Record<string, unknown>) => {
      await load.call("prepare", { perRig: Math.ceil((perSecondMax * (warmS + seconds)) / shareRigs) });
      const run = await load.call<RunFigures>("run", { ...how, warmS, measureS: seconds, hubPid: hub.pid });
      await load.call("settled");
      return { ...run, idleCpuUs: await cpuWhenIdle(hub, run.startCpuUs) };
    };
    const closed = async (window: number, perSecondMax: number) => {
      const run = await measure(perSecondMax, { kind: "closed", window });
      const more = { rigs: shareRigs, outstanding: window, refused: run.refused, dry: run.dry };
      report(`closed_${window}_shares`, run.accepted / run.seconds, "1/s", more);
      report(`closed_${window}_cpu_per_share`, run.cpuUs / run.accepted, "us", {
        with_what_was_left_to_do: Number((run.idleCpuUs / run.accepted).toPrecision(3)),
      });
      report(`closed_${window}_p99`, run.p99, "ms");
      if (run.refused > 0) process.stderr.write(`first refusal: ${run.firstRefusal}\n`);
    };
    await closed(1, closedPerSecondMax);
    await closed(16, pipelinedPerSecondMax);
    await besideDiskAlone({ folder: tmpdir(), name: "open", bytesPerSecond: openPerSecond * shareBytes, report }, async () => {
      const open = await measure(openPerSecond, { kind: "open", perSecond: openPerSecond });
      report("open_p50", open.p50, "ms", { per_second: Math.round(open.accepted / open.seconds), refused: open.refused });
      report("open_p99", open.p99, "ms", { max: Number(open.max.toPrecision(3)), generator_late_ms: Number(open.generatorLateMs.toPrecision(3)) });
      report("open_cpu_per_share", open.cpuUs / open.accepted, "us");
    });
    const judged = await pool.call<{ submits: number; checked: number; low: number; unknownJob: number }>("figures");
    report("pool_refusals", judged.low + judged.unknownJob, "shares", { checked: judged.checked, of: judged.submits });
  });
}

/** Milliseconds from the making of a job to its last rig, the median of some. */
async function lastRigMs(pool: Child, load: Child): Promise<number> {
  const lasts: number[] = [];
  for (let job = 0; job < jobsMeasured; job++) {
    const sinceMs = preciseNowMs();
    await pool.call("job");
    const arrival = await load.call<Arrival>("jobReached", { poolTag: firstPool, sinceMs });
    lasts.push(arrival.lastMs - arrival.madeMs);
    await Bun.sleep(500);
  }
  return quantileOf(
    lasts.sort((one, other) => one - other),
    0.5,
  );
}

/** The same rigs at the pool itself, where the hub would be: on a core of its own. */
function poolAloneMs(): Promise<number> {
  return withChildren(async (start) => {
    const pool = start.pool(firstPool, { core: hubCore });
    const load = start.load();
    await load.call("connect", { port: await pool.call<number>("port"), rigs: fleetRigs, atOnce, keepsJobs: false, authorize: true });
    return lastRigMs(pool, load);
  });
}

async function benchFleet(): Promise<void> {
  const aloneMs = await poolAloneMs();
  await withChildren(async (start) => {
    const pool = start.pool(firstPool);
    const nextPool = start.pool(secondPool, { held: true });
    const hub = await start.hub([await pool.call<number>("port"), await nextPool.call<number>("port")]);
    await Bun.sleep(settleMs);
    // Only now, lest the second choice is ready first and taken.
    await nextPool.call("job");
    await Bun.sleep(settleMs);
    const emptyBytes = hub.residentBytes();
    const load = start.load();
    await load.call("connect", { port: hub.port, rigs: fleetRigs, atOnce, keepsJobs: false, authorize: false });
    await hub.watchTurns();
    const enrolledMs = await load.call<number>("authorizeAll");
    const turn = await hub.longestTurn();
    report("enrol_longest_turn", turn.longest_ms, "ms", { rigs: fleetRigs, cpu_ms: Number(turn.cpu_ms.toPrecision(3)) });
    report("enrol_all", enrolledMs, "ms", { rigs: fleetRigs });
    await Bun.sleep(settleMs);
    const overEmptyMb = () => (hub.residentBytes() - emptyBytes) / 1e6;
    report("idle_memory", overEmptyMb(), "MB", { rigs: fleetRigs, empty: Math.round(emptyBytes / 1e6) });
    const idle: number[] = [];
    for (let ms = 0; ms < idleMs; ms += idleLookMs) {
      await Bun.sleep(idleLookMs);
      idle.push(overEmptyMb());
    }
    report(
      "idle_memory_after",
      quantileOf(
        idle.sort((one, other) => one - other),
        0.5,
      ),
      "MB",
      { most: Math.round(idle.at(-1) ?? 0), seconds: idleMs / 1_000 },
    );
    const lastMs = await lastRigMs(pool, load);
    report("new_job_last_rig", lastMs, "ms", { rigs: fleetRigs, pool_alone: Number(aloneMs.toPrecision(3)), ratio: Number((lastMs / aloneMs).toPrecision(3)) });
    await hub.watchTurns();
    const closedAtMs = await pool.call<number>("close");
    const arrival = await load.call<Arrival>("jobReached", { poolTag: secondPool, sinceMs: 0 });
    report("pool_closes_last_rig", arrival.lastMs - closedAtMs, "ms", {
      rigs: arrival.rigs,
      longest_turn: Number((await hub.longestTurn()).longest_ms.toPrecision(3)),
    });
    await Bun.sleep(settleMs);
    report("pool_closes_disconnects", await load.call<number>("closedByHub"), "rigs");
    await load.call("disconnect");
  });
}

/** All connect, subscribe and log in at one moment; the kernel drops what its queue cannot hold, and those come again seconds later. */
async function benchBurst(): Promise<void> {
  await withChildren(async (start) => {
    const pool = start.pool(firstPool);
    const hub = await start.hub([await pool.call<number>("port")]);
    const load = start.load();
    await Bun.sleep(settleMs);
    await hub.watchTurns();
    const startMs = performance.now();
    await load.call("connect", { port: hub.port, rigs: fleetRigs, atOnce: fleetRigs, keepsJobs: false, authorize: true });
    report("burst_all_up", performance.now() - startMs, "ms", { rigs: fleetRigs });
    const turn = await hub.longestTurn();
    report("burst_longest_turn", turn.longest_ms, "ms", { cpu_ms: Number(turn.cpu_ms.toPrecision(3)) });
    await load.call("disconnect");
  });
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = { shares: benchShares, fleet: benchFleet, burst: benchBurst };
for (const name of flags.only.split(",")) {
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`--only: must be of ${Object.keys(scenarios).join(", ")} (got ${name})`);
  await scenario();
}
