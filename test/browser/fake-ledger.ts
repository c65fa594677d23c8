import type { PoolFact, RigFact } from "../../src/health/facts.ts";
import type { HashratePoint, ShareRow, SharesSummary, Tally } from "../../src/ledger/answers.ts";
import { noWork } from "../../src/ledger/work.ts";
import type { WebLedger } from "../../src/web/deps.ts";

/** What a test says is so. */
export type Facts = { rigs: Map<number, RigFact>; pools: Map<number, PoolFact>; hps: Map<number, number>; delivered: Map<number, number>; shares: ShareRow[] };

const none: Tally = { count: 0, work: 0n };

function summaryOf(shares: readonly ShareRow[]): SharesSummary {
  const tally = (rows: readonly ShareRow[]): Tally => ({ count: rows.length, work: rows.reduce((sum, row) => sum + row.work, 0n) });
  const rejected = tally(shares.filter((row) => row.poolVerdict === "rejected"));
  return {
    hubAccepted: tally(shares.filter((row) => row.hubVerdict === "accepted")),
    poolAccepted: tally(shares.filter((row) => row.poolVerdict === "accepted")),
    poolRejected: { ...rejected, byReason: new Map(rejected.count > 0 ? [["stale", rejected]] : []) },
    unanswered: none,
    stale: none,
    lowDifficulty: tally(shares.filter((row) => row.hubVerdict === "low-difficulty")),
    duplicate: none,
    invalid: none,
    expired: none,
    unauthorized: none,
    orphaned: none,
    asOfMs: 0,
  };
}

/** A curve with a stretch in the middle in which the hub did not run. */
function pointsOf(hps: number, fromMs: number, toMs: number, stepS: number): HashratePoint[] {
  const count = Math.round((toMs - fromMs) / (stepS * 1000));
  return Array.from({ length: count }, (_, at): HashratePoint => {
    const atMs = fromMs + at * stepS * 1000;
    const isGap = at > count * 0.4 && at < count * 0.5;
    const value = hps * (1 + 0.04 * Math.sin(at * 1.7));
    if (isGap) return { atMs, effectiveHps: null, deliveredHps: null, lowerHps: null, upperHps: null };
    return { atMs, effectiveHps: value, deliveredHps: value, lowerHps: value * 0.95, upperHps: value * 1.05 };
  });
}

/** Mostly well, sometimes weak, sometimes down. */
function unsteady(no: number, step: number): number {
  const at = (no * 7 + step) % 24;
  if (at < 2) return 0.1;
  return at < 5 ? 0.7 : 1 + 0.05 * Math.sin(no + step * 1.7);
}

export function fakeLedger(facts: Facts): WebLedger {
  return {
    // biome-ignore lint/suspicious/useAwait: the ledger's own is asynchronous
    async *shares() {
      yield facts.shares;
    },
    lastShares: (rigNo, n) => Promise.resolve(facts.shares.filter((row) => row.rigNo === rigNo).slice(0, n)),
    summary: (scope) => Promise.resolve(summaryOf(facts.shares.filter((row) => scope.kind === "rig" && row.rigNo === scope.no))),
    hashrate: (scope, { fromMs, toMs, stepS }) => {
      const known = { rig: facts.hps, contract: facts.delivered };
      const hps = scope.kind === "rig" || scope.kind === "contract" ? (known[scope.kind].get(scope.no) ?? 0) : 0;
      return Promise.resolve(pointsOf(hps, fromMs, toMs, stepS));
    },
    rates: (windowsS) => Promise.resolve(new Map([...facts.hps].map(([no, hps]) => [no, windowsS.map(() => hps)]))),
    deliveredRates: (windowsS) => Promise.resolve(new Map([...facts.delivered].map(([no, hps]) => [no, windowsS.map(() => hps)]))),
    effectiveSteps: (by, { fromMs, toMs, stepMs }) => {
      const works = by === "rig" ? facts.hps : new Map([...facts.pools.keys()].map((no) => [no, 1.2e15]));
      const cells = [...works].flatMap(([no, hps]) =>
        Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, step) => ({
          no,
          step,
          hashes: (hps * unsteady(no, Math.floor(fromMs / stepMs) + step) * Math.min(stepMs, toMs - fromMs - step * stepMs)) / 1_000,
        })),
      );
      return Promise.resolve({
        nos: Float64Array.from(cells, ({ no }) => no),
        steps: Float64Array.from(cells, ({ step }) => step),
        hashes: Float64Array.from(cells, ({ hashes }) => hashes),
      });
    },
    rejects: (_fromMs, _toMs, by) =>
      Promise.resolve(new Map([...facts[by === "rig" ? "rigs" : "pools"].keys()].map((no) => [no, { accepted: 10n ** 18n, rejected: 10n ** 15n }]))),
    work: ({ scope, fromMs, toMs }) => {
      const nos = scope?.kind === "fleet" ? scope.rigNos : [...facts.hps.keys()];
      return Promise.resolve(
        nos.map((no) => ({ ...noWork, no, atMs: fromMs, held: BigInt(Math.round(((facts.hps.get(no) ?? 0) * (toMs - fromMs)) / 1_000)) })),
      );
    },
    deliveredWorks: (list) =>
      Promise.resolve({
        works: list.map(({ rigNo, fromMs, toMs }) => BigInt(Math.round(((facts.hps.get(rigNo) ?? 0) * (toMs - fromMs)) / 1_000))),
        asOfMs: Math.max(0, ...list.map(({ toMs }) => toMs)),
      }),
    gaps: (fromMs, toMs) => Promise.resolve(facts.hps.size === 0 ? [] : [{ fromMs: fromMs + (toMs - fromMs) * 0.4, toMs: fromMs + (toMs - fromMs) * 0.5 }]),
    backlog: () => ({ journalBytes: 0, rowsBehind: 0, undurableBytes: 0, full: false }),
  };
}
