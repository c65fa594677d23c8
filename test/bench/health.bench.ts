/**
 * How often the detector cries wolf, and how soon it finds a loss: virtual rigs, share by share, through the real code; one JSON line per
 * figure. `bun run bench health` is bounded to about a minute; `--rig-years 1000` takes, instead of the detection times, as many healthy
 * rig-years at the default knobs (about a second each), and a twentieth of it for rigs that do a little less than their nominal; how far
 * it has come stands on stderr. `--seed N` for other rigs.
 *
 * Model: a rig's shares are a Poisson process; difficulty follows the nominal and the pace, which takes hold one look later.
 */
import { parseArgs } from "node:util";
import { meaningOf } from "../../src/health/health-meaning.ts";
import { type HealthSettings, type Period, periods, settingsOf } from "../../src/health/health-settings.ts";
import type { PaceRole } from "../../src/health/pace.ts";
import { newRigHealth, type RigHealth } from "../../src/health/rig-health.ts";
import { silenceLimits } from "../../src/health/rig-silence.ts";
import { longSeeded, stepMs, VirtualRig } from "../support/virtual-rig.ts";
import { quantileOf, reporter } from "./support/report.ts";

const { values } = parseArgs({ options: { "rig-years": { type: "string" }, seed: { type: "string", default: "1" } } });
const report = reporter("health");
const seed = Number(values.seed);
const rigYears = values["rig-years"] === undefined ? null : Number(values["rig-years"]);
const stepsPerYear = (365.25 * 86_400_000) / stepMs;
/** How long a figure may take where no number of rig-years is asked for. */
const shortRunMs = 9_000;
const losses = [
  ["dead", 0],
  ["-50 %", 0.5],
  ["-33 %", 2 / 3],
  ["-25 %", 0.75],
  ["-20 %", 0.8],
] as const;

const settingsFor = (sharesPerMinute: number, period: Period): HealthSettings => settingsOf({ sharesPerMinute, period, degradedBelowBp: 8_460 });

type Course = { settings: HealthSettings; ratio: number; byNeed: PaceRole | null; years: number | null };

/** `silences`: the odds, after each step with a share, that the next ones bring none until the rig is called silent; a sum that needs no luck to be told. */
type Seen = { degraded: number; offline: number; silences: number; other: number; steps: number; paceChanges: number; shares: number };

/** One rig's month, added to what was seen. */
function liveMonth(rig: VirtualRig, seen: Seen): void {
  const monthSteps = Math.round(stepsPerYear / 12);
  for (let step = 0; step < monthSteps; step++) {
    const status = rig.next()?.status ?? "online";
    if (rig.byNeed === null && rig.step.accepted > 0) seen.silences += silenceOdds(rig);
    if (status === "online" || status === "vetting") continue;
    if (status === "degraded" || status === "offline") seen[status]++;
    else seen.other++;
  }
  seen.steps += monthSteps;
  seen.paceChanges += rig.paceChanges;
  seen.shares += rig.shares;
}

/** At a pace that stays as it is. */
function silenceOdds({ state, step, ratio }: VirtualRig): number {
  const steps = Math.ceil((silenceLimits.expected / latestRatio(state) - state.silentExpected) / step.exposurePerHps);
  return Math.exp(-ratio * step.exposurePerHps * steps);
}

function latestRatio({ recentAccepted, recentExpected }: RigHealth): number {
  return Math.max(silenceLimits.ratioMin, Math.min(1, recentAccepted / recentExpected));
}

/** Rigs that live a month each, for so many years or a short while; the verdicts that they did not deserve. */
function falseAlarms({ settings, ratio, byNeed, years }: Course): void {
  const seen: Seen = { degraded: 0, offline: 0, silences: 0, other: 0, steps: 0, paceChanges: 0, shares: 0 };
  const startedMs = performance.now();
  for (let rigs = 0; years === null ? performance.now() - startedMs < shortRunMs : seen.steps < years * stepsPerYear; rigs++) {
    const rig = new VirtualRig(newRigHealth("online"), settings, longSeeded(seed * 1_000_003 + rigs));
    rig.ratio = ratio;
    rig.byNeed = byNeed;
    liveMonth(rig, seen);
    if (years !== null && rigs % 240 === 239) process.stderr.write(`${(rigs + 1) / 12} rig-years: ${seen.degraded} degraded, ${seen.offline} offline\n`);
  }
  const lived = seen.steps / stepsPerYear;
  const about = {
    ratio,
    sharesPerMinute: settings.sharesPerMinute,
    period: settings.period,
    pace: byNeed ?? "fixed",
    rigYears: Number(lived.toPrecision(4)),
    seconds: Math.round((performance.now() - startedMs) / 1_000),
  };
  report("false degraded", seen.degraded / lived, "per rig-year", { ...about, seen: seen.degraded });
  report("false offline", seen.offline / lived, "per rig-year", { ...about, seen: seen.offline });
  if (byNeed === null) report("false offline, by the odds", seen.silences / lived, "per rig-year", about);
  if (seen.other > 0) report("false flapping or rejecting", seen.other / lived, "per rig-year", { ...about, seen: seen.other });
  if (byNeed === null) return;
  report("pace changes", seen.paceChanges / (lived * 365.25), "per rig-day", about);
  report("shares", seen.shares / ((seen.steps * stepMs) / 60_000), "per minute", about);
}

/** Minutes from the loss to the first status that is not `online`; rigs that lost it by luck before are left out. */
function delays(settings: HealthSettings, ratio: number, byNeed: PaceRole | null): number[] {
  const found: number[] = [];
  const random = longSeeded(seed);
  while (found.length < 300) {
    const rig = new VirtualRig(newRigHealth("online"), settings, random);
    rig.byNeed = byNeed;
    rig.until(() => true, 30 + found.length / 20);
    if (rig.state.status !== "online") continue;
    rig.ratio = ratio;
    found.push(rig.until(() => true, 2_880)?.minutes ?? 2_880);
  }
  return found.sort((one, other) => one - other);
}

function allDelays(): void {
  for (const sharesPerMinute of [12, 20]) {
    for (const period of periods) for (const role of [null, "contract", "house"] as const) delaysOf(settingsFor(sharesPerMinute, period), role);
  }
}

function delaysOf(settings: HealthSettings, role: PaceRole | null): void {
  const about = { sharesPerMinute: settings.sharesPerMinute, period: settings.period, pace: role ?? "fixed" };
  report("false degraded of 1,000 rigs in a month, computed", meaningOf(settings, role).falseAlarmsPer1000RigMonths, "alarms", about);
  for (const [loss, ratio] of losses) {
    const sorted = delays(settings, ratio, role);
    report(`${loss} found`, quantileOf(sorted, 0.5), "min", { p95: Number(quantileOf(sorted, 0.95).toPrecision(3)), ...about });
  }
}

if (rigYears === null) allDelays();
const usual = settingsFor(12, "normal");
const part = (of: number) => (rigYears === null ? null : rigYears / of);
falseAlarms({ settings: usual, ratio: 1, byNeed: null, years: rigYears });
falseAlarms({ settings: usual, ratio: 1, byNeed: "contract", years: part(4) });
falseAlarms({ settings: usual, ratio: 0.97, byNeed: null, years: part(20) });
falseAlarms({ settings: usual, ratio: 0.95, byNeed: null, years: part(20) });
