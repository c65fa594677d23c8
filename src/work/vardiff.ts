import { type AlgorithmName, algorithms } from "./algorithm.ts";

/** Difficulty of one rig by how often it sends shares. The numbers were tuned by simulation with Poisson arrivals (test/work/vardiff.test.ts). */
const limits = Object.freeze({
  stepMax: 16,
  /** A new rig that is silent for so long has far too high a difficulty. */
  silentStartMs: 15_000,
  /** Silence worth so many expected shares is a fall in hashrate, not luck: odds of e^-10 per gap. */
  silentExpected: 10,
  /** A rate within this factor of the wanted one is left alone. */
  ratioTolerated: 1.5,
  /** Log-likelihood ratio that moves a new or just moved rig, and one that has been steady for a window. */
  evidenceSettling: 3.5,
  evidenceSteady: 6,
  /** Shares before a raise: their number is the precision of the next difficulty, and at a high rate they come soon. */
  sharesToRaise: 32,
  /** Expected shares in a window; at the end of it half is forgotten. */
  windowExpected: 60,
  /** Silence lowers a rig that has worked, over this connection or the one before, no further than this, so that it does not flood the hub when its boards come back. */
  silentFallMax: 256,
  askEveryShares: 64,
  startDifficultyMax: 65_536,
});

export type VardiffState = {
  difficulty: number;
  /** Shares of this window, in shares of the current difficulty. */
  shares: number;
  windowStartMs: number;
  lastShareMs: number;
  /** False until a whole window has passed without a move. */
  steady: boolean;
  /** Highest difficulty at which shares came, 0 = none yet. */
  provenDifficulty: number;
  /** At which its shares came over the connection before this one, 0 = nobody knows. */
  formerDifficulty: number;
  counted: number;
};

export type RetargetRules = {
  nowMs: number;
  /** The wanted rate; 12 unless the fleet says otherwise. */
  sharesPerMinute: number;
  /** The upstream's difficulty: shares above it that the pool never sees are lost money, so it is never exceeded. */
  difficultyMax: number;
  difficultyMin: number;
  /** For firmware that cuts fractions off (reference 1.6): whole numbers from 1 up, except where the pool itself is below 1. */
  integersOnly: boolean;
};

/** `formerDifficulty`: at which the rig's shares came until a while ago; 0 = nobody knows. */
export function createVardiff(difficulty: number, nowMs: number, formerDifficulty = 0): VardiffState {
  return { difficulty, shares: 0, windowStartMs: nowMs, lastShareMs: nowMs, steady: false, provenDifficulty: 0, formerDifficulty, counted: 0 };
}

/**
 * Counts an accepted share. `difficulty`: of its job; a late share of a lower one counts as the part of a share that it is.
 * True on every 64th share: then ask `retarget` at once, lest a rig that starts far too low floods the hub until the next tick. Hot.
 */
export function noteShare(state: VardiffState, nowMs: number, difficulty: number = state.difficulty): boolean {
  // It waited at the least that it may have: that its boards were not up yet says nothing of its rate.
  if (state.provenDifficulty === 0 && nowMs - state.windowStartMs > limits.silentStartMs) restartWindow(state, nowMs);
  state.shares += difficulty < state.difficulty ? difficulty / state.difficulty : 1;
  state.lastShareMs = nowMs;
  if (difficulty > state.provenDifficulty) state.provenDifficulty = difficulty;
  state.counted++;
  return state.counted % limits.askEveryShares === 0;
}

/** Forgets the window: for a rig that could not work (no job, just moved), whose silence says nothing. */
export function restartWindow(state: VardiffState, nowMs: number): void {
  state.shares = 0;
  state.windowStartMs = nowMs;
  state.lastShareMs = nowMs;
}

/**
 * The rig's next difficulty, or null to leave it. Ask every 5 to 10 s, when a job arrives, and when `noteShare` says so.
 * A returned difficulty is taken as given to the rig: the window starts anew. Only a change that the shares prove is made:
 * the likelihood ratio of the seen rate against the wanted one must be beyond what Poisson noise makes of a right difficulty.
 */
export function retarget(state: VardiffState, rules: RetargetRules): number | null {
  const perMs = rules.sharesPerMinute / 60_000;
  const step = stepOf(state, rules.nowMs, perMs);
  const wanted = step === 1 && isWithin(state.difficulty, rules) ? state.difficulty : bounded(state.difficulty * step, rules);
  if (wanted === state.difficulty || isRounding(wanted, state.difficulty, rules)) {
    if ((rules.nowMs - state.windowStartMs) * perMs >= limits.windowExpected) forgetHalf(state, rules.nowMs);
    return null;
  }
  state.difficulty = wanted;
  state.steady = false;
  restartWindow(state, rules.nowMs);
  return wanted;
}

