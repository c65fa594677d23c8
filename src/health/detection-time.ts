import type { Cusum } from "./cusum.ts";
import { meanRunLength, minutesPerYear } from "./run-length.ts";

/** How often the judge looks. */
export const judgedEveryMs = 10_000;

/** A rig whose evidence has reached `from` sends `suspected` times as many shares until it is back at `until`; else `usual` times. */
export type PacePlan = { usual: number; suspected: number; from: number; until: number };

/** What to run the CUSUM on: a rig (or contract) that does `ratio` of what is expected, at `sharesPerMinute` when it does all of it. */
export type Course = { ratio: number; sharesPerMinute: number; pace?: PacePlan };

const steadyPace: PacePlan = Object.freeze({ usual: 1, suspected: 1, from: Number.POSITIVE_INFINITY, until: 0 });

const cells = 160;
/** Evidence that a healthy rig has about it: so many expected shares of health before the loss. */
const healthyShares = 120;
/** After so many times the shares that lead straight to the limit, the odds of an alarm in the next step, given none yet, have settled. */
const settledTimes = 13;
/** Longer courses than these are told from their mean. */
const stepsMax = 1_200;
/** A judge who looks more often than each two expected shares learns little by it. */
const sharesPerStepMin = 2;

/**
 * Minutes after which `part` (0.5: the median) of the alarms have come, where a healthy rig falls to `ratio`, by the judge who looks each
 * ten seconds: the distribution of the statistic is carried forward step by step on a grid, a Poisson number of shares each.
 * Where the evidence is not drawn towards the limit, alarms come as by chance, and the mean run length tells all.
 */
export function detectionMinutes(cusum: Cusum, course: Course, part = 0.5): number {
  const meanMinutes = () => meanRunLength(cusum, course.ratio, cusum.limit) / course.sharesPerMinute;
  const drift = cusum.perExpected - cusum.perAccepted * course.ratio;
  if (drift <= 0) return -Math.log(1 - part) * meanMinutes();
  const run = new EvidenceRun(cusum, { ...course, ratio: 1 });
  for (let shares = 0; shares < healthyShares; shares += run.sharesPerStep) run.next();
  run.fallTo(cusum, course);
  let before = 0;
  for (let step = 1; step <= stepsMax; step++) {
    run.next();
    if (run.alarmed >= part) return (step - 1 + (part - before) / (run.alarmed - before)) * run.minutesPerStep;
    before = run.alarmed;
  }
  // Hardly drawn at all: between chance (0.69 of the mean) and certainty.
  return Math.max(stepsMax * run.minutesPerStep, (-Math.log(1 - part) + 0.1) * meanMinutes());
}

/** Alarms a year, each followed by a fresh start, by the judge who looks each ten seconds. */
export function alarmsPerYear(cusum: Cusum, course: Course): number {
  const run = new EvidenceRun(cusum, course);
  const settledShares = (settledTimes * cusum.limit) / cusum.perExpected;
  for (let shares = 0; shares < settledShares; shares += run.sharesPerStep) run.next();
  return (run.odds * minutesPerYear) / run.minutesPerStep;
}

/** So many cells up or down go this part of the mass. */
type Shift = { cells: number; probability: number };

/** The distribution of the evidence: of a rig that is not suspected, and of one that is. */
class EvidenceRun {
  alarmed = 0;
  /** Of an alarm in the last step, given none before. */
  odds = 0;
  readonly sharesPerStep: number;
  readonly minutesPerStep: number;
  private readonly pace: PacePlan;
  private readonly width: number;
  private calm = new Float64Array(cells);
  private suspected = new Float64Array(cells);
  private spare: readonly [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>] = [new Float64Array(cells), new Float64Array(cells)];
  private calmShifts: Shift[] = [];
  private suspectedShifts: Shift[] = [];

  constructor(cusum: Cusum, course: Course) {
    this.pace = course.pace ?? steadyPace;
    this.width = cusum.limit / cells;
    const looks = Math.max(1, Math.floor((sharesPerStepMin * 60_000) / judgedEveryMs / (course.sharesPerMinute * this.pace.usual)));
    this.minutesPerStep = (looks * judgedEveryMs) / 60_000;
    this.sharesPerStep = course.sharesPerMinute * this.minutesPerStep;
    this.calm[0] = 1;
    this.fallTo(cusum, course);
  }

  /** From now on the rig does `ratio`; alarms until now are left out. */
  fallTo(cusum: Cusum, { ratio }: Course): void {
    const at = (factor: number) => shiftsOf(cusum, { expected: this.sharesPerStep * factor, ratio, width: this.width });
    this.calmShifts = at(this.pace.usual);
    this.suspectedShifts = at(this.pace.suspected);
    this.alarmed = 0;
  }

  next(): void {
    const [calm, suspected] = this.spare;
    this.spare = [this.calm, this.suspected];
    const alarms = spread(this.calm, calm, this.calmShifts) + spread(this.suspected, suspected, this.suspectedShifts);
    this.odds = alarms / Math.max(1e-300, 1 - this.alarmed);
    this.alarmed += alarms;
    const from = Math.ceil(this.pace.from / this.width);
    for (let cell = from; cell < cells; cell++) moveMass(calm, suspected, cell);
    for (let cell = Math.min(cells - 1, Math.floor(this.pace.until / this.width)); cell >= 0; cell--) moveMass(suspected, calm, cell);
    this.calm = calm;
    this.suspected = suspected;
  }
}

/** Takes every cell's mass where the shifts lead; below zero is zero, and what passes the last cell is the return value. */
function spread(from: Float64Array, into: Float64Array, shifts: readonly Shift[]): number {
  into.fill(0);
  let alarms = 0;
  for (const { cells: by, probability } of shifts) {
    for (let cell = Math.max(0, cells - by); cell < cells; cell++) alarms += (from[cell] ?? 0) * probability;
    for (let cell = 0; cell < Math.min(cells, cells - by); cell++) {
      const to = Math.max(0, cell + by);
      into[to] = (into[to] ?? 0) + (from[cell] ?? 0) * probability;
    }
  }
  return alarms;
}

function moveMass(from: Float64Array, into: Float64Array, cell: number): void {
  into[cell] = (into[cell] ?? 0) + (from[cell] ?? 0);
  from[cell] = 0;
}

/** Odds below this part of those of the likeliest number of shares are left out. */
const oddsMin = 1e-7;

function shiftsOf(cusum: Cusum, { expected, ratio, width }: { expected: number; ratio: number; width: number }): Shift[] {
  return poissonOdds(ratio * expected).flatMap(({ shares, probability }) => {
    const rise = (cusum.perExpected * expected - cusum.perAccepted * shares) / width;
    const whole = Math.floor(rise);
    const part = rise - whole;
    return [
      { cells: whole, probability: probability * (1 - part) },
      { cells: whole + 1, probability: probability * part },
    ];
  });
}

/** Outwards from the likeliest number, so that large means do not underflow. */
function poissonOdds(mean: number): { shares: number; probability: number }[] {
  const likeliest = Math.floor(mean);
  const odds = [{ shares: likeliest, probability: 1 }];
  for (let shares = likeliest + 1, value = mean / shares; value > oddsMin; shares++, value *= mean / shares) odds.push({ shares, probability: value });
  for (let shares = likeliest - 1, value = likeliest / mean; shares >= 0 && value > oddsMin; value *= shares / mean, shares--)
    odds.push({ shares, probability: value });
  const sum = odds.reduce((total, { probability }) => total + probability, 0);
  return odds.map(({ shares, probability }) => ({ shares, probability: probability / sum }));
}
