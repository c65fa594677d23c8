import type { EventLine } from "../../../views/parts/event-list.tsx";
import type { HubEvent } from "../../control/events.ts";

const places: Readonly<Record<string, string>> = Object.freeze({
  rig: "/rigs/",
  pool: "/pools/",
  contract: "/contracts/",
  fleet: "/fleets/",
  customer: "/customers/",
});

/** The newest few, of which many in a row that somebody did alike are one: a file of two thousand rigs is not two thousand lines. */
export function collapsedLines(events: readonly HubEvent[], limit: number): EventLine[] {
  const runs: { first: HubEvent; more: number }[] = [];
  for (const event of events) {
    const last = runs.at(-1);
    const isAlike = last !== undefined && last.first.type === event.type && event.data["by"] !== undefined && last.first.data["by"] === event.data["by"];
    if (isAlike) last.more += 1;
    else runs.push({ first: event, more: 0 });
  }
  return runs.slice(0, limit).map(({ first, more }) => ({ ...eventLine(first), ...(more > 0 && { text: `${first.text}, and ${more} more like it` }) }));
}

export function eventLine(event: HubEvent): EventLine {
  const place = places[event.subjectKind];
  const href = place === undefined || event.subjectId === null ? null : `${place}${event.subjectId}`;
  return { id: event.id, atMs: event.atMs, type: event.type, text: event.text, href };
}
