import { clockTime, count, duration, plural } from "../../../views/format.ts";
import { isInForce } from "./contract-snapshot.ts";
import { newcomersOf } from "./newcomers.ts";
import type { OverviewFacts } from "./overview-facts.ts";
import type { PageParts } from "./page-parts.ts";

const quarterMs = 900_000;
const dayMs = 86_400_000;
/** Fewer are on their way at any moment. */
const behindRowsMin = 20_000;

/** What the figures of the page cannot say, in sentences; empty = nothing is missing. */
export async function unknownsOf(parts: PageParts, facts: OverviewFacts, zone: string): Promise<string[]> {
  const { ledger, hub, control } = parts.deps;
  const { nowMs } = facts;
  const upMs = nowMs - parts.startedAtMs;
  // The first fleet is as old as the farm: before it there was nothing to know.
  const sinceMs = Math.min(nowMs, Math.max(nowMs - dayMs, control.fleets.all()[0]?.createdAtMs ?? 0));
  const gaps = await ledger.gaps(sinceMs, nowMs);
  const goneMs = gaps.reduce((sum, { fromMs, toMs }) => sum + Math.min(toMs, nowMs) - Math.max(fromMs, sinceMs), 0);
  return [
    ...(hub.ready() ? [] : ["The hub is not ready yet: it takes its rigs and pools in."]),
    ...(upMs < quarterMs ? [`The hub started ${duration(upMs)} ago: statuses and short averages settle within a quarter of an hour.`] : []),
    ...(goneMs >= 1_000 ? [`There is no data of ${duration(goneMs)} of the last 24 hours, in which the hub did not run.`] : []),
    ...diskTroubles(parts, nowMs, zone),
    ...(await booksBehind(parts, nowMs, zone)),
    ...unrated(facts),
    ...unjudged(facts),
    ...unrecognised(parts),
  ];
}

/** They stand here until they are over. */
function diskTroubles({ deps: { ledger, control, diskTroubles: troubles } }: PageParts, nowMs: number, zone: string): string[] {
  const { refusedSinceMs } = control.events;
  return [
    ...(ledger.backlog().full ? ["The disk takes no more: shares are refused until it does."] : []),
    ...(troubles?.() ?? []).filter(({ code }) => code !== "shares-refused").map(({ text }) => text),
    ...(refusedSinceMs === null
      ? []
      : [`Since ${clockTime(refusedSinceMs, nowMs, zone)} the disk takes no changes: no rig can be moved and nothing can be edited until it has room.`]),
  ];
}

async function booksBehind({ deps: { ledger } }: PageParts, nowMs: number, zone: string): Promise<string[]> {
  const { rowsBehind } = ledger.backlog();
  if (rowsBehind < behindRowsMin) return [];
  const { asOfMs } = await ledger.summary({ kind: "contract", no: 0 }, nowMs - 1_000, nowMs);
  return [`The books are ${count(rowsBehind)} shares behind: figures are as of ${clockTime(asOfMs, nowMs, zone)}.`];
}

function unrated({ counts }: OverviewFacts): string[] {
  const rigs = counts.reduce((sum, { unrated: some }) => sum + some, 0);
  const vetting = counts.reduce((sum, { status, unrated: some }) => sum + (status === "vetting" ? some : 0), 0);
  if (rigs === 0) return [];
  const learning = vetting > 0 ? ` (${count(vetting)} in vetting: it is being learned)` : "";
  return [`${plural(rigs, "rig has", "rigs have")} no nominal hashrate yet${learning}: a loss cannot be told of them, and they are no spare capacity.`];
}

function unjudged({ contracts }: OverviewFacts): string[] {
  const some = contracts.filter(({ contract, health }) => isInForce(contract) && health === null).length;
  return some === 0 ? [] : [`${plural(some, "contract has", "contracts have")} not been judged yet.`];
}

/** What is said on their own pages, where they can be merged. */
function unrecognised(parts: PageParts): string[] {
  const lines = newcomersOf(parts);
  const [first] = lines;
  if (first === undefined) return [];
  return [
    `${plural(lines.length, "new rig looks like a known one", "new rigs look like known ones")} (${first.name} like ${first.like}): the list of rigs names them.`,
  ];
}
