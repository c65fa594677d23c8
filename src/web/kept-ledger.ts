import type { WebDeps, WebLedger } from "./deps.ts";
import { Shared } from "./shared.ts";

/** Questions about a stretch of time cost 10 to 30 ms of CPU each, and many pages ask the same ones every two seconds. */
const keptMs = 10_000;
/** A curve of whole steps changes with the next step, and before that by late verdicts alone. */
const keptPartOfStep = 0.1;
const overdueMs = 20_000;
/** A page that is open asks for its last shares every two seconds. */
const sharesKeptMs = 1_900;
const sharesOverdueMs = 8_000;
const minuteMs = 60_000;
const keptMax = 500;

/** A question in the words of who asked last. */
type Kept = { shared: Shared<unknown>; ask: () => Promise<unknown> };
type Ages = { freshMs: number; overdueMs: number };
type Window = { fromMs: number; toMs: number };

const sums: Ages = Object.freeze({ freshMs: keptMs, overdueMs });
const lastShares: Ages = Object.freeze({ freshMs: sharesKeptMs, overdueMs: sharesOverdueMs });

function keptOf(now: () => number, ask: () => Promise<unknown>, { freshMs, overdueMs: beyondMs }: Ages): Kept {
  const kept: Kept = { shared: new Shared<unknown>(now, () => kept.ask(), { freshMs: () => freshMs, overdueMs: beyondMs }), ask };
  return kept;
}

/** The ledger as pages ask it: sums, curves and last shares of the same thing are up to ten seconds old, and up to thirty while they are asked for again. */
export function keptLedger({ ledger, now }: Pick<WebDeps, "ledger" | "now">): WebLedger {
  const kept = new Map<string, Kept>();
  const once = <T>(question: readonly (string | number)[], ask: () => Promise<T>, ages = sums): Promise<T> => {
    const key = question.join(" ");
    const known = kept.get(key) ?? keptOf(now, ask, ages);
    known.ask = ask;
    // Last in the order in which they were asked: the first are those to forget.
    kept.delete(key);
    kept.set(key, known);
    const oldest = kept.keys().next().value;
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    return known.shared.value() as Promise<T>;
  };
  /** Windows that end now are one question, whatever the moment, by their length in minutes. */
  const windowKey = ({ fromMs, toMs }: Window): string => (now() - toMs < keptMs * 2 ? `last ${Math.floor((toMs - fromMs) / minuteMs)}` : `${fromMs} ${toMs}`);
  const { deliveredSteps, effectiveSteps } = ledger;
  return {
    shares: (query) => ledger.shares(query),
    lastShares: (rigNo, n) => once(["last", rigNo, n], () => ledger.lastShares(rigNo, n), lastShares),
    rates: (windowsS, nowMs) => ledger.rates(windowsS, nowMs),
    rejects: (fromMs, toMs, by) => ledger.rejects(fromMs, toMs, by),
    work: (query) => ledger.work(query),
    ...(deliveredSteps && { deliveredSteps: (window) => deliveredSteps.call(ledger, window) }),
    ...(effectiveSteps && { effectiveSteps: (by, window) => effectiveSteps.call(ledger, by, window) }),
    gaps: (fromMs, toMs) => ledger.gaps(fromMs, toMs),
    backlog: () => ledger.backlog(),
    ...(ledger.deliveredRates && { deliveredRates: (windowsS, nowMs) => ledger.deliveredRates?.(windowsS, nowMs) ?? Promise.resolve(new Map()) }),
    deliveredWorks: (list) => ledger.deliveredWorks(list),
    summary: (scope, fromMs, toMs) => once(["summary", scopeKey(scope), windowKey({ fromMs, toMs })], () => ledger.summary(scope, fromMs, toMs)),
    hashrate: (scope, window) => {
      const { fromMs, toMs, stepS } = window;
      const stepMs = stepS * 1_000;
      const ask = () => ledger.hashrate(scope, window);
      // A single figure, else a curve: one that lacks its last step must not stand for one that has it.
      if (stepMs >= toMs - fromMs) return once(["rate", scopeKey(scope), windowKey(window)], ask);
      return once(["curve", scopeKey(scope), fromMs, toMs, stepS], ask, { freshMs: Math.max(keptMs, stepMs * keptPartOfStep), overdueMs });
    },
  };
}

const scopeKey = (scope: Parameters<WebLedger["summary"]>[0] | Parameters<WebLedger["hashrate"]>[0]): string => JSON.stringify(scope);
