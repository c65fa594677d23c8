/**
 * What the planner costs and what it is worth: `bun run bench plan [--rigs 10000] [--contracts 500] [--events 1000] [--days 2] [--farms 20,60,200,1000]
 * [--spares 5,10,15,20] [--only times|farm]`, one JSON line per figure. A whole month: `--only farm --days 30`.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Plan } from "../../src/schedule/plan.ts";
import type { PlanFacts } from "../../src/schedule/plan-facts.ts";
import { makePlan } from "../../src/schedule/planner.ts";
import { seeded } from "../support/seeded.ts";
import { Farm } from "./support/farm-month.ts";
import { farmSites, planFarm } from "./support/plan-farm.ts";
import { quantileOf, reporter } from "./support/report.ts";
import { RunningPlanner } from "./support/running-planner.ts";
import { threadMs } from "./support/thread-clock.ts";

const { values: flags } = parseArgs({
  options: {
    rigs: { type: "string", default: "10000" },
    contracts: { type: "string", default: "500" },
    events: { type: "string", default: "1000" },
    days: { type: "string", default: "2" },
    farms: { type: "string", default: "20,60,200,1000" },
    spares: { type: "string", default: "5,10,15,20" },
    only: { type: "string", default: "times,farm" },
  },
});
const report = reporter("plan");
const size = { rigs: Number(flags.rigs), contracts: Number(flags.contracts) };
const warmRounds = 8;
const measuredRounds = 7;

type Took = { cpuMs: number; wallMs: number };

function timed(work: () => void): Took {
  const startedNs = Bun.nanoseconds();
  const cpuMs = threadMs();
  work();
  return { cpuMs: threadMs() - cpuMs, wallMs: (Bun.nanoseconds() - startedNs) / 1e6 };
}

function rounds(work: () => void): Took[] {
  for (let round = 0; round < warmRounds; round++) work();
  return Array.from({ length: measuredRounds }, () => timed(work));
}

/** CPU time of the thread is the figure: others use the machine too. The wall's time and the load of the last minute stand beside it. */
function reportTimes(metric: string, quantile: number, times: readonly Took[], more: Record<string, string | number>): void {
  const cpu = times.map(({ cpuMs }) => cpuMs).sort((one, other) => one - other);
  const wall = times.map(({ wallMs }) => wallMs).sort((one, other) => one - other);
  const three = (value: number) => Number(value.toPrecision(3));
  const figures = { median: three(quantileOf(cpu, 0.5)), max: three(cpu.at(-1) ?? 0), wall_median: three(quantileOf(wall, 0.5)) };
  report(metric, quantileOf(cpu, quantile), "ms", { ...size, ...figures, wall: three(quantileOf(wall, quantile)), machine_load: loadavg()[0] ?? 0, ...more });
}

function overOf(plan: Plan, facts: PlanFacts): number {
  const full = plan.contracts.filter(({ contractNo, fillBp }) => facts.contracts[contractNo - 1]?.method === "threshold" && fillBp >= 10_000);
  return full.reduce((sum, { expectedHps, promisedHps }) => sum + expectedHps / promisedHps - 1, 0) / full.length;
}

function benchFromZero(): void {
  for (const [load, slices] of [
    [0.9, false],
    [0.9, true],
    [1.05, false],
    [1.05, true],
  ] as const) {
    const facts = planFarm({ ...size, load, slices });
    let plan = makePlan(facts);
    const times = rounds(() => {
      plan = makePlan(facts);
    });
    reportTimes("from_zero", 0.5, times, { load, slices: String(slices), changes: plan.changes.length, short: plan.shortages.length });
    report("over_delivery", overOf(plan, facts) * 100, "%", { load, slices: String(slices) });
  }
}

/** Every second event a rig fails, every other one comes back. */
function benchEvents(load: number, slices: boolean): void {
  const facts = planFarm({ ...size, load, slices });
  const running = new RunningPlanner(facts);
  const random = seeded(7);
  const down: number[] = [];
  const times: Took[] = [];
  let added = 0;
  let failedServing = 0;
  const events = Number(flags.events);
  let plan = running.plan();
  for (let event = -200; event < events; event++) {
    running.pass(10_000);
    const back = event % 2 !== 0 ? down.shift() : undefined;
    const no = back ?? 1 + Math.floor(random() * size.rigs);
    const took = timed(() => {
      running.tell(no, back === undefined ? { status: "offline" } : { status: "online" });
      plan = running.plan();
    });
    if (event >= 0) {
      times.push(took);
      if (back === undefined && running.serving.has(no)) {
        failedServing++;
        added += plan.changes.filter(({ to }) => to !== 0).length;
      }
    }
    if (back === undefined) down.push(no);
    running.carryOut(plan);
  }
  reportTimes("repair_p99", 0.99, times, { load, slices: String(slices) });
  report("repair_moves_per_failed_serving_rig", added / failedServing, "moves", { load, slices: String(slices) });
  const unchanged = rounds(() => {
    plan = running.plan();
  });
  reportTimes("unchanged_tick", 0.5, unchanged, { load, slices: String(slices), changes: plan.changes.length });
  report("over_delivery_after_events", overOf(plan, facts) * 100, "%", { load, slices: String(slices) });
}

function benchSiteLoss(): void {
  const times: Took[] = [];
  let changes = 0;
  let short = 0;
  for (let round = 0; round < 5; round++) {
    const running = new RunningPlanner(planFarm({ ...size, load: 0.8, slices: false, seed: round + 1 }));
    running.pass(10_000);
    let plan = running.plan();
    times.push(
      timed(() => {
        for (let no = 1; no <= size.rigs; no += farmSites) running.tell(no, { connected: false, gone: true });
        plan = running.plan();
      }),
    );
    changes = plan.changes.length;
    short = plan.shortages.length;
  }
  reportTimes("site_loss", 0.5, times, { lost: size.rigs / farmSites, changes, short });
}

function benchFarms(): void {
  for (const rigs of flags.farms.split(",").map(Number)) {
    for (const spare of flags.spares.split(",").map(Number)) {
      const startedMs = performance.now();
      const days = Number(flags.days);
      const figures = new Farm({ rigs, spare: spare / 100, days, slices: false, seed: 42 }).run();
      const { closed, hung, weak } = figures.replacedAfterS;
      report("farm_missed", (1 - figures.delivered) * 1e6, "ppm", {
        ...{ rigs, spare_percent: spare, days, moves: figures.moves, failed_serving: figures.failedAllocated },
        moves_per_failed: Number((figures.replacements / Math.max(1, figures.failedAllocated)).toPrecision(3)),
        false_per_rig_year: Number((figures.falseReplacements / figures.healthyRigYears).toPrecision(2)),
        ...{ closed_median_s: quantileOf(closed, 0.5), hung_median_s: quantileOf(hung, 0.5), weak_median_s: quantileOf(weak, 0.5) },
        seconds: Number(((performance.now() - startedMs) / 1000).toPrecision(2)),
      });
    }
  }
}

if (flags.only.includes("times")) {
  benchFromZero();
  for (const slices of [false, true]) for (const load of [0.9, 1.02]) benchEvents(load, slices);
  benchSiteLoss();
}
if (flags.only.includes("farm")) benchFarms();