/** A difficulty of more than three digits is no reason for a move, unless it breaks a rule. */
function isRounding(wanted: number, current: number, rules: RetargetRules): boolean {
  if (wanted === rules.difficultyMax || current > rules.difficultyMax) return false;
  if (rules.integersOnly && !Number.isInteger(current)) return false;
  return Math.abs(wanted / current - 1) < 0.01;
}

/** The factor that the shares ask for, 1 = none. */
function stepOf(state: VardiffState, nowMs: number, perMs: number): number {
  const silentMs = nowMs - state.lastShareMs;
  if (state.provenDifficulty === 0) return silentMs >= limits.silentStartMs ? softened(state, state.formerDifficulty) : 1;
  const expected = (nowMs - state.windowStartMs) * perMs;
  if (expected <= 0) return 1;
  const wentSilent = silentMs * perMs >= limits.silentExpected;
  const step = wentSilent ? 1 / limits.stepMax : evidenceStep(state, expected);
  if (!wentSilent && state.shares > 0) return step;
  return softened(state, state.provenDifficulty, step);
}

/** A step down in silence, not far below what the rig has worked at; 0 = it has not. */
function softened({ difficulty }: VardiffState, workedAt: number, step = 1 / limits.stepMax): number {
  return Math.max(step, Math.min(1, workedAt / limits.silentFallMax / difficulty));
}

function evidenceStep(state: VardiffState, expected: number): number {
  const seen = state.shares;
  const ratio = Math.max(seen, 0.5) / expected;
  if (ratio > 1 / limits.ratioTolerated && ratio < limits.ratioTolerated) return 1;
  if (ratio > 1 && seen < limits.sharesToRaise) return 1;
  const evidence = seen > 0 ? seen * Math.log(seen / expected) - (seen - expected) : expected;
  if (evidence < (state.steady ? limits.evidenceSteady : limits.evidenceSettling)) return 1;
  if (ratio > 1) return Math.min(limits.stepMax, ratio);
  // Rather a little too low than too high when few shares tell: many shares soon put the former right, few the latter late.
  return Math.max(1 / limits.stepMax, Math.max(seen - 0.4, 0.3) / expected);
}

function forgetHalf(state: VardiffState, nowMs: number): void {
  state.shares /= 2;
  state.windowStartMs += (nowMs - state.windowStartMs) / 2;
  state.steady = true;
}

function isWithin(difficulty: number, { difficultyMin, difficultyMax, integersOnly }: RetargetRules): boolean {
  return difficulty >= difficultyMin && difficulty <= difficultyMax && (!integersOnly || Number.isInteger(difficulty));
}

/** Three digits are all that the evidence is worth, and what people can read; the limits stay exact. */
function bounded(difficulty: number, rules: RetargetRules): number {
  const readable = Number(difficulty.toPrecision(3));
  const wanted = Math.min(Math.max(readable, rules.difficultyMin), rules.difficultyMax);
  return rules.integersOnly ? wholeBelow(wanted, rules.difficultyMax) : wanted;
}

/** A whole number of at least 1; where the upstream itself is below 1, its difficulty as it is. */
function wholeBelow(difficulty: number, difficultyMax: number): number {
  if (difficultyMax < 1) return difficultyMax;
  return Math.max(1, Math.min(Math.round(difficulty), Math.floor(difficultyMax)));
}

export type StartRules = {
  /** From the password's `d=`, else null. */
  hintD: number | null;
  /** From mining.suggest_difficulty, else null. */
  suggested: number | null;
  /** The rig's nominal hashrate in hashes per second, else null. */
  nominalHps: number | null;
  algorithm: AlgorithmName;
  /** The difficulty of the upstream. */
  upstream: number;
  sharesPerMinute: number;
  /** As in `RetargetRules`; false when left out. */
  integersOnly?: boolean;
};

/** A rig's first difficulty: `d=`, else what it suggests, else from its nominal hashrate, else min(upstream, 65,536); never above the upstream's. */
export function startDifficulty(rules: StartRules): number {
  const perShare = algorithms[rules.algorithm].hashesPerDifficultyDouble;
  const fromNominal = rules.nominalHps === null ? null : (rules.nominalHps * 60) / (rules.sharesPerMinute * perShare);
  const wishes = [rules.hintD, rules.suggested, fromNominal === null ? null : Number(fromNominal.toPrecision(3))];
  const wish = wishes.find((value) => value !== null && value > 0 && value < Number.POSITIVE_INFINITY);
  const start = Math.min(wish ?? limits.startDifficultyMax, rules.upstream);
  return rules.integersOnly === true ? wholeBelow(start, rules.upstream) : start;
}
