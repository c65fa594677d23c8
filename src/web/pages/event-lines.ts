import type { EventLine } from "../../../views/parts/event-list.tsx";
import type { HubEvent } from "../../control/events.ts";

const places: Readonly<Record<string, string>> = Object.freeze({
  rig: "/rigs/",
  pool: "/pools/",
  contract: "/contracts/",
  fleet: "/fleets/",
  customer: "/customers/",
});

export function eventLine(event: HubEvent): EventLine {
  const place = places[event.subjectKind];
  const href = place === undefined || event.subjectId === null ? null : `${place}${event.subjectId}`;
  return { id: event.id, atMs: event.atMs, type: event.type, text: event.text, href };
}
