import type { HealthSettings } from "../../src/health/health-settings.ts";
import { type PaceRole, paceOf } from "../../src/health/pace.ts";
import { stepRig } from "../../src/health/rig-detector.ts";
import type { RigHealth, RigStep, RigVerdict } from "../../src/health/rig-health.ts";

export const stepMs = 10_000;

/** A rig with a nominal of 1 H/s, its shares a Poisson process; steps of ten seconds through the real detector. */
export class VirtualRig {
  readonly state: RigHealth;
  /** What it does of its nominal, and of its shares how many are refused. */
  ratio = 1;
  refusedPart = 0;
  connected = true;
  /** Null: always the settings' shares per minute; else the pace for that role, which takes hold a step later. */
  byNeed: PaceRole | null = null;
  nowMs = 0;
  shares = 0;
  paceChanges = 0;
  readonly step: RigStep;
  private pace = 1;
  private wantedPace = 1;
  private sinceAccepted = 0;
  private readonly settings: HealthSettings;
  private readonly random: () => number;

  constructor(state: RigHealth, settings: HealthSettings, random: () => number) {
    this.state = state;
    this.settings = settings;
    this.random = random;
    const nothing = { goneMs: null, exposurePerHps: 0, exposureSinceAccepted: 0, accepted: 0, refused: 0, worked: false, poolAccepted: 0, poolRejected: 0 };
    const row = { nominalHps: 1, nominalLearned: false, quarantined: false, frozen: false };
    this.step = { elapsedMs: stepMs, connected: true, ...nothing, ...row };
  }

  /** The next ten seconds. */
  next(): RigVerdict | null {
    this.nowMs += stepMs;
    const { step } = this;
    const expected = this.connected ? (this.settings.sharesPerMinute * this.pace * stepMs) / 60_000 : 0;
    const came = expected > 0 ? poisson(this.ratio * expected, this.random) : 0;
    const refused = this.refusedPart > 0 ? binomial(came, this.refusedPart, this.random) : 0;
    this.shares += came;
    step.connected = this.connected;
    step.exposurePerHps = expected;
    step.accepted = came - refused;
    step.refused = refused;
    step.worked = step.accepted > 0;
    this.sinceAccepted = step.accepted > 0 ? expected * (1 - this.random() ** (1 / step.accepted)) : this.sinceAccepted + expected;
    step.exposureSinceAccepted = this.sinceAccepted;
    const verdict = stepRig(this.state, step, this.settings);
    if (this.byNeed !== null) {
      if (this.pace !== this.wantedPace) this.paceChanges++;
      this.pace = this.wantedPace;
      this.wantedPace = paceOf(this.state, this.byNeed);
    }
    return verdict;
  }

  /** Steps until `done` or the time is up; the verdict that was it. */
  until(done: (verdict: RigVerdict) => boolean, minutes: number): { verdict: RigVerdict; minutes: number } | null {
    const fromMs = this.nowMs;
    while (this.nowMs - fromMs < minutes * 60_000) {
      const verdict = this.next();
      if (verdict !== null && done(verdict)) return { verdict, minutes: (this.nowMs - fromMs) / 60_000 };
    }
    return null;
  }
}

/**
 * A generator with a seed whose cycle no thousand rig-years come to the end of (Chris Doty-Humphrey's sfc32). The silence test waits for
 * odds of e^-20, and a generator of 32 bits has ten such places in all its cycle: counted again and again, or never.
 */
export function longSeeded(seed: number): () => number {
  let a = seed >>> 0;
  let b = Math.imul(seed, 0x9e3779b1) | 0;
  let c = 0x243f6a88;
  let counter = 1;
  const next = () => {
    const mixed = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + mixed;
    return (mixed >>> 0) / 2 ** 32;
  };
  for (let turn = 0; turn < 16; turn++) next();
  return next;
}

/** Odds of at most 0, 1, 2, … shares, by their mean: a rig knows few means. */
const cumulative = new Map<number, Float64Array>();
const meansMax = 1_000;

/** A Poisson number by its distribution; large means in pieces. */
export function poisson(mean: number, random: () => number): number {
  if (mean > 30) return poisson(30, random) + poisson(mean - 30, random);
  const odds = cumulative.get(mean) ?? oddsOf(mean);
  const drawn = random();
  let number = 0;
  while (number < odds.length && drawn > (odds[number] ?? 1)) number++;
  return number;
}

function oddsOf(mean: number): Float64Array {
  const odds = new Float64Array(120);
  let sum = 0;
  for (let number = 0, one = Math.exp(-mean); number < odds.length; number++, one *= mean / number) {
    sum += one;
    odds[number] = sum;
  }
  if (cumulative.size >= meansMax) cumulative.clear();
  cumulative.set(mean, odds);
  return odds;
}

function binomial(trials: number, part: number, random: () => number): number {
  let number = 0;
  for (let trial = 0; trial < trials; trial++) if (random() < part) number++;
  return number;
}
