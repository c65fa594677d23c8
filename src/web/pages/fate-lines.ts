import type { FateLine } from "../../../views/pages/rig-shares.tsx";
import type { SharesSummary, Tally } from "../../ledger/answers.ts";

const line = (fate: string, tally: Tally, tone: FateLine["tone"]): FateLine => ({ fate, count: tally.count, work: tally.work, tone });

/** What the hub decided; every share once. */
export function hubFateLines(summary: SharesSummary): FateLine[] {
  return [
    line("accepted by the hub", summary.hubAccepted, "ok"),
    line("stale", summary.stale, "warn"),
    line("expired", summary.expired, "warn"),
    line("duplicate", summary.duplicate, "bad"),
    line("low difficulty", summary.lowDifficulty, "bad"),
    line("invalid", summary.invalid, "bad"),
    line("unauthorized", summary.unauthorized, "bad"),
  ];
}

/** What became of those that went to a pool. */
export function poolFateLines(summary: SharesSummary): FateLine[] {
  const reasons = [...summary.poolRejected.byReason].map(([reason, tally]) => line(`rejected: ${reason}`, tally, "bad"));
  return [
    line("accepted by the pool", summary.poolAccepted, "ok"),
    ...(reasons.length > 0 ? reasons : [line("rejected by the pool", summary.poolRejected, "bad")]),
    line("unanswered", summary.unanswered, "warn"),
    line("orphaned", summary.orphaned, "warn"),
  ];
}
