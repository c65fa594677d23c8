import { webLimits } from "../limits.ts";
import { invalidParameter } from "../paging.ts";
import { readTime } from "../times.ts";

export type Window = { fromMs: number; toMs: number };

/** The half-open window `[from, to)` of a query; without `to` it ends now, without `from` it is `defaultMs` long. 422 where it is empty or longer than 400 days. */
export function windowOf(query: { from?: string; to?: string }, nowMs: number, defaultMs: number): Window {
  const toMs = timeOf(query.to) ?? nowMs;
  const fromMs = timeOf(query.from) ?? Math.max(0, toMs - defaultMs);
  if (fromMs >= toMs) throw invalidParameter("from", "must be before “to”");
  if (toMs - fromMs > webLimits.windowMsMax) throw invalidParameter("from", "must be at most 400 days before “to”");
  return { fromMs, toMs };
}

/** A window that is open where it was not asked for otherwise. 422 where it is empty. */
export function openWindowOf(query: { from?: string; to?: string }): Window {
  const window = { fromMs: timeOf(query.from) ?? 0, toMs: timeOf(query.to) ?? Number.MAX_SAFE_INTEGER };
  if (window.fromMs >= window.toMs) throw invalidParameter("from", "must be before “to”");
  return window;
}

export function timeOf(text: string | undefined): number | null {
  return text === undefined ? null : readTime(text);
}

/** Steps that charts read well, in seconds. */
const niceSteps = [10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 86_400];
const pointsWanted = 300;
/** From half an hour on a chosen step is whole minutes: those are counted in advance. */
const wholeMinutesFromS = 1_800;

/** The step that was asked for, or one that gives up to some hundred points. 422 where it would give more than 3,000. */
export function stepOf(stepS: number | undefined, { fromMs, toMs }: Window): number {
  const spanS = (toMs - fromMs) / 1_000;
  const stepMin = spanS >= wholeMinutesFromS ? 60 : 0;
  const step = stepS ?? niceSteps.find((one) => one >= stepMin && spanS / one <= pointsWanted) ?? 86_400;
  if (spanS / step > webLimits.hashratePointsMax)
    throw invalidParameter("step_s", `must be at least ${Math.ceil(spanS / webLimits.hashratePointsMax)} for this window`);
  return step;
}

/** Where no beginning was asked for, the window begins at a whole step before the default one, so that its steps are those counted in advance. */
export function alignedWindow(query: { from?: string }, window: Window, stepS: number): Window {
  if (query.from !== undefined) return window;
  const stepMs = stepS * 1_000;
  return { fromMs: Math.floor(window.fromMs / stepMs) * stepMs, toMs: window.toMs };
}
