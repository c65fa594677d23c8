import type { WebDeps, WebLedger } from "./deps.ts";

/** Questions about a stretch of time cost 10 ms of CPU each, and many pages ask the same ones every two seconds. */
const keptMs = 10_000;
const keptMax = 500;

type Kept = { atMs: number; answer: Promise<unknown> };

/** The ledger as pages ask it: sums and curves of the same thing over a window of the same length are up to ten seconds old. */
export function keptLedger({ ledger, now }: Pick<WebDeps, "ledger" | "now">): WebLedger {
  const kept = new Map<string, Kept>();
  const once = <T>(question: readonly (string | number)[], ask: () => Promise<T>): Promise<T> => {
    const key = question.join(" ");
    const nowMs = now();
    const known = kept.get(key);
    if (known !== undefined && nowMs >= known.atMs && nowMs - known.atMs < keptMs) return known.answer as Promise<T>;
    const answer = ask();
    // Last in the order in which they were asked: the first are those to forget.
    kept.delete(key);
    kept.set(key, { atMs: nowMs, answer });
    answer.catch(() => kept.delete(key));
    const oldest = kept.keys().next().value;
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    return answer;
  };
  const { deliveredSteps } = ledger;
  return {
    shares: (query) => ledger.shares(query),
    lastShares: (rigNo, n) => ledger.lastShares(rigNo, n),
    rates: (windowsS, nowMs) => ledger.rates(windowsS, nowMs),
    rejects: (fromMs, toMs, by) => ledger.rejects(fromMs, toMs, by),
    work: (query) => ledger.work(query),
    ...(deliveredSteps && { deliveredSteps: (window) => deliveredSteps.call(ledger, window) }),
    gaps: (fromMs, toMs) => ledger.gaps(fromMs, toMs),
    backlog: () => ledger.backlog(),
    ...(ledger.deliveredRates && { deliveredRates: (windowsS, nowMs) => ledger.deliveredRates?.(windowsS, nowMs) ?? Promise.resolve(new Map()) }),
    deliveredWorks: (list) => ledger.deliveredWorks(list),
    summary: (scope, fromMs, toMs) => once(["summary", scopeKey(scope), windowKey(fromMs, toMs)], () => ledger.summary(scope, fromMs, toMs)),
    hashrate: (scope, window) => once(["hashrate", scopeKey(scope), windowKey(window.fromMs, window.toMs), window.stepS], () => ledger.hashrate(scope, window)),
  };
}

const scopeKey = (scope: Parameters<WebLedger["summary"]>[0] | Parameters<WebLedger["hashrate"]>[0]): string => JSON.stringify(scope);

/** Windows that end now are the same question while they are kept; one that ends elsewhere is another. */
const windowKey = (fromMs: number, toMs: number): string => `${toMs - fromMs} ${Math.floor(toMs / keptMs)}`;
